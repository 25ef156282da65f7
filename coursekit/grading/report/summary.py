"""Ce que le rapport dit de la classe : il se calcule une copie à la fois."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coursekit.grading.report.rows import Question, Row

BINS = 5
"""Une question se résume en cinq parts égales de ses points, de [0, 20 %[ à [80, 100 %], et ses deux bouts."""


@dataclass
class Spread:
    """Les notes de la classe à une question (ou au devoir)."""

    max_score: float
    total: float = 0.0
    count: int = 0
    waiting: int = 0
    none: int = 0
    full: int = 0
    in_process: int = 0
    bins: list[int] = field(default_factory=lambda: [0] * BINS)

    def add(self, score: float | None) -> None:
        if score is None:
            self.waiting += 1
            return
        share = score / self.max_score if self.max_score else 0.0
        self.total += score
        self.count += 1
        self.none += score <= 0
        self.full += share >= 1
        self.bins[min(BINS - 1, max(0, int(share * BINS)))] += 1

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0


@dataclass
class Summary:
    """Une classe. `seconds` dit où le temps des copies est passé ; `walls`, ce qui a tenu pour toutes."""

    verdicts: Counter[str] = field(default_factory=Counter)
    questions: dict[str, Spread] = field(default_factory=dict)
    scores: Spread | None = None
    copies: int = 0
    looks: int = 0
    earlier: int = 0
    manual: int = 0
    exposed: int = 0
    """Les copies qui ont tourné sans bac à sable."""
    seconds: Counter[str] = field(default_factory=Counter)
    walls: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Summary:
        made = cls()
        for row in rows:
            made.add(row)
        return made

    def add(self, row: Row) -> None:
        self.copies += 1
        self.verdicts[row.verdict] += 1
        self.looks += row.needs_look
        self.earlier += row.earlier
        self.manual += row.needs_manual
        self.exposed += not row.isolated
        self.scores = self.scores or Spread(row.max_score)
        if row.score is not None:
            self.scores.add(row.score)
            for question in row.questions:
                self._question(question)
        if not row.earlier:
            self.seconds.update(row.seconds)
        _weaken(self.walls, row.walls)

    def _question(self, question: Question) -> None:
        spread = self.questions.setdefault(question.name, Spread(question.max_score))
        spread.add(question.score)
        spread.in_process += question.in_process


def _weaken(walls: dict[str, bool], found: Mapping[str, bool]) -> None:
    for name, holds in found.items():
        walls[name] = walls.get(name, True) and holds
