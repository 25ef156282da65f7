"""Ramasser : les noms, les liens, les dates, et les cours mal tenus."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

from attacks import RIGHT, Special, Stage, Submission, stopped_by, toy
from graded_course import Course
from stock_nbgrader import ASSIGNMENT

from coursekit.errors import CourseError, UnknownNameError
from coursekit.grading import Status
from coursekit.grading.collect import open_course
from coursekit.grading.collect.names import Match, match, shown
from coursekit.grading.collect.receipt import parse

NOTEBOOK = f"{toy.NAME}.ipynb"


@pytest.fixture
def course(empty: Path, tmp_path: Path) -> Course:
    return Course.copy(empty, tmp_path / "cours")


OPENS = """
import sys
from pathlib import Path
from coursekit.grading.collect import open_course
open_course(Path(sys.argv[1]))
print("jsonschema" in sys.modules, "rfc3987_syntax" in sys.modules)
"""


def test_opening_a_course_builds_no_grammar_that_no_notebook_uses(course: Course) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENS, str(course.root)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]


MATCHES = {
    "tp.ipynb": {"tp": "tp.ipynb"},
    "tp (1).ipynb": {"tp": "tp (1).ipynb"},
    "TP.IPYNB": {"tp": "TP.IPYNB"},
    " tp .ipynb": {"tp": " tp .ipynb"},
    "tp-Copy1.ipynb": {"tp": "tp-Copy1.ipynb"},
    "tp -\u0020Copie.ipynb": {"tp": "tp -\u0020Copie.ipynb"},
    "tp.ipynb.json": {"tp": "tp.ipynb.json"},
    "tp2.ipynb": {},
    "tp.py": {},
}


@pytest.mark.parametrize("file", MATCHES)
def test_names_that_a_journey_changes(file: str) -> None:
    assert match(["tp"], [file]).found == MATCHES[file]


def test_the_exact_name_wins_over_a_copy() -> None:
    found = match(["tp"], ["tp (1).ipynb", "tp.ipynb"])

    assert (found.found, found.strays) == ({"tp": "tp.ipynb"}, ["tp (1).ipynb"])


def test_the_last_copy_wins_over_the_others() -> None:
    assert match(["tp"], ["tp (2).ipynb", "tp (10).ipynb", "tp (1).ipynb"]).found == {"tp": "tp (10).ipynb"}


def test_two_notebooks_that_could_be_confused_are_not_guessed() -> None:
    assert match(["TP", "tp"], ["Tp.ipynb", "tp.ipynb"]).found == {"tp": "tp.ipynb"}


def test_a_hostile_name_is_shown_without_acting() -> None:
    assert shown("a\n\x1b[31m\u202eb") == "a\\n\\x1b[31m\\u202eb"


@pytest.mark.parametrize("attack", [a for a in stopped_by(Stage.COLLECT) if a.number == 26], ids=str)
def test_nothing_but_ordinary_files_is_opened(attack: Any, course: Course) -> None:
    course.submit("juste", RIGHT)
    course.submit("attaque", attack.submission)
    collected = course.assignment().collect("attaque")
    found = collected.notebooks[toy.NAME]

    assert found.verdict.status.value == attack.expected.verdict
    assert (found.data is None) == (attack.expected.verdict == "rejected")
    assert "donnees.csv" not in collected.files
    told = found.verdict.message or "".join(collected.remarks)
    assert re.search("lien|tube|droits", told), told


@pytest.mark.parametrize(
    "attack",
    [a for a in stopped_by(Stage.COLLECT) if a.number == 32 and a.name != "chemin qui remonte"],
    ids=str,
)
def test_a_renamed_notebook_is_recognized_or_reported(attack: Any, course: Course) -> None:
    course.submit("attaque", attack.submission)
    collected = course.assignment().collect("attaque")
    found = collected.notebooks[toy.NAME]

    if attack.expected.least:
        assert found.data == RIGHT.data
    else:
        assert found.data == RIGHT.data or found.verdict.status is Status.MISSING
    assert collected.remarks
    assert all(
        character.isprintable() or character in "\u202f\u00a0" for character in "".join(collected.remarks)
    )


def test_a_path_is_never_a_name() -> None:
    """Un nom qui remonte n’existe que dans une archive."""
    path = f"../../{NOTEBOOK}"

    assert match([toy.NAME], [path]) == Match({}, [path])


def test_a_notebook_in_a_subfolder_is_reported(course: Course) -> None:
    files = {f"tp/{NOTEBOOK}": RIGHT.data, f".ipynb_checkpoints/{NOTEBOOK}": RIGHT.data}
    course.submit("eleve", Submission(files))
    collected = course.assignment().collect("eleve")

    assert collected.notebooks[toy.NAME].verdict.status is Status.MISSING
    (remark,) = collected.remarks
    assert "tp/entraînement.ipynb" in remark
    assert "sous-dossier" in remark


def test_a_thousand_strays_do_not_make_a_thousand_remarks(course: Course) -> None:
    course.submit("eleve", RIGHT.adding({f"essai {rank}.ipynb": b"" for rank in range(1000)}))
    remarks = course.assignment().collect("eleve").remarks

    assert len(remarks) == 21
    assert remarks[-1].startswith("Et 980 autres")


def test_a_link_on_the_whole_folder_is_rejected(course: Course) -> None:
    honest = course.submit("juste", RIGHT)
    (course.root / "submitted" / "attaque").mkdir()
    (course.root / "submitted" / "attaque" / ASSIGNMENT).symlink_to(honest)

    assert course.assignment().collect("attaque").notebooks[toy.NAME].verdict.status is Status.REJECTED


def test_a_link_inside_a_folder_is_not_followed(course: Course) -> None:
    honest = course.submit("juste", RIGHT.adding({"secret.txt": b"secret"}))
    course.submit("attaque", RIGHT.adding({"donnees": Special("symlink", str(honest))}))

    assert not course.assignment().collect("attaque").files


def test_a_file_shared_with_another_folder_is_rejected(course: Course) -> None:
    honest = course.submit("juste", RIGHT)
    attack = course.submit("attaque", RIGHT)
    (attack / NOTEBOOK).unlink()
    (attack / NOTEBOOK).hardlink_to(honest / NOTEBOOK)

    assert course.assignment().collect("attaque").notebooks[toy.NAME].verdict.status is Status.REJECTED


def test_a_notebook_too_big_is_not_read(course: Course) -> None:
    folder = course.submit("enorme", RIGHT)
    with (folder / NOTEBOOK).open("r+b") as file:
        file.truncate(200_000_000)
    found = course.assignment().collect("enorme").notebooks[toy.NAME]

    assert (found.data, found.verdict.status) == (None, Status.UNREADABLE)
    assert "200,0 Mo" in found.verdict.message


def test_files_of_the_teacher_replace_those_of_the_student(course: Course) -> None:
    source = course.root / "source" / ASSIGNMENT
    (source / "donnees.csv").write_bytes(b"vraies")
    (source / "reglages.py").write_bytes(b"vrais")
    course.configure(
        f"c.Autograde.exclude_overwriting = {{'{ASSIGNMENT}': ['reglages.py']}}",
        "c.CourseDirectory.ignore = ['*.secret']",
    )
    (source / "corrige.secret").write_bytes(b"solutions")
    mine = {"donnees.csv": b"fausses", "reglages.py": b"miens", "sous/note.txt": b"note", "a.secret": b"x"}
    course.submit("juste", RIGHT.adding(mine))

    assert course.assignment().collect("juste").files == {
        "donnees.csv": b"vraies",
        "reglages.py": b"miens",
        "sous/note.txt": b"note",
    }


STAMPS = {
    "2024-02-02 15:58:23.948203 UTC": datetime(2024, 2, 2, 15, 58, 23, 948203),
    "2024-02-02 15:58:23 +0100": datetime(2024, 2, 2, 14, 58, 23),
    "2024-07-02 15:58:23 Europe/Paris": datetime(2024, 7, 2, 13, 58, 23),
    "2024-02-02 15:58:23": datetime(2024, 2, 2, 15, 58, 23),
    "2024-02-02T15:58:23Z": datetime(2024, 2, 2, 15, 58, 23),
    "2024-02-02 15:58 UTC": datetime(2024, 2, 2, 15, 58),
    "2024-02-02 15:58:23 /dev/zero": None,
    "2024-02-02 15:58:23 ../../etc/passwd": None,
    "2024-13-02 15:58:23": None,
    "demain": None,
    "12": None,
    "": None,
}


@pytest.mark.parametrize("text", STAMPS)
def test_dates_that_nbgrader_writes_and_no_other(text: str) -> None:
    assert parse(f"{text}\n".encode()) == STAMPS[text]


def _collected(course: Course, stamp: bytes, **times: float) -> Any:
    folder = course.submit("eleve", RIGHT.adding({"timestamp.txt": stamp}))
    for name, when in times.items():
        os.utime(folder / {"notebook": NOTEBOOK, "stamp": "timestamp.txt"}[name], (when, when))
    return course.assignment().collect("eleve")


@pytest.mark.parametrize("attack", [a for a in stopped_by(Stage.COMMIT) if a.number == 33], ids=str)
def test_a_forged_date_gives_way_to_the_arrival(attack: Any, course: Course) -> None:
    course.submit("eleve", attack.submission)
    collected = course.assignment().collect("eleve")

    assert collected.received == collected.arrived is not None
    assert "timestamp.txt" in collected.remarks[0]


def test_an_honest_date_is_kept(course: Course) -> None:
    assert _collected(course, b"2024-02-02 15:58:23 UTC").received == datetime(2024, 2, 2, 15, 58, 23)


def test_a_date_before_the_last_change_of_the_notebook_is_forged(course: Course) -> None:
    """La copie a gardé l’heure du notebook, un an après celle que l’élève annonce."""
    wrote = datetime(2025, 2, 2).timestamp()
    forged = _collected(course, b"2024-02-02 15:58:23 UTC", notebook=wrote)
    honest = _collected(course, b"2025-02-03 15:58:23 UTC", notebook=wrote)

    assert forged.received == forged.arrived
    assert honest.received == datetime(2025, 2, 3, 15, 58, 23)


def test_no_date_is_no_delay(course: Course) -> None:
    course.submit("eleve", RIGHT)

    assert course.assignment().collect("eleve").received is None


def test_settings_come_from_the_course(course: Course) -> None:
    course.configure(
        "c.CourseDirectory.submitted_directory = 'remis'",
        "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'",
        "c.Execute.timeout = 7",
        "c.CourseDirectory.student_id_exclude = 'absent,parti'",
    )
    source = course.root / "source"
    shutil.move(source / ASSIGNMENT, source / "tmp")
    (source / ASSIGNMENT / ".").mkdir(parents=True)
    shutil.move(source / "tmp" / NOTEBOOK, source / ASSIGNMENT / NOTEBOOK)
    for student in ("Éloïse d’Aubigné", "a b", "parti"):
        RIGHT.write(course.root / "remis" / ASSIGNMENT / student)
    assignment = course.assignment()

    assert assignment.students == ("a b", "Éloïse d’Aubigné")
    assert assignment.limits.cell_seconds == 7
    assert assignment.collect("Éloïse d’Aubigné").notebooks[toy.NAME].data == RIGHT.data


def test_a_folder_with_an_invisible_name_is_set_aside(course: Course) -> None:
    course.submit("juste", RIGHT)
    course.submit("bo\nb", RIGHT)
    assignment = course.assignment()

    assert assignment.students == ("juste",)
    assert "bo\\nb" in assignment.refused["bo\nb"]


ASKED = ("../juste", "jute", "bo\nb", "", "juste/devoir")


@pytest.mark.parametrize("student", ASKED)
def test_only_a_known_student_can_be_chosen(student: str, course: Course) -> None:
    course.submit("juste", RIGHT)
    with pytest.raises(UnknownNameError, match="juste"):
        course.assignment().choose([student])


def test_a_wrong_directory_says_so(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="n’est pas un dossier de cours"):
        open_course(tmp_path / "ailleurs")
    (course.root / "notes").mkdir()
    with pytest.raises(CourseError, match=f"Le cours est peut-être {course.root}"):
        open_course(course.root / "notes")


def test_a_faulty_configuration_says_where(course: Course) -> None:
    course.configure("c.Execute.timeout = inconnu")
    with pytest.raises(CourseError, match=r"nbgrader_config.py ne se lit pas.*inconnu"):
        open_course(course.root)


def test_an_unknown_assignment_gives_the_nearest(course: Course) -> None:
    with pytest.raises(UnknownNameError, match="Vouliez-vous dire devoir"):
        open_course(course.root).assignment("devior")


def test_an_assignment_without_submission(course: Course) -> None:
    with pytest.raises(CourseError, match="nbgrader zip_collect devoir"):
        course.assignment().choose()


def test_an_assignment_never_generated(course: Course) -> None:
    shutil.copytree(course.root / "source" / ASSIGNMENT, course.root / "source" / "autre")
    with pytest.raises(CourseError, match="nbgrader generate_assignment autre"):
        open_course(course.root).assignment("autre")


def test_tests_changed_since_the_release(course: Course) -> None:
    path = course.root / "source" / ASSIGNMENT / NOTEBOOK
    path.write_text(path.read_text("utf-8").replace('"points": 1', '"points": 3'), encoding="utf-8")
    with pytest.raises(CourseError, match=r"vaut 3.*et 1 dans le carnet de notes"):
        course.assignment()


def test_no_gradebook_is_created_by_reading(course: Course) -> None:
    (course.root / "gradebook.db").unlink()
    with pytest.raises(CourseError, match="nbgrader generate_assignment"):
        course.assignment()
    assert not (course.root / "gradebook.db").exists()


VERSIONS = {
    "50a4d84c131a": "plus ancien.*nbgrader db upgrade",
    "0123456789ab": "plus récent.*Mettez nbgrader à jour",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_gradebook_of_another_version(version: str, course: Course) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{course.root / 'gradebook.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()

    with pytest.raises(CourseError, match=VERSIONS[version]):
        course.assignment()


def test_a_gradebook_that_is_not_one(course: Course) -> None:
    (course.root / "gradebook.db").write_bytes(b"ceci n'est pas une base" * 100)
    with pytest.raises(CourseError, match=r"ne s’ouvre pas.*not a database"):
        course.assignment()
