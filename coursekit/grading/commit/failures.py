"""Ce qui peut empêcher d’écrire une note, dit à l’enseignant."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from coursekit.errors import CourseError
from coursekit.grading.collect.gradebook import reason

_Value = TypeVar("_Value")

_WAITABLE = (
    "locked",
    "busy",
    "lock timeout",
    "deadlock",
    "could not serialize",
    "connection",
    "shutting down",
)
_FATAL = {
    "readonly": "le carnet de notes est en lecture seule. Rendez-le inscriptible, puis relancez la même commande",
    "read-only": "le carnet de notes est en lecture seule. Rendez-le inscriptible, puis relancez la même commande",
    "permission denied": "le carnet de notes refuse l’écriture. Vérifiez les droits, puis relancez la même commande",
    "disk is full": "le disque du carnet de notes est plein. Libérez de la place, puis relancez la même commande",
    "no space": "le disque du carnet de notes est plein. Libérez de la place, puis relancez la même commande",
}
_DISK = {
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "votre quota de disque est atteint",
    errno.EROFS: "le disque est en lecture seule",
    errno.EACCES: "l’écriture y est refusée",
    errno.EPERM: "l’écriture y est refusée",
    errno.EFBIG: "un fichier dépasse la taille permise",
    errno.EIO: "le disque est en panne",
}


class CommitError(CourseError):
    """Une copie n’a pas pu être écrite ; relancer la reprend.

    `fatal` : les suivantes échoueraient de même (disque plein, carnet en lecture seule) ; sinon, seule celle-ci attend.
    """

    def __init__(self, message: str, *, fatal: bool = False) -> None:
        super().__init__(message)
        self.fatal = fatal


def on_disk(student: str, error: OSError) -> CommitError:
    why = _DISK.get(error.errno or 0, error.strerror or str(error))
    where = f" ({error.filename})" if error.filename else ""
    return CommitError(
        f"La copie de {student} n’a pas été écrite : {why}{where}. Remédiez-y, puis relancez la même commande : "
        f"les copies déjà notées ne le seront pas deux fois.",
        fatal=True,
    )


def in_gradebook(student: str, error: Exception, waited: float) -> CommitError:
    said = reason(error)
    for sign, told in _FATAL.items():
        if sign in said.lower():
            return CommitError(f"La copie de {student} n’est pas notée : {told}.", fatal=True)
    if is_waitable(error):
        return CommitError(
            f"La copie de {student} n’est pas notée : le carnet de notes est occupé par un autre programme "
            f"depuis {waited:.0f} s ({said}). Fermez-le, puis relancez la même commande."
        )
    return CommitError(f"La copie de {student} n’est pas notée ; le carnet de notes répond : {said}.")


def is_waitable(error: Exception) -> bool:
    """Cet échec peut-il passer tout seul ?"""
    said = reason(error).lower()
    return any(sign in said for sign in _WAITABLE) and not any(sign in said for sign in _FATAL)


def patiently(
    attempt: Callable[[], _Value], undo: Callable[[], object], student: str, patience: float
) -> _Value:
    """Recommence tant que la base est occupée, au plus `patience` secondes, en attendant de plus en plus.

    Raises:
        CommitError: la base refuse, ou est restée occupée.
    """
    from sqlalchemy.exc import DBAPIError

    start = time.monotonic()
    for delay in _delays():
        try:
            return attempt()
        except DBAPIError as error:
            undo()
            waited = time.monotonic() - start
            if not is_waitable(error) or waited + delay > patience:
                raise in_gradebook(student, error, waited) from error
        time.sleep(delay)
    raise AssertionError


def _delays() -> Iterator[float]:
    delay = 0.02
    while True:
        yield delay
        delay = min(2 * delay, 2.0)
