"""Le parent préchauffé : il importe, n’exécute rien, et fait naître un processus par élève.

Il ne calcule jamais : un seul produit de matrices y créerait des fils d’exécution que `fork` ne copie pas, et les
enfants attendraient sans fin. Il n’a jamais vu de tests, de solutions ni de carnet de notes, et ne reçoit que ce que
son bac à sable lui montre. Là où aucun groupe de contrôle ne compte pour lui, il surveille aussi ce que prennent les
élèves.

    python -P -m coursekit.grading.sandbox.parent DESCRIPTEUR
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursekit.grading.frames import Channel
from coursekit.grading.sandbox.birth import Entry, Register, be_born
from coursekit.grading.sandbox.linux import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    set_attribute,
    use_huge_pages,
)
from coursekit.grading.sandbox.tree import descendants, kill_orphans, processes, proportional_memory
from coursekit.grading.vocabulary import Ending

TICK_SECONDS = 0.05
_LINE = 1 << 16
_MOST_FILES = 100


@dataclass(frozen=True)
class Watch:
    """Ce que le parent surveille lui-même pour un élève : octets, fils d’exécution, secondes ; rien si `None`.

    `apart` : combien de ses premiers processus sont à nous, et ne comptent pas.
    """

    memory: int | None = None
    processes: int | None = None
    seconds: float | None = None
    apart: int = 0

    def __bool__(self) -> bool:
        return any(bound is not None for bound in (self.memory, self.processes, self.seconds))

    def exceeded(self, root: int) -> Ending | None:
        everyone = processes()
        tree = [everyone[root], *descendants(root, everyone)] if root in everyone else []
        members = tree[self.apart :]
        if self.processes is not None and sum(member.threads for member in members) > self.processes:
            return Ending.PROCESSES
        if self.seconds is not None and sum(member.seconds for member in tree) > self.seconds:
            return Ending.TIMEOUT
        if self.memory is not None and sum(member.resident for member in members) > self.memory:
            return Ending.MEMORY if proportional_memory(members, self.memory) > self.memory else None
        return None


@dataclass
class Watched:
    """Un élève vivant : le premier de ses processus, son registre, ce qu’on en surveille."""

    pid: int
    register: Register
    watch: Watch
    exited: int = field(default=-1)

    def __post_init__(self) -> None:
        self.exited = os.pidfd_open(self.pid)

    def check(self) -> None:
        if self.watch and (ending := self.watch.exceeded(self.pid)):
            self.register.write(f"killed {ending}")
            below = [process.pid for process in descendants(self.pid, processes())]
            with suppress(OSError, IndexError):
                os.kill(below[0] if self.watch.apart else self.pid, signal.SIGKILL)
            self.watch = Watch()

    def close(self) -> None:
        os.close(self.exited)
        self.register.socket.close()


class Parent:
    """La boucle du parent : un ordre, une naissance ; une fin, un enterrement."""

    def __init__(self, control: socket.socket, entry: Entry) -> None:
        self._control = control
        self._entry = entry
        self._alive: dict[int, Watched] = {}

    def run(self) -> None:
        """Finit quand qui l’a lancé n’est plus là."""
        while True:
            poll = select.poll()
            for descriptor in (self._control.fileno(), *self._alive):
                poll.register(descriptor, select.POLLIN)
            watching = any(watched.watch for watched in self._alive.values())
            ready = [descriptor for descriptor, _ in poll.poll(1000 * TICK_SECONDS if watching else None)]
            self._bury()
            for watched in self._alive.values():
                watched.check()
            if self._control.fileno() in ready and not self._obey():
                return

    def _bury(self) -> None:
        """Recueille les morts, dont les orphelins d’une copie quand ce processus est le numéro 1."""
        with suppress(ChildProcessError):
            while dead := os.waitpid(-1, os.WNOHANG)[0]:
                for watched in [watched for watched in self._alive.values() if watched.pid == dead]:
                    kill_orphans(os.getpid(), {other.pid for other in self._alive.values()})
                    self._alive.pop(watched.exited).close()

    def _obey(self) -> bool:
        order, descriptors, _, _ = socket.recv_fds(self._control, _LINE, 2)
        if not order:
            return False
        if not descriptors:
            load(json.loads(order))
            return True
        channel, register = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        pid = os.fork()
        if not pid:
            be_born(self._entry, Channel(channel), Register(register))
        channel.close()
        watched = Watched(pid, Register(register), Watch(**json.loads(order)))
        self._alive[watched.exited] = watched
        return True


def importable(names: Sequence[str]) -> list[str]:
    """Ceux de ces modules qui s’importent, dans cet ordre.

    Un processus à part les essaie : d’un import manqué, il resterait ici des morceaux.
    """
    if not names:
        return []
    reading, writing = os.pipe()
    if not (pid := os.fork()):
        found = [name for name in names if _imports(name)]
        os.write(writing, json.dumps(found).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        found = json.loads(told.read() or b"[]")
    os.waitpid(pid, 0)
    return list(found)


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except BaseException:  # un module peut même vouloir finir le processus
        return False
    return True


def load(names: Sequence[str]) -> None:
    """Importe ceux de ces modules qui s’importent."""
    with keeping_all():
        for name in importable(names):
            importlib.import_module(name)
    use_huge_pages()


@contextmanager
def keeping_all() -> Iterator[None]:
    """Le temps du bloc, le ramasse-miettes se tait : il relirait sans fin ce que les imports gardent.

    C’est un cinquième de leur temps. Celui des enfants à venir n’y reviendra pas non plus ; quant au peu que les
    imports ont perdu, le chercher coûterait plus que de le garder.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def furnish_home(names: Sequence[str], descriptors: Sequence[int]) -> None:
    """Copie dans le dossier personnel les fichiers donnés ouverts."""
    for name, descriptor in zip(names, descriptors, strict=True):
        path = Path.home() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(descriptor, "rb") as file:
            path.write_bytes(file.read())


def warm_up(settings: Mapping[str, Any]) -> Entry:
    """Importe ce qui l’est d’avance, s’il est installé, et la fonction d’entrée, `module:fonction`."""
    sys.path.extend(settings["path"])
    with keeping_all():
        for name in settings["preload"]:
            if importlib.util.find_spec(name.partition(".")[0]) is not None:
                importlib.import_module(name)
        module, _, function = settings["entry"].partition(":")
        entry: Entry = getattr(importlib.import_module(module), function)
    use_huge_pages()  # avant qu’un `fork` n’ait rendu ces pages communes
    load(settings["perhaps"])
    return entry


def main() -> int:
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_attribute(PR_SET_DUMPABLE, 0)
    set_attribute(PR_SET_CHILD_SUBREAPER, 1)
    try:
        words, descriptors, _, _ = socket.recv_fds(control, _LINE, _MOST_FILES)
        settings = json.loads(words)
        furnish_home(settings["home"], descriptors)
        entry = warm_up(settings)
    except BaseException as error:
        control.send(f"failed {type(error).__name__} : {error}".encode()[:4000])
        return 1
    control.send(b"ready")
    Parent(control, entry).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
