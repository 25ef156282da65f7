"""De bout en bout, sur de vraies pièces : distribuer, répondre, corriger avec nbgrader, rendre la correction."""

import html
import re
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest
from simulated_class import CourseCopy, fill, source_of
from tp_tailles_answers import RIGHT, STUDENTS, TESTS

from coursekit.course import release
from coursekit.course.feedback import HIDDEN_NOTICE

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")
pytest.importorskip("torch", reason="torch manque : pip install -e .[torch]")

TP = "tp-tailles"
IDS = [student.name for student in STUDENTS]

BY_HAND = 1.5
REMARK = "Il manque un inconvénient."
ENGLISH = ("Score:", "Student's answer", "Grade cell", "Comments:", "No response", "(Top)", "Traceback (most")


def answered(released, answers, explanation=""):
    for question, parts in answers.items():
        fill(released, question, *(part.strip("\n") for part in parts))
    if explanation:
        fill(released, "q8", explanation)
    return released


def without(notebook, *cell_ids):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in cell_ids]
    return notebook


@dataclass(frozen=True)
class Classroom:
    """Le cours, une fois la classe corrigée, et ce qu’ont dit les commandes."""

    course: CourseCopy
    distributed: bytes
    generate: CompletedProcess
    autograde: CompletedProcess
    feedback: CompletedProcess


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """Toute la classe, corrigée d’un coup par les commandes que tape l’enseignant."""
    course = CourseCopy.create(tmp_path_factory.mktemp("cours"))
    (released,) = release(course.root)
    distributed = released.read_bytes()
    generate = course.nbgrader("generate_assignment", TP, "--force")
    for student in STUDENTS:
        course.submit(
            student.name, TP, answered(course.notebook("exercises", TP), student.answers, student.explanation)
        )
    course.submit("vide", TP, course.notebook("exercises", TP))
    course.submit("efface", TP, without(answered(course.notebook("exercises", TP), RIGHT), "q1-tests", "q8"))
    course.submit(
        "arret",
        TP,
        answered(course.notebook("exercises", TP), RIGHT | {"q6": ("pass\nimport os\nos._exit(0)",)}),
    )
    autograde = course.nbgrader("autograde", TP)
    course.grade_by_hand("juste", TP, "q8", BY_HAND, REMARK)
    return Classroom(course, distributed, generate, autograde, course.nbgrader("generate_feedback", TP))


def text_of(page):
    """Le texte d’une page HTML, blancs réunis."""
    page = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S)
    return squeeze(html.unescape(re.sub(r"<[^>]+>", "", page)))


def squeeze(text):
    """Comme un navigateur, réunit les blancs ; les espaces fines et insécables restent."""
    return re.sub(r"[ \t\r\n]+", " ", text)


def test_nbgrader_releases_what_coursekit_released(classroom):
    assert classroom.generate.returncode == 0, classroom.generate.stderr
    assert (classroom.course.root / "exercises" / TP / f"{TP}.ipynb").read_bytes() == classroom.distributed
    assert [path.name for path in (classroom.course.root / "exercises" / TP).iterdir()] == [f"{TP}.ipynb"]


def test_grading_leaves_nothing_unexpected_at_the_top(classroom):
    assert {path.name for path in classroom.course.root.iterdir()} == {
        *("autograded", "exercises", "feedback", "gradebook.db"),
        *("nbgrader_config.py", "solutions", "submitted"),
    }


@pytest.mark.parametrize("student", STUDENTS, ids=IDS)
def test_points_per_question(classroom, student):
    grades = classroom.course.grades(student.name, TP)

    assert {cell: grades[cell].auto for cell in TESTS} == student.points


@pytest.mark.parametrize("student", STUDENTS, ids=IDS)
def test_the_written_answer_waits_for_the_teacher(classroom, student):
    grade = classroom.course.grades(student.name, TP)["q8"]

    assert (grade.auto is None) == bool(student.explanation)
    assert grade.auto in (None, 0)


@pytest.mark.parametrize("student", STUDENTS, ids=IDS)
def test_feedback_says_in_french_what_was_wrong(classroom, student):
    page = text_of(classroom.course.feedback(student.name, TP))
    total = sum(student.points.values()) + (BY_HAND if student.explanation else 0)

    assert [sentence for sentence in student.told if sentence not in page] == []
    assert f"{TP} : {total:g} / 20".replace(".", ",") in page


def test_feedback_carries_what_the_teacher_wrote(classroom):
    assert REMARK in text_of(classroom.course.feedback("juste", TP))
    assert "Commentaire : Pas de réponse." in text_of(classroom.course.feedback("vide", TP))


@pytest.mark.parametrize("student", STUDENTS, ids=IDS)
def test_feedback_speaks_no_english_and_keeps_hidden_tests_hidden(classroom, student):
    page = text_of(classroom.course.feedback(student.name, TP))

    assert [word for word in ENGLISH if word in page] == []
    assert page.count(HIDDEN_NOTICE) == len(TESTS)
    assert [line for line in hidden_lines(classroom.course, student.name) if line in page] == []


def hidden_lines(course, student):
    """Les lignes assez longues des tests cachés, hors celles que l’élève a lui-même écrites ou reçues."""
    hidden, shown = (
        set(),
        text_of("\n".join(source_of(cell) for cell in course.notebook("submitted", TP, student)["cells"])),
    )
    for cell in course.notebook("solutions", TP)["cells"]:
        for region in re.findall(r"BEGIN HIDDEN TESTS\n(.*?)### END", source_of(cell), re.S):
            hidden.update(squeeze(line).strip() for line in region.splitlines())
    found = {line for line in hidden if len(line) > 15 and line not in shown}
    assert len(found) >= len(TESTS)
    return found


def test_an_untouched_notebook_gets_nothing(classroom):
    grades = classroom.course.grades("vide", TP)

    assert {cell: grade.auto for cell, grade in grades.items()} == dict.fromkeys([*TESTS, "q8"], 0)
    assert not any(grade.needs_manual_grade for grade in grades.values())


def test_deleted_cells_come_back(classroom):
    """Une cellule de tests effacée est remise et notée ; la réponse rédigée, remise vide, attend l’enseignant."""
    grades = classroom.course.grades("efface", TP)

    assert {cell: grades[cell].auto for cell in TESTS} == TESTS
    assert grades["q8"].needs_manual_grade
    assert "manquait dans la copie ; elle a été remise" in text_of(classroom.course.feedback("efface", TP))


def test_a_dead_kernel_spoils_one_submission_only(classroom):
    """Limite de nbgrader : le noyau arrêté, la copie n’a pas de note ; les autres sont corrigées (tests ci-dessus)."""
    assert classroom.autograde.returncode == 1
    failed = re.findall(
        r"There was an error processing assignment .* for student '(\w+)'", classroom.autograde.stderr
    )
    assert failed == ["arret"]
    assert {grade.auto for grade in classroom.course.grades("arret", TP).values()} == {None}
    assert classroom.feedback.returncode == 0, classroom.feedback.stderr
