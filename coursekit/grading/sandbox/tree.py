"""L’arbre d’un processus, lu dans `/proc` : qui en descend, ce qu’ils prennent ensemble, et comment les tuer tous."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PAGE = resource.getpagesize()
_KILL_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """Une ligne de `/proc/…/stat` : parent, fils, secondes de processeur (enfants finis compris), octets."""

    pid: int
    parent: int
    threads: int
    seconds: float
    resident: int

    @classmethod
    def read(cls, text: str) -> Process:
        """Lit une ligne ; le nom du programme, entre parenthèses, peut contenir n’importe quoi."""
        pid, _, rest = text.partition(" (")
        fields = rest.rpartition(") ")[2].split()
        ticks = sum(int(field) for field in fields[11:15])
        return cls(
            int(pid),
            int(fields[1]),
            int(fields[17]),
            ticks / os.sysconf("SC_CLK_TCK"),
            int(fields[21]) * _PAGE,
        )


def processes() -> dict[int, Process]:
    """Tous les processus visibles."""
    found = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                process = Process.read((entry / "stat").read_text())
                found[process.pid] = process
    return found


def descendants(root: int, everyone: Mapping[int, Process]) -> list[Process]:
    """Les descendants de `root`, lui non compris, les plus proches d’abord."""
    children: dict[int, list[Process]] = {}
    for process in everyone.values():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = [root]
    while waiting:
        born = children.get(waiting.pop(0), [])
        found += born
        waiting += [process.pid for process in born]
    return found


def proportional_memory(members: Iterable[Process], enough: int) -> int:
    """Octets pris ensemble ; une page partagée compte pour sa part, et l’on s’arrête de compter au-delà de `enough`.

    Ce que le noyau refuse de détailler compte en entier.
    """
    total = 0
    for process in members:
        if total > enough:
            break
        try:
            text = (_PROC / str(process.pid) / "smaps_rollup").read_text()
            total += 1024 * int(text.partition("\nPss:")[2].split(maxsplit=1)[0])
        except ProcessLookupError:
            continue
        except (OSError, IndexError, ValueError):
            total += process.resident
    return total


def kill_orphans(parent: int, known: Collection[int]) -> None:
    """Tue les enfants de `parent` qui ne sont pas les siens : il les a recueillis à la mort de leur gardien."""
    deadline = time.monotonic() + _KILL_SECONDS
    while time.monotonic() < deadline:
        adopted = [
            process
            for process in processes().values()
            if process.parent == parent and process.pid not in known
        ]
        if not adopted:
            return
        for process in adopted:
            kill_descendants(process.pid)
            _kill(process.pid)
            with suppress(ChildProcessError):
                os.waitpid(process.pid, 0)


def kill_descendants(root: int) -> None:
    """Tue tout ce qui descend de `root`, autant de fois qu’il en renaît, et recueille ceux qui sont à nous."""
    deadline = time.monotonic() + _KILL_SECONDS
    while (found := descendants(root, processes())) and time.monotonic() < deadline:
        for process in found:
            _kill(process.pid)
        if root == os.getpid():
            _reap()


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
