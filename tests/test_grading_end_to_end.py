"""De bout en bout, sur de vraies pièces : distribuer, répondre, corriger avec nbgrader, rendre la correction."""

import html
import re
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest
from simulated_class import CourseCopy, fill, source_of
from student_copies import Classwork
from tp_pooling_answers import POOLING
from tp_resnet_answers import RESNET
from tp_tailles_answers import TAILLES

from coursekit.course import release
from coursekit.course.feedback import HIDDEN_NOTICE

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")
pytest.importorskip("torch", reason="torch manque : pip install -e .[torch]")

CLASSWORKS = (TAILLES, POOLING, RESNET)
BY_HAND = 1.5
REMARK = "Il manque une comparaison."
ENGLISH = ("Score:", "Student’s answer", "Grade cell", "Comments:", "No response", "(Top)", "Traceback (most")


each_classwork = pytest.mark.parametrize("work", CLASSWORKS, ids=[work.name for work in CLASSWORKS])
each_student = pytest.mark.parametrize(
    ("work", "student"),
    [
        pytest.param(work, student, id=f"{work.name}-{student.name}")
        for work in CLASSWORKS
        for student in work.students
    ],
)


def answered(released, answers, essay="", explanation=""):
    for question, parts in answers.items():
        fill(released, question, *(part.strip("\n") for part in parts))
    if explanation:
        fill(released, essay, explanation)
    return released


def without(notebook, *cell_ids):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in cell_ids]
    return notebook


@dataclass(frozen=True)
class Classroom:
    """Le cours, une fois la classe corrigée, et ce qu’ont dit les commandes."""

    work: Classwork
    course: CourseCopy
    distributed: bytes
    generate: CompletedProcess
    autograde: CompletedProcess
    feedback: CompletedProcess

    def grades(self, student):
        return self.course.grades(student, self.work.name)

    def feedback_of(self, student):
        return text_of(self.course.feedback(student, self.work.name))


@pytest.fixture(scope="module")
def classrooms():
    """Les classes déjà corrigées, par devoir : chacune coûte des minutes."""
    return {}


@pytest.fixture
def classroom(work, classrooms, tmp_path_factory):
    """Toute la classe d’un devoir, corrigée d’un coup."""
    if work.name not in classrooms:
        classrooms[work.name] = graded(work, tmp_path_factory.mktemp(work.name))
    return classrooms[work.name]


def erased_from(notebook, work):
    """Ce qu’un élève a effacé : une cellule de tests et, si nbgrader sait la remettre, la réponse rédigée.

    Il ne sait pas remettre une cellule qui suit, parmi celles qu’il connaît, une cellule seulement verrouillée.
    """
    known = [cell["metadata"]["nbgrader"] for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    rank = next(rank for rank, cell in enumerate(known) if cell["grade_id"] == work.essay)
    before = known[rank - 1]
    return ("q1-tests", work.essay) if before["grade"] or before["solution"] else ("q1-tests",)


def graded(work, root):
    """Les commandes que tape l’enseignant, de la distribution à la correction."""
    course = CourseCopy.create(root)
    (released,) = release(course.root, [work.name])
    distributed = released.read_bytes()
    generate = course.nbgrader("generate_assignment", work.name, "--force")

    def submit(name, answers, essay="", explanation="", erased=()):
        notebook = answered(course.notebook("exercises", work.name), answers, essay, explanation)
        course.submit(name, work.name, without(notebook, *erased))

    for student in work.students:
        submit(student.name, student.answers, work.essay, student.explanation)
    submit("vide", {})
    submit("efface", work.right, erased=erased_from(course.notebook("exercises", work.name), work))
    killed = ("pass\nimport os\nos._exit(0)", *work.right[work.killing][1:])
    submit("arret", work.right | {work.killing: killed})
    autograde = course.nbgrader("autograde", work.name)
    course.grade_by_hand("juste", work.name, work.essay, BY_HAND, REMARK)
    feedback = course.nbgrader("generate_feedback", work.name)
    return Classroom(work, course, distributed, generate, autograde, feedback)


def text_of(page):
    """Le texte d’une page HTML, blancs réunis."""
    page = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S)
    return squeeze(html.unescape(re.sub(r"<[^>]+>", "", page)))


def squeeze(text):
    """Comme un navigateur, réunit les blancs ; les espaces fines et insécables restent."""
    return re.sub(r"[ \t\r\n]+", " ", text)


