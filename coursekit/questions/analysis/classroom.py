"""Le rapport d’une classe : les élèves, les questions, et les erreurs que la classe fait d’une question à l’autre."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, pstdev

from coursekit.questions.analysis.answered import Answered, Marked
from coursekit.questions.analysis.statistics import beyond_chance, correlation, cronbach, upper_lower
from coursekit.questions.answers import option_text
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Variant

ENOUGH = 0.05
"""La part des élèves qui fait d’une erreur celle de la classe : deux élèves distraits sur cent n’y suffisent pas."""


@dataclass(frozen=True)
class Score:
    """Les points d’un élève."""

    student: str
    earned: float
    out_of: float

    @property
    def share(self) -> float:
        return self.earned / self.out_of if self.out_of else 0.0


@dataclass(frozen=True)
class ItemReport:
    """Une question. `difficulty` est la réussite moyenne (1 : tous réussissent) ; `discrimination`, sa corrélation
    avec le reste du test ; `upper_lower`, l’écart de réussite entre les 27 % meilleurs et les 27 % moins bons.

    `mistakes` compte les élèves par erreur reconnue ; `example` est la question, ou celle d’un élève si `common` est
    faux.
    """

    number: int
    example: Variant
    common: bool
    students: int
    difficulty: float
    discrimination: float | None
    upper_lower: float | None
    right: int
    partial: int
    omitted: int
    mistakes: Mapping[str, int]

    @property
    def unexplained(self) -> int:
        """Les réponses fausses qu’aucune erreur connue n’explique."""
        return self.students - self.right - self.partial - self.omitted - sum(self.mistakes.values())

    @property
    def name(self) -> str:
        return f"Q{self.number}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Ce qu’il faut regarder ; rien sous dix élèves, où ces nombres ne disent rien."""
        if self.students < 10:
            return ()
        found = []
        if self.discrimination is not None and self.discrimination < 0:
            found.append(f"ceux qui réussissent le reste s’y trompent plus que les autres{NBSP}: relisez-la")
        elif self.discrimination is not None and self.discrimination < 0.15:
            found.append("elle distingue mal les élèves")
        if self.difficulty >= 0.95:
            found.append("presque tous la réussissent")
        if self.difficulty <= 0.2:
            found.append("très peu la réussissent")
        if self.omitted > 0.25 * self.students:
            found.append("souvent laissée sans réponse")
        return tuple(found)


@dataclass(frozen=True)
class MisconceptionReport:
    """Une erreur connue, dans toutes les questions où l’on pouvait la reconnaître.

    `exposed` élèves ont eu au moins une telle question, `students` y ont fait l’erreur ; `times` sur `chances`
    réponses. `by_chance` est le nombre de fois qu’elle serait cochée si ceux qui se trompent choisissaient au
    hasard.
    """

    id: str
    explanation: str
    example: Variant
    shown: str
    families: tuple[str, ...]
    students: int
    exposed: int
    repeated: int
    times: int
    chances: int
    by_chance: float

    @property
    def share(self) -> float:
        return self.students / self.exposed

    @property
    def held(self) -> bool:
        """La classe la fait-elle vraiment : assez d’élèves, et plus souvent que le hasard ?"""
        return self.share >= ENOUGH and beyond_chance(self.times, self.by_chance)


@dataclass(frozen=True)
class ClassReport:
    """Le rapport entier. `alpha` (de Cronbach) est absent quand il n’a pas de sens, et `alpha_note` dit pourquoi."""

    source: str
    scores: tuple[Score, ...]
    items: tuple[ItemReport, ...]
    misconceptions: tuple[MisconceptionReport, ...]
    alpha: float | None
    alpha_note: str
    notices: tuple[str, ...]

    @property
    def mean(self) -> float:
        return fmean(score.share for score in self.scores) if self.scores else 0.0

    @property
    def spread(self) -> float:
        return pstdev([score.share for score in self.scores]) if self.scores else 0.0

    @property
    def error(self) -> float | None:
        """L’erreur type de mesure, en part de la note."""
        return None if self.alpha is None else self.spread * sqrt(max(0.0, 1 - self.alpha))


def analyse(marked: Marked) -> ClassReport:
    """Le rapport de ces réponses corrigées."""
    scores = tuple(_score(student, answers) for student, answers in _by_student(marked.answers).items())
    totals = {score.student: score for score in scores}
    items: dict[tuple[str, int], list[Answered]] = defaultdict(list)
    for answer in marked.answers:
        items[answer.item].append(answer)
    reports = tuple(_item(number, answers, totals) for number, answers in enumerate(items.values(), 1))
    alpha, note = _alpha(marked.answers, tuple(items), len(scores))
    return ClassReport(
        marked.source, scores, reports, tuple(_misconceptions(marked.answers)), alpha, note, marked.notices
    )


