"""Un petit cours prêt à noter, sans aucune commande : le devoir que l’on attaque, dans un vrai carnet de notes.

L’exécution y est feinte : on choisit les points de chaque cellule de tests. Ce qui est vrai, ce sont les dossiers, le
carnet de notes, et nbgrader qui relit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from attacks import Submission, toy
from stock_nbgrader import ASSIGNMENT, StockNbgrader

from coursekit.grading.collect import Assignment, Collected, open_course
from coursekit.grading.commit import Graded, Writer
from coursekit.grading.exchange import CellRun, Executed, Job
from coursekit.grading.vocabulary import Ending, Prepared, PreparedCell, Role, Verdict

CONFIG = "c = get_config()\n"
FULL = {**toy.POINTS}
NOTHING = dict.fromkeys(toy.POINTS, 0.0)
ERROR = {"output_type": "error", "ename": "AssertionError", "evalue": "faux", "traceback": ["faux"]}


def template(folder: Path, url: str = "") -> Path:
    """Le cours sans aucune copie. nbgrader y met quelques secondes : à faire une fois, puis à copier.

    `url` est la base du carnet de notes ; par défaut, un fichier du cours.
    """
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader cherche alembic dans le PATH.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        stock = StockNbgrader.create(folder, url)
    source = folder / "source" / ASSIGNMENT / f"{toy.NAME}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes(toy.as_bytes(toy.source()))
    stock.release(toy.NAME, source.read_bytes())
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Course:
    """Une copie du cours, où l’on remet et où l’on note."""

    root: Path

    @classmethod
    def copy(cls, of: Path, root: Path) -> Course:
        shutil.copytree(of, root, dirs_exist_ok=True)
        return cls(root)

    def configure(self, *lines: str) -> None:
        (self.root / "nbgrader_config.py").write_text(CONFIG + "\n".join(lines) + "\n", encoding="utf-8")

    def submit(self, student: str, submission: Submission) -> Path:
        folder = self.root / "submitted" / student / ASSIGNMENT
        shutil.rmtree(folder, ignore_errors=True)
        submission.write(folder)
        return folder

    def assignment(self) -> Assignment:
        return open_course(self.root).assignment(ASSIGNMENT)

    def gradebook(self) -> Any:
        from nbgrader.api import Gradebook

        return Gradebook(open_course(self.root).db_url)

    def due(self, when: str) -> None:
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment(ASSIGNMENT, duedate=when)

    def grade(self, points: Mapping[str, Mapping[str, float]], **settings: Any) -> list[str]:
        """Note les élèves de `points`, qui ne le sont pas déjà ; rend ceux qui l’ont été."""
        assignment = self.assignment()
        with Writer(assignment, **settings) as writer:
            return [
                student
                for student, earned in points.items()
                if grade_one(writer, assignment, student, earned)
            ]


def grade_one(writer: Writer, assignment: Assignment, student: str, points: Mapping[str, float]) -> bool:
    collected = assignment.collect(student)
    work = graded(assignment, collected, points)
    if writer.is_done(collected, {name: one.job for name, one in work.items()}):
        return False
    writer.commit(collected, work)
    return True


def graded(assignment: Assignment, collected: Collected, points: Mapping[str, float]) -> dict[str, Graded]:
    prepared = {
        name: found.prepare(assignment.references[name]) for name, found in collected.notebooks.items()
    }
    return {
        name: Graded(Job(one, assignment.limits, collected.files), executed(one, points))
        for name, one in prepared.items()
    }


def executed(prepared: Prepared, points: Mapping[str, float]) -> Executed | None:
    """Une exécution feinte : chaque cellule de tests vaut les points choisis, ou ne s’est pas exécutée."""
    if not prepared.verdict:
        return None
    return Executed(Verdict(), tuple(_run(cell, points) for cell in prepared.cells))


def _run(cell: PreparedCell, points: Mapping[str, float]) -> CellRun | None:
    if not cell.runs:
        return None
    if cell.role is not Role.TESTS:
        return CellRun(Ending.OK, ({"output_type": "stream", "name": "stdout", "text": "fait\n"},))
    if cell.grade_id not in points:
        return CellRun(Ending.SKIPPED, score=0.0, message="La copie s’était arrêtée avant.")
    score = points[cell.grade_id]
    failed = score == 0
    return CellRun(Ending.ERROR if failed else Ending.OK, (ERROR,) if failed else (), score=score)


def dump(course: Course) -> dict[str, Any]:
    """Tout ce que dit le carnet de notes, sans les identifiants tirés au hasard."""
    from nbgrader.api import Assignment as Table

    with course.gradebook() as gradebook:
        (assignment,) = gradebook.db.query(Table).all()
        return {
            submission.student.id: {
                "timestamp": submission.timestamp,
                "extension": submission.extension,
                "notebooks": sorted(_notebook(notebook) for notebook in submission.notebooks),
            }
            for submission in sorted(assignment.submissions, key=lambda one: str(one.student.id))
        }


def _notebook(notebook: Any) -> tuple[Any, ...]:
    grades = sorted(
        (grade.name, grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
        for grade in notebook.grades
    )
    comments = sorted(
        (comment.name, comment.auto_comment, comment.manual_comment) for comment in notebook.comments
    )
    return (notebook.name, notebook.late_submission_penalty, repr(grades), repr(comments))


def tree(folder: Path) -> dict[str, str]:
    """Chemin → droits et empreinte, fichiers cachés compris."""
    return {
        str(path.relative_to(folder)): f"{path.stat().st_mode:o} {_digest(path)}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def auto_scores(course: Course, student: str) -> dict[str, float | None]:
    with course.gradebook() as gradebook:
        (notebook,) = gradebook.find_submission(ASSIGNMENT, student).notebooks
        return {grade.name: grade.auto_score for grade in notebook.grades}


def total(course: Course, student: str) -> float:
    return sum(score or 0 for score in auto_scores(course, student).values())


def corrected(course: Course, student: str, name: str = toy.NAME) -> Any:
    import nbformat

    return nbformat.read(course.root / "autograded" / student / ASSIGNMENT / f"{name}.ipynb", as_version=4)
