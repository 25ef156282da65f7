"""Préparer une copie : ce que devient chaque cellule, ce que l’on dit d’un fichier illisible, et les attaques."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest
from attacks import ATTACKS, RIGHT, Stage, stopped_by, toy
from attacks.model import cell_of

from coursekit.errors import CourseError
from coursekit.grading import Answer, Change, Markers, Recorded, Role, Status, prepare, read_reference
from coursekit.grading.prepare import Limits, to_notebook

REFERENCE = read_reference(toy.as_bytes(toy.source()))
MINE = toy.RIGHT | {"aide": "def aide(x):\n    return x", "essai-final": "aide(moyenne([1, 2]))"}


def prepared(submission: Any) -> Any:
    return prepare(REFERENCE, submission.data)


def sources(done: Any) -> list[str]:
    return [cell.source for cell in done.cells]


def changes(done: Any) -> set[tuple[str, Change]]:
    return {(remark.cell, remark.change) for remark in done.remarks}


def test_an_honest_submission() -> None:
    done = prepared(RIGHT)

    assert done.verdict
    assert [(cell.role, cell.grade_id, cell.points) for cell in done.cells] == [
        (Role.FREE, "", None),
        (Role.LOCKED, "outils", None),
        (Role.ANSWER, "moyenne", None),
        (Role.TESTS, "moyenne-tests", 1),
        (Role.TESTS, "moyenne-tests-2", 1),
        (Role.FREE, "", None),
        (Role.ANSWER, "normalise", None),
        (Role.TESTS, "normalise-tests", 2),
        (Role.FREE, "", None),
        (Role.ANSWER, "part", None),
        (Role.TESTS, "part-tests", 2),
        (Role.MANUAL, "conclusion", 0),
        (Role.FREE, "", None),
    ]
    assert sources(done)[2] == toy.RIGHT["moyenne"]
    assert sources(done)[4] == toy.TESTS["moyenne-tests-2"], "les tests cachés sont revenus"
    assert sources(done)[8] == MINE["aide"]
    assert done.remarks == ()
    assert done.max_score == toy.MAX_SCORE


def test_what_the_student_wrote_outside_the_cells_is_dropped() -> None:
    written = to_notebook(
        prepared(RIGHT.edited(lambda notebook: notebook.update(metadata={"kernelspec": 1})))
    )

    assert written["metadata"] == {"kernelspec": toy.source()["metadata"]["kernelspec"]}
    assert [cell.get("outputs", []) for cell in written["cells"]] == [[]] * len(written["cells"])
    assert len({cell["id"] for cell in written["cells"]}) == len(written["cells"])


ANSWERS = [
    ("telle que distribuée", toy.released(), Answer.BLANK),
    ("remplie", RIGHT.notebook, Answer.GIVEN),
    ("absente", toy.released() | {"cells": []}, Answer.MISSING),
]


@pytest.mark.parametrize(
    ("notebook", "expected"), [case[1:] for case in ANSWERS], ids=[c[0] for c in ANSWERS]
)
def test_what_became_of_an_answer(notebook: dict[str, Any], expected: Answer) -> None:
    done = prepare(REFERENCE, toy.as_bytes(notebook))

    assert {cell.answer for cell in done.of_role(Role.ANSWER, Role.MANUAL)} == {expected}
    assert {cell.answer for cell in done.of_role(Role.TESTS, Role.LOCKED, Role.FREE)} == {None}


def test_a_missing_answer_is_blank_and_says_so() -> None:
    done = prepare(REFERENCE, toy.as_bytes(toy.released() | {"cells": []}))

    assert sources(done) == [cell.source for cell in REFERENCE.cells]
    assert ("moyenne", Change.MISSING) in changes(done)
    assert "La réponse « moyenne » manque" in "\n".join(remark.message for remark in done.remarks)


def test_a_missing_notebook() -> None:
    done = prepare(REFERENCE, None)

    assert done.verdict.status is Status.MISSING
    assert done.max_score == toy.MAX_SCORE
    assert done.cells == ()


# Les cellules libres.


def test_the_stub_of_a_missing_answer_undoes_nothing() -> None:
    """L’élève a répondu dans une cellule à lui, et effacé la sienne : le texte vide ne passe pas après."""

    def edit(notebook: dict[str, Any]) -> None:
        answer = cell_of(notebook, "moyenne")
        answer |= {"metadata": {}, "id": "a-moi", "cell_type": "code"}
        notebook["cells"].insert(2, dict(answer, id="autre", source="x = 1", metadata={}))

    written = sources(prepared(RIGHT.edited(edit)))
    assert written[2:5] == ["x = 1", toy.RIGHT["moyenne"], toy.TESTS["moyenne-tests"]]


def test_an_answer_cut_in_two_still_runs_whole() -> None:
    """Jupyter donne aux deux moitiés les métadonnées de la cellule coupée."""
    head, tail = "import math", "def moyenne(valeurs):\n    return math.fsum(valeurs) / len(valeurs)"

    def cut(notebook: dict[str, Any]) -> None:
        place = notebook["cells"].index(cell_of(notebook, "moyenne"))
        notebook["cells"][place]["source"] = tail
        notebook["cells"].insert(place, dict(notebook["cells"][place], id="moitie", source=head))

    done = prepared(RIGHT.edited(cut))
    assert sources(done)[2:4] == [head, tail]
    assert [cell.role for cell in done.cells[2:4]] == [Role.FREE, Role.ANSWER]
    assert ("moyenne", Change.DUPLICATED) in changes(done)


def test_the_last_filled_copy_of_an_answer_counts() -> None:
    blank = cell_of(toy.released(), "moyenne")
    done = prepared(RIGHT.edited(lambda notebook: notebook["cells"].append(dict(blank, id="vierge"))))

    assert sources(done) == sources(prepared(RIGHT))


def test_an_edited_free_cell_is_the_students() -> None:
    done = prepared(
        RIGHT.edited(lambda n: cell_of(n, "essais").update(source="valeurs = []", cell_type="raw"))
    )

    assert (done.cells[5].source, done.cells[5].cell_type) == ("valeurs = []", "raw")


def test_an_image_pasted_in_an_answer_stays_and_nothing_else() -> None:
    pasted = {
        "dessin.png": {"image/png": "iVBORw0KGgo="},
        "page.html": {"text/html": "<script>"},
        "faux.png": {"image/png": "<script>"},
        "trace.svg": {"image/svg+xml": "<svg onload=x>"},
    }
    done = prepared(RIGHT.edited(lambda notebook: cell_of(notebook, "conclusion").update(attachments=pasted)))

    (conclusion,) = done.of_role(Role.MANUAL)
    assert conclusion.attachments == {"dessin.png": {"image/png": "iVBORw0KGgo="}}


def test_half_a_character_does_not_break_what_follows() -> None:
    done = prepare(REFERENCE, RIGHT.data.replace(b"aide(moyenne", b"\\ud800(moyenne"))

    assert done.cells[-1].source == "\ufffd(moyenne([1, 2]))"
    assert to_notebook(done)["cells"][-1]["source"].encode()


# Le notebook de l’enseignant.


def _graded(text: str, **flags: Any) -> dict[str, Any]:
    nbgrader = {"grade_id": "q", "schema_version": 3, **flags}
    return {"cell_type": "code", "source": text, "metadata": {"nbgrader": nbgrader}}


def _course(*cells: dict[str, Any], **metadata: Any) -> bytes:
    return toy.as_bytes({"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


ROLES = [
    ("une réponse", {"solution": True}, Role.ANSWER, False),
    ("une réponse notée à la main", {"solution": True, "grade": True, "points": 2}, Role.MANUAL, False),
    ("des tests", {"grade": True, "points": 2}, Role.TESTS, True),
    ("des tests d’un ancien format", {"grade": True, "points": ""}, Role.TESTS, True),
    ("une tâche", {"task": True, "points": 2, "locked": True}, Role.TASK, True),
    ("une tâche modifiable", {"task": True, "points": 2}, Role.TASK, False),
    ("une cellule verrouillée", {"locked": True}, Role.LOCKED, True),
    ("une réponse que l’on dit verrouillée", {"locked": True, "solution": True}, Role.ANSWER, False),
    ("une cellule que nbgrader ignore", {}, Role.FREE, False),
]


@pytest.mark.parametrize(("flags", "role", "overwritten"), [r[1:] for r in ROLES], ids=[r[0] for r in ROLES])
def test_the_role_of_a_cell(flags: dict[str, Any], role: Role, overwritten: bool) -> None:
    (cell,) = read_reference(_course(_graded("x", **flags))).cells

    assert (cell.role, cell.overwritten) == (role, overwritten)


STUBS = [
    (
        "une région",
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION",
        "def f():\n    # ?\n    pass",
    ),
    ("aucune région : tout est solution", "def f():\n    return 1", "# ?\npass"),
]


@pytest.mark.parametrize(("written", "left"), [case[1:] for case in STUBS], ids=[case[0] for case in STUBS])
def test_the_stub_comes_from_the_course_settings(written: str, left: str) -> None:
    markers = Markers.of_config({"ClearSolutions": {"code_stub": {"python": "# ?\npass"}}})
    (cell,) = read_reference(_course(_graded(written, solution=True)), markers=markers).cells

    assert cell.source == left


WRONG_COURSES = [
    (
        "deux fois le même identifiant",
        _course(_graded("1", locked=True), _graded("2", locked=True)),
        "identifiant q",
    ),
    ("une région ouverte", _course(_graded("### BEGIN SOLUTION", solution=True)), "END SOLUTION"),
    ("points en lettres", _course(_graded("x", grade=True, points="deux")), "points='deux'"),
    (
        "points infinis",
        _course(_graded("x", grade=True, points=1e999)).replace(b"Infinity", b"1e999"),
        "points=inf",
    ),
    ("sans identifiant", _course(_graded("x", locked=True, grade_id="")), "n’a pas de grade_id"),
    (
        "tests écrits par nbgrader",
        _course(_graded("### AUTOTEST f(1)", grade=True, points=1)),
        "generate_assignment",
    ),
    ("langage inconnu", _course(_graded("x", solution=True), kernelspec={"language": "cobol"}), "cobol"),
    ("pas un notebook", b"%PDF-1.7", "un PDF"),
]


@pytest.mark.parametrize(
    ("source", "said"), [c[1:] for c in WRONG_COURSES], ids=[c[0] for c in WRONG_COURSES]
)
def test_a_wrong_source_is_explained_to_the_teacher(source: bytes, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        read_reference(source)


def test_the_gradebook_wins_over_the_notebook() -> None:
    notebook = _course(_graded("### AUTOTEST f(1)", grade=True, points=1))
    recorded = {"q": Recorded("assert f(1) == 2", "code")}

    assert read_reference(notebook, recorded=recorded).cells[0].source == "assert f(1) == 2"
    for known in ({}, recorded | {"autre": recorded["q"]}):
        with pytest.raises(CourseError, match="ne connaissent pas les mêmes cellules"):
            read_reference(notebook, recorded=known)


# Les attaques.


@pytest.mark.parametrize("attack", stopped_by(Stage.PREPARE), ids=str)
def test_an_attack_that_prepare_stops(attack: Any) -> None:
    done = prepared(attack.submission)

    if attack.expected.verdict == "unreadable":
        assert done.verdict.status is Status.UNREADABLE
        assert done.verdict.message.endswith((".", ").")), "une phrase"
        assert done.cells == ()
        return
    assert done.verdict
    if attack.expected.like:
        assert done.cells == prepared(attack.expected.like).cells


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.stage is not Stage.PREPARE], ids=str)
def test_an_attack_that_others_stop_passes_through(attack: Any) -> None:
    """Le code hostile arrive tel quel à l’exécution, et les tests de l’enseignant aussi, dans leur ordre."""
    data = next((c for c in attack.submission.files.values() if isinstance(c, bytes)), None)
    done = prepare(REFERENCE, data)

    if data is None:
        assert done.verdict.status is Status.MISSING
    else:
        assert [cell.source for cell in done.of_role(Role.TESTS)] == list(toy.TESTS.values())


SAID = {
    "vide": "est vide",
    "pdf": "est un PDF",
    "page html": "page HTML",
    "latin-1": "octet 0xE9",
    "tronqué": "tronqué",
    "NaN": "contient NaN",
    "crochets": "imbrique",
    "format 3": "au format 3",
    "format 99": "au format 99, inconnu",
    "format vrai": "ne dit pas son numéro",
    "cellule sans texte": "cellule n° 1",
    "cent mégaoctets": "pèse 100,0 Mo ; la limite est 50,0 Mo",
    "dix mille cellules": "10 000 cellules",
}


@pytest.mark.parametrize("name", SAID)
def test_the_reason_why_a_file_cannot_be_read(name: str) -> None:
    (attack,) = (attack for attack in stopped_by(Stage.PREPARE) if attack.name == name)

    assert SAID[name] in prepared(attack.submission).verdict.message


REPAIRS = {
    "étiquette skip-execution": {("moyenne-tests", Change.TAGGED), ("part-tests", Change.TAGGED)},
    "cellules doublées": {("moyenne", Change.DUPLICATED), ("moyenne-tests", Change.DUPLICATED)},
    "tests vidés": {("normalise-tests", Change.ALTERED)},
    "points inventés": {("bonus", Change.UNKNOWN)},
    "type changé": {("part-tests", Change.ALTERED)},
    "cellules à l’envers": {("moyenne-tests", Change.MOVED), ("part", Change.MOVED)},
    "tests effacés": {("part-tests", Change.MISSING), ("outils", Change.MISSING)},
    "réponse effacée": {("moyenne", Change.MISSING)},
    "tout ôté": {("part", Change.RECOGNIZED), ("conclusion", Change.RECOGNIZED)},
    "réponse déguisée en tests": {("moyenne", Change.RECOGNIZED)},
}


@pytest.mark.parametrize("name", REPAIRS)
def test_a_repair_is_told_to_the_teacher(name: str) -> None:
    (attack,) = (attack for attack in ATTACKS if attack.name == name)

    assert changes(prepared(attack.submission)) >= REPAIRS[name]


MOVES = [
    ("rien", lambda cells: cells, set()),
    ("une réponse à la fin", lambda cells: [*cells[:2], *cells[3:], cells[2]], {"moyenne"}),
    ("des tests en tête", lambda cells: [cells[7], *cells[:7], *cells[8:]], {"normalise-tests"}),
    ("une copie de trop, à la fin", lambda cells: [*cells, cells[3]], set()),
    ("une copie de trop, en tête", lambda cells: [cells[10], *cells], set()),
]


@pytest.mark.parametrize(("move", "moved"), [case[1:] for case in MOVES], ids=[case[0] for case in MOVES])
def test_only_the_cells_that_moved_are_told(move: Any, moved: set[str]) -> None:
    done = prepared(RIGHT.edited(lambda notebook: notebook.update(cells=move(notebook["cells"]))))

    assert {cell for cell, change in changes(done) if change is Change.MOVED} == moved


LIMITS = [
    ("octets", Limits(max_bytes=len(RIGHT.data) - 1), Limits(max_bytes=len(RIGHT.data))),
    ("cellules", Limits(max_cells=12), Limits(max_cells=13)),
    ("valeurs", Limits(max_values=50), Limits(max_values=5000)),
    ("caractères", Limits(max_source=100), Limits(max_source=5000)),
]


@pytest.mark.parametrize(("low", "high"), [case[1:] for case in LIMITS], ids=[case[0] for case in LIMITS])
def test_a_limit_and_its_neighbour(low: Limits, high: Limits) -> None:
    assert prepare(REFERENCE, RIGHT.data, low).verdict.status is Status.UNREADABLE
    assert prepare(REFERENCE, RIGHT.data, high).verdict


def test_a_prepared_submission_travels() -> None:
    """Une valeur égale de l’autre côté : c’est ainsi qu’elle part vers un autre processus."""
    done = prepared(RIGHT)

    assert pickle.loads(pickle.dumps(done)) == done
    assert replace(done, cells=()) != done
