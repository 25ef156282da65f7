"""Des processus d’élèves sans murs, pour qui l’a demandé explicitement.

Même interface et même vitesse que le bac à sable : un parent préchauffé, un `fork` par élève. Le temps de processeur,
la mémoire et les processus d’une copie y sont bornés, et rien ne survit à son arrêt ; mais elle lit et écrit tout ce
que lit et écrit qui la note, joint le réseau, et son disque n’a pas de borne d’ensemble.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from coursekit.grading.exchange import Limits
from coursekit.grading.sandbox.birth import Order
from coursekit.grading.sandbox.cgroups import Groups
from coursekit.grading.sandbox.child import ForkedChild
from coursekit.grading.sandbox.room import checked_names
from coursekit.grading.sandbox.server import ENVIRONMENT, Program, Server, missing, python, source_root

PREFIX = "coursekit-notes-"


class Bare:
    """Une pépinière sans murs (`coursekit.grading.children.Nursery`).

    Args:
        entry: la fonction de l’élève, `module:fonction` ; elle reçoit un `Channel`.
        preload: les modules importés d’avance, s’ils sont installés.
        path: des dossiers de plus d’où importer.
        guarded: faux si ce qui y tourne est à nous : il n’y faut pas de gardien.
        perhaps: d’autres modules à importer d’avance, qui peuvent échouer : un processus à part les essaie.
    """

    def __init__(
        self,
        entry: str,
        preload: Sequence[str] = (),
        path: Sequence[str | Path] = (),
        perhaps: Sequence[str] = (),
        guarded: bool = True,
    ) -> None:
        places = tuple(str(place) for place in path)
        self._program = Program(entry, tuple(preload), places, tuple(perhaps))
        self._guarded = guarded
        self._settle()
        self._server = self._start()

    def _settle(self) -> None:
        """Ce qui est à ce processus seul : où travaillent ses élèves, et de quoi les compter."""
        sweep(Path(tempfile.gettempdir()))
        self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self._groups = Groups.here()

    def __getstate__(self) -> dict[str, object]:
        """Prêtée à un autre processus : le même parent chaud."""
        return {name: vars(self)[name] for name in ("_program", "_server", "_guarded")}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._settle()

    def spawn(self, limits: Limits, files: Mapping[str, bytes]) -> ForkedChild:
        """Fait naître un élève, dans un dossier de travail à lui, effacé à sa fin.

        Raises:
            ArgumentError: un des chemins sort du dossier de travail.
            SetupError: le système refuse.
        """
        names = checked_names(list(files))
        if not self._server.alive:
            self._server.close()
            self._server = self._start()
        room = Path(tempfile.mkdtemp(dir=self._folder))
        work, temporary = room / "copie", room / "tmp"
        work.mkdir()
        temporary.mkdir()
        places = (str(work), str(temporary))
        order = Order(limits, names, *places, namespaces=False, locked=False, guarded=self._guarded)
        ours = int(self._guarded)
        group = self._groups.create(limits, ours)
        watch = missing(self._groups, limits, ours)
        return self._server.spawn(order, files, watch, group, lambda: shutil.rmtree(room, ignore_errors=True))

    def load(self, modules: Sequence[str]) -> None:
        """Fait importer d’autres modules à son parent, s’ils s’importent, avant les prochaines naissances."""
        self._program = replace(self._program, perhaps=(*self._program.perhaps, *modules))
        self._server.load(modules)

    @property
    def walls(self) -> Mapping[str, bool]:
        from coursekit.grading.sandbox.walls import probe

        return probe(Bare)

    def close(self) -> None:
        self._server.close()
        self._groups.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> Server:
        environment = {**ENVIRONMENT, "PYTHONPATH": str(source_root())}
        return Server(self._program, python, environment).wait()


def sweep(folder: Path) -> None:
    """Efface les dossiers d’une notation qui n’a pas pu finir."""
    for left in folder.glob(f"{PREFIX}*-*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if not owner.isdigit() or Path("/proc", owner).exists():
            continue
        with suppress(FileNotFoundError):  # un autre correcteur l’a effacé entre-temps
            if left.lstat().st_uid == os.geteuid():
                shutil.rmtree(left, ignore_errors=True)
