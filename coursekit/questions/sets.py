"""Une série de questions : un exemplaire par élève, et le manifeste d’où l’on remontre ou recorrige n’importe lequel.

Le manifeste est un JSON : la série (cours, nom, graine) et, pour chaque élève, ses questions, dont les paramètres
suffisent à les reconstruire ; l’empreinte de la note garantit qu’une famille modifiée depuis ne passe pas inaperçue.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from coursekit.errors import CourseError
from coursekit.questions.bank import find
from coursekit.questions.build import Rejected, all_options, build
from coursekit.questions.deal import Deal, can_deal
from coursekit.questions.domain import Params, Value
from coursekit.questions.draw import Draws, seed_of
from coursekit.questions.family import Family, Form
from coursekit.questions.generate import Key, Search
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Variant


class ManifestError(CourseError, ValueError):
    """Un manifeste illisible, ou qui ne correspond plus à la banque."""


@dataclass(frozen=True)
class Wanted:
    """Ce qu’un exemplaire demande à une famille."""

    family: Family
    count: int = 1
    form: Form | None = None
    points: int | None = None


@dataclass(frozen=True)
class Copy:
    """L’exemplaire d’un élève ; `points[i]` est le barème de sa question `i`."""

    student: str
    variants: tuple[Variant, ...]
    points: tuple[int, ...]


@dataclass(frozen=True)
class QuestionSet:
    """Une série : ce qu’on demande, à qui, et la graine dont tout dépend. Ses exemplaires se calculent un à un."""

    course: str
    name: str
    seed: int
    wanted: tuple[Wanted, ...]
    students: tuple[str, ...] = ("",)

    def copy(self, student: str) -> Copy:
        """L’exemplaire d’un élève ; aucune question ne s’y répète.

        Raises:
            ShortageError: une famille n’a pas assez de questions distinctes.
        """
        key = Key(self.course, self.name, student, self.seed)
        seen: set[str] = set()
        ranks: dict[str, int] = {}
        variants, points = [], []
        for wanted in self.wanted:
            hand = self._hand(wanted, student, seen)
            for _ in range(wanted.count):
                rank = ranks[wanted.family.id] = ranks.get(wanted.family.id, -1) + 1
                variants.append(hand.next(key.draws(wanted.family, rank)))
                points.append(wanted.family.points if wanted.points is None else wanted.points)
        return Copy(student, tuple(variants), tuple(points))

    def _hand(self, wanted: Wanted, student: str, seen: set[str]) -> Deal | Search:
        """Une petite famille se distribue, une grande se tire au hasard."""
        family = wanted.family
        place = self._places.get(student)
        if place is None or not can_deal(family):
            return Search(family, wanted.form, seen)
        seed = seed_of(self.course, self.name, self.seed, family.id, family.version)
        return Deal(family, wanted.form, seen, seed, place * wanted.count)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {student: place for place, student in enumerate(self.students)}

    def copies(self) -> Iterator[Copy]:
        """Un exemplaire par élève, dans l’ordre de la liste."""
        return (self.copy(student) for student in self.students)


def record(variant: Variant, points: int) -> dict[str, object]:
    """Une question en données simples, d’où `restore` la reconstruit."""
    return {
        "family": variant.family.id,
        "version": variant.family.version,
        "params": variant.params,
        "form": variant.form,
        "options": [option.text for option in variant.options],
        "note": variant.hash,
        "points": points,
    }


def manifest(made: QuestionSet, copies: Iterable[Copy]) -> Iterator[str]:
    """Le manifeste, morceau par morceau."""
    head = {"format": 1, "course": made.course, "set": made.name, "seed": made.seed}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "copies": ['
    for index, copy in enumerate(copies):
        questions = [record(v, p) for v, p in zip(copy.variants, copy.points, strict=True)]
        line = json.dumps({"student": copy.student, "questions": questions}, ensure_ascii=False)
        yield f"{',' if index else ''}\n{line}"
    yield "\n]}\n"


def read_manifest(text: str) -> tuple[Mapping[str, Any], tuple[Copy, ...]]:
    """L’en-tête d’un manifeste et ses exemplaires, reconstruits.

    Raises:
        ManifestError: le texte n’est pas un manifeste, ou une famille a changé depuis.
    """
    try:
        data = json.loads(text)
        copies = tuple(_copy(entry) for entry in data.pop("copies"))
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"Ce fichier n’est pas un manifeste de questions ({error}).") from None
    return data, copies


def _copy(entry: Mapping[str, Any]) -> Copy:
    variants = tuple(restore(question) for question in entry["questions"])
    return Copy(entry["student"], variants, tuple(question["points"] for question in entry["questions"]))


def restore(entry: Mapping[str, Any]) -> Variant:
    """La question d’un manifeste, dans l’ordre de propositions qu’avait l’élève.

    Raises:
        UnknownNameError: sa famille n’existe plus.
        ManifestError: sa famille a changé : elle ne donne plus la même question.
    """
    family = find(entry["family"])
    params = {name: _value(value) for name, value in entry["params"].items()}
    found = build(family, cast(Params, params), Draws(0), entry["form"])
    if isinstance(found, Rejected) or found.hash != entry["note"]:
        raise ManifestError(
            f"La famille {family.id} ne donne plus cette question (version {entry['version']} dans le manifeste, "
            f"{family.version} ici){NBSP}: reprenez la version du cours qui a servi à la tirer."
        )
    return with_options(found, entry["options"])


def _value(value: object) -> Value:
    return tuple(map(_value, value)) if isinstance(value, list) else cast(Value, value)


def with_options(variant: Variant, texts: Sequence[str]) -> Variant:
    """La même question, ces propositions dans cet ordre.

    Raises:
        ManifestError: une proposition n’est plus une de celles que donnent ses erreurs connues.
    """
    if not texts:
        return variant
    known = {option.text: option for option in all_options(variant)}
    missing = next((text for text in texts if text not in known), None)
    if missing is not None:
        raise ManifestError(f"{variant.family.id}{NBSP}: la proposition « {missing} » n’existe plus.")
    return replace(variant, options=tuple(known[text] for text in texts))
