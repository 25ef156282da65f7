"""Lire un notebook qui peut être n’importe quoi : on n’en retient que le texte des cellules et leurs identifiants.

Aucune métadonnée d’élève ne sort d’ici, hors celles qui servent à reconnaître une cellule ou à signaler une ruse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from coursekit.errors import CourseError
from coursekit.grading.amounts import megabytes

CELL_TYPES = ("code", "markdown", "raw")
EXECUTION_TAGS = ("skip-execution", "raises-exception")
"""Les étiquettes que l’exécution d’origine prend au sérieux : la première saute la cellule."""

_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SIGNATURES = (
    (b"PK\x03\x04", "une archive ou un document de bureautique"),
    (b"%PDF", "un PDF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"\x1f\x8b", "une archive"),
    (b"\xff\xfe", "un texte en UTF-16"),
    (b"\xfe\xff", "un texte en UTF-16"),
    (b"\x7fELF", "un programme"),
)


@dataclass(frozen=True)
class Limits:
    """Ce qu’un notebook ne dépasse pas ; au-delà, le lire coûterait à la machine qui note.

    `max_bytes` borne le fichier, en octets ; `max_values` le nombre de virgules et d’ouvertures du JSON, donc la
    mémoire qu’il prend une fois lu ; `max_source` le texte de toutes ses cellules, en caractères.
    """

    max_bytes: int = 50_000_000
    max_values: int = 2_000_000
    max_cells: int = 5_000
    max_source: int = 5_000_000


DEFAULT_LIMITS = Limits()


class UnreadableError(CourseError):
    """Ce n’est pas un notebook, ou pas un notebook raisonnable."""


@dataclass(frozen=True)
class RawCell:
    """Une cellule telle que remise. `id` est l’identifiant de Jupyter, `grade_id` celui de nbgrader."""

    cell_type: str
    source: str
    id: str = ""
    grade_id: str = ""
    tags: tuple[str, ...] = ()
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_cells(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[RawCell, ...]:
    """Les cellules d’un notebook au format 4.

    Raises:
        UnreadableError: le fichier n’en est pas un ; le message dit en quoi, et que faire.
    """
    notebook = parse(data, limits)
    cells = tuple(_cell(cell, rank) for rank, cell in enumerate(notebook["cells"], start=1))
    if (length := sum(len(cell.source) for cell in cells)) > limits.max_source:
        raise UnreadableError(
            f"Les cellules contiennent {_count(length)} caractères ; la limite est {_count(limits.max_source)}."
        )
    return cells


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """Le JSON d’un notebook au format 4, dont `cells` est une liste.

    Raises:
        UnreadableError: voir `read_cells`.
    """
    _check_size(data, limits)
    notebook = _json(_text(data))
    if not isinstance(notebook, dict):
        raise UnreadableError("Ce fichier est du JSON, mais pas un notebook.")
    _check_version(notebook.get("nbformat"))
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("Ce notebook n’a pas de liste « cells » : le fichier est abîmé.")
    if len(cells) > limits.max_cells:
        raise UnreadableError(
            f"Ce notebook a {_count(len(cells))} cellules ; la limite est {_count(limits.max_cells)}."
        )
    return notebook


def _check_size(data: bytes, limits: Limits) -> None:
    if len(data) > limits.max_bytes:
        raise UnreadableError(
            f"Ce fichier pèse {megabytes(len(data))} ; la limite est {megabytes(limits.max_bytes)}. "
            f"Effacez les sorties et enregistrez."
        )
    values = sum(data.count(mark) for mark in (b",", b"[", b"{"))
    if values > limits.max_values:
        raise UnreadableError(
            f"Ce fichier contient environ {_count(values)} valeurs ; la limite est {_count(limits.max_values)}. "
            f"Effacez les sorties et enregistrez."
        )


def _text(data: bytes) -> str:
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableError(f"Ce fichier est {what}, pas un notebook.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"Ce fichier n’est pas en UTF-8 : octet 0x{data[error.start]:02X} à la position {error.start}. "
            f"Il a été abîmé, ou enregistré dans un autre encodage."
        ) from None
    if not text.strip():
        raise UnreadableError("Ce fichier est vide.")
    if text.lstrip().startswith("<"):
        raise UnreadableError("Ce fichier est une page HTML, pas un notebook.")
    return text


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except UnreadableError:
        raise
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
            raise UnreadableError(
                f"Ce fichier est tronqué : le JSON s’arrête ligne {error.lineno}."
            ) from None
        raise UnreadableError(
            f"Ce fichier n’est pas du JSON : faute ligne {error.lineno}, colonne {error.colno}."
        ) from None
    except RecursionError:
        raise UnreadableError(
            "Ce fichier imbrique trop de listes ou d’objets les uns dans les autres."
        ) from None
    except (ValueError, MemoryError) as error:  # un entier de plus de 4300 chiffres, par exemple
        raise UnreadableError(f"Ce fichier contient une valeur démesurée ({type(error).__name__}).") from None


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableError(f"Ce fichier contient {name}, que le format JSON ne permet pas.")


def _check_version(version: object) -> None:
    if isinstance(version, bool) or not isinstance(version, int):
        raise UnreadableError("Ce fichier ne dit pas son numéro de format (« nbformat ») : pas un notebook.")
    if version < 4:
        raise UnreadableError(
            f"Ce notebook est au format {version} ; il faut le format 4. Ouvrez-le dans Jupyter et enregistrez."
        )
    if version > 4:
        raise UnreadableError(f"Ce notebook est au format {version}, inconnu ; il faut le format 4.")


def _cell(cell: object, rank: int) -> RawCell:
    if not isinstance(cell, dict):
        raise UnreadableError(f"La cellule n° {rank} n’est pas un objet : le notebook est abîmé.")
    cell_type = cell.get("cell_type")
    if cell_type not in CELL_TYPES:
        raise UnreadableError(
            f"La cellule n° {rank} n’est pas de type {', '.join(CELL_TYPES)} : le notebook est abîmé."
        )
    metadata = _dict(cell.get("metadata"))
    tags = metadata.get("tags")
    return RawCell(
        cell_type=str(cell_type),
        source=_source(cell.get("source"), rank),
        id=_string(cell.get("id")),
        grade_id=_string(_dict(metadata.get("nbgrader")).get("grade_id")),
        tags=tuple(tag for tag in EXECUTION_TAGS if isinstance(tags, list) and tag in tags),
        attachments=_images(cell.get("attachments")) if cell_type == "markdown" else {},
    )


def _source(source: object, rank: int) -> str:
    """Le texte d’une cellule ; les fins de ligne sont celles que Python lirait."""
    text = _joined(source)
    if text is None:
        raise UnreadableError(f"Le texte de la cellule n° {rank} manque : le notebook est abîmé.")
    # Un demi-caractère de JSON (\ud800) ne s’écrit dans aucun fichier : le remplacer ici évite de tomber plus loin.
    return _SURROGATES.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def _images(attachments: object) -> dict[str, dict[str, str]]:
    """Les images collées dans un texte : une réponse à la main peut être un dessin."""
    found: dict[str, dict[str, str]] = {}
    for name, bundle in _dict(attachments).items():
        texts = {mime: _joined(data) for mime, data in _dict(bundle).items() if mime in _IMAGES}
        images = {mime: data for mime, data in texts.items() if data and _BASE64.fullmatch(data)}
        if images:
            found[_SURROGATES.sub("\ufffd", name)] = images
    return found


def _joined(text: object) -> str | None:
    """Un texte de notebook s’écrit d’un bloc ou en lignes."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "".join(text)
    return text if isinstance(text, str) else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str:
    return _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else ""


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
