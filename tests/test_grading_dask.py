"""Conduire une classe sur une grappe Dask, que les tests démarrent eux-mêmes."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from grading_posts import DIE, answering, die_once, no_bubblewrap, obeying, post

from coursekit.errors import CourseError
from coursekit.grading.drive import cluster as dask
from coursekit.grading.drive.crew import Failed, flow

distributed = pytest.importorskip("distributed", reason="distributed manque : pip install -e .[grading]")


@contextmanager
def cluster():
    """Deux travailleurs, chacun son processus, et une nourrice qui relance celui qui meurt."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as started:
        yield started


@pytest.fixture(scope="module")
def grid():
    """Une grappe paisible."""
    with cluster() as started:
        yield started


@pytest.fixture
def mortal():
    """Une grappe dont le test tue les travailleurs ; elle ne se ferme que relevée, ce que sa nourrice exige."""
    with cluster() as started:
        yield started
        with distributed.Client(started) as client:
            client.wait_for_workers(2, timeout=60)


def graded(crew, tasks):
    return dict(flow(crew, tasks.items()))


def test_every_copy_comes_back_as_bytes(grid):
    tasks = {name: answering("pass") for name in "abcde"}
    with dask.DaskCrew(post(), grid.scheduler_address) as crew:
        back = graded(crew, tasks)
    assert {name: type(outcome) for name, outcome in back.items()} == dict.fromkeys(tasks, bytes)


def test_a_notebook_that_has_its_loop_grades_too(grid):
    async def cell():
        with dask.DaskCrew(post(), grid.scheduler_address) as crew:
            return graded(crew, {"a": answering("pass")})

    with ThreadPoolExecutor(1) as kernel:
        assert isinstance(kernel.submit(asyncio.run, cell()).result()["a"], bytes)


def test_a_worker_killed_in_mid_run_loses_nothing(mortal, tmp_path):
    tasks = {str(rank): answering("time.sleep(0.02)") for rank in range(20)}
    tasks["10"] = answering(die_once(tmp_path, "tueuse"))
    with dask.DaskCrew(post(obeying), mortal.scheduler_address) as crew:
        back = graded(crew, tasks)
    assert (tmp_path / "tueuse").exists()
    assert {name: type(outcome) for name, outcome in back.items()} == dict.fromkeys(tasks, bytes)


def test_a_copy_that_kills_every_worker_gets_a_verdict(mortal):
    tasks = {"a": answering("pass"), "tueuse": answering(DIE), "b": answering("pass")}
    with dask.DaskCrew(post(obeying), mortal.scheduler_address) as crew:
        back = graded(crew, tasks)
    assert isinstance(back["tueuse"], Failed)
    assert back["tueuse"].killed
    assert isinstance(back["a"], bytes)
    assert isinstance(back["b"], bytes)


def test_a_fault_of_ours_is_told(grid):
    with dask.DaskCrew(post(obeying), grid.scheduler_address) as crew:
        back = graded(crew, {"faute": answering("raise ValueError('zut')")})
    assert back["faute"].message == "ValueError : zut"


def test_a_worker_without_bubblewrap_is_named(grid):
    with pytest.raises(CourseError, match=r"Le travailleur tcp://.* apt-get install bubblewrap"):
        dask.DaskCrew(post(nursery=no_bubblewrap), grid.scheduler_address)


def test_nothing_stays_on_the_workers(grid):
    with dask.DaskCrew(post(), grid.scheduler_address) as crew:
        graded(crew, {"a": answering("pass")})
    with distributed.Client(grid.scheduler_address, set_as_default=False) as client:
        left = client.run(lambda dask_worker: [name for name in dask_worker.plugins if "coursekit" in name])
    assert left
    assert not any(left.values())


def test_a_silent_address_is_refused(monkeypatch):
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(CourseError, match="Aucun ordonnanceur Dask ne répond"):
            dask.DaskCrew(post(), address)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(CourseError, match="Aucun ordonnanceur Dask ne répond à n’importe quoi"):
        dask.DaskCrew(post(), "n’importe quoi")
