"""Reconnaître un notebook à son nom, que le trajet a pu changer : navigateur, système, messagerie.

`Entraînement (1).IPYNB` en accents décomposés est encore `entraînement`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

EXTENSION = ".ipynb"
_COPY = re.compile(r"\s*(?:\((\d+)\)|-\s*copie(?:\s*\((\d+)\))?|-\s*copy(\d*)|_copie)\s*$")
_SAVED_AS = re.compile(r"\.ipynb(?:\.json|\.txt)?$")
_LONGEST = 80


@dataclass
class Match:
    """Qui est qui : nom attendu → nom remis ; `strays` sont les notebooks remis que rien n’attend."""

    found: dict[str, str] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)


def match(expected: Sequence[str], submitted: Iterable[str]) -> Match:
    """Associe les noms attendus, sans extension, aux fichiers remis ; un notebook d’un sous-dossier n’est pas attendu.

    Le nom exact l’emporte, puis le même nom autrement encodé, puis un nom qui ne diffère que par ce que le trajet
    ajoute ; de deux copies numérotées, la dernière. Deux noms attendus qui se confondraient ne se devinent pas.
    """
    notebooks = [name for name in submitted if is_notebook(name)]
    result = Match()
    for spelling in (str, _composed, _normal):
        shared = Counter(spelling(name + EXTENSION) for name in expected)
        for name in expected:
            wanted = spelling(name + EXTENSION)
            if name in result.found or shared[wanted] > 1:
                continue
            taken = result.found.values()
            candidates = [
                file
                for file in notebooks
                if "/" not in file and spelling(file) == wanted and file not in taken
            ]
            if candidates:
                result.found[name] = max(candidates, key=lambda file: (_copy_number(file), file))
    result.strays = [file for file in notebooks if file not in result.found.values()]
    return result


def is_notebook(name: str) -> bool:
    return _SAVED_AS.search(_composed(name).casefold().rstrip()) is not None


def remarks(expected: Sequence[str], result: Match) -> Iterator[str]:
    """Ce que l’enseignant doit savoir des noms."""
    for name, file in result.found.items():
        if file != name + EXTENSION:
            yield f"Le notebook « {shown(name)} » a été remis sous le nom « {shown(file)} »."
    missing = [name for name in expected if name not in result.found]
    for file in result.strays:
        told = f"« {shown(file)} » n’est pas un notebook du devoir : pas noté."
        if missing:
            name = shown(missing[0])
            told += (
                f" Pour qu’il le soit, sortez-le de son sous-dossier, sous le nom {name}{EXTENSION}."
                if "/" in file
                else f" S’il fallait le lire comme « {name} », renommez-le {name}{EXTENSION}."
            )
        yield told


def shown(name: str) -> str:
    """Un nom d’élève ou de fichier tel qu’on peut l’écrire dans un message : sans rien qui agisse sur l’écran."""
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    return escaped if len(escaped) <= _LONGEST else f"{escaped[:_LONGEST]}…"


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _normal(name: str) -> str:
    return _COPY.sub("", _stem(name)).strip()


def _stem(name: str) -> str:
    text = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return unicodedata.normalize("NFC", _SAVED_AS.sub("", text).strip())


def _copy_number(name: str) -> int:
    copy = _COPY.search(_stem(name))
    return 0 if copy is None else max([1, *(int(number[:9]) for number in copy.groups() if number)])
