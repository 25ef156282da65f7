"""Les groupes de contrôle : le noyau y compte et y borne ce que prennent tous les processus d’une copie ensemble.

Deux versions existent, parfois sur la même machine. Un contrôleur dont on ne peut pas se servir (droits, délégation,
version) manque simplement : le parent préchauffé surveille alors à sa place.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.exchange import Limits

_PREFIX = "coursekit-"
_CONTROLLERS = ("memory", "pids", "cpu", "cpuacct")
_PERIOD = 100_000
"""Microsecondes ; une copie dispose d’un processeur entier, pas davantage."""
_REMOVAL_SECONDS = 2.0
_COUNTER = 4096
"""Octets d’un fichier de compteurs, au plus."""


@dataclass(frozen=True)
class Home:
    """Le groupe du processus courant, pour un contrôleur."""

    folder: Path
    version: int


def homes(cgroup: str, mountinfo: str) -> dict[str, Home]:
    """Où sont nos groupes, d’après `/proc/self/cgroup` et `/proc/self/mountinfo`."""
    mounted = dict(_mounted(mountinfo))
    found: dict[str, Home] = {}
    for line in cgroup.splitlines():
        _, names, path = line.split(":", 2)
        for name in names.split(",") if names else [""]:
            if name in mounted:
                root, point = mounted[name]
                inside = os.path.relpath(path, root) if root != "/" else path.lstrip("/")
                if not inside.startswith(".."):
                    found[name] = Home(point / inside, 1 if name else 2)
    unified = found.pop("", None)
    if unified is not None:
        for name in ("memory", "pids", "cpu", "cpuacct"):
            found.setdefault(name, unified)
    return {name: found[name] for name in _CONTROLLERS if name in found}


def _mounted(mountinfo: str) -> Iterator[tuple[str, tuple[str, Path]]]:
    for line in mountinfo.splitlines():
        fields = line.split()
        root, point = fields[3:5]
        kind, _, options = fields[fields.index("-") + 1 :][:3]
        if kind == "cgroup2":
            yield "", (root, Path(point))
        elif kind == "cgroup":
            for name in options.split(","):
                yield name, (root, Path(point))


class Groups:
    """Les groupes d’une pépinière, un par copie, sous celui du processus courant.

    `controllers` : ceux dont on peut se servir ici.
    """

    def __init__(self, found: Mapping[str, Home]) -> None:
        self._bases: dict[str, Home] = {}
        self._ranks = itertools.count()
        self._name = f"{_PREFIX}{os.getpid()}-{time.monotonic_ns():x}"
        for controller, home in found.items():
            with suppress(OSError):
                _sweep(home.folder)
                self._bases[controller] = _usable(controller, home, self._name)

    @classmethod
    def here(cls) -> Groups:
        try:
            cgroup, mountinfo = (Path("/proc/self", name).read_text() for name in ("cgroup", "mountinfo"))
        except OSError:
            return cls({})
        return cls(homes(cgroup, mountinfo))

    @property
    def controllers(self) -> frozenset[str]:
        return frozenset(self._bases)

    def create(self, limits: Limits, apart: int) -> Group:
        """Le groupe d’une copie ; `apart` de ses processus sont à nous, et ne comptent pas."""
        name = str(next(self._ranks))
        group = Group(
            {controller: Home(base.folder / name, base.version) for controller, base in self._bases.items()}
        )
        group.limit(limits, apart)
        return group

    def close(self) -> None:
        for home in self._bases.values():
            for folder in (*home.folder.glob("*/"), home.folder):
                _remove(folder)


class Group:
    """Le groupe d’une copie."""

    def __init__(self, homes: Mapping[str, Home]) -> None:
        self._homes = homes
        self._opened: dict[tuple[str, str], int] = {}
        for home in homes.values():
            home.folder.mkdir(exist_ok=True)

    def limit(self, limits: Limits, apart: int) -> None:
        version = {controller: home.version for controller, home in self._homes.items()}
        if version.get("memory") == 1:
            self._write("memory", "memory.limit_in_bytes", limits.memory)
            self._write("memory", "memory.memsw.limit_in_bytes", limits.memory, optional=True)
        elif version.get("memory") == 2:
            self._write("memory", "memory.max", limits.memory)
            self._write("memory", "memory.swap.max", 0, optional=True)
        if "pids" in version:
            self._write("pids", "pids.max", limits.processes + apart)
        if version.get("cpu") == 1:
            self._write("cpu", "cpu.cfs_period_us", _PERIOD)
            self._write("cpu", "cpu.cfs_quota_us", _PERIOD)
        elif version.get("cpu") == 2:
            self._write("cpu", "cpu.max", f"{_PERIOD} {_PERIOD}")

    def add(self, pid: int) -> None:
        """Y met un processus ; ceux qu’il lancera y naîtront.

        Raises:
            OSError: le système le refuse.
        """
        for controller in self._homes:
            self._write(controller, "cgroup.procs", pid)

    def killed_for_memory(self) -> bool:
        """Un processus du groupe a été tué parce que le groupe avait tout pris."""
        name = {1: "memory.oom_control", 2: "memory.events"}
        return (
            "memory" in self._homes
            and self._count("memory", name[self._homes["memory"].version], "oom_kill") > 0
        )

    def refused_a_process(self) -> bool:
        """Un processus ou un fil d’exécution n’a pas pu naître : le groupe en avait son compte."""
        return "pids" in self._homes and self._count("pids", "pids.events", "max") > 0

    def seconds(self) -> float | None:
        """Secondes de processeur prises ensemble, ou `None` si rien ne les compte."""
        home = self._homes.get("cpuacct")
        if home is None:
            return None
        if home.version == 1:
            return int(self._read("cpuacct", "cpuacct.usage")) / 1e9
        return self._count("cpuacct", "cpu.stat", "usage_usec") / 1e6

    def remove(self) -> None:
        """L’enlève, quand plus aucun processus n’y est."""
        for descriptor in self._opened.values():
            os.close(descriptor)
        self._opened.clear()
        for home in self._homes.values():
            _remove(home.folder)

    def _count(self, controller: str, name: str, key: str) -> int:
        found = re.search(rf"^{key} (\d+)$", self._read(controller, name), re.MULTILINE)
        return int(found[1]) if found else 0

    def _read(self, controller: str, name: str) -> str:
        """Un compteur. Il se relit à chaque message de la copie : son fichier reste ouvert."""
        if (controller, name) not in self._opened:
            path = self._homes[controller].folder / name
            self._opened[controller, name] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return os.pread(self._opened[controller, name], _COUNTER, 0).decode()

    def _write(self, controller: str, name: str, value: object, *, optional: bool = False) -> None:
        path = self._homes[controller].folder / name
        if not optional or path.exists():
            path.write_text(str(value))


def _usable(controller: str, home: Home, name: str) -> Home:
    """Un groupe à nous, dont les enfants ont ce contrôleur.

    Raises:
        OSError: le système le refuse.
    """
    if home.version == 2:
        needed = "cpu" if controller == "cpuacct" else controller
        _delegate(home.folder, needed)
    base = Home(home.folder / name, home.version)
    base.folder.mkdir(exist_ok=True)
    if home.version == 2:
        (base.folder / "cgroup.subtree_control").write_text(f"+{needed}")
    return base


def _delegate(folder: Path, controller: str) -> None:
    """Donne un contrôleur aux enfants de notre groupe ; en version 2, il faut d’abord que celui-ci se vide."""
    control = folder / "cgroup.subtree_control"
    if controller not in (folder / "cgroup.controllers").read_text().split():
        raise OSError(errno.ENOENT, controller)
    if controller in control.read_text().split():
        return
    try:
        control.write_text(f"+{controller}")
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        leaf = folder / f"{_PREFIX}hote"
        leaf.mkdir(exist_ok=True)
        for pid in (folder / "cgroup.procs").read_text().split():
            (leaf / "cgroup.procs").write_text(pid)
        control.write_text(f"+{controller}")


def _sweep(folder: Path) -> None:
    """Enlève les groupes vides d’une notation qui n’a pas pu finir."""
    for left in folder.glob(f"{_PREFIX}*-*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            for group in (*_inside(left), left):
                with suppress(OSError):
                    group.rmdir()


def _inside(group: Path) -> list[Path]:
    """Ses sous-groupes ; aucun si un autre correcteur vient de l’enlever."""
    with suppress(FileNotFoundError):
        return list(group.glob("*/"))
    return []


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + _REMOVAL_SECONDS
    while folder.exists():
        try:
            folder.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.002)
