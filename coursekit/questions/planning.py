"""Réaliser une recette : répartir les questions entre les familles, ou dire quelle contrainte ne tient pas.

Une section se partage également entre les familles qui lui conviennent, mélangées par la graine ; si elle dépasse son
temps, des questions longues y cèdent la place à de plus courtes, une à une, tant que c’est possible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from coursekit.errors import CourseError
from coursekit.questions import bank
from coursekit.questions.domain import size
from coursekit.questions.draw import Draws, seed_of
from coursekit.questions.family import TOPICS, Family, Form
from coursekit.questions.generate import SMALL, Key, every, generate, shortage
from coursekit.questions.homemade import find_among
from coursekit.questions.recipe import Recipe, Section
from coursekit.questions.sets import QuestionSet, Wanted
from coursekit.questions.text import number_text
from coursekit.questions.variant import Variant


class ImpossibleError(CourseError, ValueError):
    """Une recette qu’aucun choix de questions ne réalise ; le message dit quelle contrainte, et de combien."""


class Stock:
    """Ce que chaque famille peut encore donner ; on n’énumère que ce qu’il faut pour répondre."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, Form | None], Iterator[Variant]] = {}
        self._known: Counter[tuple[str, Form | None]] = Counter()
        self._used: Counter[str] = Counter()

    def has(self, family: Family, form: Form | None) -> bool:
        """Peut-elle donner une question de plus ?"""
        return self._counts(family, form, self._used[family.id] + 1)

    def take(self, family: Family, by: int = 1) -> None:
        self._used[family.id] += by

    def capacity(self, family: Family, form: Form | None) -> int | None:
        """Toutes ses questions distinctes, ou `None` si elles sont trop nombreuses pour qu’on les compte."""
        if size(family.domain) >= SMALL:
            return None
        self._counts(family, form, SMALL)
        return self._known[family.id, form]

    def _counts(self, family: Family, form: Form | None, wanted: int) -> bool:
        if size(family.domain) >= SMALL:
            return True
        key = family.id, form
        variants = self._open.setdefault(key, every(family, form))
        while self._known[key] < wanted:
            if next(variants, None) is None:
                return False
            self._known[key] += 1
        return True


@dataclass
class Slot:
    """Une section en train d’être répartie : combien de questions à chaque famille."""

    section: Section
    name: str
    families: list[Family]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def form(self) -> Form | None:
        return self.section.form or self.section.prefer

    @property
    def seconds(self) -> int:
        return sum(family.time_s * self.counts[family.id] for family in self.families)

    @property
    def points(self) -> int:
        return sum(self.counts[f.id] * (self.section.points or f.points) for f in self.families)

    @property
    def slowest(self) -> int:
        return max((family.time_s for family in self.families if self.counts[family.id]), default=0)

    def wanted(self) -> Iterator[Wanted]:
        """Dans l’ordre du cours."""
        section = self.section
        for family in self.families:
            if self.counts[family.id]:
                count = self.counts[family.id]
                yield Wanted(family, count, self.form, section.points, section.common, section.title)


@dataclass(frozen=True)
class Plan:
    """Une recette réalisée."""

    recipe: Recipe
    slots: tuple[Slot, ...]

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        return tuple(wanted for slot in self.slots for wanted in slot.wanted())

    @property
    def seconds(self) -> int:
        return sum(slot.seconds for slot in self.slots)

    @property
    def points(self) -> int:
        return sum(slot.points for slot in self.slots)

    @property
    def count(self) -> int:
        return sum(slot.counts.total() for slot in self.slots)

    def made(self, students: Sequence[str] = ()) -> QuestionSet:
        """La série, pour ces élèves."""
        recipe = self.recipe
        return QuestionSet(recipe.course, recipe.title, recipe.seed, self.wanted, tuple(students))


def plan(recipe: Recipe, families: Sequence[Family] | None = None) -> Plan:
    """Les familles qui réalisent cette recette, et combien de questions à chacune ; sans liste, celles de la banque.

    Raises:
        ImpossibleError: une contrainte ne tient pas.
        UnknownNameError: une famille nommée n’existe pas.
    """
    families = bank.BANK if families is None else families
    stock = Stock()
    slots = tuple(
        _slot(recipe, rank, section, families, stock) for rank, section in enumerate(recipe.sections)
    )
    if recipe.time is not None:
        _fit(slots, recipe.time, stock, f"{_examination(recipe)} demande {_questions(slots)}")
    found = Plan(recipe, slots)
    if recipe.total is not None and found.points != recipe.total:
        raise ImpossibleError(_wrong_total(recipe, found))
    return found


def _slot(recipe: Recipe, rank: int, section: Section, families: Sequence[Family], stock: Stock) -> Slot:
    name = _section_name(recipe, rank, section)
    slot = Slot(section, name, eligible(section, families))
    if not slot.families:
        raise ImpossibleError(_nothing(section, name, families))
    if section.each is not None:
        _give_each(slot, section.each, stock)
    else:
        _share_out(
            slot, section.count or 1, stock, Draws(seed_of("recette", recipe.course, recipe.seed, rank))
        )
    if section.time is not None:
        _fit((slot,), section.time, stock, f"{name} {_asked(section, slot.counts.total())}")
    return slot


