"""Le notebook de l’enseignant, vu par la notation : chaque cellule telle qu’elle s’exécutera et telle que distribuée.

Il se lit de deux façons. Du notebook source seul, dont on ôte les solutions comme le ferait nbgrader. Ou du notebook
source ou distribué, plus ce que le carnet de notes a enregistré : il le faut quand des tests y sont écrits par
nbgrader lui-même (AUTOTEST), ou quand la source a changé depuis la distribution.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from coursekit.errors import CourseError
from coursekit.grading.prepare.reading import RawCell, UnreadableError, parse, read_cells
from coursekit.grading.prepare.regions import Markers, without, without_solution
from coursekit.grading.vocabulary import Role

_SCHEMA = 3


@dataclass(frozen=True)
class Recorded:
    """Une cellule telle que le carnet de notes la connaît (sa table `source_cell`)."""

    source: str
    cell_type: str


@dataclass(frozen=True)
class ReferenceCell:
    """Une cellule de l’enseignant.

    `source` est ce qui s’exécutera si l’élève n’y change rien, tests cachés compris ; `distributed` est ce qu’il a
    reçu ; `landmarks`, les lignes de `distributed` qu’une réponse laisse d’ordinaire en place.
    """

    role: Role
    cell_type: str
    source: str
    distributed: str
    landmarks: frozenset[str]
    id: str = ""
    grade_id: str = ""
    points: float | None = None
    overwritten: bool = False
    """Le texte de l’élève n’y compte pas : tests et cellules verrouillées."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(self.metadata.get("tags", ()))


@dataclass(frozen=True)
class Reference:
    """Le notebook de l’enseignant, solutions ôtées."""

    cells: tuple[ReferenceCell, ...]
    kernelspec: Mapping[str, Any] = field(default_factory=dict)

    @property
    def max_score(self) -> float:
        return sum(cell.points or 0 for cell in self.cells)


def read_reference(
    notebook: bytes,
    *,
    markers: Markers | None = None,
    recorded: Mapping[str, Recorded] | None = None,
    name: str = "Le notebook source",
) -> Reference:
    """Lit le notebook de l’enseignant ; `recorded` va d’un `grade_id` à ce que le carnet de notes en sait.

    Raises:
        CourseError: le notebook ne se lit pas, deux cellules ont le même identifiant, une région n’est pas fermée, ou
            le carnet de notes connaît d’autres cellules que ce notebook.
    """
    markers = markers or Markers()
    try:
        raw = read_cells(notebook)
        content = parse(notebook)
    except UnreadableError as error:
        raise CourseError(f"{name} ne se lit pas. {error}") from None
    kernelspec = _object(_object(content.get("metadata")).get("kernelspec"))
    reader = _Reader(markers, str(kernelspec.get("language", "python")), recorded)
    try:
        cells = tuple(
            reader.cell(_object(cell.get("metadata")), read)
            for cell, read in zip(content["cells"], raw, strict=True)
        )
        _check(cells, recorded)
    except CourseError as error:
        raise CourseError(f"{name} : {error}") from None
    return Reference(cells, kernelspec)


@dataclass(frozen=True)
class _Reader:
    markers: Markers
    language: str
    recorded: Mapping[str, Recorded] | None

    def cell(self, metadata: dict[str, Any], read: RawCell) -> ReferenceCell:
        nbgrader = _object(metadata.get("nbgrader"))
        role, grade_id = role_of(nbgrader), str(nbgrader.get("grade_id", ""))
        if role is not Role.FREE and not grade_id:
            raise CourseError(
                f"une cellule notée ou verrouillée n’a pas de grade_id : « {_start(read.source)} »."
            )
        source, cell_type = self._text(role, grade_id, read)
        distributed = self._distributed(source)
        points = _points(nbgrader, grade_id) if nbgrader.get("grade") or nbgrader.get("task") else None
        cell = ReferenceCell(
            role=role,
            cell_type=cell_type,
            source=source,
            distributed=distributed,
            landmarks=self._landmarks(distributed),
            id=read.id,
            grade_id=grade_id,
            points=points,
            overwritten=_is_locked(nbgrader),
            attachments=read.attachments,
        )
        return _with_metadata(cell, metadata, nbgrader)

    def _text(self, role: Role, grade_id: str, read: RawCell) -> tuple[str, str]:
        if self.recorded is not None:
            known = self.recorded.get(grade_id) if role is not Role.FREE else None
            return (known.source, known.cell_type) if known else (read.source, read.cell_type)
        if role is Role.TESTS and self.markers.autotest in read.source:
            raise CourseError(
                f"nbgrader écrit lui-même les tests de « {grade_id} » ({self.markers.autotest}) ; ils ne sont que dans "
                f"le carnet de notes. Lancez d’abord : nbgrader generate_assignment."
            )
        if role in (Role.ANSWER, Role.MANUAL):
            stub = self.markers.stub(read.cell_type, self.language)
            return without_solution(read.source, self.markers.solution, stub), read.cell_type
        return read.source, read.cell_type

    def _distributed(self, source: str) -> str:
        return without(without(source, self.markers.hidden_tests), self.markers.mark_scheme)

    def _landmarks(self, distributed: str) -> frozenset[str]:
        stubs = "\n".join((*self.markers.code_stubs.values(), self.markers.text_stub))
        common = {line.strip() for line in stubs.split("\n")} | {""}
        return frozenset(line.strip() for line in distributed.split("\n")) - common


