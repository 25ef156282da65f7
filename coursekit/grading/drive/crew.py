"""Une équipe de postes, vue du pilote : on lui confie des copies, elle les rend avec leur note ou une raison."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

from coursekit.grading.drive.post import Task

ATTEMPTS = 3
"""Combien de postes une même copie peut arrêter avant qu’on ne la confie plus à aucun."""


@dataclass(frozen=True)
class Failed:
    """Une copie qu’aucun poste n’a pu noter. `killed` : elle les a arrêtés ; sinon, la notation a une faute."""

    message: str
    killed: bool = False


Outcome = bytes | Failed
"""Ce que `Post.grade` a rendu, ou pourquoi il n’a rien rendu."""


class Crew(ABC):
    """Des postes, ici ou ailleurs ; `with` les arrête, copies en cours comprises."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    @abstractmethod
    def room(self) -> int:
        """Combien de copies on peut lui confier de plus."""

    @abstractmethod
    def give(self, ticket: int, task: Task) -> None:
        """Confie une copie."""

    @abstractmethod
    def take(self) -> list[tuple[int, Outcome]]:
        """Attend qu’au moins une copie revienne.

        Raises:
            CourseError: les postes ne répondent plus, ou ne démarrent pas.
        """

    @abstractmethod
    def close(self) -> None:
        """Arrête tous les postes."""


T = TypeVar("T")


def flow(crew: Crew, tasks: Iterable[tuple[T, Task]]) -> Iterator[tuple[T, Outcome]]:
    """Fait passer des copies par l’équipe ; elles reviennent dans l’ordre où elles sont prêtes.

    Une copie n’est lue que lorsqu’un poste peut la prendre : la mémoire ne dépend pas de leur nombre. Un poste libéré
    reçoit la suivante avant que l’appelant ne s’occupe de celle qui revient.
    """
    source = enumerate(tasks)
    waiting: dict[int, T] = {}
    back: deque[tuple[int, Outcome]] = deque()
    while True:
        while crew.room > 0 and (found := next(source, None)):
            ticket, (waiting[ticket], task) = found
            crew.give(ticket, task)
        if not back and not waiting:
            return
        if not back:
            back.extend(crew.take())
            continue
        ticket, outcome = back.popleft()
        yield waiting.pop(ticket), outcome
