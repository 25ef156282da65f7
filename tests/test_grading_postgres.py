"""Un carnet de notes PostgreSQL : les mêmes notes, et un serveur qui tombe au milieu."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")
pytest.importorskip("psycopg", reason="psycopg manque : pip install -e .[postgresql]")

from attacks import RIGHT, WRONG, toy
from graded_course import FULL, NOTHING, Course, auto_scores, dump, grade_one, template, total
from postgres_server import INSTALL, Server, binaries, server
from stock_nbgrader import ASSIGNMENT

from coursekit.errors import CourseError
from coursekit.grading.collect import open_course
from coursekit.grading.commit import CommitError, Writer

if binaries() is None:
    pytest.skip(INSTALL, allow_module_level=True)

NAMES = ("juste", "Éloïse d’Aubigné")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as started:
        yield started


@pytest.fixture(scope="module")
def empty(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("modele"), postgres.create("modele"))


@pytest.fixture
def course(empty: Path, postgres: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Course:
    made = Course.copy(empty, tmp_path / "cours")
    url = postgres.create(request.node.name, of="modele")
    made.configure(f"c.CourseDirectory.db_url = {url!r}")
    for name in NAMES:
        made.submit(name, RIGHT)
    return made


def test_the_same_grades_as_with_sqlite(course: Course, tmp_path: Path) -> None:
    light = Course(template(tmp_path / "sqlite"))
    points = {"juste": {**FULL, "part-tests": 0.1 + 0.2}, "Éloïse d’Aubigné": NOTHING}
    for name in NAMES:
        light.submit(name, RIGHT)
    course.grade(points)
    light.grade(points)

    assert not (course.root / "gradebook.db").exists()
    assert dump(course) == dump(light)
    assert course.grade(points) == []


def test_an_old_score_never_stays(course: Course) -> None:
    course.grade({"juste": FULL})
    course.submit("juste", WRONG)
    course.grade({"juste": {}})

    assert total(course, "juste") == 0


def test_late_penalties(course: Course) -> None:
    course.configure(
        f"c.CourseDirectory.db_url = {open_course(course.root).db_url!r}",
        "c.LateSubmissionPlugin.penalty_method = 'zero'",
    )
    course.due("2024-01-01 00:00:00 UTC")
    course.submit("juste", RIGHT.adding({"timestamp.txt": b"2024-01-02 00:00:00 UTC"}))
    course.grade({"juste": FULL})

    with course.gradebook() as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "juste").late_submission_penalty == 6


def test_a_connection_cut_by_the_server_is_opened_again(course: Course, postgres: Server) -> None:
    import psycopg

    assignment = course.assignment()
    with Writer(assignment) as writer:
        assert grade_one(writer, assignment, "juste", FULL)
        with psycopg.connect(
            host=str(postgres.folder), user="nbgrader", dbname="postgres", autocommit=True
        ) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (course.assignment().course.db_url.rsplit("/", 1)[1].split("?")[0],),
            )
        assert grade_one(writer, assignment, "Éloïse d’Aubigné", FULL)
    assert auto_scores(course, "Éloïse d’Aubigné") == {**FULL, "conclusion": None}


def test_a_locked_table_is_not_waited_for_ever(course: Course, postgres: Server) -> None:
    import psycopg

    assignment = course.assignment()
    name = assignment.course.db_url.rsplit("/", 1)[1].split("?")[0]
    with Writer(assignment, patience=0.2) as writer:
        with psycopg.connect(host=str(postgres.folder), user="nbgrader", dbname=name) as other:
            other.execute("SET lock_timeout = '5s'")
            other.execute("LOCK TABLE grade")
            with pytest.raises(CommitError, match="occupé par un autre programme"):
                grade_one(writer, assignment, "juste", FULL)
        assert grade_one(writer, assignment, "juste", FULL)
    assert total(course, "juste") == 6


def test_a_database_that_does_not_exist(course: Course, postgres: Server) -> None:
    course.configure(f"c.CourseDirectory.db_url = {postgres.url('absente')!r}")
    with pytest.raises(CourseError, match=r"absente ne s’ouvre pas|ne s’ouvre pas.*absente"):
        course.assignment()


def test_an_empty_database(course: Course, postgres: Server) -> None:
    course.configure(f"c.CourseDirectory.db_url = {postgres.create('vide')!r}")
    with pytest.raises(CourseError, match=r"est vide.*nbgrader generate_assignment"):
        course.assignment()


def test_names_are_those_of_the_notebook(course: Course) -> None:
    assert list(course.assignment().references) == [toy.NAME]
