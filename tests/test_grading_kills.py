"""`kill -9` au hasard : reprendre donne le carnet et les dossiers d’une notation que rien n’a arrêtée.

Un processus note une petite classe et meurt à la n-ième ligne exécutée par l’écriture, ou après un délai ; un autre
reprend, et meurt parfois aussi ; un dernier finit. Chaque graine tire ses propres arrêts.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

from attacks import RIGHT, WRONG
from graded_course import FULL, NOTHING, Course, dump, grade_one, template, tree

import coursekit.grading.commit
from coursekit.grading.collect import Assignment
from coursekit.grading.commit import Writer

WRITING = str(Path(coursekit.grading.commit.__file__).parent)
CLASS = {
    "a": {**FULL, "part-tests": 0.3},
    "b": NOTHING,
    "c": FULL,
    "illisible": FULL,
}
BY_LINE, BY_TIME = 40, 12


@dataclass(frozen=True)
class Classroom:
    """Un cours dont la moitié des copies a déjà une note, plus ancienne, que la nouvelle doit remplacer."""

    course: Course
    before: Path
    assignment: Assignment

    @classmethod
    def create(cls, root: Path) -> Classroom:
        course = Course(template(root / "cours"))
        course.submit("a", WRONG)
        course.submit("illisible", RIGHT)
        course.grade({"a": NOTHING, "illisible": FULL})
        course.submit("a", RIGHT.adding({"note.txt": b"note"}))
        course.submit("b", WRONG)
        course.submit("c", RIGHT)
        course.submit("illisible", RIGHT.adding({"entraînement.ipynb": b"%PDF"}))
        shutil.copytree(course.root, root / "avant")
        return cls(course, root / "avant", course.assignment())

    def rewind(self) -> None:
        """Remet le cours comme avant toute nouvelle notation ; les copies remises, elles, ne bougent pas."""
        for name in ("gradebook.db", "gradebook.db-journal"):
            (self.course.root / name).unlink(missing_ok=True)
        shutil.copyfile(self.before / "gradebook.db", self.course.root / "gradebook.db")
        for name in ("autograded", ".coursekit"):
            shutil.rmtree(self.course.root / name, ignore_errors=True)
            shutil.copytree(self.before / name, self.course.root / name)

    def grade(self) -> None:
        with Writer(self.assignment) as writer:
            for student, points in CLASS.items():
                grade_one(writer, self.assignment, student, points)

    @property
    def done(self) -> list[str]:
        """Les copies que le journal dit notées, une fois par notation, depuis le dernier retour en arrière."""
        old, new = (
            (root / ".coursekit" / "grading" / f"{self.assignment.name}.jsonl").read_bytes()
            for root in (self.before, self.course.root)
        )
        records = [json.loads(line) for line in new[len(old) :].splitlines() if line.endswith(b"}")]
        return sorted(record["student"] for record in records if record["step"] == "done")

    @property
    def state(self) -> Any:
        return dump(self.course), tree(self.course.root / "autograded")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    root = tmp_path_factory.mktemp("classe")
    (root / "cours").mkdir()
    return Classroom.create(root)


@pytest.fixture(scope="module")
def unkilled(classroom: Classroom) -> tuple[Any, int]:
    """L’état d’une notation sans arrêt, et le nombre de lignes qu’elle a exécutées."""
    classroom.rewind()
    status, lines = in_child(classroom)
    assert status == 0
    return classroom.state, lines


def in_child(classroom: Classroom, stop: int | None = None, seconds: float | None = None) -> tuple[int, int]:
    """Note dans un autre processus, qui se tue à la ligne `stop` ou qu’on tue après `seconds`.

    Rend comment il a fini, et le nombre de lignes exécutées s’il a tout noté.
    """
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        status = 1
        try:
            count = _killing_at(stop)
            classroom.grade()
            sys.settrace(None)
            os.write(writing, str(next(count)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as told:
        lines = told.read()
    _, status = os.waitpid(child, 0)
    return status, int(lines or 0)


def _killing_at(stop: int | None) -> Iterator[int]:
    """Compte les lignes que l’écriture exécute, et se tue à celle-là."""
    passed = 0

    def each(frame: Any, event: str, argument: Any) -> Any:
        nonlocal passed
        if event == "line":
            passed += 1
            if passed == stop:
                os.kill(os.getpid(), signal.SIGKILL)
        return each

    def entering(frame: Any, event: str, argument: Any) -> Any:
        return each if frame.f_code.co_filename.startswith(WRITING) else None

    def count() -> Iterator[int]:
        yield passed

    sys.settrace(entering)
    return count()


def check(classroom: Classroom, unkilled: Any) -> None:
    """Reprend jusqu’au bout, et compare : chaque copie a été notée une fois, ni plus ni moins."""
    status, _ = in_child(classroom)

    assert status == 0
    assert classroom.state == unkilled
    assert classroom.done == sorted(CLASS)


@pytest.mark.parametrize("seed", range(BY_LINE))
def test_killed_at_any_line(seed: int, classroom: Classroom, unkilled: tuple[Any, int]) -> None:
    draw = random.Random(seed)
    classroom.rewind()
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        in_child(classroom, stop=draw.randint(1, unkilled[1]))

    check(classroom, unkilled[0])


@pytest.mark.parametrize("seed", range(BY_TIME))
def test_killed_at_any_time(seed: int, classroom: Classroom, unkilled: tuple[Any, int]) -> None:
    """Un délai tombe aussi au milieu d’un appel au système, ou d’une transaction."""
    classroom.rewind()
    in_child(classroom, seconds=random.Random(1000 + seed).uniform(0.0, 0.4))

    check(classroom, unkilled[0])


def test_killing_really_kills(classroom: Classroom, unkilled: tuple[Any, int]) -> None:
    """Au milieu : des copies notées, d’autres pas ; sans quoi les tests ci-dessus ne prouveraient rien."""
    classroom.rewind()
    status, _ = in_child(classroom, stop=unkilled[1] // 2)

    assert os.WTERMSIG(status) == signal.SIGKILL
    assert 0 < len(classroom.done) < len(CLASS)
    assert classroom.state != unkilled[0]
