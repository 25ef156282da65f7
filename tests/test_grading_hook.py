"""`nbgrader autograde` et le bouton de formgrader, une fois la ligne ajoutée à la configuration d’un cours."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

from attacks import RIGHT, WRONG, Special, toy
from graded_course import Course, auto_scores, corrected, template, total
from stock_nbgrader import ASSIGNMENT

from coursekit.grading.collect import open_course

LINE = 'c.Autograde.exporter_class = "coursekit.grading.hook.Grading"'
# Le bac à sable a ses propres tests ; ici, il ne s’agit que de nbgrader.
SETTINGS = (LINE, "c.Grading.isolation = False", "c.Grading.workers = 1", "c.Execute.timeout = 10")


def _nbgrader(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _api(course: Course) -> Any:
    """Ce dont formgrader se sert."""
    from nbgrader.apps.api import NbGraderAPI

    opened = open_course(course.root)
    opened.directory.course_id = "default_course"
    return NbGraderAPI(opened.directory, config=opened.config)


@dataclass(frozen=True)
class Graded:
    course: Course
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Une classe que `nbgrader autograde` vient de noter."""
    course = Course(template(tmp_path_factory.mktemp("cours")))
    course.configure(*SETTINGS)
    course.submit("juste", RIGHT)
    course.submit("fausse", WRONG)
    course.submit("renommée", RIGHT.renamed(f"{toy.NAME} (1).ipynb"))
    course.submit("à côté", RIGHT.adding({"donnees.csv": Special("fifo")}))
    course.submit("abîmée", RIGHT.adding({f"{toy.NAME}.ipynb": b"[" * 200_000}))
    course.submit("arrêtée", RIGHT.before("normalise", "import os; os._exit(0)"))
    return Graded(course, _nbgrader(course, "autograde", ASSIGNMENT))


SCORES = {"juste": 6, "fausse": 0, "renommée": 6, "à côté": 6, "abîmée": 0, "arrêtée": 2}


def test_the_command_grades_the_class(graded: Graded) -> None:
    assert graded.done.returncode == 0, graded.done.stderr
    assert {student: total(graded.course, student) for student in SCORES} == SCORES
    assert [student for student in SCORES if f" {student} : " not in graded.done.stderr] == []


def test_what_is_done_is_not_done_again_unless_forced(graded: Graded) -> None:
    """Comme chez nbgrader : seul `--force` note de nouveau."""
    notebook = graded.course.root / "autograded" / "juste" / ASSIGNMENT / f"{toy.NAME}.ipynb"
    before = notebook.stat().st_ino
    again = _nbgrader(graded.course, "autograde", ASSIGNMENT, "--student", "juste")
    same = notebook.stat().st_ino
    forced = _nbgrader(graded.course, "autograde", ASSIGNMENT, "--student", "juste", "--force")

    assert (again.returncode, forced.returncode) == (0, 0)
    assert before == same != notebook.stat().st_ino
    assert " fausse : " not in again.stderr + forced.stderr


REFUSED = {
    "un seul notebook": (
        "CourseDirectory.notebook_id = 'entra*'",
        "une copie se note avec tous ses notebooks",
    ),
    "sans exécuter": ("Execute.enabled = False", "cette notation exécute toujours"),
    "une pénalité absente": (
        "AssignLatePenalties.plugin_class = 'absent.Retard'",
        "AssignLatePenalties.plugin_class",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_says_so(case: str, graded: Graded) -> None:
    setting, told = REFUSED[case]
    graded.course.configure(*SETTINGS, f"c.{setting}")
    try:
        result = _api(graded.course).autograde(ASSIGNMENT, "juste")
    finally:
        graded.course.configure(*SETTINGS)

    assert not result["success"]
    assert told in result["log"] + result["error"]


def test_the_button_of_formgrader(graded: Graded) -> None:
    """Son bouton appelle l’interface de nbgrader, dont il montre le journal."""
    course = graded.course
    course.submit("fausse", RIGHT)
    api = _api(course)
    result = api.autograde(ASSIGNMENT, "fausse")
    shown = api.get_submission(ASSIGNMENT, "fausse")

    assert result["success"], result
    assert "fausse : 6 sur 6" in result["log"]
    assert auto_scores(course, "fausse") == {**toy.POINTS, "conclusion": None}
    assert (shown["score"], shown["max_score"], shown["autograded"]) == (6, 6, True)
    assert shown["needs_manual_grade"]


def test_feedback_and_export_go_on(graded: Graded) -> None:
    course = graded.course
    assert _api(course).generate_feedback(ASSIGNMENT, "arrêtée")["success"]
    page = (course.root / "feedback" / "arrêtée" / ASSIGNMENT / f"{toy.NAME}.html").read_text("utf-8")
    exported = _nbgrader(course, "export")

    assert "ProcessusArrete" in page or "s’est arrêté" in page
    assert exported.returncode == 0, exported.stderr
    lines = (course.root / "grades.csv").read_text("utf-8").splitlines()
    assert len([line for line in lines if line.startswith(ASSIGNMENT)]) == len(SCORES)


def test_the_crashed_submission_says_why(graded: Graded) -> None:
    outputs = [
        output for cell in corrected(graded.course, "arrêtée").cells for output in cell.get("outputs", ())
    ]

    assert [output for output in outputs if output.output_type == "error"]
