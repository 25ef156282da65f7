"""Ce que l’enseignant a écrit d’un devoir : ses notebooks, tels que le carnet de notes les connaît, et ses fichiers."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.errors import CourseError
from coursekit.grading.collect.gradebook import maximums, recorded
from coursekit.grading.collect.names import EXTENSION, is_notebook
from coursekit.grading.prepare import Reference, read_reference

if TYPE_CHECKING:
    from coursekit.grading.collect.course import GradedCourse


def read_references(course: GradedCourse, name: str) -> dict[str, Reference]:
    with course.gradebook() as gradebook:
        if name not in {assignment.name for assignment in gradebook.assignments}:
            raise CourseError(
                f"Le devoir « {name} » n’est pas dans le carnet de notes. Lancez d’abord, dans le cours : "
                f"nbgrader generate_assignment {name}."
            )
        known, points = recorded(gradebook, name), maximums(gradebook, name)
    if not known:
        raise CourseError(
            f"Le devoir « {name} » n’a aucun notebook dans le carnet de notes. Lancez : "
            f"nbgrader generate_assignment {name}."
        )
    references = {}
    for notebook, cells in known.items():
        path = _source(course, name, notebook)
        references[notebook] = read_reference(
            path.read_bytes(), markers=course.markers, recorded=cells, name=str(path.relative_to(course.root))
        )
        _check_points(name, notebook, references[notebook], points[notebook])
    return references


def _source(course: GradedCourse, assignment: str, notebook: str) -> Path:
    tried = [course.folder(step, ".", assignment) / (notebook + EXTENSION) for step in ("source", "release")]
    for path in tried:
        if path.is_file():
            return Path(path)
    raise CourseError(
        f"Le notebook « {notebook} » du devoir « {assignment} » manque : ni {' ni '.join(map(str, tried))}."
    )


def _check_points(name: str, notebook: str, reference: Reference, points: Mapping[str, float]) -> None:
    for cell in reference.cells:
        if cell.points is not None and cell.points != points.get(cell.grade_id):
            raise CourseError(
                f"{notebook} : « {cell.grade_id} » vaut {cell.points:g} dans le notebook et "
                f"{points.get(cell.grade_id, 0):g} dans le carnet de notes. Relancez : "
                f"nbgrader generate_assignment {name}."
            )


def support_files(course: GradedCourse, name: str) -> dict[str, bytes]:
    """Les fichiers de l’enseignant, hors ceux que l’élève doit pouvoir modifier (`Autograde.exclude_overwriting`)."""
    folder = course.folder("source", ".", name)
    kept = set(course.converter.exclude_overwriting.get(name, ()))
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        unwanted = relative in kept or is_notebook(relative) or ignored(relative, course.directory.ignore)
        if path.is_file() and not unwanted:
            found[relative] = path.read_bytes()
    return found


def ignored(path: str, patterns: list[str]) -> bool:
    """Comme nbgrader : un motif vaut pour le nom d’un fichier ou d’un dossier, à toute profondeur."""
    parts = path.split("/")
    return any(fnmatch(part, pattern) for part in parts for pattern in patterns) or any(
        part.endswith(EXTENSION) for part in parts
    )


def ignored_folder(path: str, patterns: list[str]) -> bool:
    """Ce fichier est-il dans un dossier que le cours ignore, comme les copies de Jupyter (`.ipynb_checkpoints`) ?"""
    return any(fnmatch(folder, pattern) for folder in path.split("/")[:-1] for pattern in patterns)
