"""Ouvrir une notation : le bac à sable se lance pendant que le cours se lit, et ne reste à personne."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from attacks import RIGHT
from graded_course import FULL, Course
from stock_nbgrader import ASSIGNMENT
from test_grading_lent import Others, warm_parents

from coursekit.errors import CourseError
from coursekit.grading.commit import CommitError, Writer
from coursekit.grading.drive import Demand, open_run

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap manque : sudo apt install bubblewrap"
)


@pytest.fixture
def others() -> Others:
    """Les parents chauds des autres tests."""
    return warm_parents()


@pytest.fixture
def course(empty: Path, tmp_path: Path) -> Course:
    made = Course.copy(empty, tmp_path / "cours")
    made.submit("ada", RIGHT)
    return made


def left(others: Others) -> Others:
    """Les parents chauds qui restent, passé le temps de mourir."""
    until = time.monotonic() + 10
    while (found := warm_parents() - others) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_the_sandbox_launched_first_is_the_one_that_serves(course: Course, others: Others) -> None:
    with open_run(course.root, ASSIGNMENT, Demand(workers=1)) as run:
        launched = warm_parents() - others
        seen: Others = set()
        for row in run.grade():
            assert (row.student, row.verdict, row.score) == ("ada", "ok", 6)
            seen = warm_parents() - others
    assert launched
    assert launched <= seen
    assert not left(others)


def test_a_run_with_nothing_left_to_grade_leaves_nothing(course: Course, others: Others) -> None:
    course.grade({"ada": FULL})
    with open_run(course.root, ASSIGNMENT, Demand(workers=1)):
        assert warm_parents() - others
    assert not left(others)


REFUSED: dict[str, Callable[[Course], object]] = {
    "un devoir inconnu": lambda course: open_run(course.root, "inconnu", Demand()),
    "un élève inconnu": lambda course: open_run(course.root, ASSIGNMENT, Demand(students=("personne",))),
    "pas un cours": lambda course: open_run(course.root.parent / "ailleurs", ASSIGNMENT, Demand()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_run_that_does_not_open_leaves_nothing(course: Course, others: Others, name: str) -> None:
    with pytest.raises(CourseError):
        REFUSED[name](course)
    assert not left(others)


def test_a_run_already_going_on_leaves_nothing(course: Course, others: Others) -> None:
    with Writer(course.assignment()), pytest.raises(CommitError, match="déjà en cours de notation"):
        open_run(course.root, ASSIGNMENT, Demand()).__enter__()
    assert not left(others)


def test_no_sandbox_is_launched_where_it_is_not_wanted(course: Course, others: Others) -> None:
    assert open_run(course.root, ASSIGNMENT, Demand(isolation=False)).launched is None
    assert open_run(course.root, ASSIGNMENT, Demand(scheduler="tcp://127.0.0.1:1")).launched is None
    assert not left(others)


def test_a_sandbox_that_cannot_start_says_so_when_it_is_needed(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with open_run(course.root, ASSIGNMENT, Demand(workers=1)) as run:
        assert run.launched is None
        with pytest.raises(CourseError, match="apt install bubblewrap"):
            list(run.grade())
