"""La pièce où travaille un élève : ses fichiers, son disque borné, ses limites.

Une pièce a un dossier de travail, un dossier temporaire et une mémoire partagée. Avec des murs, tous trois tiennent
sur un même disque en mémoire, dont la taille et le nombre de fichiers sont bornés.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from coursekit.errors import ArgumentError
from coursekit.grading.exchange import Limits
from coursekit.grading.sandbox import linux
from coursekit.grading.sandbox.linux import Mount

ROOM = Path("/piece")
"""Le disque d’un élève, dans le bac à sable."""

WORK = ROOM / "copie"
TEMPORARY = ROOM / "tmp"
SHARED_MEMORY = Path("/dev/shm")

_OPEN_FILES = 512
_RESERVE = 2**30
"""Octets d’adresses, en plus de deux fois la mémoire permise : piles et arènes des fils, réservées sans être prises."""

_PER_USER_NAMESPACE = (5, 14)
"""Depuis cette version, le noyau compte les processus par espace d’utilisateurs, et non sur toute la machine."""


def checked_names(names: list[str]) -> list[str]:
    """Les chemins des fichiers à donner à l’élève.

    Raises:
        ArgumentError: l’un d’eux est absolu, remonte ou ne nomme rien.
    """
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
            raise ArgumentError(f"{name!r} n’est pas un chemin dans le dossier de travail d’un élève.")
    return names


def mount_disk(size: int, files: int) -> None:
    """Monte le disque d’un élève, et sa mémoire partagée sur le même.

    Raises:
        OSError: le système le refuse.
    """
    flags = Mount.NO_SUID | Mount.NO_DEV
    linux.mount("copie", str(ROOM), "tmpfs", flags, f"size={size},nr_inodes={files + 4},mode=0555")
    shared = ROOM / "shm"
    for folder in (WORK, TEMPORARY, shared):
        folder.mkdir()
    linux.mount(str(shared), str(SHARED_MEMORY), "", Mount.BIND)


def forbid_namespaces() -> None:
    """Plus aucun espace d’utilisateurs ne naîtra dans celui-ci : on n’y regagne pas de capacités.

    Raises:
        OSError: le système le refuse.
    """
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def furnish(folder: Path, names: list[str], receive: Callable[[], bytes]) -> None:
    """Écrit les fichiers donnés à l’élève.

    Raises:
        OSError: ils ne tiennent pas.
    """
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(receive())


def enter(folder: Path, temporary: Path) -> None:
    """S’y installe : dossier courant, modules importables en dernier, environnement presque vide."""
    os.chdir(folder)
    sys.path[:] = [place for place in sys.path if place not in ("", ".")]
    sys.path.append(str(folder))
    os.environ["HOME"] = str(folder.parent)
    for name in ("TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR", "IPYTHONDIR"):
        os.environ[name] = str(temporary)


def limit(limits: Limits) -> None:
    """Pose les limites que le noyau sait tenir pour un processus seul ; celles de l’ensemble se tiennent ailleurs."""
    seconds = int(limits.notebook_seconds) + 1
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: limits.disk,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_AS: _addresses() + 2 * limits.memory + _RESERVE,
    }
    if sys.platform == "linux":
        bounds |= {resource.RLIMIT_MSGQUEUE: 0, resource.RLIMIT_NICE: 0, resource.RLIMIT_RTPRIO: 0}
    for bound, value in bounds.items():
        _lower(bound, value)


def limit_processes(count: int) -> None:
    """Borne les processus de l’utilisateur, là où le noyau les compte par espace d’utilisateurs.

    Sans effet sur ceux de `root` : c’est alors à qui surveille de compter.
    """
    version = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    if version >= _PER_USER_NAMESPACE:
        _lower(resource.RLIMIT_NPROC, count)


def _lower(bound: int, value: int) -> None:
    _, hard = resource.getrlimit(bound)
    lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(bound, (lowest, lowest))


def _addresses() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