def role_of(nbgrader: Mapping[str, Any]) -> Role:
    """Le rôle que disent les métadonnées de nbgrader, dans l’ordre où il les lit lui-même."""
    if nbgrader.get("solution"):
        return Role.MANUAL if nbgrader.get("grade") else Role.ANSWER
    if nbgrader.get("grade"):
        return Role.TESTS
    if nbgrader.get("task"):
        return Role.TASK
    return Role.LOCKED if nbgrader.get("locked") else Role.FREE


def _is_locked(nbgrader: Mapping[str, Any]) -> bool:
    """Une tâche n’est verrouillée que si elle le dit ; des tests le sont toujours, une réponse jamais."""
    return not nbgrader.get("solution") and bool(nbgrader.get("grade") or nbgrader.get("locked"))


def _points(nbgrader: Mapping[str, Any], grade_id: str) -> float:
    """Les points, comme nbgrader met à jour ses anciennes versions : vides ou négatifs, ils valent 0."""
    try:
        points = float(nbgrader.get("points") or 0)
    except (TypeError, ValueError):
        points = float("nan")
    if not points < float("inf"):
        raise CourseError(f"points={nbgrader.get('points')!r} dans « {grade_id} » n’est pas un nombre.")
    return max(points, 0.0)


def _with_metadata(
    cell: ReferenceCell, metadata: Mapping[str, Any], nbgrader: Mapping[str, Any]
) -> ReferenceCell:
    """Ajoute les métadonnées que la copie corrigée portera : celles d’une distribution, empreinte comprise."""
    kept = {key: value for key, value in metadata.items() if key not in ("nbgrader", "trusted")}
    if cell.role is Role.FREE:
        return replace(cell, metadata=kept)
    full: dict[str, Any] = {key: bool(nbgrader.get(key)) for key in ("grade", "locked", "solution", "task")}
    full |= {"grade_id": cell.grade_id, "schema_version": _SCHEMA}
    if cell.points is not None:
        full["points"] = cell.points
    if cell.role is not Role.TASK or cell.overwritten:
        full |= {"cell_type": cell.cell_type, "checksum": checksum(cell)}
    locks = {"deletable": False} | ({"editable": False} if cell.overwritten else {})
    return replace(cell, metadata={**kept, **locks, "nbgrader": full})


def checksum(cell: ReferenceCell) -> str:
    """L’empreinte par laquelle nbgrader reconnaît une cellule inchangée (`nbgrader.utils.compute_checksum`)."""
    graded = cell.role in (Role.TESTS, Role.MANUAL)
    parts = [
        cell.source,
        cell.cell_type,
        str(graded),
        str(cell.role in (Role.ANSWER, Role.MANUAL)),
        str(cell.overwritten),
        cell.grade_id,
    ]
    if graded:
        parts.append(str(cell.points))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _check(cells: tuple[ReferenceCell, ...], recorded: Mapping[str, Recorded] | None) -> None:
    counts = Counter(cell.grade_id for cell in cells if cell.grade_id)
    if repeated := [grade_id for grade_id, count in counts.items() if count > 1]:
        raise CourseError(f"plusieurs cellules ont l’identifiant {', '.join(repeated)}.")
    if recorded is not None and (stray := sorted(_strays(cells, recorded))):
        raise CourseError(
            f"le carnet de notes et le notebook ne connaissent pas les mêmes cellules ({', '.join(stray)}). "
            f"Relancez : nbgrader generate_assignment."
        )


def _strays(cells: tuple[ReferenceCell, ...], recorded: Mapping[str, Recorded]) -> Iterator[str]:
    known = {cell.grade_id for cell in cells if cell.role is not Role.FREE}
    yield from known ^ set(recorded)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _start(source: str) -> str:
    return source.strip().split("\n", 1)[0][:60]
