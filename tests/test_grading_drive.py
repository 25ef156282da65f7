"""Conduire une classe : des postes locaux ou une grappe Dask, qui meurent, se figent, ou ne démarrent pas."""

import pytest
from attacks import toy
from grading_posts import (
    DIE,
    FREEZE,
    answering,
    die_once,
    dies_at_birth,
    no_bubblewrap,
    obeying,
    post,
)

from coursekit.errors import CourseError
from coursekit.grading.collect import Submitted
from coursekit.grading.drive import local
from coursekit.grading.drive.crew import ATTEMPTS, Failed, flow
from coursekit.grading.drive.local import LocalCrew
from coursekit.grading.drive.post import Task
from coursekit.grading.exchange import Limits
from coursekit.grading.vocabulary import Status

psutil = pytest.importorskip("psutil")


def graded(crew, tasks):
    return dict(flow(crew, tasks.items()))


def children():
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_every_copy_comes_back_under_its_name():
    tasks = {name: answering("pass") for name in "abcde"}
    with LocalCrew(post(), workers=2) as crew:
        back = graded(crew, tasks)
    assert set(back) == set(tasks)
    read = post().read(back["a"], tasks["a"])
    assert [run.score for run in read[toy.NAME].executed.runs if run and run.score is not None] == [
        1,
        1,
        2,
        2,
    ]


def test_a_copy_that_cannot_be_read_is_not_executed():
    task = Task({toy.NAME: Submitted(b"rien")})
    with LocalCrew(post(), workers=1) as crew:
        read = post().read(graded(crew, {"a": task})["a"], task)
    assert read[toy.NAME].executed is None
    assert read[toy.NAME].job.prepared.verdict.status is Status.UNREADABLE


def test_a_killed_post_loses_nothing(tmp_path):
    tasks = {name: answering(die_once(tmp_path, name)) for name in "abc"}
    with LocalCrew(post(obeying), workers=2) as crew:
        back = graded(crew, tasks)
    assert {name: type(outcome) for name, outcome in back.items()} == dict.fromkeys(tasks, bytes)


def test_a_copy_that_kills_every_post_gets_a_verdict_and_the_others_their_grade():
    tasks = {"a": answering("pass"), "tueuse": answering(DIE), "b": answering("pass")}
    with LocalCrew(post(obeying), workers=2) as crew:
        back = graded(crew, tasks)
    assert isinstance(back["tueuse"], Failed)
    assert back["tueuse"].killed
    assert f"{ATTEMPTS} fois" in back["tueuse"].message
    assert isinstance(back["a"], bytes)
    assert isinstance(back["b"], bytes)


def test_a_frozen_post_is_killed_in_time(monkeypatch):
    monkeypatch.setattr(local, "GRACE_SECONDS", 1)
    quick = post(obeying, limits=Limits(notebook_seconds=0.1))
    monkeypatch.setattr(type(quick), "seconds", 1.0)
    with LocalCrew(quick, workers=1) as crew:
        back = graded(crew, {"figée": answering(FREEZE), "a": answering("pass")})
    assert "à temps" in back["figée"].message
    assert isinstance(back["a"], bytes)


def test_a_fault_of_ours_is_told_and_costs_no_post():
    tasks = {"faute": answering("raise ValueError('zut')"), "pid": answering("pass")}
    with LocalCrew(post(obeying), workers=1) as crew:
        back = graded(crew, tasks)
    assert back["faute"] == Failed("ValueError : zut")
    assert isinstance(back["pid"], bytes)


@pytest.mark.parametrize(
    ("nursery", "said"), [(no_bubblewrap, "apt-get install bubblewrap"), (dies_at_birth, "--workers 1")]
)
def test_posts_that_do_not_start_stop_the_run(nursery, said):
    with pytest.raises(CourseError, match=said), LocalCrew(post(nursery=nursery), workers=2) as crew:
        graded(crew, {"a": answering("pass")})


def test_no_copy_is_read_before_a_post_is_free():
    """La mémoire du pilote : jamais plus de copies en main que de postes."""
    out = {"given": 0, "back": 0}

    def tasks():
        for rank in range(12):
            out["given"] += 1
            assert out["given"] - out["back"] <= 2 + 2
            yield rank, answering("pass")

    with LocalCrew(post(), workers=2) as crew:
        for _ in flow(crew, tasks()):
            out["back"] += 1
    assert out == {"given": 12, "back": 12}


def test_an_interrupted_run_leaves_no_process():
    before = children()

    def tasks():
        for name in "abc":
            yield name, answering("time.sleep(600)")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), LocalCrew(post(obeying), workers=4) as crew:
        for _ in flow(crew, tasks()):
            pass
    assert children() - before <= tracker()


def tracker():
    """Le seul processus que Python garde lui-même : il compte les ressources partagées."""
    from multiprocessing import resource_tracker

    return {resource_tracker._resource_tracker._pid}
