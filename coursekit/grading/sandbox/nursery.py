"""La pépinière du bac à sable : un parent préchauffé derrière bubblewrap, et un enfant de plus en plus enfermé."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self

from coursekit.grading.exchange import Limits
from coursekit.grading.sandbox.birth import Order
from coursekit.grading.sandbox.bubblewrap import Enclosure, refusal
from coursekit.grading.sandbox.cgroups import Groups
from coursekit.grading.sandbox.child import ForkedChild
from coursekit.grading.sandbox.room import ROOM, TEMPORARY, WORK, checked_names
from coursekit.grading.sandbox.server import Program, Server, SetupError, missing, source_root
from coursekit.grading.sandbox.walls import probe

_OUTSIDE = {"PYTHONPATH": str(source_root())}
"""L’environnement de ce qui se lance avant le bac à sable, qui n’en garde rien."""

_KERNEL_PROCESSES = 2
"""Dans le groupe d’une copie, deux processus sont à nous : celui qui s’annonce et le numéro 1."""


class Sandbox:
    """Une pépinière entre deux murs (`coursekit.grading.children.Nursery`).

    Args:
        entry: la fonction de l’élève, `module:fonction` ; elle reçoit un `Channel`.
        preload: les modules importés d’avance, s’ils sont installés.
        path: des dossiers de plus d’où importer ; l’élève peut les lire.
        hidden: des dossiers à cacher en tout cas, comme celui du cours.
        nested: faux pour se passer du second mur ; sans effet là où le système le refuse déjà. Chaque élève a alors
            son propre bubblewrap, donc son propre démarrage, et rien ne borne le nombre de ses fichiers.
        perhaps: d’autres modules à importer d’avance, qui peuvent échouer : un processus à part les essaie.

    Une erreur de mémoire que Python peut rattraper reste une `MemoryError` dans la cellule : seul un dépassement
    effectif tue.

    Raises:
        MissingDependencyError: bubblewrap n’est pas installé.
        SetupError: le système refuse les espaces de noms ; le message dit comment les permettre.
    """

    def __init__(
        self,
        entry: str,
        preload: Sequence[str] = (),
        path: Sequence[str | Path] = (),
        hidden: Sequence[str | Path] = (),
        nested: bool = True,
        perhaps: Sequence[str] = (),
        home: Mapping[str, Path] | None = None,
        later: bool = False,
    ) -> None:
        places = tuple(str(Path(place).resolve()) for place in path)
        concealed = tuple(str(Path(place).resolve()) for place in hidden)
        self._enclosure = Enclosure(places, concealed, unroot=os.geteuid() == 0)
        files = tuple((name, str(place)) for name, place in (home or {}).items())
        self._program = Program(entry, tuple(preload), perhaps=tuple(perhaps), home=files)
        self._groups = Groups.here()
        self.nested = nested
        self._server = self._launch()
        if not later:
            self.open()

    def open(self) -> Self:
        """Attend que le parent soit prêt, et éprouve ce que permet cette machine.

        Raises:
            SetupError: le système refuse les espaces de noms.
        """
        try:
            self._server.wait()
        except SetupError as error:
            if not self._enclosure.unroot:
                raise refusal(error) from None
            self._enclosure = replace(self._enclosure, unroot=False)
            self._server = self._start()
        # Un processus de `root` aurait, dans son propre `/proc`, le droit d’écrire les réglages du noyau.
        still_root = os.geteuid() == 0 and not self._enclosure.unroot
        self.nested = self.nested and not still_root and self._can_nest()
        return self

    def load(self, modules: Sequence[str]) -> None:
        """Fait importer d’autres modules à son parent, s’ils s’importent, avant les prochaines naissances."""
        self._program = replace(self._program, perhaps=(*self._program.perhaps, *modules))
        self._server.load(modules)

    def __getstate__(self) -> dict[str, object]:
        """Prêtée à un autre processus : le même parent chaud, mais des groupes de contrôle à lui."""
        return {name: value for name, value in vars(self).items() if name not in ("_groups", "walls")}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._groups = Groups.here()

    @cached_property
    def walls(self) -> Mapping[str, bool]:
        """Les murs qui tiennent, attaqués un à un au premier appel (deux secondes environ)."""
        return probe(lambda entry: Sandbox(entry, nested=self.nested))

    def spawn(self, limits: Limits, files: Mapping[str, bytes]) -> ForkedChild:
        """Fait naître un élève, avec un disque à lui qui contient `files`.

        Raises:
            ArgumentError: un des chemins sort du dossier de travail.
            GoneError: les fichiers ne tiennent pas sur le disque permis (`Ending.DISK`).
            SetupError: le système refuse.
        """
        names = checked_names(list(files))
        return (
            self._spawn_nested(limits, names, files)
            if self.nested
            else self._spawn_apart(limits, names, files)
        )

    def close(self) -> None:
        self._server.close()
        self._groups.close()

    def _spawn_nested(self, limits: Limits, names: list[str], files: Mapping[str, bytes]) -> ForkedChild:
        if not self._server.alive:
            self._server.close()
            self._server = self._start()
        order = Order(limits, names, str(WORK), str(TEMPORARY), namespaces=True, locked=True, disk=str(ROOM))
        group = self._groups.create(limits, _KERNEL_PROCESSES)
        return self._server.spawn(
            order, files, missing(self._groups, limits, _KERNEL_PROCESSES), group, _nothing
        )

    def _spawn_apart(self, limits: Limits, names: list[str], files: Mapping[str, bytes]) -> ForkedChild:
        order = Order(limits, names, str(WORK), str(TEMPORARY), namespaces=False, locked=True, disk=str(ROOM))
        server = self._start(limits.disk)
        group = self._groups.create(limits, 1)
        try:
            return server.spawn(order, files, missing(self._groups, limits, 1), group, server.close)
        except BaseException:
            server.close()
            raise

    def _start(self, disk: int | None = None) -> Server:
        try:
            return self._launch(disk).wait()
        except SetupError as error:
            raise refusal(error) from None

    def _launch(self, disk: int | None = None) -> Server:
        return Server(self._program, lambda descriptor: self._enclosure.command(descriptor, disk), _OUTSIDE)

    def _can_nest(self) -> bool:
        """Essaie : certains systèmes refusent un espace d’utilisateurs dans un autre."""
        try:
            self._spawn_nested(Limits(), [], {}).kill()
        except SetupError:
            return False
        return True


def _nothing() -> None:
    """Rien à faire à la fin d’un enfant : le parent lui survit."""