def _by_student(answers: Iterable[Answered]) -> dict[str, list[Answered]]:
    found: dict[str, list[Answered]] = defaultdict(list)
    for answer in answers:
        found[answer.student].append(answer)
    return found


def _score(student: str, answers: Sequence[Answered]) -> Score:
    earned = sum(float(answer.share) * answer.drawn.points for answer in answers)
    return Score(student, earned, sum(answer.drawn.points for answer in answers))


def _item(number: int, answers: Sequence[Answered], totals: Mapping[str, Score]) -> ItemReport:
    shares = [float(answer.share) for answer in answers]
    rest = [_without(answer, totals[answer.student]) for answer in answers]
    whole = [totals[answer.student].share for answer in answers]
    outcomes = Counter(_outcome(answer) for answer in answers)
    return ItemReport(
        number,
        answers[0].variant,
        len({answer.variant.hash for answer in answers}) == 1,
        len(answers),
        fmean(shares),
        correlation(shares, rest),
        upper_lower(shares, whole),
        outcomes["right"],
        outcomes["partial"],
        outcomes["omitted"],
        dict(Counter(a.mistakes[0] for a in answers if _outcome(a) == "mistake").most_common()),
    )


def _without(answer: Answered, score: Score) -> float:
    """La réussite au reste du test : une question ne doit pas être comparée à elle-même."""
    left = score.out_of - answer.drawn.points
    return (score.earned - float(answer.share) * answer.drawn.points) / left if left else 0.0


def _outcome(answer: Answered) -> str:
    if answer.omitted:
        return "omitted"
    if answer.share == 1:
        return "right"
    if answer.mistakes:
        return "mistake"
    return "partial" if answer.share else "other"


def _alpha(
    answers: Iterable[Answered], items: tuple[tuple[str, int], ...], students: int
) -> tuple[float | None, str]:
    rows = [
        {answer.item: float(answer.share) * answer.drawn.points for answer in own}
        for own in _by_student(answers).values()
    ]
    if any(len(row) != len(items) for row in rows):
        return None, "les élèves n’ont pas tous répondu aux mêmes questions"
    if len(items) < 3 or students < 10:
        return None, "il faut au moins trois questions et dix élèves"
    found = cronbach([[row[item] for item in items] for row in rows])
    return found, "" if found is not None else "toutes les notes sont égales"


@dataclass
class _Tally:
    """Une erreur, au fil des réponses."""

    chances: Counter[str]
    made: Counter[str]
    by_chance: float
    first: Answered | None
    families: dict[str, None]


def _misconceptions(answers: Iterable[Answered]) -> list[MisconceptionReport]:
    tallies: dict[str, _Tally] = defaultdict(lambda: _Tally(Counter(), Counter(), 0.0, None, {}))
    for answer in answers:
        possible = recognisable(answer.variant)
        wrong = not answer.omitted and answer.share < 1
        for name in possible:
            tally = tallies[name]
            tally.chances[answer.student] += 1
            tally.by_chance += 1 / len(possible) if wrong and answer.variant.options else 0.0
        for name in set(answer.mistakes):
            tally = tallies[name]
            tally.made[answer.student] += 1
            tally.first = tally.first or answer
            tally.families[answer.variant.family.id] = None
    found = [_reported(name, tally, tally.first) for name, tally in tallies.items() if tally.first]
    return sorted(found, key=lambda report: (not report.held, -report.share, -report.times, report.id))


def recognisable(variant: Variant) -> tuple[str, ...]:
    """Les erreurs que cette question peut reconnaître : celles de ses propositions, ou toutes si l’on tape."""
    wrongs = [o.wrong for o in variant.options if o.wrong] if variant.options else variant.wrongs
    return tuple(dict.fromkeys(wrong.misconception.id for wrong in wrongs))


def _reported(name: str, tally: _Tally, first: Answered) -> MisconceptionReport:
    wrong = next(wrong for wrong in first.variant.wrongs if wrong.misconception.id == name)
    return MisconceptionReport(
        name,
        wrong.feedback,
        first.variant,
        option_text(wrong.answer),
        tuple(tally.families),
        len(tally.made),
        len(tally.chances),
        sum(times > 1 for times in tally.made.values()),
        tally.made.total(),
        tally.chances.total(),
        tally.by_chance,
    )
