"""Écrire les notes : ce que nbgrader relit, ce qui reste de l’enseignant, et les refus de la base ou du disque."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

from attacks import RIGHT, WRONG, Stage, stopped_by, toy
from graded_course import (
    ERROR,
    FULL,
    NOTHING,
    Course,
    auto_scores,
    corrected,
    dump,
    grade_one,
    graded,
    total,
    tree,
)
from nbformat import from_dict
from nbgrader.preprocessors import CheckCellMetadata, OverwriteCells, SaveAutoGrades
from nbgrader.utils import determine_grade
from stock_nbgrader import ASSIGNMENT, StockNbgrader

from coursekit.grading.commit import CommitError, Writer
from coursekit.grading.commit.notebook import correct
from coursekit.grading.exchange import CellRun, Executed
from coursekit.grading.vocabulary import Answer, Ending, Prepared, PreparedCell, Role, Status, Verdict


@pytest.fixture
def course(empty: Path, tmp_path: Path) -> Course:
    made = Course.copy(empty, tmp_path / "cours")
    made.submit("juste", RIGHT)
    return made


STDERR = {"output_type": "stream", "name": "stderr", "text": "avertissement\n"}
STDOUT = {"output_type": "stream", "name": "stdout", "text": "bonjour\n"}
VALUE = {"output_type": "execute_result", "data": {"text/plain": "True"}, "metadata": {}}
NAN = {"output_type": "execute_result", "data": {"text/plain": "nan"}, "metadata": {}}
HUGE = {"output_type": "execute_result", "data": {"text/plain": "99"}, "metadata": {}}

RUNS = {
    "juste": (CellRun(Ending.OK, (), score=2.0), 2),
    "juste et bavarde": (CellRun(Ending.OK, (STDERR, STDOUT, VALUE, NAN, HUGE), score=2.0), 2),
    "fausse": (CellRun(Ending.ERROR, (STDERR, ERROR), score=0.0), 0),
    "fausse après une valeur": (CellRun(Ending.ERROR, (HUGE, ERROR), score=0.0), 0),
    "fausse sans sortie": (CellRun(Ending.ERROR, score=0.0, message="faux"), 0),
    "en partie": (CellRun(Ending.OK, (STDERR, NAN, HUGE), score=0.1 + 0.2), 0.1 + 0.2),
    "en partie, zéro": (CellRun(Ending.OK, (HUGE,), score=0.0), 0),
    "jamais exécutée": (CellRun(Ending.SKIPPED, score=0.0), 0),
    "sans note": (CellRun(Ending.TIMEOUT, (STDOUT,), message="Trop long."), 0),
    "au-delà du barème": (CellRun(Ending.OK, score=99.0), 2),
    "négative": (CellRun(Ending.OK, score=-1.0), 0),
}


def _tests(grade_id: str = "q-tests", points: float = 2.0) -> PreparedCell:
    nbgrader = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3}
    metadata = {"nbgrader": {**nbgrader, "grade_id": grade_id, "points": points, "cell_type": "code"}}
    return PreparedCell(Role.TESTS, "code", "assert f()", grade_id, points, metadata=metadata)


@pytest.mark.parametrize("name", RUNS)
def test_nbgrader_reads_the_same_score_in_the_outputs(name: str) -> None:
    run, score = RUNS[name]
    prepared = Prepared(Verdict(), (_tests(),), (), {}, 2.0)
    made = correct(prepared, Executed(Verdict(), (run,)))

    assert made.scores == {"q-tests": score}
    assert determine_grade(from_dict(json.loads(made.to_bytes())).cells[0]) == (score, 2.0)


def test_an_execution_of_another_submission_is_refused() -> None:
    prepared = Prepared(Verdict(), (_tests(),), (), {}, 2.0)
    with pytest.raises(Exception, match="a rendu 2 cellules, pour 1"):
        correct(prepared, Executed(Verdict(), (None, None)))


def test_stock_nbgrader_reads_back_the_same_grades(course: Course) -> None:
    """Ses propres étapes, sur le notebook corrigé : rien à réparer, et le carnet ne change pas."""
    course.submit("moitié", RIGHT)
    course.submit("vide", RIGHT.answering("conclusion", "YOUR ANSWER HERE"))
    points = {"juste": FULL, "moitié": {**FULL, "part-tests": 0.7, "moyenne-tests": 0.0}, "vide": NOTHING}
    course.grade(points)
    before = dump(course)

    for student in points:
        about = {"notebook": toy.NAME, "assignment": ASSIGNMENT, "student": student}
        resources = {"nbgrader": {**about, "db_url": f"sqlite:///{course.root / 'gradebook.db'}"}}
        notebook = corrected(course, student)
        for stage in (OverwriteCells, CheckCellMetadata, SaveAutoGrades):
            made = stage()
            made.log.disabled = False
            made.preprocess(notebook, resources)
        assert notebook == corrected(course, student)
    assert dump(course) == before


def test_scores_and_manual_grading(course: Course) -> None:
    course.submit("vide", RIGHT.answering("conclusion", "YOUR ANSWER HERE"))
    course.grade({"juste": FULL, "vide": NOTHING})

    assert auto_scores(course, "juste") == {**FULL, "conclusion": None}
    assert auto_scores(course, "vide") == {**NOTHING, "conclusion": 0}
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "juste").needs_manual_grade
        assert not gradebook.find_submission(ASSIGNMENT, "vide").needs_manual_grade
        comment = gradebook.find_comment("conclusion", toy.NAME, ASSIGNMENT, "vide")
        assert comment.auto_comment == "No response."


def test_what_the_teacher_wrote_stays(course: Course) -> None:
    course.grade({"juste": FULL})
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("normalise-tests", toy.NAME, ASSIGNMENT, "juste")
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = 1.5, False, 0.5
        gradebook.find_comment("conclusion", toy.NAME, ASSIGNMENT, "juste").manual_comment = "Bien."
        gradebook.db.commit()
        gradebook.grant_extension(ASSIGNMENT, "juste", days=2)
    course.submit("juste", WRONG)
    course.grade({"juste": NOTHING})

    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("normalise-tests", toy.NAME, ASSIGNMENT, "juste")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (0, 1.5, 0.5)
        assert grade.needs_manual_grade
        assert gradebook.find_comment("conclusion", toy.NAME, ASSIGNMENT, "juste").manual_comment == "Bien."
        assert gradebook.find_submission(ASSIGNMENT, "juste").extension.days == 2


SCORED = {
    "juste, puis arrêtée": {},
    "juste, puis fausse et sans métadonnées": NOTHING,
    "fausse, puis juste": FULL,
}


@pytest.mark.parametrize("attack", [a for a in stopped_by(Stage.COMMIT) if a.number == 30], ids=str)
def test_an_old_score_never_stays(attack: Any, course: Course) -> None:
    course.submit("eleve", attack.earlier)
    course.grade({"eleve": FULL if attack.earlier == RIGHT else NOTHING})
    course.submit("eleve", attack.submission)
    course.grade({"eleve": SCORED[attack.name]})

    assert attack.expected.least <= total(course, "eleve") <= attack.expected.most


def test_a_submission_that_became_unreadable_gets_nothing(course: Course) -> None:
    course.grade({"juste": FULL})
    course.submit("juste", RIGHT.adding({f"{toy.NAME}.ipynb": b"\x89PNG"}))
    course.grade({"juste": FULL})

    assert set(auto_scores(course, "juste").values()) == {0}
    assert "une image, pas un notebook" in corrected(course, "juste").cells[0].source


@pytest.mark.parametrize("attack", [a for a in stopped_by(Stage.COMMIT) if a.number == 33], ids=str)
def test_a_forged_date_is_late(attack: Any, course: Course) -> None:
    """La date limite est passée : se dater d’avant ne fait pas gagner de retard, un charabia n’arrête rien."""
    course.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    course.due("2020-01-01 00:00:00 UTC")
    course.submit("eleve", attack.submission)
    course.grade({"eleve": FULL})

    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "eleve")
        assert submission.total_seconds_late > 0
        assert (submission.score, submission.late_submission_penalty) == (6, 6)
    assert auto_scores(course, "eleve") == {**FULL, "conclusion": None}


PLUGIN = """
from nbgrader.plugins import BasePlugin
class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2 if total_seconds_late < 86400 else 99
class Broken(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1 / 0
"""


@pytest.mark.parametrize(
    ("stamp", "penalty"), [("2024-01-01 00:00:00", 0), ("2024-01-01 12:00:01", 3), ("2024-02-01 00:00:00", 6)]
)
def test_late_penalties_are_those_of_the_course(stamp: str, penalty: float, course: Course) -> None:
    (course.root / "retard_du_cours.py").write_text(PLUGIN, encoding="utf-8")
    course.configure("c.AssignLatePenalties.plugin_class = 'retard_du_cours.Half'")
    course.due("2024-01-01 12:00:00 UTC")
    course.submit("eleve", RIGHT.adding({"timestamp.txt": f"{stamp} UTC".encode()}))
    course.grade({"eleve": FULL})

    with course.gradebook() as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "eleve").late_submission_penalty == penalty


def test_a_broken_plugin_spoils_nothing(course: Course) -> None:
    (course.root / "retard_casse.py").write_text(PLUGIN, encoding="utf-8")
    course.configure("c.AssignLatePenalties.plugin_class = 'retard_casse.Broken'")
    course.due("2024-01-01 12:00:00 UTC")
    course.submit("tard", RIGHT.adding({"timestamp.txt": b"2024-02-01 00:00:00 UTC"}))
    with pytest.raises(CommitError, match=r"tard ne se calcule pas.*ZeroDivisionError"):
        course.grade({"tard": FULL})

    assert course.grade({"juste": FULL}) == ["juste"]
    assert "tard" not in dump(course)


def test_the_corrected_folder_is_as_nbgrader_makes_it(course: Course) -> None:
    course.submit(
        "juste", RIGHT.adding({"sous/note.txt": b"note", "timestamp.txt": b"2024-02-01 00:00:00 UTC"})
    )
    course.grade({"juste": FULL})
    folder = course.root / "autograded" / "juste" / ASSIGNMENT

    assert sorted(tree(folder)) == [f"{toy.NAME}.ipynb", "sous/note.txt", "timestamp.txt"]
    assert {line.split()[0] for line in tree(folder).values()} == {"100444"}
    assert (folder / "timestamp.txt").read_text("ascii") == "2024-02-01 00:00:00.000000 UTC\n"
    assert os.listdir(folder.parent) == [ASSIGNMENT]


def test_what_is_done_is_not_done_again(course: Course) -> None:
    assert course.grade({"juste": FULL}) == ["juste"]
    before = dump(course), tree(course.root / "autograded")

    assert course.grade({"juste": FULL}) == []
    assert (dump(course), tree(course.root / "autograded")) == before


def _erase_folder(course: Course) -> None:
    (course.root / "autograded" / "juste" / ASSIGNMENT / f"{toy.NAME}.ipynb").unlink()


def _reset_score(course: Course) -> None:
    with course.gradebook() as gradebook:
        gradebook.find_grade("part-tests", toy.NAME, ASSIGNMENT, "juste").auto_score = 0.5
        gradebook.db.commit()


def _change_answer(course: Course) -> None:
    course.submit("juste", RIGHT.answering("part", "def part(valeurs, seuil): return 1"))


def _change_file(course: Course) -> None:
    (course.root / "source" / ASSIGNMENT / "donnees.csv").write_bytes(b"nouvelles")


def _change_limit(course: Course) -> None:
    course.configure("c.Execute.timeout = 90")


def _change_date(course: Course) -> None:
    (course.root / "submitted" / "juste" / ASSIGNMENT / "timestamp.txt").write_text("2024-02-01 00:00:00 UTC")


@pytest.mark.parametrize(
    "change", [_erase_folder, _reset_score, _change_answer, _change_file, _change_limit, _change_date]
)
def test_whatever_changes_is_done_again(change: Any, course: Course) -> None:
    course.grade({"juste": FULL})
    change(course)

    assert course.grade({"juste": FULL}) == ["juste"]
    assert course.grade({"juste": FULL}) == []


def test_changed_tests_are_done_again(course: Course) -> None:
    assignment = course.assignment()
    course.grade({"juste": FULL})
    collected = assignment.collect("juste")
    jobs = {name: one.job for name, one in graded(assignment, collected, FULL).items()}
    other = {
        name: replace(
            job,
            prepared=replace(
                job.prepared,
                cells=tuple(replace(cell, source=cell.source + "#") for cell in job.prepared.cells),
            ),
        )
        for name, job in jobs.items()
    }
    with Writer(assignment) as writer:
        assert writer.is_done(collected, jobs)
        assert not writer.is_done(collected, other)
        assert writer.committed("juste") is not None
        assert writer.committed("inconnu") is None


def test_the_journal_remembers_what_was_written(course: Course) -> None:
    assignment = course.assignment()
    collected = assignment.collect("juste")
    with Writer(assignment) as writer:
        written = writer.commit(collected, graded(assignment, collected, FULL))
        assert writer.committed("juste") == written
    assert (written.score, written.max_score, written.needs_manual_grade) == (6, 6, True)


@pytest.mark.parametrize("cut", [2, 30, 100])
def test_a_journal_cut_in_the_middle_of_a_line_goes_on(cut: int, course: Course) -> None:
    course.grade({"juste": FULL})
    (journal,) = (course.root / ".coursekit" / "grading").iterdir()
    journal.write_bytes(journal.read_bytes()[:-cut])
    course.submit("autre", WRONG)

    assert course.grade({"juste": FULL, "autre": NOTHING}) == ["juste", "autre"]
    assert course.grade({"juste": FULL, "autre": NOTHING}) == []


def test_a_journal_that_lost_its_last_line_feed_goes_on(course: Course) -> None:
    course.grade({"juste": FULL})
    (journal,) = (course.root / ".coursekit" / "grading").iterdir()
    journal.write_bytes(journal.read_bytes()[:-1])
    course.submit("autre", WRONG)

    assert course.grade({"juste": FULL, "autre": NOTHING}) == ["autre"]
    assert course.grade({"juste": FULL, "autre": NOTHING}) == []


def test_one_writer_at_a_time(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.grading.commit.journal.Journal.__init__.__defaults__", (0.0,))
    assignment = course.assignment()
    with Writer(assignment), pytest.raises(CommitError, match="déjà en cours de notation"):
        Writer(assignment)
    with Writer(assignment):
        pass


def _locked(course: Course) -> sqlite3.Connection:
    connection = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def _impatient(writer: Writer) -> None:
    """Que SQLite rende la main tout de suite, au lieu d’attendre lui-même cinq secondes."""
    from sqlalchemy import event

    engine = writer._grades.gradebook.engine
    engine.dispose()
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))


def test_a_locked_gradebook_is_waited_for(course: Course) -> None:
    assignment = course.assignment()
    with Writer(assignment, patience=30) as writer:
        _impatient(writer)
        connection = _locked(course)
        release = threading.Timer(0.3, connection.rollback)
        release.start()
        assert grade_one(writer, assignment, "juste", FULL)
        release.join()
        connection.close()
    assert total(course, "juste") == 6


def test_a_gradebook_locked_for_ever_spoils_one_submission(course: Course) -> None:
    course.submit("autre", RIGHT)
    assignment = course.assignment()
    with Writer(assignment, patience=0.2) as writer:
        _impatient(writer)
        connection = _locked(course)
        with pytest.raises(CommitError, match="occupé par un autre programme") as refused:
            grade_one(writer, assignment, "autre", FULL)
        connection.rollback()
        connection.close()
        assert not refused.value.fatal
        assert grade_one(writer, assignment, "juste", FULL)
    assert not (course.root / "autograded" / "autre" / ASSIGNMENT).exists()
    assert list(dump(course)) == ["juste"]
    assert course.grade({"juste": FULL, "autre": FULL}) == ["autre"]


def test_a_read_only_gradebook_says_so(course: Course) -> None:
    assignment = course.assignment()
    with Writer(assignment) as writer:
        from sqlalchemy import event

        engine = writer._grades.gradebook.engine
        engine.dispose()
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = 1"))
        with pytest.raises(CommitError, match="en lecture seule") as refused:
            grade_one(writer, assignment, "juste", FULL)
    assert refused.value.fatal
    assert course.grade({"juste": FULL}) == ["juste"]


FULL_AT = [
    *(("open", late) for late in range(1, 5)),
    *(("write", late) for late in range(1, 3)),
    *(("fsync", late) for late in range(1, 5)),
    *(("rename", late) for late in range(1, 3)),
    ("mkdir", 2),
]


def refusal(writer: Writer, collected: Any, work: Any) -> str:
    """Ce que l’écriture répond, ou rien si elle a réussi."""
    try:
        writer.commit(collected, work)
    except CommitError as error:
        return f"{error} ({'fatale' if error.fatal else 'passagère'})"
    return ""


@pytest.mark.parametrize(("call", "late"), FULL_AT)
def test_a_full_disk_loses_nothing(
    call: str, late: int, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le disque se remplit au énième appel : l’erreur le dit, l’ancienne note ou la nouvelle reste, et on reprend."""
    course.submit("eleve", WRONG)
    course.grade({"eleve": NOTHING})
    old = dump(course)["eleve"]
    course.submit("eleve", RIGHT)
    assignment = course.assignment()
    real, calls = getattr(os, call), 0

    def failing(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls >= late:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(course.root))
        return real(*arguments, **options)

    told = ""
    with Writer(assignment) as writer:
        collected = assignment.collect("eleve")
        work = graded(assignment, collected, FULL)
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            told = refusal(writer, collected, work)
    assert "le disque est plein" in told
    assert "fatale" in told
    assert dump(course)["eleve"] == old or total(course, "eleve") == 6
    assert course.grade({"eleve": FULL}) == ["eleve"]
    assert total(course, "eleve") == 6
    assert os.listdir(course.root / "autograded" / "eleve") == [ASSIGNMENT]


def test_a_clock_that_jumps_changes_nothing(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 4e9)
    course.grade({"juste": FULL})
    before = dump(course)
    monkeypatch.setattr("time.time", lambda: 1.0)

    assert course.grade({"juste": FULL}) == []
    assert dump(course) == before


def test_an_unknown_student_when_the_course_creates_none(course: Course) -> None:
    course.configure("c.Autograde.create_student = False")
    with pytest.raises(CommitError, match="nbgrader db student add juste"):
        course.grade({"juste": FULL})
    with course.gradebook() as gradebook:
        gradebook.add_student("juste", first_name="Ada")
    assert course.grade({"juste": FULL}) == ["juste"]


def test_names_with_accents_and_spaces(course: Course) -> None:
    names = ["Éloïse d’Aubigné", "a b", "O’Neil; DROP TABLE grade", "100%"]
    for name in names:
        course.submit(name, RIGHT)
    course.grade(dict.fromkeys(names, FULL))

    assert sorted(dump(course)) == sorted(names)
    assert [total(course, name) for name in names] == [6, 6, 6, 6]


def test_a_student_who_did_not_submit_the_notebook(course: Course) -> None:
    """Comme nbgrader : 0 partout, et rien à noter à la main."""
    (course.root / "submitted" / "absent" / ASSIGNMENT).mkdir(parents=True)
    course.grade({"absent": FULL})

    assert set(auto_scores(course, "absent").values()) == {0}
    with course.gradebook() as gradebook:
        assert not gradebook.find_submission(ASSIGNMENT, "absent").needs_manual_grade


def test_the_answers_of_the_student_are_not_altered(course: Course) -> None:
    """Le texte d’une réponse libre perd ce qui agirait sur la page ; le code jamais rien."""
    text = "Si a < b, alors **oui** <script>alert(1)</script> <b>gras</b>"
    course.submit("juste", RIGHT.answering("conclusion", text).answering("part", "x = '<script>'"))
    course.grade({"juste": FULL})
    cells = {cell.id: cell.source for cell in corrected(course, "juste").cells}

    assert cells["part"] == "x = '<script>'"
    assert cells["conclusion"] == text.replace("<script", "&lt;script").replace("</script", "&lt;/script")


def test_unreadable_statuses_write_their_reason(course: Course) -> None:
    verdict = Verdict(Status.REJECTED, "Pas ouvert : <b>lien</b>.")
    made = correct(Prepared(verdict, (), (), {}, 2.0), None)

    assert not made.readable
    assert verdict.message in made.content["cells"][0]["source"]


def test_an_answer_counts_as_blank_or_given() -> None:
    cells = [
        PreparedCell(Role.MANUAL, "markdown", "…", name, 1.0, answer)
        for name, answer in (("a", Answer.GIVEN), ("b", Answer.BLANK), ("c", Answer.MISSING))
    ]
    made = correct(Prepared(Verdict(), tuple(cells), (), {}, 3.0), Executed(Verdict(), (None,) * 3))

    assert made.scores == {"a": None, "b": 0, "c": 0}
    assert made.comments == {"a": None, "b": "No response.", "c": "No response."}


def _add_notebook(course: Course, name: str, notebook: dict[str, Any]) -> None:
    """Ajoute un notebook au devoir, comme le ferait une nouvelle distribution."""
    data = toy.as_bytes(notebook)
    (course.root / "source" / ASSIGNMENT / f"{name}.ipynb").write_bytes(data)
    StockNbgrader(f"sqlite:///{course.root / 'gradebook.db'}").release(name, data)


def test_an_assignment_of_two_notebooks(course: Course) -> None:
    """Une copie déjà notée reçoit les cellules du second ; qui ne l’a pas remis y a 0."""
    course.grade({"juste": FULL})
    _add_notebook(course, "second", toy.source())
    course.submit("deux", RIGHT.adding({"second.ipynb": RIGHT.data}))

    assert course.grade({"juste": FULL, "deux": FULL}) == ["juste", "deux"]
    with course.gradebook() as gradebook:
        scores = {
            student: gradebook.find_submission(ASSIGNMENT, student).score for student in ("juste", "deux")
        }
        missing = gradebook.find_submission_notebook("second", ASSIGNMENT, "juste")
        assert {grade.auto_score for grade in missing.grades} == {0}
        assert not missing.needs_manual_grade
    assert scores == {"juste": 6, "deux": 12}
    assert "n’a pas été remis" in corrected(course, "juste", "second").cells[0].source
    assert course.grade({"juste": FULL, "deux": FULL}) == []


def _with_task() -> dict[str, Any]:
    notebook = toy.source()
    metadata = {"grade": False, "solution": False, "locked": True, "task": True, "schema_version": 3}
    cell = {"cell_type": "markdown", "id": "tache", "source": "Tracez la courbe.", "metadata": {}}
    cell["metadata"] = {"nbgrader": {**metadata, "grade_id": "tache", "points": 3}}
    notebook["cells"].append(cell)
    return notebook


def test_a_task_waits_for_the_teacher_and_keeps_his_grade(course: Course) -> None:
    _add_notebook(course, "tache", _with_task())
    course.submit("juste", RIGHT.adding({"tache.ipynb": RIGHT.data}))
    course.grade({"juste": FULL})
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("tache", "tache", ASSIGNMENT, "juste")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    course.submit("juste", WRONG.adding({"tache.ipynb": WRONG.data}))
    course.grade({"juste": NOTHING})

    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("tache", "tache", ASSIGNMENT, "juste")
        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (None, 2.5, False)


def test_a_course_where_the_journal_cannot_be_written(course: Course) -> None:
    (course.root / ".coursekit").write_bytes(b"")
    with pytest.raises(CommitError, match="journal de la notation"):
        course.grade({"juste": FULL})
