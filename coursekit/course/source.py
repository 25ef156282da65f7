"""Lire la source d’un devoir : un texte py:percent, que jupytext découpe en cellules et que `rules` vérifie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coursekit.course.cells import KINDS, PLAIN, Assignment, Cell, Kind
from coursekit.course.rules import Problem, cell_problems, marker_problems
from coursekit.errors import CourseError, require

_MARKER = re.compile(r"^\s*#\s*%%(?:\s(?P<options>.*))?$")
_JUPYTEXT_KEYS = frozenset({"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"})
"""Ce que jupytext note pour réécrire le fichier à l’identique ; rien que l’enseignant ait écrit."""


def read_assignment(path: Path, *, shown: Path | None = None) -> Assignment:
    """Lit et vérifie une source ; `shown` est le chemin que citent les messages.

    Raises:
        CourseError: le fichier ne se lit pas, ou la source est fautive ; le message énumère toutes les fautes.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{shown or path} : ce fichier ne se lit pas ({error}).") from None
    return parse(text, path.stem, file=str(shown or path))


def parse(text: str, name: str, *, file: str = "source") -> Assignment:
    """Lit et vérifie le texte d’une source ; `file` ne sert qu’aux messages.

    Raises:
        CourseError: la source est fautive ; le message énumère toutes les fautes, avec leur cellule et leur ligne.
    """
    raw = tuple(_raw_cells(text, file))
    problems = [
        problem
        for cell in raw
        for problem in marker_problems(cell.kind, cell.cell_type, cell.metadata, cell.options, cell.line)
    ]
    cells = _identified(tuple(_cell(cell) for cell in raw))
    problems += cell_problems(cells)
    if problems:
        raise CourseError("\n".join(f"{file}, {problem}" for problem in sorted(set(problems))))
    return Assignment(name, cells)


@dataclass(frozen=True)
class _RawCell:
    """Une cellule telle que jupytext la lit, la ligne de son `# %%` et ce qui y est écrit."""

    cell_type: str
    metadata: Mapping[str, Any]
    source: str
    line: int
    options: str

    @property
    def kind(self) -> Kind:
        return next((kind for key, kind in KINDS.items() if key in self.metadata), PLAIN)


def _raw_cells(text: str, file: str) -> Iterator[_RawCell]:
    require("jupytext", "course")
    import jupytext

    lines = text.splitlines()
    marks = [(i, match) for i, line in enumerate(lines, start=1) if (match := _MARKER.match(line))]
    _refuse_text_before(lines[: marks[0][0] - 1] if marks else lines, file)
    if not marks:
        raise CourseError(f"{file} : aucune cellule. Commencez chaque cellule par une ligne « # %% ».")
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) != len(marks):
        raise CourseError(
            f"{file} : {len(marks)} lignes « # %% » pour {len(cells)} cellules. L’une de ces lignes est dans une "
            f"chaîne ou un bloc de code ; écrivez-la autrement."
        )
    for cell, (number, match) in zip(cells, marks, strict=True):
        metadata = {key: value for key, value in cell.metadata.items() if key not in _JUPYTEXT_KEYS}
        yield _RawCell(cell.cell_type, metadata, cell.source, number, match["options"] or "")


def _refuse_text_before(lines: list[str], file: str) -> None:
    """Avant la première cellule, seul l’en-tête de jupytext est permis, et il est tout en commentaires."""
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            raise CourseError(
                f"{file}, {Problem(number, 'avant toute cellule', f'« {line} » est hors cellule.')}"
            )


def _cell(raw: _RawCell) -> Cell:
    points = raw.metadata.get("points")
    return Cell(
        kind=raw.kind,
        cell_type=raw.cell_type,
        source=raw.source,
        line=raw.line,
        ref=str(raw.metadata.get(raw.kind.key, "")),
        points=points if isinstance(points, int | float) else None,
        folded=raw.metadata.get("folded") is True,
    )


def _identified(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Donne à chaque cellule son identifiant : `q1`, `q1-tests`, `q1-tests-2`…, et son rang si elle n’a pas de clé."""
    count: dict[str, int] = {}
    identified = []
    for rank, cell in enumerate(cells, start=1):
        name = "-".join(part for part in (cell.ref, cell.kind.suffix) if part) or f"cellule-{rank:02d}"
        count[name] = count.get(name, 0) + 1
        repeated = cell.kind.refers and count[name] > 1
        identified.append(replace(cell, id=f"{name}-{count[name]}" if repeated else name))
    return tuple(identified)
