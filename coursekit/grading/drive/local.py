"""Des postes sur cette machine : un processus chacun, avec sa pépinière.

Un poste tué ne perd rien : un autre reprend sa copie. Les processus sont lancés à neuf (`spawn`) : ils n’héritent
de rien, et surtout pas des fichiers ouverts de l’enseignant.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from coursekit.errors import CourseError
from coursekit.grading.drive.crew import ATTEMPTS, Crew, Failed, Outcome
from coursekit.grading.drive.post import Post, Task
from coursekit.grading.drive.serve import READY, outcome, serve

START_SECONDS = 180.0
"""Le temps laissé à un poste pour démarrer : il charge PyTorch, parfois depuis un disque froid."""

GRACE_SECONDS = 60
CLOSE_SECONDS = 15.0
LARGEST_RESULT = 512 * 2**20


@dataclass
class _Errand:
    """Une copie confiée, et combien de postes elle a déjà arrêtés."""

    ticket: int
    task: Task
    killed: int = 0


@dataclass
class _Seat:
    """Un poste : son processus, le fil qui le relie, où il tourne, sa copie, et jusqu’à quand on l’attend."""

    process: BaseProcess
    wire: Connection
    deadline: float
    probes: bool
    processors: list[int]
    ready: bool = False
    errand: _Errand | None = None

    def hand(self, errand: _Errand, seconds: float) -> None:
        self.errand = errand
        self.deadline = time.monotonic() + seconds
        try:
            self.wire.send(errand.task)
        except OSError:  # il vient de mourir, ou ne lit pas : on n’attend plus rien de lui
            self.process.kill()

    def end(self) -> None:
        self.process.kill()
        self.process.join(GRACE_SECONDS)
        self.wire.close()


class LocalCrew(Crew):
    """`workers` postes au plus ; ils ne démarrent que s’il y a de quoi les occuper.

    Une copie qui ne revient pas dans le délai du `Post` fait arrêter le sien.
    """

    def __init__(self, post: Post, workers: int | None = None) -> None:
        self._post = post
        self._workers = workers or os.cpu_count() or 1
        self._context = multiprocessing.get_context("spawn")
        self._seats: list[_Seat] = []
        self._queue: deque[_Errand] = deque()
        self._stillborn = 0

    @property
    def room(self) -> int:
        busy = sum(seat.errand is not None for seat in self._seats)
        return self._workers - busy - len(self._queue)

    def give(self, ticket: int, task: Task) -> None:
        self._queue.append(_Errand(ticket, task))
        self._hand_out()

    def take(self) -> list[tuple[int, Outcome]]:
        while True:
            found = [back for seat in self._heard() if (back := self._listen(seat))]
            self._hand_out()
            if found:
                return found

    def close(self) -> None:
        """Demande à chacun de ranger sa pépinière, puis tue ceux qui tardent."""
        for seat in self._seats:
            seat.process.terminate()
        until = time.monotonic() + CLOSE_SECONDS
        for seat in self._seats:
            seat.process.join(max(0.0, until - time.monotonic()))
            seat.end()
        self._seats.clear()

    def _hand_out(self) -> None:
        """Donne ce qui attend aux postes libres, et ouvre ceux qui manquent."""
        for seat in self._seats:
            if self._queue and seat.ready and seat.errand is None:
                seat.hand(self._queue.popleft(), self._post.seconds)
        starting = sum(not seat.ready for seat in self._seats)
        for _ in range(min(len(self._queue) - starting, self._workers - len(self._seats))):
            self._open()

    def _open(self) -> None:
        probe = not any(seat.probes for seat in self._seats)
        processors = self._processors()
        here, there = self._context.Pipe()
        _never_block(here)
        process = self._context.Process(
            target=serve, args=(there, self._post, os.getpid(), probe, processors), daemon=True
        )
        process.start()
        there.close()
        self._seats.append(_Seat(process, here, time.monotonic() + START_SECONDS, probe, processors))

    def _processors(self) -> list[int]:
        """Où tourne le prochain poste : un élève et ses tests se répondent plus vite sur le même processeur."""
        every = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
        taken = {one for seat in self._seats for one in seat.processors}
        free = [one for one in every if one not in taken]
        return free[:1] if self._workers <= len(every) else every

    def _heard(self) -> list[_Seat]:
        """Les postes qui ont quelque chose à dire, ou que l’on n’attend plus."""
        first = min(seat.deadline for seat in self._seats)
        spoken = wait([seat.wire for seat in self._seats], max(0.0, first - time.monotonic()))
        now = time.monotonic()
        return [seat for seat in self._seats if seat.wire in spoken or seat.deadline <= now]

    def _listen(self, seat: _Seat) -> tuple[int, Outcome] | None:
        try:
            if not seat.wire.poll(0):
                return self._dismiss(seat, "n’a pas répondu à temps")
            said = seat.wire.recv_bytes(LARGEST_RESULT)
        except (EOFError, OSError):
            return self._dismiss(seat, "s’est arrêté")
        seat.deadline = math.inf
        if said == READY:
            seat.ready, self._stillborn = True, 0
            return None
        errand, seat.errand = seat.errand, None
        result = outcome(said)
        if errand is None:
            why = result.message if isinstance(result, Failed) else "il a répondu trop tôt."
            raise CourseError(f"Le poste de travail ne démarre pas. {why}")
        return errand.ticket, result

    def _dismiss(self, seat: _Seat, what: str) -> tuple[int, Outcome] | None:
        """Se sépare d’un poste ; sa copie ira à un autre, à moins qu’elle n’en ait arrêté trop."""
        seat.end()
        self._seats.remove(seat)
        if not seat.ready:
            self._count_stillborn(seat, what)
        if (errand := seat.errand) is None:
            return None
        errand.killed += 1
        if errand.killed < ATTEMPTS:
            self._queue.appendleft(errand)
            return None
        return errand.ticket, Failed(
            f"Le programme qui la note {what}, {ATTEMPTS} fois de suite. Elle n’est plus essayée.",
            killed=True,
        )

    def _count_stillborn(self, seat: _Seat, what: str) -> None:
        self._stillborn += 1
        if self._stillborn >= ATTEMPTS:
            raise CourseError(
                f"Aucun poste de travail ne démarre : le dernier {what} (code {seat.process.exitcode}). "
                f"Si la mémoire manque, essayez --workers 1."
            )


def _never_block(wire: Connection) -> None:
    """Un envoi ou une lecture qui n’avance plus échoue : un poste figé ne fige pas le pilote."""
    seconds = struct.pack("ll", GRACE_SECONDS, 0)
    with socket.socket(fileno=os.dup(wire.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
        same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