@each_classwork
def test_nbgrader_releases_what_coursekit_released(classroom):
    assert classroom.generate.returncode == 0, classroom.generate.stderr
    folder = classroom.course.root / "exercises" / classroom.work.name
    assert (folder / f"{classroom.work.name}.ipynb").read_bytes() == classroom.distributed
    assert [path.name for path in folder.iterdir()] == [f"{classroom.work.name}.ipynb"]


@each_classwork
def test_grading_leaves_nothing_unexpected_at_the_top(classroom):
    assert {path.name for path in classroom.course.root.iterdir()} == {
        *("autograded", "exercises", "feedback", "gradebook.db"),
        *("nbgrader_config.py", "solutions", "submitted"),
    }


@each_student
def test_points_per_question(classroom, student):
    grades = classroom.grades(student.name)

    assert {cell: grades[cell].auto for cell in classroom.work.tests} == classroom.work.points(student)


@each_student
def test_the_written_answer_waits_for_the_teacher(classroom, student):
    grade = classroom.grades(student.name)[classroom.work.essay]

    assert (grade.auto is None) == bool(student.explanation)
    assert grade.auto in (None, 0)


@each_student
def test_feedback_says_in_french_what_was_wrong(classroom, student):
    page = classroom.feedback_of(student.name)
    total = sum(classroom.work.points(student).values()) + (BY_HAND if student.name == "juste" else 0)

    assert [sentence for sentence in student.told if sentence not in page] == []
    assert f"{classroom.work.name} : {total:g} / 20".replace(".", ",") in page


@each_classwork
def test_feedback_carries_what_the_teacher_wrote(classroom):
    assert REMARK in classroom.feedback_of("juste")
    assert "Commentaire : Pas de réponse." in classroom.feedback_of("vide")


@each_student
def test_feedback_speaks_no_english_and_keeps_hidden_tests_hidden(classroom, student):
    page = classroom.feedback_of(student.name)

    assert [word for word in ENGLISH if word in page] == []
    assert page.count(HIDDEN_NOTICE) == len(classroom.work.tests)
    assert [line for line in hidden_lines(classroom, student.name) if line in page] == []


def hidden_lines(classroom, student):
    """Les lignes assez longues des tests cachés, hors celles que l’élève a lui-même écrites ou reçues."""
    name, hidden = classroom.work.name, set()
    written = classroom.course.notebook("submitted", name, student)["cells"]
    shown = text_of("\n".join(source_of(cell) for cell in written))
    for cell in classroom.course.notebook("solutions", name)["cells"]:
        for region in re.findall(r"BEGIN HIDDEN TESTS\n(.*?)### END", source_of(cell), re.S):
            hidden.update(squeeze(line).strip() for line in region.splitlines())
    found = {line for line in hidden if len(line) > 15 and line not in shown}
    assert len(found) >= len(classroom.work.tests)
    return found


@each_classwork
def test_an_untouched_notebook_gets_nothing(classroom):
    grades = classroom.grades("vide")
    nothing = dict.fromkeys([*classroom.work.tests, classroom.work.essay], 0)

    assert {cell: grade.auto for cell, grade in grades.items()} == nothing
    assert not any(grade.needs_manual_grade for grade in grades.values())


@each_classwork
def test_deleted_cells_come_back(classroom):
    """Une cellule de tests effacée est remise et notée ; la réponse rédigée, remise vide, attend l’enseignant."""
    grades, work = classroom.grades("efface"), classroom.work
    erased = erased_from(classroom.course.notebook("exercises", work.name), work)

    assert {cell: grades[cell].auto for cell in work.tests} == work.tests
    assert grades[work.essay].needs_manual_grade is (work.essay in erased)
    assert "manquait dans la copie ; elle a été remise" in classroom.feedback_of("efface")


@each_classwork
def test_a_dead_kernel_spoils_one_submission_only(classroom):
    """Limite de nbgrader : le noyau arrêté, la copie n’a pas de note ; les autres sont corrigées (tests ci-dessus)."""
    assert classroom.autograde.returncode == 1
    failed = re.findall(
        r"There was an error processing assignment .* for student '(\w+)'", classroom.autograde.stderr
    )
    assert failed == ["arret"]
    assert {grade.auto for grade in classroom.grades("arret").values()} == {None}
    assert classroom.feedback.returncode == 0, classroom.feedback.stderr
