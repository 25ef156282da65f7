"""Les parents chauds des processus de tests : un par devoir, qui a déjà importé ce que ses tests importent."""

from __future__ import annotations

import ast
import atexit
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Protocol

from coursekit.grading.bare import Bare
from coursekit.grading.vocabulary import PreparedCell, Role

TRUSTED = "coursekit.grading.execute.trusted.serve:serve"
WARM = "coursekit.grading.execute.warmed"
NETWORKS = ("torch", "coursekit.grading.execute.trusted.networks")
DRAWS = ("numpy.random",)
"""Ce que NumPy charge au premier tirage, et nous pour savoir s’il y en a eu un."""

GRADIENTS = ("torch.fx.experimental.symbolic_shapes",)
"""Ce que PyTorch charge au premier gradient : cinq cents modules, un quart de seconde par copie."""

OPTIMIZERS = ("torch._dynamo",)
"""Ce que PyTorch charge au premier optimiseur : trois cents modules de plus, une demi-seconde par copie."""

TRAINING = ("torch.optim", "coursekit.training")
"""Ce dont le nom annonce un optimiseur."""

SOURCES = "coursekit.grading.execute.sources"
"""Le texte de ce que cite une pile d’appels de PyTorch."""


def consequences(modules: Collection[str]) -> tuple[str, ...]:
    """Ce que ces modules font charger ou lire plus tard ; à importer après eux."""
    if "torch" not in modules:
        return DRAWS if "numpy" in modules else ()
    optimizers = () if set(TRAINING).isdisjoint(modules) else OPTIMIZERS
    return (*DRAWS, *GRADIENTS, *optimizers, SOURCES)


class Parent:
    """La pépinière des tests d’un devoir.

    Un module qui ne se charge qu’à l’usage n’est pas nommé dans les cellules. Chaque processus dit ceux qu’il a
    chargés : le parent les importe, et les suivants les auront.
    """

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._modules = modules
        self._learned: set[str] = set()
        self._nursery: Bare | None = None
        atexit.register(self.close)

    def __getstate__(self) -> dict[str, object]:
        """Prêté à un autre processus, qui y fera naître les siens."""
        return vars(self)

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        atexit.register(self.close)

    def start(self) -> None:
        """Le démarre, s’il ne l’est pas."""
        self._nursery = self._nursery or _born(self._modules)

    @property
    def nursery(self) -> Bare:
        self.start()
        assert self._nursery is not None
        return self._nursery

    def learn(self, loaded: Collection[str]) -> None:
        """Fait importer par le parent ce qu’un processus a dû charger."""
        new = [name for name in loaded if name not in self._learned]
        if new and self._nursery is not None:
            self._learned.update(new)
            self._nursery.load(new)

    def close(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None


def _born(modules: Collection[str]) -> Bare:
    networks = NETWORKS if "torch" in modules else ()
    return Bare(TRUSTED, (WARM, *networks, *consequences(modules)), perhaps=tuple(modules), guarded=False)


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
    """Ce qu’un parent a intérêt à importer pour ces cellules : ce que nomme l’enseignant.

    Un optimiseur s’annonce partout, même dans une réponse attendue : les élèves en auront un.
    """
    known = list(cells)
    named = {name for source in _sources(known) for name in _imported(source)}
    if "torch" in named and any(
        cell.cell_type == "code" and _OPTIMIZER.search(cell.source) for cell in known
    ):
        named.add("torch.optim")
    return tuple(sorted(named))


_OPTIMIZER = re.compile(r"\boptim\b|\bcoursekit\.training\b")


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
