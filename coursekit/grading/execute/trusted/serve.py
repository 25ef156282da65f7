"""La boucle du processus des tests : exécuter une cellule de l’enseignant, dire ce qu’elle a donné."""

from __future__ import annotations

import builtins
import os
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from itertools import takewhile
from typing import Any

from coursekit.grading.execute.outputs import Descriptors, Output, Publisher
from coursekit.grading.execute.scoring import STUDENT, judged
from coursekit.grading.execute.shell import attach, warm
from coursekit.grading.execute.student.cells import describe
from coursekit.grading.execute.trusted.handles import Handle, Handles
from coursekit.grading.execute.trusted.link import Link
from coursekit.grading.execute.wire import CrossingError, remember_arrays
from coursekit.grading.frames import Channel


class Namespace(dict[str, Any]):
    """Les noms des tests ; ceux qui manquent sont cherchés chez l’élève.

    Une fonction ou un objet de l’élève se retient le temps d’une cellule ; une donnée se redemande, car un appel peut
    l’avoir changée.
    """

    link: Link
    seen: dict[str, Handle]

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        if name in self.seen:
            return self.seen[name]
        found = self.link.ask(do="name", name=name)
        if len(found) == 1:
            raise KeyError(name)
        if isinstance(found[1], Handle):
            self.seen[name] = found[1]
        return found[1]


class Beside:
    """Importe du dossier de travail les seuls modules que nomment les cellules de l’enseignant.

    Ce dossier a aussi les fichiers de l’élève : une bibliothèque qui essaie d’importer un module facultatif n’y
    trouve rien.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self.names, self.folder = names, os.getcwd()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if path is None and name in self.names:
            return PathFinder.find_spec(name, [self.folder], target)
        return None


def serve(channel: Channel) -> None:
    """Sert l’hôte jusqu’à ce qu’il ferme la conversation."""
    remember_arrays()
    Session(channel).loop()


class Session:
    """L’interpréteur des tests et son fil vers l’élève."""

    def __init__(self, channel: Channel) -> None:
        self.link = Link(channel)
        self.last_inherited = next(reversed(sys.modules))
        self.handles = Handles(self.link)
        self.link.others, self.link.called_back = self.handles, self.handles.called_back
        self.publisher = Publisher(self._show, lambda what: self.link.send({"op": what}))
        self.shell = warm()
        self.names = Namespace(self.shell.user_ns)
        self.names.link, self.names.seen = self.link, {}
        self.shell.user_ns = self.names
        self.shell.user_module = _Main(self.names)
        attach(self.shell, self.publisher)
        self.descriptors = Descriptors(self.publisher)
        self.link.before_asking = self._settle

    def loop(self) -> None:
        while (order := self.link.orders.get()) is not None:
            if order["op"] == "modules":
                sys.meta_path.append(Beside(frozenset(order["names"])))
            else:
                self.handles.begin(order["epoch"])
                self.link.send({"op": "tested", **self.run(order["source"], order["limit"])})
                if order["locked"]:
                    self.handles.twins.notice(self.names)

    def run(self, source: str, limit: int) -> dict[str, Any]:
        self.publisher.begin(limit)
        self.link.begin()
        self.names.seen.clear()
        try:
            done = self.shell.run_cell(source, store_history=False)
            error = done.error_before_exec or done.error_in_exec
            value = done.result
            value = f"{STUDENT}{type(value).__name__}" if issubclass(type(value), Handle) else judged(value)
        except BaseException as escaped:
            error, value = escaped, None
        self.handles.settle()
        self._settle()
        return {
            "error": describe(error),
            "value": value,
            "needs": self.link.needs_real,
            "loaded": self._loaded(),
            "tampered": self.link.tampered,
            "overflowed": self.publisher.overflowed,
        }

    def _loaded(self) -> list[str]:
        """Les modules des bibliothèques chargés depuis la naissance, dans l’ordre où ils l’ont été.

        On les prend par la fin : compter une référence de plus à chacun des anciens copierait mille pages.
        """
        new = list(takewhile(lambda name: name != self.last_inherited, reversed(sys.modules)))
        return [name for name in reversed(new) if self._installed(name)]

    def _installed(self, name: str) -> bool:
        """Un module d’une bibliothèque, pas un fichier du devoir ni un module fait à la main."""
        spec = getattr(sys.modules[name], "__spec__", None)
        if not isinstance(spec, ModuleSpec) or spec.name != name or spec.origin is None:
            return False
        return not spec.origin.startswith(os.getcwd())

    def _settle(self) -> None:
        self.descriptors.drain()
        self.publisher.flush()

    def _show(self, output: Output) -> None:
        with suppress(CrossingError):
            self.link.send({"op": "out", "output": output})


class _Main:
    """Le module `__main__` des tests."""

    def __init__(self, names: Namespace) -> None:
        self.__dict__ = names
