"""Une pépinière prêtée : le même parent chaud sert plusieurs processus, et sa mort n’en arrête aucun."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from coursekit.errors import CourseError
from coursekit.grading.bare import Bare
from coursekit.grading.children import Nursery
from coursekit.grading.exchange import Limits
from coursekit.grading.execute.pair import Pair
from coursekit.grading.sandbox import Sandbox

ENTRY, TESTS = "student_entries:obey", Path(__file__).parent
KINDS: dict[str, Callable[[], Nursery]] = {
    "bac à sable": lambda: Sandbox(ENTRY, path=[TESTS]),
    "sans murs": lambda: Bare(ENTRY, path=[TESTS]),
}


Others = set[psutil.Process]


def warm_parents() -> Others:
    """Les parents chauds qui dépendent de nous, vivants."""
    found = set()
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # il vient de finir
            if "coursekit.grading.sandbox.parent" in " ".join(one.cmdline()):
                found.add(one)
    return found


@pytest.fixture
def others() -> Others:
    """Ceux des autres tests, qui en gardent d’ouverts."""
    return warm_parents()


@pytest.fixture(params=KINDS)
def nursery(request: pytest.FixtureRequest, others: Others) -> Iterator[Nursery]:
    if request.param == "bac à sable" and shutil.which("bwrap") is None:
        pytest.skip("bubblewrap n’est pas installé")
    made = KINDS[request.param]()
    yield made
    made.close()


def answer(nursery: Nursery) -> str:
    child = nursery.spawn(Limits(), {"note.txt": b"12"})
    child.send(b"answer = open('note.txt').read()")
    said = child.receive(60).decode()
    child.kill()
    return said


def serve(wire: Connection, nursery: Nursery) -> None:
    """Un poste : une naissance par demande."""
    while wire.recv():
        wire.send(answer(nursery))
    nursery.close()


@pytest.fixture
def post(nursery: Nursery) -> Iterator[Connection]:
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, nursery))
    process.start()
    yield here
    here.send(False)
    process.join(60)
    assert process.exitcode == 0


def ask(post: Connection) -> str:
    post.send(True)
    return str(post.recv())


def refuses() -> Nursery:
    raise CourseError("bubblewrap manque")


def test_a_pair_of_which_one_does_not_open_leaves_nothing(others: Others) -> None:
    with pytest.raises(CourseError, match="bubblewrap manque"):
        Pair.open(refuses, ["json"])
    assert not warm_parents() - others


def test_a_pair_closes_both(others: Others) -> None:
    pair = Pair.open(lambda: Bare(ENTRY, path=[TESTS]), ["json"])
    assert len(warm_parents() - others) == 2
    assert answer(pair) == "'12'"
    pair.close()
    assert not warm_parents() - others


def test_both_sides_give_birth_from_the_same_parent(
    others: Others, nursery: Nursery, post: Connection
) -> None:
    before = warm_parents() - others
    assert [answer(nursery), ask(post), answer(nursery), ask(post)] == ["'12'"] * 4
    assert warm_parents() - others == before


def test_what_one_side_closes_the_other_keeps(nursery: Nursery, post: Connection) -> None:
    assert ask(post) == "'12'"
    post.send(False)
    assert answer(nursery) == "'12'"


def test_a_dead_parent_is_replaced_on_each_side(others: Others, nursery: Nursery, post: Connection) -> None:
    assert ask(post) == "'12'"
    killed = warm_parents() - others
    for one in killed:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(killed, 10)
    assert [answer(nursery), ask(post)] == ["'12'"] * 2


def test_a_lender_that_leaves_takes_its_parents_with_it(others: Others, nursery: Nursery) -> None:
    assert warm_parents() - others
    nursery.close()
    assert not warm_parents() - others
