"""Ce que se passent les étapes de la notation : des valeurs figées, faites de texte et de nombres.

Rien ici ne lit de fichier, ne dépend de nbgrader ni ne connaît l’élève : une copie préparée peut donc partir sans
changement vers un autre processus ou une autre machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """Ce qu’est une cellule pour la notation."""

    ANSWER = "answer"
    """Une réponse, que notent des cellules de tests."""
    MANUAL = "manual"
    """Une réponse notée à la main."""
    TESTS = "tests"
    """Des tests, qui valent des points."""
    TASK = "task"
    """L’énoncé d’une tâche notée à la main ; l’élève y répond dans des cellules libres."""
    LOCKED = "locked"
    """Un texte ou un code de l’enseignant, que l’élève ne modifie pas."""
    FREE = "free"
    """Toute autre cellule : énoncé modifiable, essai, fonction auxiliaire…"""


class Answer(StrEnum):
    """Ce que l’élève a fait d’une cellule de réponse."""

    GIVEN = "given"
    BLANK = "blank"
    """La cellule est telle que distribuée."""
    MISSING = "missing"
    """La cellule manque dans la copie."""


class Status(StrEnum):
    """Ce qu’il advient d’une copie."""

    OK = "ok"
    MISSING = "missing"
    """Il n’y a pas de fichier."""
    UNREADABLE = "unreadable"
    """Il y en a un, qui n’est pas un notebook."""
    REJECTED = "rejected"
    """Le dossier remis contient autre chose que des fichiers ordinaires."""
    CRASHED = "crashed"
    """Le processus de l’élève s’est arrêté tout seul."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT = "output"
    DISK = "disk"
    TAMPERED = "tampered"
    """Le code de l’élève s’en est pris à ce qui l’exécute."""


class Ending(StrEnum):
    """Comment s’est finie une cellule de code ; au-delà d’`error`, les noms sont ceux de `Status`."""

    OK = "ok"
    ERROR = "error"
    """Elle a levé une erreur."""
    SKIPPED = "skipped"
    """Elle n’a pas été exécutée : la copie s’était arrêtée avant."""
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT = "output"
    DISK = "disk"
    TAMPERED = "tampered"


@dataclass(frozen=True)
class Verdict:
    """Un statut et, quand il n’est pas `ok`, la phrase qui l’explique à l’enseignant."""

    status: Status = Status.OK
    message: str = ""

    def __bool__(self) -> bool:
        return self.status is Status.OK


class Change(StrEnum):
    """En quoi une copie diffère de ce qui était distribué, hors des réponses."""

    MISSING = "missing"
    ALTERED = "altered"
    DUPLICATED = "duplicated"
    RECOGNIZED = "recognized"
    MOVED = "moved"
    UNKNOWN = "unknown"
    TAGGED = "tagged"


@dataclass(frozen=True)
class Remark:
    """Une réparation : la cellule (son identifiant), ce qui n’allait pas, et la phrase qui le dit."""

    cell: str
    change: Change
    message: str


@dataclass(frozen=True)
class PreparedCell:
    """Une cellule à sa place définitive.

    `metadata` vient toujours de l’enseignant, et une cellule libre ajoutée par l’élève n’en a aucune. `attachments`
    ne contient que des images, et seulement dans un texte : nom → type → base64.
    """

    role: Role
    cell_type: str
    source: str
    grade_id: str = ""
    points: float | None = None
    answer: Answer | None = None
    id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def runs(self) -> bool:
        return self.cell_type == "code"

    @property
    def tags(self) -> tuple[str, ...]:
        """Les étiquettes de l’enseignant ; celles de l’élève ne comptent pas."""
        return tuple(self.metadata.get("tags", ()))


@dataclass(frozen=True)
class Prepared:
    """Une copie prête à exécuter : ses cellules dans l’ordre, ou aucune si le verdict n’est pas `ok`.

    `kernelspec` est celui de l’enseignant ; `max_score` vaut aussi pour une copie illisible.
    """

    verdict: Verdict
    cells: tuple[PreparedCell, ...]
    remarks: tuple[Remark, ...]
    kernelspec: Mapping[str, Any]
    max_score: float

    def of_role(self, *roles: Role) -> tuple[PreparedCell, ...]:
        return tuple(cell for cell in self.cells if cell.role in roles)
