"""Le seul qui écrive dans un cours : le dossier corrigé d’une copie, et ses notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from coursekit.errors import CourseError
from coursekit.grading.collect.values import Collected
from coursekit.grading.exchange import Executed, Job


class CommitError(CourseError):
    """Une copie n’a pas pu être écrite, et rien n’en a été écrit.

    `fatal` : les suivantes échoueraient de même (disque plein, carnet en lecture seule) ; sinon, seule celle-ci attend.
    """

    def __init__(self, message: str, *, fatal: bool = False) -> None:
        super().__init__(message)
        self.fatal = fatal


@dataclass(frozen=True)
class Graded:
    """Un notebook exécuté ; `executed` vaut `None` si rien ne s’exécutait (copie illisible, absente ou refusée)."""

    job: Job
    executed: Executed | None = None


@dataclass(frozen=True)
class Committed:
    """Ce qui a été écrit d’une copie : la note automatique par notebook puis par cellule, la pénalité de retard.

    Une note `None` attend l’enseignant. `score` et `max_score` sont ceux du carnet de notes, note manuelle comprise,
    pénalité non déduite.
    """

    student: str
    score: float
    max_score: float
    penalty: float = 0.0
    needs_manual_grade: bool = False
    scores: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)


class Writer:
    """Écrit les copies d’un devoir, l’une après l’autre ; un seul par devoir et à la fois.

    Raises:
        CommitError: un autre écrit déjà ce devoir.
        CourseError: le carnet de notes est d’une autre version de nbgrader, ou ne s’ouvre pas.
    """

    def __init__(self, assignment: Any) -> None:
        self.assignment = assignment

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError

    def is_done(self, collected: Collected, jobs: Mapping[str, Job]) -> bool:
        """Ces mêmes octets, ces mêmes tests et ces mêmes limites ont-ils déjà été notés et écrits ?"""
        raise NotImplementedError

    def committed(self, student: str) -> Committed | None:
        """Ce que le journal sait de la dernière écriture de cette copie, si le carnet de notes le confirme."""
        raise NotImplementedError

    def commit(self, collected: Collected, graded: Mapping[str, Graded]) -> Committed:
        """Écrit le dossier corrigé et les notes. Recommencer donne le même résultat.

        Raises:
            CommitError: rien n’a été écrit de cette copie ; le message dit pourquoi et que faire.
        """
        raise NotImplementedError
