"""La recette d’un examen : ce qu’un professeur demande, section par section, sans nommer de question.

Une recette s’écrit en TOML. `read_recipe` en fait une `Recipe`, `planning.plan` cherche les familles qui la réalisent.

```toml
title = "Examen de novembre"
seed = 2026
time = 60            # minutes, pour tout l’examen
total = 20           # points, pour tout l’examen

[[section]]
title = "Tailles"
topics = ["tailles"]
levels = [1, 2]
count = 6
points = 2           # par question
```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from coursekit.errors import ArgumentError, suggest
from coursekit.questions.family import TOPICS, Form

FORMS: tuple[Form, ...] = ("typed", "choice")


@dataclass(frozen=True, kw_only=True)
class Section:
    """Une partie de l’examen. `topics`, `levels` et `families` vides ne limitent rien ; `exclude` retire des familles.

    `count` questions en tout, ou `each` par famille ; `points` par question (ceux de la famille sinon) ; `time`, le
    temps de la section, en minutes ; `form`, taper (« typed ») ou choisir (« choice »), et `prefer` quand ce n’est
    qu’une préférence ; `common`, les mêmes questions pour tous.
    """

    title: str = ""
    topics: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    families: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    count: int | None = None
    each: int | None = None
    points: int | None = None
    time: float | None = None
    form: Form | None = None
    prefer: Form | None = None
    common: bool = False


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Un examen : `time` en minutes et `total` en points, pour le tout ; `course` et `seed` fixent les tirages."""

    title: str = "Réseaux convolutifs"
    course: str = ""
    seed: int = 0
    time: float | None = None
    total: int | None = None
    sections: tuple[Section, ...] = ()


def read_recipe(path: Path) -> Recipe:
    """La recette d’un fichier TOML.

    Raises:
        ArgumentError: le fichier manque ou ne se lit pas, une clé est inconnue, une valeur n’a pas le bon type.
    """
    import tomllib

    if path.suffix in (".yaml", ".yml"):
        raise ArgumentError(f"{path} : une recette s’écrit en TOML, que Python lit seul ; renommez-la .toml.")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArgumentError(f"{path} ne peut pas être lu : {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise ArgumentError(f"{path} n’est pas en UTF-8 : enregistrez-le dans cet encodage.") from None
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(f"{path} n’est pas du TOML : {error}.") from None
    try:
        return as_recipe(data)
    except ArgumentError as error:
        raise ArgumentError(f"{path} : {error}") from None


def as_recipe(data: Mapping[str, Any]) -> Recipe:
    """La recette de ces données.

    Raises:
        ArgumentError: une clé est inconnue, une valeur n’a pas le bon type, il n’y a pas de section.
    """
    given = dict(data)
    sections = given.pop("section", [])
    if not isinstance(sections, list) or not all(isinstance(section, dict) for section in sections):
        raise ArgumentError("une section s’écrit sous une ligne [[section]], à deux crochets.")
    if not sections:
        raise ArgumentError("il faut au moins une section : une ligne [[section]], puis count = 5.")
    known = [field.name for field in fields(Recipe) if field.name != "sections"] + ["section"]
    values = _checked(given, known, "la recette")
    return Recipe(**values, sections=tuple(_section(section, i) for i, section in enumerate(sections, 1)))


def _section(data: Mapping[str, Any], rank: int) -> Section:
    where = f"la section {rank}"
    known = [field.name for field in fields(Section) if field.name not in ("each", "prefer")]
    values = _checked(data, known, where)
    if "count" not in values:
        raise ArgumentError(f"{where} ne dit pas combien de questions elle demande : ajoutez count = 5.")
    for topic in values.get("topics", ()):
        if topic not in TOPICS:
            raise ArgumentError(f"{where} : thème « {topic} » inconnu. {suggest(topic, TOPICS)}")
    for level in values.get("levels", ()):
        if level not in (1, 2, 3):
            raise ArgumentError(f"{where} : niveau {level} ; les niveaux vont de 1 à 3.")
    if values.get("form", "typed") not in FORMS:
        raise ArgumentError(
            f'{where} : form = "{values["form"]}" ; écrivez "typed" (taper) ou "choice" (choisir).'
        )
    return Section(**values)


def _checked(data: Mapping[str, Any], known: list[str], where: str) -> dict[str, Any]:
    """Les valeurs, du type attendu, ou un message qui nomme la clé."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        if key not in known:
            raise ArgumentError(f"{where} : clé « {key} » inconnue. {suggest(key, known)}")
        found[key] = _READERS[key](key, value, where)
    return found


def _text(key: str, value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _expected(key, value, where, 'un texte entre guillemets : "Tailles"')
    return value


def _yes(key: str, value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _expected(key, value, where, "true ou false")
    return value


def _whole(key: str, value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < (0 if key == "seed" else 1):
        raise _expected(key, value, where, "un entier" if key == "seed" else "un entier d’au moins 1")
    return value


def _minutes(key: str, value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise _expected(key, value, where, "un nombre de minutes")
    return value


def _texts(key: str, value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _expected(key, value, where, 'une liste de textes : ["tailles", "pooling"]')
    return tuple(value)


def _wholes(key: str, value: object, where: str) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise _expected(key, value, where, "une liste d’entiers : [1, 2]")
    return tuple(cast(list[int], value))


def _expected(key: str, value: object, where: str, what: str) -> ArgumentError:
    return ArgumentError(f"{where} : {key} = {value!r} ; il faut {what}.")


_READERS: Mapping[str, Callable[[str, object, str], object]] = {
    **dict.fromkeys(("title", "course", "form"), _text),
    **dict.fromkeys(("seed", "total", "count", "points"), _whole),
    **dict.fromkeys(("topics", "families", "exclude"), _texts),
    "levels": _wholes,
    "time": _minutes,
    "common": _yes,
}
