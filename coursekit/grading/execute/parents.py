"""Les parents chauds des processus de tests : un par devoir, qui a déjà importé ce que ses tests importent."""

from __future__ import annotations

import ast
import atexit
from collections.abc import Collection, Iterable
from functools import lru_cache

from coursekit.errors import CourseError
from coursekit.grading.children import Nursery
from coursekit.grading.vocabulary import PreparedCell, Role

TRUSTED = "coursekit.grading.execute.trusted.serve:serve"
WARM = "coursekit.grading.execute.warmed"
SAFE = {
    "numpy": ("numpy",),
    # Un optimiseur charge torch._dynamo à son premier emploi : des secondes.
    "torch": ("torch", "torch._dynamo", "coursekit.grading.execute.trusted.networks"),
}
"""Ce qui s’importe d’avance sans qu’un premier processus l’ait essayé."""


class Parent:
    """La pépinière des tests d’un devoir.

    Un module qui ne se charge qu’à l’usage n’est pas nommé dans les cellules. Le premier processus dit ceux qu’il a
    chargés : à la copie suivante, un nouveau parent les aura.
    """

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._modules = modules
        self._learned: tuple[str, ...] | None = None
        self._nursery: Nursery | None = None
        atexit.register(self.close)

    @property
    def nursery(self) -> Nursery:
        if self._nursery is None:
            try:
                self._nursery = _born(self._modules, self._learned or ())
            except CourseError:
                # Un module qui s’importait après d’autres ne s’importe pas toujours seul.
                self._learned = ()
                self._nursery = _born(self._modules, ())
        return self._nursery

    def learn(self, loaded: Collection[str]) -> None:
        """Retient, la première fois, ce qu’un processus a chargé de plus que son parent."""
        if self._learned is None:
            self._learned = tuple(loaded)
            if loaded:
                self.close()

    def close(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None


def _born(modules: Collection[str], learned: Collection[str]) -> Nursery:
    from coursekit.grading.bare import Bare

    return Bare(TRUSTED, (WARM, *(kept for name in modules for kept in SAFE.get(name, ())), *learned))


def parent_of(cells: Iterable[PreparedCell]) -> Parent:
    """Le parent des processus de tests de ces cellules ; les quatre derniers sont gardés."""
    return _parent(modules_of(cells))


@lru_cache(maxsize=4)
def _parent(modules: tuple[str, ...]) -> Parent:
    return Parent(modules)


def modules_of(cells: Iterable[PreparedCell]) -> tuple[str, ...]:
    """Les modules que nomment les cellules de l’enseignant : celles qu’il verrouille, et ses tests."""
    names: set[str] = set()
    for cell in cells:
        if cell.runs and cell.role in (Role.LOCKED, Role.TESTS):
            names |= _imported(cell.source)
    return tuple(sorted(names))


def _imported(source: str) -> set[str]:
    # Une magie n’est pas du Python : elle n’importe rien.
    lines = "\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in source.split("\n"))
    try:
        tree = ast.parse(lines)
    except (SyntaxError, ValueError):
        return set()
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named.add(node.module)
    return {name.partition(".")[0] for name in named}
