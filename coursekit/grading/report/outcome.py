"""Une notation finie, telle que tous les rapports la montrent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from coursekit.grading.exchange import Limits
from coursekit.grading.report.rows import Row
from coursekit.grading.report.summary import Summary


@dataclass(frozen=True)
class Outcome:
    """`rows` relit les copies, du disque, autant de fois qu’on le demande.

    `walls` : les limites qui tiennent, par leur nom. `refused` : les dossiers
    remis qui ne sont pas ceux d’un élève, et pourquoi.
    """

    assignment: str
    course: str
    rows: Callable[[], Iterator[Row]]
    summary: Summary
    walls: Mapping[str, bool]
    limits: Limits
    seconds: float
    refused: Mapping[str, str] | None = None

    @property
    def isolation(self) -> bool:
        return not self.summary.exposed

    @property
    def needs_look(self) -> bool:
        return bool(self.summary.looks or self.refused)
