"""Les parents chauds des processus de tests : un par devoir, qui a déjà importé ce que ses tests importent."""

from __future__ import annotations

import ast
import atexit
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Protocol

from coursekit.errors import CourseError
from coursekit.grading.children import Nursery
from coursekit.grading.vocabulary import PreparedCell, Role

TRUSTED = "coursekit.grading.execute.trusted.serve:serve"
WARM = "coursekit.grading.execute.warmed"
NETWORKS = ("torch", "coursekit.grading.execute.trusted.networks")
OPTIMIZERS = ("torch._dynamo",)
"""Ce que PyTorch charge au premier optimiseur, et en partie au premier réseau : un quart de seconde par copie."""

WORTH = 50
"""À partir de combien de modules chargés en plus un nouveau parent fait gagner du temps."""


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
            self._learned = tuple(loaded) if len(loaded) >= WORTH else ()
            if self._learned:
                self.close()

    def close(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None


def _born(modules: Collection[str], learned: Collection[str]) -> Nursery:
    from coursekit.grading.bare import Bare

    networks = NETWORKS if "torch" in modules else ()
    return Bare(TRUSTED, (WARM, *networks), perhaps=(*modules, *learned))


def parent_of(cells: Iterable[PreparedCell]) -> Parent:
    """Le parent des processus de tests de ces cellules ; les quatre derniers sont gardés."""
    return _parent(preloads(cells))


@lru_cache(maxsize=4)
def _parent(modules: tuple[str, ...]) -> Parent:
    return Parent(modules)


class TeacherCell(Protocol):
    """Une cellule de l’enseignant, dans son notebook ou dans une copie préparée."""

    @property
    def role(self) -> Role: ...

    @property
    def cell_type(self) -> str: ...

    @property
    def source(self) -> str: ...


def preloads(cells: Iterable[TeacherCell]) -> tuple[str, ...]:
    """Ce qu’un parent a intérêt à importer pour ces cellules : ce que nomme l’enseignant, et ce qui en découle."""
    named: set[str] = set()
    for source in _sources(cells):
        named |= _imported(source)
    wanted = sorted(named)
    return (*wanted, *(OPTIMIZERS if "torch" in named else ()))


def modules_of(cells: Iterable[TeacherCell]) -> tuple[str, ...]:
    """Les modules que nomment les cellules de l’enseignant, sans leurs sous-modules."""
    return tuple(sorted({name.partition(".")[0] for source in _sources(cells) for name in _imported(source)}))


def _sources(cells: Iterable[TeacherCell]) -> Iterator[str]:
    """Le code de l’enseignant : ce qu’il verrouille, et ses tests."""
    return (
        cell.source for cell in cells if cell.cell_type == "code" and cell.role in (Role.LOCKED, Role.TESTS)
    )


@lru_cache(maxsize=512)
def _imported(source: str) -> frozenset[str]:
    """Les modules qu’importe un code, et ce qui en est peut-être un : `a.b`, dans « from a import b »."""
    # Une magie n’est pas du Python : elle n’importe rien.
    lines = "\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in source.split("\n"))
    try:
        tree = ast.parse(lines)
    except (SyntaxError, ValueError):
        return frozenset()
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(named)
