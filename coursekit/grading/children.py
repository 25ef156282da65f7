"""Le processus d’un élève, vu de qui le surveille : un fil de messages, et une fin qui a une raison.

Deux pépinières en font naître : celle du bac à sable, et une sans murs pour qui l’a demandée explicitement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from coursekit.errors import CourseError
from coursekit.grading.exchange import Limits
from coursekit.grading.vocabulary import Ending


class GoneError(CourseError):
    """Le processus n’est plus là, ou n’a pas répondu à temps ; `ending` dit pourquoi."""

    def __init__(self, ending: Ending, message: str) -> None:
        super().__init__(message)
        self.ending = ending


class Child(Protocol):
    """Un processus qui lit et écrit des messages entiers."""

    def send(self, message: bytes) -> None:
        """Écrit un message.

        Raises:
            GoneError: le processus est mort.
        """

    def receive(self, seconds: float) -> bytes:
        """Le message suivant, attendu au plus `seconds`.

        Raises:
            GoneError: le temps est passé (`Ending.TIMEOUT`), ou le processus est mort, avec sa raison.
        """

    def interrupt(self) -> None:
        """Demande l’arrêt de la cellule en cours, comme Ctrl-C."""

    def kill(self) -> None:
        """Tue le processus et tous ceux qu’il a lancés. Sans effet s’il est déjà mort."""


class Nursery(Protocol):
    """De quoi faire naître des processus d’élèves ; chacun trouve `files` dans son dossier de travail."""

    def spawn(self, limits: Limits, files: Mapping[str, bytes]) -> Child: ...

    @property
    def walls(self) -> Mapping[str, bool]:
        """Les murs et les limites qui tiennent sur cette machine, par leur nom."""

    def close(self) -> None: ...
