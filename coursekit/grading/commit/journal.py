"""Le journal d’un devoir : une ligne de JSON par étape ; « noté » n’y est dit qu’une fois tout sur le disque.

Il dit quelles copies sont notées, et laquelle était en cours quand tout s’est arrêté. Une ligne coupée est ignorée : la
copie dont elle parlait se recommence. Rien n’y dépend de l’heure.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from coursekit.grading.commit.failures import CommitError

FOLDER = ".coursekit"
BEGIN, DONE = "begin", "done"


class _Line(NamedTuple):
    """Où est une ligne du journal : la garder en mémoire coûterait, pour dix mille copies."""

    start: int
    size: int


class Journal:
    """Ouvert par un seul processus à la fois, le temps de noter ; un processus tué le libère.

    Raises:
        CommitError: un autre le tient depuis plus de `wait` secondes.
        OSError: il ne peut pas s’écrire là.
    """

    def __init__(self, course: Path, assignment: str, wait: float = 5.0) -> None:
        self.path = course / FOLDER / "grading" / f"{assignment}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Les notes d’une classe ne regardent que son enseignant.
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._lock(assignment, wait)
            self._done, self._begun = self._read()
            self._mend()
        except BaseException:
            os.close(self._file)
            raise

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def done(self, student: str) -> Mapping[str, Any] | None:
        """La dernière ligne « noté » de cette copie, si rien n’a été entrepris depuis."""
        if student in self._begun or student not in self._done:
            return None
        return dict(json.loads(os.pread(self._file, self._done[student].size, self._done[student].start)))

    @property
    def unfinished(self) -> frozenset[str]:
        """Les copies entreprises et jamais finies."""
        return frozenset(self._begun)

    def begin(self, student: str, key: str) -> None:
        # Perdre cette ligne dans une coupure de courant ne perd rien : attendre le disque ne servirait à rien.
        self._append({"step": BEGIN, "student": student, "key": key}, wait=False)
        self._begun.add(student)

    def finish(self, student: str, record: Mapping[str, Any]) -> None:
        self._done[student] = self._append({"step": DONE, "student": student, **record})
        self._begun.discard(student)

    def _append(self, record: Mapping[str, Any], *, wait: bool = True) -> _Line:
        line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        size = os.fstat(self._file).st_size
        try:
            view = memoryview(line)
            while view:
                view = view[os.write(self._file, view) :]
            if wait:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, size)
            raise
        return _Line(size, len(line))

    def _lock(self, assignment: str, wait: float) -> None:
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    raise CommitError(
                        f"Le devoir « {assignment} » est déjà en cours de notation. Attendez qu’elle finisse, ou "
                        f"arrêtez-la : ce qui est noté le reste.",
                        fatal=True,
                    ) from None
            time.sleep(0.05)

    def _mend(self) -> None:
        """Termine la ligne qu’un arrêt a coupée : la suivante ne doit pas s’y coller."""
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")
            os.fsync(self._file)

    def _read(self) -> tuple[dict[str, _Line], set[str]]:
        done: dict[str, _Line] = {}
        begun: set[str] = set()
        start = 0
        with self.path.open("rb") as lines:
            for line in lines:
                place, start = _Line(start, len(line)), start + len(line)
                try:
                    record = json.loads(line)
                    step, student = record["step"], record["student"]
                except (ValueError, KeyError, TypeError):
                    continue
                if step == BEGIN:
                    begun.add(student)
                elif step == DONE:
                    done[student] = place
                    begun.discard(student)
        return done, begun
