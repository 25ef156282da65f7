"""Le vocabulaire d’un devoir : les rôles d’une cellule, et ce que chacun veut dire pour nbgrader.

Une cellule notée porte une clé courte sur sa ligne `# %%` ; tout le reste en découle :

    # %% answer="q1"                       la réponse, notée par ses tests
    # %% tests="q1" points=2               ses tests, verrouillés, en partie cachés
    # %% [markdown] manual="q8" points=3   une réponse libre, notée à la main
    # %% locked="preparation"              une cellule que l’élève ne modifie pas
    # %% locked="outils" folded=true       la même, que Jupyter replie
    # %% [markdown] hint="q1"              un indice replié, que l’élève ne modifie pas
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SOLUTION = "SOLUTION"
HIDDEN_TESTS = "HIDDEN TESTS"
REGIONS = (SOLUTION, HIDDEN_TESTS)
"""nbgrader délimite une région par deux lignes qui contiennent `BEGIN …` et `END …`."""


@dataclass(frozen=True)
class Kind:
    """Un rôle : sa clé courte et les règles qui s’y attachent.

    `region` est la région permise et `needs_region` dit qu’elle est obligatoire ; `refers` dit que l’identifiant
    est celui d’une autre cellule, auquel `suffix` s’ajoute.
    """

    key: str
    cell_types: tuple[str, ...]
    points: bool = False
    region: str | None = None
    needs_region: bool = False
    refers: bool = False
    suffix: str = ""


ANSWER = Kind("answer", ("code",), region=SOLUTION, needs_region=True)
TESTS = Kind("tests", ("code",), points=True, region=HIDDEN_TESTS, refers=True, suffix="tests")
MANUAL = Kind("manual", ("markdown", "code"), points=True, region=SOLUTION, needs_region=True)
LOCKED = Kind("locked", ("markdown", "code"))
HINT = Kind("hint", ("markdown",), refers=True, suffix="indice")
PLAIN = Kind("", ("markdown", "code"))

KINDS: Mapping[str, Kind] = MappingProxyType({k.key: k for k in (ANSWER, TESTS, MANUAL, LOCKED, HINT)})
KEYS = (*KINDS, "points", "folded")


@dataclass(frozen=True)
class Cell:
    """Une cellule de la source.

    `ref` est l’identifiant écrit par l’enseignant, `id` celui, unique, de la cellule dans le notebook ; `line` est
    le numéro de sa ligne `# %%`.
    """

    kind: Kind
    cell_type: str
    source: str
    line: int
    ref: str = ""
    id: str = ""
    points: float | None = None
    folded: bool = False


@dataclass(frozen=True)
class Assignment:
    """Un devoir dont la source a été vérifiée."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def points(self) -> float:
        """Le barème : la somme des points de toutes les cellules."""
        return sum(cell.points or 0 for cell in self.cells)

    def of_kind(self, kind: Kind) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.kind is kind)
