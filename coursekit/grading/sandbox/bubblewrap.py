"""La commande de bubblewrap, et ce qu’il faut dire quand elle manque ou que le système la refuse.

Dedans : le système et Python, en lecture seule. Ni réseau, ni environnement, ni dossier personnel, ni cours.
"""

from __future__ import annotations

import shutil
import site
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import MissingDependencyError
from coursekit.grading.sandbox import unroot
from coursekit.grading.sandbox.room import ROOM, SHARED_MEMORY, TEMPORARY, WORK
from coursekit.grading.sandbox.server import ENVIRONMENT, SetupError, python, source_root

USER = 1000
_PACKAGE = Path("/coursekit")
"""Où coursekit se trouve, dedans."""

_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/nsswitch.conf")

_SWITCHES = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "AppArmor l’interdit (Ubuntu 23.10 et suivants) : sudo apt install apparmor-profiles, puis "
        "sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ et "
        "sudo systemctl reload apparmor ; ou, pour toute la machine, "
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0.",
    ),
    "/proc/sys/kernel/unprivileged_userns_clone": (
        "0",
        "Le noyau l’interdit : sudo sysctl kernel.unprivileged_userns_clone=1.",
    ),
    "/proc/sys/user/max_user_namespaces": (
        "0",
        "Le noyau n’en permet aucun : sudo sysctl user.max_user_namespaces=10000.",
    ),
}
_IN_A_CONTAINER = (
    "Dans un conteneur Docker ou Podman, lancez-le avec --security-opt seccomp=unconfined "
    "--security-opt systempaths=unconfined (et --security-opt apparmor=unconfined si AppArmor est là)."
)


@dataclass(frozen=True)
class Enclosure:
    """Ce que montre le bac à sable en plus du système et de Python.

    `path` : d’autres dossiers d’où importer. `hidden` : ce qui ne doit s’y voir en aucun cas, comme le dossier du
    cours, même si Python est installé au-dessus.
    """

    path: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    unroot: bool = False
    """Cesser d’abord d’être `root`."""

    def command(self, descriptor: int, disk: int | None = None) -> list[str]:
        """La commande qui lance un parent préchauffé dans le bac à sable.

        `disk` : il ne servira qu’un élève, dans ses propres murs, avec un disque de tant d’octets.
        """
        walls: tuple[str, ...] = (
            "--unshare-all",
            "--as-pid-1",
            "--cap-drop",
            "ALL",
            "--uid",
            str(USER),
            "--gid",
            str(USER),
        )
        # Le noyau tue à la mort du fil d’exécution, et non du processus : un fil de travail peut finir bien avant.
        if threading.current_thread() is threading.main_thread():
            walls = ("--die-with-parent", *walls)
        sources = _places(self.path)
        staged = unroot.staged(sources) if self.unroot else {place: place for place in sources}
        enclosed = [
            found(),
            *walls,
            *("--clearenv", *_variables(self.path)),
            *_system(),
            *self._shown(staged),
            *("--proc", "/proc", "--dev", "/dev"),
            *_disk(disk, sources),
            *(word for place in self._covered(sources) for word in ("--remount-ro", place)),
            *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"),
            *python(descriptor),
        ]
        return unroot.command(sources, enclosed) if self.unroot else enclosed

    def _shown(self, staged: Mapping[str, str]) -> Iterator[str]:
        """Les dossiers à montrer, puis ceux à cacher dedans, puis ceux à montrer dans ceux-là."""
        covered = self._covered(list(staged))
        for place in sorted({*staged, *covered}):
            yield from (
                ("--tmpfs", place) if place in covered else ("--ro-bind", staged[place], _inside(place))
            )

    def _covered(self, sources: Sequence[str]) -> list[str]:
        """Ce qui, sans cela, se verrait de ce qu’il faut cacher."""
        seen = ("/usr", *sources)
        return [place for place in self.hidden if any(Path(place).is_relative_to(source) for source in seen)]


def found() -> str:
    """Le chemin de bubblewrap.

    Raises:
        MissingDependencyError: il n’est pas installé.
    """
    path = shutil.which("bwrap")
    if path is None:
        raise MissingDependencyError(
            "Le bac à sable demande bubblewrap, qui n’est pas installé. Installez-le avec : "
            "sudo apt install bubblewrap (Debian, Ubuntu) ou sudo dnf install bubblewrap (Fedora). "
            "Pour noter sans murs, à vos risques : --sans-isolation."
        )
    return path


def refusal(error: SetupError) -> SetupError:
    """Ce que l’on dit à qui ne peut pas lancer bubblewrap : la cause, et ce qui la lève."""
    if not str(error).startswith("bwrap:"):
        return error
    causes = [advice for place, (value, advice) in _SWITCHES.items() if _reads(Path(place), value)]
    advice = " ".join(causes) or _IN_A_CONTAINER
    return SetupError(
        f"Le bac à sable n’a pas pu démarrer : {error}\n"
        f"S’il s’agit d’espaces de noms refusés : {advice}\nPour noter sans murs, à vos risques : --sans-isolation."
    )


def _reads(path: Path, value: str) -> bool:
    try:
        return path.read_text().strip() == value
    except OSError:
        return False


def _variables(path: Sequence[str]) -> Iterator[str]:
    importable = ":".join((str(_PACKAGE), *path, *_user_site()))
    for name, value in {**ENVIRONMENT, "PYTHONPATH": importable, "HOME": str(TEMPORARY)}.items():
        yield from ("--setenv", name, value)


def _user_site() -> tuple[str, ...]:
    """Les modules installés par `pip install --user`, si ce Python s’en sert."""
    folder = site.getusersitepackages()
    return (folder,) if site.ENABLE_USER_SITE and Path(folder).is_dir() else ()


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        place = Path(name)
        if place.is_symlink():
            yield from ("--symlink", str(place.readlink()), name)
        elif place.is_dir():
            yield from ("--ro-bind", name, name)
    for name in _SETTINGS:
        yield from ("--ro-bind-try", name, name)


def _places(path: Sequence[str]) -> list[str]:
    """Où est installé ce Python, et coursekit ; les dossiers qui en contiennent d’autres d’abord."""
    executable = Path(sys.executable).parent.parent
    wanted = {sys.base_prefix, sys.prefix, str(executable), str(_source()), *path, *_user_site()}
    return sorted(place for place in wanted if not Path(place).is_relative_to("/usr"))


def _source() -> Path:
    return source_root() / "coursekit"


def _inside(place: str) -> str:
    """Où un dossier se voit, dedans : à sa place, sauf coursekit, dont les voisins peuvent être ceux du cours."""
    return str(_PACKAGE / "coursekit") if place == str(_source()) else place


def _disk(size: int | None, sources: Sequence[str]) -> Iterator[str]:
    """Un disque en mémoire. `/tmp` y mène, sauf si c’est là qu’est installé ce Python."""
    bound = () if size is None else ("--size", str(size))
    yield from (*bound, "--tmpfs", str(ROOM), "--dir", str(WORK), "--dir", str(TEMPORARY))
    yield from (*bound, "--tmpfs", str(SHARED_MEMORY))
    for place in ("/tmp", "/var/tmp"):
        if not any(Path(used).is_relative_to(place) for used in sources):
            yield from ("--symlink", str(TEMPORARY), place)
