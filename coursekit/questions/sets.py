"""Une série de questions : un exemplaire par élève, et le manifeste d’où l’on remontre ou recorrige n’importe lequel.

Le manifeste est un JSON : la série (cours, nom, graine) et, pour chaque élève, ses questions, dont les paramètres
suffisent à les reconstruire ; l’empreinte de la note garantit qu’une famille modifiée depuis ne passe pas inaperçue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, cast

from coursekit.errors import CourseError, UnknownNameError
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
    """Ce qu’un exemplaire demande à une famille : `common`, les mêmes questions à tous ; `section`, où elles sont."""

    family: Family
    count: int = 1
    form: Form | None = None
    points: int | None = None
    common: bool = False
    section: str = ""


@dataclass(frozen=True)
class Drawn:
    """Une question d’un exemplaire, son barème et le titre de sa section (vide s’il n’y en a pas)."""

    variant: Variant
    points: int
    section: str = ""

    def worth(self) -> Variant:
        """La question, sa famille au barème de l’exemplaire : c’est là que les formats le lisent."""
        family = self.variant.family
        if family.points == self.points:
            return self.variant
        return replace(self.variant, family=_at(family, self.points))


@lru_cache(maxsize=1024)
def _at(family: Family, points: int) -> Family:
    return replace(family, points=points)


@dataclass(frozen=True)
class Copy:
    """L’exemplaire d’un élève ; `points[i]` est le barème de sa question `i`, `sections[i]` le titre de sa section.

    `sections` est vide quand la série n’en a pas.
    """

    student: str
    variants: tuple[Variant, ...]
    points: tuple[int, ...]
    sections: tuple[str, ...] = ()

    @classmethod
    def of(cls, student: str, drawn: Iterable[Drawn]) -> Copy:
        questions = tuple(drawn)
        sections = tuple(question.section for question in questions)
        return cls(
            student,
            tuple(question.variant for question in questions),
            tuple(question.points for question in questions),
            sections if any(sections) else (),
        )

    @property
    def drawn(self) -> Iterator[Drawn]:
        sections = self.sections or ("",) * len(self.variants)
        return (Drawn(*parts) for parts in zip(self.variants, self.points, sections, strict=True))


@dataclass(frozen=True)
class QuestionSet:
    """Une série : ce qu’on demande, à qui, et la graine dont tout dépend. Ses exemplaires se calculent un à un.

    Aucune question dont l’empreinte est dans `rejected` n’y figure.
    """

    course: str
    name: str
    seed: int
    wanted: tuple[Wanted, ...]
    students: tuple[str, ...] = ("",)
    rejected: frozenset[str] = frozenset()

    def copy(self, student: str) -> Copy:
        """L’exemplaire d’un élève ; aucune question ne s’y répète.

        Raises:
            ShortageError: une famille n’a pas assez de questions distinctes.
        """
        return Copy.of(student, self.draw(student))

    def draw(self, student: str) -> Iterator[Drawn]:
        """Les questions d’un élève, l’une après l’autre."""
        shared = self._shared
        seen = {variant.hash for variants in shared.values() for variant in variants} | self.rejected
        ranks: dict[str, int] = {}
        for place, wanted in enumerate(self.wanted):
            variants = shared.get(place) or self._dealt(wanted, student, seen, ranks)
            points = wanted.family.points if wanted.points is None else wanted.points
            for variant in variants:
                yield Drawn(variant, points, wanted.section)

    @cached_property
    def _shared(self) -> dict[int, tuple[Variant, ...]]:
        """Les questions communes, qui ne dépendent d’aucun élève."""
        seen = set(self.rejected)
        ranks: dict[str, int] = {}
        return {
            place: tuple(self._dealt(wanted, "", seen, ranks))
            for place, wanted in enumerate(self.wanted)
            if wanted.common
        }

    def _dealt(
        self, wanted: Wanted, student: str, seen: set[str], ranks: dict[str, int]
    ) -> Iterator[Variant]:
        key = Key(self.course, self.name, student, self.seed)
        hand = self._hand(wanted, student, seen)
        for _ in range(wanted.count):
            rank = ranks[wanted.family.id] = ranks.get(wanted.family.id, -1) + 1
            yield hand.next(key.draws(wanted.family, rank))

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


def record(variant: Variant, points: int, section: str = "") -> dict[str, object]:
    """Une question en données simples, d’où `restore` la reconstruit."""
    found: dict[str, object] = {
        "family": variant.family.id,
        "version": variant.family.version,
        "params": variant.params,
        "form": variant.form,
        "options": [option.text for option in variant.options],
        "note": variant.hash,
        "points": points,
    }
    return {**found, "section": section} if section else found


class ManifestWriter:
    """Écrit un manifeste au fil des questions : `write` reçoit chaque morceau de texte."""

    def __init__(self, made: QuestionSet, write: Callable[[str], object]) -> None:
        self._write = write
        self._copies = self._questions = 0
        head = {"format": 1, "course": made.course, "set": made.name, "seed": made.seed}
        write(json.dumps(head, ensure_ascii=False)[:-1] + ', "copies": [')

    def copy(self, student: str, drawn: Iterable[Drawn]) -> Iterator[Drawn]:
        """Les mêmes questions, écrites au passage comme celles de cet élève."""
        name = json.dumps(student, ensure_ascii=False)
        self._write(f'{"," if self._copies else ""}\n{{"student": {name}, "questions": [')
        self._copies += 1
        for rank, question in enumerate(drawn):
            line = json.dumps(record(question.variant, question.points, question.section), ensure_ascii=False)
            self._write(f"{', ' if rank else ''}{line}")
            yield question
        self._write("]}")

    def close(self) -> None:
        self._write("\n]}\n")


def manifest(made: QuestionSet, copies: Iterable[Copy]) -> Iterator[str]:
    """Le manifeste, morceau par morceau."""
    pieces: list[str] = []
    writer = ManifestWriter(made, pieces.append)
    for copy in copies:
        for _ in writer.copy(copy.student, copy.drawn):
            pass
        yield "".join(pieces)
        pieces.clear()
    writer.close()
    yield "".join(pieces)


def read_manifest(text: str, own: Sequence[Family] = ()) -> tuple[Mapping[str, Any], tuple[Copy, ...]]:
    """L’en-tête d’un manifeste et ses exemplaires, reconstruits ; `own`, des familles qui ne sont pas dans la banque.

    Raises:
        ManifestError: le texte n’est pas un manifeste, ou une famille a changé depuis.
        UnknownNameError: une famille n’existe pas.
    """
    head, entries = parse_manifest(text)
    known: dict[str, Variant] = {}
    return head, tuple(restore_copy(entry, own, known) for entry in entries)


def parse_manifest(text: str) -> tuple[dict[str, Any], list[Mapping[str, Any]]]:
    """L’en-tête d’un manifeste et ses exemplaires, encore en données (`restore_copy` les reconstruit).

    Raises:
        ManifestError: le texte n’est pas un manifeste.
    """
    try:
        data = json.loads(text)
        entries = data.pop("copies")
        for entry in entries:
            entry["student"], entry["questions"]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise _not_a_manifest(error) from None
    return data, entries


def _not_a_manifest(error: Exception) -> ManifestError:
    return ManifestError(f"Ce fichier n’est pas un manifeste de questions ({error}).")


def restore_copy(
    entry: Mapping[str, Any], own: Sequence[Family] = (), known: dict[str, Variant] | None = None
) -> Copy:
    """L’exemplaire d’une entrée ; `known` garde les questions déjà reconstruites, que des élèves se partagent.

    Raises:
        ManifestError, UnknownNameError: comme `restore`.
    """
    known = {} if known is None else known
    try:
        drawn = []
        for question in entry["questions"]:
            name = f"{question['note']} {question['form']} {question['options']}"
            if name not in known:
                known[name] = restore(question, own)
            drawn.append(Drawn(known[name], question["points"], question.get("section", "")))
    except UnknownNameError:
        raise
    except (KeyError, TypeError, AttributeError) as error:
        raise _not_a_manifest(error) from None
    return Copy.of(entry["student"], drawn)


def restore(entry: Mapping[str, Any], own: Sequence[Family] = ()) -> Variant:
    """La question d’un manifeste, dans l’ordre de propositions qu’avait l’élève.

    Raises:
        UnknownNameError: sa famille n’existe plus.
        ManifestError: sa famille a changé : elle ne donne plus la même question.
    """
    name = entry["family"]
    family = next((family for family in own if family.id == name), None) or find(name)
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
