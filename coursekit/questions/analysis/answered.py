"""Corriger ce qui est revenu : chaque réponse reçoit sa part des points et ses erreurs reconnues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from coursekit.questions.analysis.placing import Placed, Places, given_answer
from coursekit.questions.analysis.returned import Returned
from coursekit.questions.judging import mark
from coursekit.questions.sets import Copy, Drawn
from coursekit.questions.spreadsheet import lines_text
from coursekit.questions.variant import Variant


@dataclass(frozen=True)
class Answered:
    """Une réponse corrigée. `rank` compte les questions de la même famille dans la copie : la 1re, la 2e…"""

    student: str
    drawn: Drawn
    rank: int
    given: str
    share: Fraction
    mistakes: tuple[str, ...] = ()
    omitted: bool = False

    @property
    def variant(self) -> Variant:
        return self.drawn.variant

    @property
    def item(self) -> tuple[str, int]:
        """Ce qui rend comparables les questions de deux élèves : la famille, et son rang dans la copie."""
        return self.variant.family.id, self.rank


@dataclass(frozen=True)
class Marked:
    """Toutes les réponses corrigées, et ce qu’il faut savoir de la lecture."""

    source: str
    answers: tuple[Answered, ...]
    students: tuple[str, ...]
    notices: tuple[str, ...]


def mark_all(returned: Returned, copies: Sequence[Copy]) -> Marked:
    """Les réponses d’un fichier, corrigées avec le manifeste des questions."""
    places = Places(copies)
    answers: list[Answered] = []
    students: list[str] = []
    unknown: list[int] = []
    lost = 0
    for line in returned.lines:
        student = places.student(line)
        if student is None:
            unknown.append(line.line)
            continue
        placed = list(places.place(student, line.cells))
        lost += len(line.cells) - len(placed)
        students.append(student)
        answers += _answers(student, placed)
    absent = [name for name in places.copies if name and name not in set(students)]
    notices = [*returned.notices, *_notices(unknown, lost, absent)]
    return Marked(returned.source, tuple(answers), tuple(students), tuple(notices))


def _answers(student: str, placed: Sequence[Placed]) -> Iterator[Answered]:
    ranks: Counter[str] = Counter()
    for one in _gathered(placed):
        family = one.drawn.variant.family.id
        ranks[family] += 1
        yield _answer(student, one, ranks[family])


def _gathered(placed: Sequence[Placed]) -> Iterator[Placed]:
    """Auto Multiple Choice fait de chaque case chiffrée une question : on les rassemble en une réponse."""
    cells: dict[str, list[Placed]] = {}
    for one in placed:
        cells.setdefault(one.drawn.variant.hash, []).append(one)
    for same in cells.values():
        shares = [one.cell.share or 0.0 for one in same]
        given = " | ".join(one.cell.given for one in same) if any(one.cell.given for one in same) else ""
        whole = same[0].cell
        if len(same) > 1:
            whole = replace(whole, given=given, fields=(), share=sum(shares) / len(shares))
        yield Placed(same[0].drawn, whole)


def _answer(student: str, placed: Placed, rank: int) -> Answered:
    drawn, cell = placed.drawn, placed.cell
    given = given_answer(drawn.variant, cell)
    if given is None:
        share = Fraction(cell.share).limit_denominator(1000) if cell.share else Fraction(0)
        return Answered(student, drawn, rank, "", share, omitted=not share)
    found = mark(drawn.variant, given)
    if not found.share and not found.misconceptions and cell.share:
        # Un nombre à cases d’Auto Multiple Choice, par exemple : la plateforme seule sait ce qui est coché.
        return Answered(student, drawn, rank, cell.given, Fraction(cell.share).limit_denominator(1000))
    return Answered(student, drawn, rank, cell.given, found.share, found.misconceptions)


def _notices(unknown: list[int], lost: int, absent: list[str]) -> Iterator[str]:
    if unknown:
        yield f"{lines_text(unknown)} : aucun exemplaire ne porte ce nom ni ce numéro"
    if lost:
        yield f"{lost} réponses dont la question ne se retrouve pas dans le manifeste"
    if absent:
        names = ", ".join(absent[:5]) + ("…" if len(absent) > 5 else "")
        yield f"{len(absent)} exemplaires sans réponse : {names}"
