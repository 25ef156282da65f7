"""Le processus d’un élève, vu de qui le surveille : ses messages, ses limites, et la raison de sa fin."""

from __future__ import annotations

import array
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from coursekit.grading.amounts import seconds as in_seconds
from coursekit.grading.children import GoneError
from coursekit.grading.exchange import Limits
from coursekit.grading.frames import Channel
from coursekit.grading.sandbox.cgroups import Group
from coursekit.grading.vocabulary import Ending

_SLICE_SECONDS = 0.05
_BURIAL_SECONDS = 10.0
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True)
class Event:
    """Une ligne du registre : ce qui est arrivé, à qui (son numéro ici), et le descripteur joint s’il y en a un."""

    kind: str
    detail: str
    pid: int
    descriptor: int | None


class Story:
    """Le registre d’un élève, lu ; le noyau y garantit qui a écrit."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket = sock
        self.over = False

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def next(self, seconds: float) -> Event | None:
        """L’événement suivant, ou `None` s’il n’en vient pas à temps, ou plus jamais (`over`)."""
        if self.over or not _ready(self._socket, seconds):
            return None
        text, attached, _, _ = self._socket.recvmsg(4096, 256)
        if not text:
            self.over = True
            return None
        pid, descriptor = 0, None
        for _, kind, data in attached:
            if kind == socket.SCM_CREDENTIALS:
                pid = _CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0]
            elif kind == socket.SCM_RIGHTS:
                descriptor = array.array("i", data[: array.array("i").itemsize])[0]
        kind_of, _, detail = text.decode(errors="replace").partition(" ")
        return Event(kind_of, detail, pid, descriptor)

    def __iter__(self) -> Iterator[Event]:
        """Ce qui est déjà écrit."""
        while event := self.next(0):
            yield event


@dataclass
class Handles:
    """Ce par quoi l’on tient un élève vivant : des descripteurs, que rien ne réattribue à un autre processus."""

    outer: int = -1
    student: int = -1
    inner: int = -1
    """Le numéro 1 de son espace de processus, s’il en a un : le tuer tue tout ce qui y vit."""
    disk: int | None = None

    def kill(self) -> None:
        """Tue l’élève et tous ceux qu’il a lancés, et attend qu’ils soient morts."""
        if self.inner >= 0:
            self.signal(self.inner, signal.SIGKILL)
        else:
            self.signal(self.outer, signal.SIGTERM)
        for handle in (self.inner, self.outer):
            if handle >= 0 and not _ready(handle, _BURIAL_SECONDS):
                self.signal(handle, signal.SIGKILL)
                _ready(handle, _BURIAL_SECONDS)

    def signal(self, handle: int, number: signal.Signals) -> None:
        if handle >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, number)

    def close(self) -> None:
        for descriptor in (self.outer, self.student, self.inner, self.disk):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)


class ForkedChild:
    """Un élève né d’un parent préchauffé (`coursekit.grading.children.Child`)."""

    def __init__(
        self,
        channel: Channel,
        story: Story,
        handles: Handles,
        limits: Limits,
        group: Group | None,
        done: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._story = story
        self._handles = handles
        self._limits = limits
        self._group = group
        self._done = done
        self._decided: Ending | None = None
        self._status: int | None = None
        self._gone: GoneError | None = None

    def send(self, message: bytes) -> None:
        self._raise_if_gone()
        try:
            self._channel.send(message)
        except GoneError as error:
            if error.ending is Ending.CRASHED:
                raise self._end() from None
            raise

    def receive(self, seconds: float) -> bytes:
        self._raise_if_gone()
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise GoneError(Ending.TIMEOUT, f"Pas de réponse au bout de {in_seconds(seconds)}.")
            if (message := self._message(min(left, _SLICE_SECONDS))) is not None:
                return message

    def interrupt(self) -> None:
        if self._gone is None:
            self._handles.signal(self._handles.student, signal.SIGINT)

    def kill(self) -> None:
        if self._gone is None:
            self._decided = self._decided or Ending.CRASHED
            self._end()

    def _message(self, seconds: float) -> bytes | None:
        try:
            message = self._channel.arrived()
            if message is None and _ready(self._channel, seconds):
                self._channel.read_some()
                message = self._channel.arrived()
        except GoneError as error:
            # Un fil coupé est une fin ; un message démesuré en mérite une.
            self._decided = None if error.ending is Ending.CRASHED else error.ending
            raise self._end() from None
        self._decided = self._limit_reached()
        if self._decided:
            raise self._end()
        return message

    def _limit_reached(self) -> Ending | None:
        self._read_story()
        if self._decided:
            return self._decided
        if self._group is not None:
            if self._group.killed_for_memory():
                return Ending.MEMORY
            if self._group.refused_a_process():
                return Ending.PROCESSES
            if (self._group.seconds() or 0) > self._limits.notebook_seconds:
                return Ending.TIMEOUT
        return Ending.DISK if self._disk_is_full() else None

    def _disk_is_full(self) -> bool:
        if self._handles.disk is None:
            return False
        usage = os.fstatvfs(self._handles.disk)
        return usage.f_bavail == 0 or usage.f_ffree == 0

    def _read_story(self) -> None:
        for event in self._story:
            if event.descriptor is not None:
                os.close(event.descriptor)
            if event.kind == "killed":
                self._decided = self._decided or Ending(event.detail)
            elif event.kind == "exit":
                self._status = int(event.detail)

    def _end(self) -> GoneError:
        """Tue ce qui vit encore, attend que tout soit mort, et dit pourquoi."""
        if self._decided is None:
            # Celui qui s’est arrêté seul a droit à un instant pour que sa raison s’écrive.
            _ready(self._handles.outer, 1.0)
        self._handles.kill()
        ending = self._limit_reached() or _ending_of(self._status)
        self._gone = GoneError(ending, explain(ending, self._status, self._limits))
        self._release()
        return self._gone

    def _release(self) -> None:
        self._channel.close()
        self._story.close()
        self._handles.close()
        self._done()
        if self._group is not None:
            self._group.remove()

    def _raise_if_gone(self) -> None:
        if self._gone is not None:
            raise self._gone


def explain(ending: Ending, status: int | None, limits: Limits) -> str:
    """La phrase qui dit à l’enseignant comment un processus a fini ; `status` est celui de `wait`."""
    mib = 2**20
    said = {
        Ending.MEMORY: f"Les processus de la copie ont dépassé {limits.memory // mib} Mio de mémoire.",
        Ending.PROCESSES: f"La copie a voulu plus de {limits.processes} processus et fils d’exécution.",
        Ending.DISK: f"La copie a rempli son disque : {limits.disk // mib} Mio ou {limits.files} fichiers.",
        Ending.TIMEOUT: f"La copie a pris plus de {in_seconds(limits.notebook_seconds)} de processeur.",
        Ending.OUTPUT: "La copie a envoyé un message plus grand que la limite.",
    }
    return said.get(ending) or f"Le processus de l’élève s’est arrêté : {_how(status)}."


def _ending_of(status: int | None) -> Ending:
    fatal = {signal.SIGXCPU: Ending.TIMEOUT, signal.SIGXFSZ: Ending.DISK}
    if status is not None and os.WIFSIGNALED(status):
        return fatal.get(signal.Signals(os.WTERMSIG(status)), Ending.CRASHED)
    return Ending.CRASHED


def _how(status: int | None) -> str:
    if status is None:
        return "il a été tué"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        known = number in {item.value for item in signal.Signals}
        return f"signal {signal.Signals(number).name if known else number}"
    return f"code de sortie {os.WEXITSTATUS(status)}"


def _ready(watched: int | socket.socket | Channel, seconds: float) -> bool:
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    return bool(poll.poll(1000 * max(0.0, seconds)))