def eligible(section: Section, families: Sequence[Family]) -> list[Family]:
    """Les familles qui conviennent à une section, dans l’ordre du cours.

    Raises:
        UnknownNameError: une famille nommée n’existe pas.
    """
    named = {find_among(name, families).id for name in section.families}
    excluded = {find_among(name, families).id for name in section.exclude}
    return [
        family
        for family in families
        if (not named or family.id in named)
        and family.id not in excluded
        and (not section.topics or family.topic in section.topics)
        and (not section.levels or family.level in section.levels)
        and (section.form is None or section.form in _forms(family))
    ]


def _forms(family: Family) -> tuple[Form, ...]:
    return family.offered(next(generate(family, 1, Key())).answer.kind)


def _give_each(slot: Slot, each: int, stock: Stock) -> None:
    for family in slot.families:
        for _ in range(each):
            if not stock.has(family, slot.form):
                raise ImpossibleError(shortage(family, slot.form))
            stock.take(family)
        slot.counts[family.id] = each


def _share_out(slot: Slot, count: int, stock: Stock, draws: Draws) -> None:
    """Une question à chaque famille, tour après tour, jusqu’au compte."""
    order = draws.shuffled(slot.families)
    while slot.counts.total() < count:
        able = [family for family in order if stock.has(family, slot.form)]
        if not able:
            raise ImpossibleError(_too_few(slot, count))
        for family in able[: count - slot.counts.total()]:
            stock.take(family)
            slot.counts[family.id] += 1


def _fit(slots: Sequence[Slot], minutes: float, stock: Stock, asked: str) -> None:
    """Tient dans ce temps, ou dit de combien on le dépasse."""
    while (seconds := sum(slot.seconds for slot in slots)) > 60 * minutes:
        if not any(_shorten(slot, stock) for slot in sorted(slots, key=lambda slot: -slot.slowest)):
            raise ImpossibleError(
                f"{asked} en {_minutes(60 * minutes)} ; les plus courtes en prennent {_minutes(seconds)}, "
                f"{_minutes(seconds - 60 * minutes)} de trop."
            )


def _shorten(slot: Slot, stock: Stock) -> bool:
    """Remplace une des questions les plus longues par une plus courte, de la famille la moins servie."""
    if slot.section.each is not None:
        return False
    long = next(f for f in slot.families if slot.counts[f.id] and f.time_s == slot.slowest)
    shorter = [f for f in slot.families if f.time_s < long.time_s and stock.has(f, slot.form)]
    if not shorter:
        return False
    chosen = min(shorter, key=lambda family: (slot.counts[family.id], family.time_s))
    stock.take(long, -1)
    stock.take(chosen)
    slot.counts[long.id] -= 1
    slot.counts[chosen.id] += 1
    return True


def _too_few(slot: Slot, count: int) -> str:
    found = slot.counts.total()
    shared = Stock()
    whole = sum(shared.capacity(family, slot.form) or 0 for family in slot.families)
    already = f", dont {whole - found} servent à une autre section" if whole > found else ""
    return (
        f"{slot.name} {_asked(slot.section, count)} ; la banque en a {_plural(len(slot.families), 'famille')}, "
        f"{_plural(whole, 'question distincte', 'questions distinctes')}{already} : "
        f"il en manque {number_text(count - found)}."
    )


def _nothing(section: Section, name: str, families: Sequence[Family]) -> str:
    """Aucune famille ne convient : laquelle des conditions est de trop ?"""
    ways = []
    for key, words in CONDITIONS.items():
        without = replace(section, **{key: getattr(Section(), key)})
        if without != section and (found := eligible(without, families)):
            ways.append(f"sans {words}, {len(found)}")
    advice = f" ({' ; '.join(ways)})" if ways else ""
    asked = _asked(section, section.count or section.each or 1)
    return f"{name} {asked}. Aucune famille ne remplit ces conditions à la fois{advice}."


CONDITIONS = {
    "topics": "condition de thème",
    "levels": "condition de niveau",
    "families": "liste de familles",
    "exclude": "exclusion",
    "form": "façon de répondre imposée",
}


def _wrong_total(recipe: Recipe, found: Plan) -> str:
    gap = found.points - (recipe.total or 0)
    parts = ", ".join(f"section {rank} : {slot.points}" for rank, slot in enumerate(found.slots, 1))
    return (
        f"{_examination(recipe)} annonce {_plural(recipe.total or 0, 'point')} ; ses questions en font "
        f"{number_text(found.points)} ({parts}), {abs(gap)} de {'trop' if gap > 0 else 'moins'}."
    )


def _examination(recipe: Recipe) -> str:
    return f"L’examen « {recipe.title} »"


def _section_name(recipe: Recipe, rank: int, section: Section) -> str:
    if len(recipe.sections) == 1 and not section.title:
        return "Votre demande :"
    title = f" (« {section.title} »)" if section.title else ""
    return f"La section {rank + 1}{title} demande"


def _asked(section: Section, count: int) -> str:
    """« 12 questions de niveau 3, thème Pooling »."""
    text = _plural(count, "question") + (" par famille" if section.each else "")
    if section.levels:
        text += f" de niveau {' ou '.join(map(str, section.levels))}"
    if section.form:
        text += " à taper" if section.form == "typed" else " à choisir"
    if section.topics:
        titles = [f"« {TOPICS[topic]} »" for topic in section.topics]
        text += f" sur {' ou '.join(titles)}"
    return text


def _questions(slots: Sequence[Slot]) -> str:
    return _plural(sum(slot.counts.total() for slot in slots), "question")


def _plural(count: int, one: str, several: str = "") -> str:
    return f"{number_text(count)} {one if count < 2 else several or one + 's'}"


def _minutes(seconds: float) -> str:
    return f"{number_text(seconds / 60, 3)} min"
