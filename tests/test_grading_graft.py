"""La greffe, cas par cas : la place des cellules libres, les réponses reconnues, ce qui reste à l’enseignant."""

from __future__ import annotations

from typing import Any

import pytest
from attacks import toy

from coursekit.grading import Change, Role, prepare, read_reference

Cell = dict[str, Any]


def code(source: str, name: str = "", **metadata: Any) -> Cell:
    return {"cell_type": "code", "source": source, "metadata": metadata} | ({"id": name} if name else {})


def graded(name: str, source: str, **flags: Any) -> Cell:
    return code(source, name, nbgrader={"grade_id": name, "schema_version": 3, **flags})


def answer(name: str, source: str) -> Cell:
    return graded(name, source, solution=True)


def checked(name: str, source: str = "assert True", points: Any = 1, **metadata: Any) -> Cell:
    made = graded(name, source, grade=True, points=points)
    made["metadata"] |= metadata
    return made


def notebook(*cells: Cell) -> bytes:
    return toy.as_bytes({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def grafted(course: tuple[Cell, ...], *copy: Cell) -> list[str]:
    return [cell.source for cell in prepare(read_reference(notebook(*course)), notebook(*copy)).cells]


def bare(cell: Cell) -> Cell:
    """La même, sans métadonnées ni identifiant."""
    return code(cell["source"])


STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
Q1, Q2 = answer("q1", "f = 1"), answer("q2", "g = 2")
T0, T1, T2 = checked("t0", "0"), checked("t1", "1"), checked("t2", "2")
MINE = code("f, g = 1, 2", "a-moi")

PLACES = [
    ("après celle qu’elle suivait", (Q1, T1, Q2, T2), (Q1, MINE, T1, Q2, T2), [Q1, MINE, T1, Q2, T2]),
    ("au début", (Q1, T1), (MINE, Q1, T1), [MINE, Q1, T1]),
    ("à la fin", (Q1, T1), (Q1, T1, MINE), [Q1, T1, MINE]),
    ("avant des tests effacés", (Q1, T1, T2), (Q1, MINE), [Q1, MINE, T1, T2]),
    ("après deux réponses effacées", (T0, Q1, Q2, T1), (T0, MINE, T1), [T0, STUB, STUB, MINE, T1]),
    ("après, même quand des tests manquent", (T0, T1, Q1, Q2, T2), (T0, MINE, T2), [T0, T1, STUB, STUB, MINE, T2]),
    ("la seule de toute la copie", (Q1, Q2, T1), (MINE,), [STUB, STUB, MINE, T1]),
    ("doublée mot pour mot", (Q1, T1), (Q1, MINE, T1, MINE), [Q1, MINE, T1]),
    ("répétée exprès", (Q1, T1), (Q1, MINE, T1, MINE | {"id": "b"}), [Q1, MINE, T1, MINE]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("course", "copy", "expected"), [case[1:] for case in PLACES], ids=[c[0] for c in PLACES]
)
def test_where_a_free_cell_goes(
    course: tuple[Cell, ...], copy: tuple[Cell, ...], expected: list[Cell | str]
) -> None:
    assert grafted(course, *copy) == [cell if isinstance(cell, str) else cell["source"] for cell in expected]


HEADS = (
    answer("f", "def f(x, y):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"),
    checked("t-f"),
    answer("g", "def g(x, y):\n    ### BEGIN SOLUTION\n    return y\n    ### END SOLUTION"),
    checked("t-g"),
)


def test_an_answer_is_known_by_the_lines_it_kept() -> None:
    """Dépouillées et interverties : leur en-tête les distingue encore."""
    f, g = (
        code("def f(x, y):\n    return x + y"),
        code("import math\ndef g(x, y):\n    return math.hypot(x, y)"),
    )

    assert grafted(HEADS, g, HEADS[1], f, HEADS[3]) == [
        f["source"],
        HEADS[1]["source"],
        g["source"],
        HEADS[3]["source"],
    ]


DEMO = code("a = 1\nb = 2", "demo")


def test_an_edited_free_cell_is_known_where_it_was() -> None:
    edited = code("a = 1\nb = 3")

    assert grafted((T1, DEMO, T2), T1, edited, T2) == ["1", "a = 1\nb = 3", "2"]


def test_an_edited_free_cell_is_not_brought_back_from_elsewhere() -> None:
    """Plus loin, elle peut dépendre de ce qui la précède : elle y reste, et l’originale revient."""
    edited = code("a = 1\nb = f(2)")

    assert grafted((DEMO, T1, T2), T1, edited, T2) == ["a = 1\nb = 2", "1", "a = 1\nb = f(2)", "2"]


def test_a_stripped_copy_of_the_tests_does_not_run() -> None:
    assert grafted((Q1, T1), Q1, bare(T1)) == ["f = 1", "1"]


def test_tests_retouched_beyond_recognition_run_as_a_trial_beside_the_true_ones() -> None:
    assert grafted((Q1, T1), Q1, code("assert f")) == ["f = 1", "assert f", "1"]


def test_the_tags_are_the_teachers() -> None:
    course = (answer("q", "x = 1"), checked("t", tags=["raises-exception"]))
    copy = (answer("q", "x = 2") | {}, checked("t", tags=["raises-exception", "skip-execution"]))
    copy[0]["metadata"]["tags"] = ["skip-execution"]
    done = prepare(read_reference(notebook(*course)), notebook(*copy))

    assert [cell.tags for cell in done.cells] == [(), ("raises-exception",)]
    assert [remark.cell for remark in done.remarks if remark.change is Change.TAGGED] == ["q", "t"]


def test_the_locks_and_the_points_are_the_teachers() -> None:
    (cell,) = prepare(read_reference(notebook(T1)), notebook(T1)).cells

    assert cell.metadata["deletable"] is cell.metadata["editable"] is False
    assert cell.metadata["nbgrader"] | {"checksum": ""} == {
        "cell_type": "code",
        "checksum": "",
        "grade": True,
        "grade_id": "t1",
        "locked": False,
        "points": 1.0,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


@pytest.mark.parametrize(("written", "worth"), [(2, 2), (0.5, 0.5), ("3", 3), ("", 0), (-1, 0), (None, 0)])
def test_what_points_are_worth(written: Any, worth: float) -> None:
    assert read_reference(notebook(checked("t", points=written))).max_score == worth


TASK = {
    "cell_type": "markdown",
    "id": "tache",
    "source": "Faites.\n### BEGIN MARK SCHEME\n2 points\n### END MARK SCHEME",
    "metadata": {
        "nbgrader": {"grade_id": "tache", "task": True, "locked": True, "points": 4, "schema_version": 3}
    },
}


def test_a_task_and_the_free_cells_that_answer_it() -> None:
    received = TASK | {"source": "Faites."}
    reference = read_reference(notebook(T1, TASK, T2))
    done = prepare(reference, notebook(T1, received, code("mon travail", "m"), T2))

    assert [(cell.role, cell.source) for cell in done.cells[1:3]] == [
        (Role.TASK, TASK["source"]),
        (Role.FREE, "mon travail"),
    ]
    assert done.remarks == ()
    assert done.max_score == 6


def test_a_course_without_answers() -> None:
    """Des tests seuls : l’élève écrit où il veut."""
    assert grafted((T1, T2), code("x = 1"), T1, code("y = 2"), T2) == ["x = 1", "1", "y = 2", "2"]
