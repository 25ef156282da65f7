"""Une pépinière prêtée : le même parent chaud sert plusieurs processus, et sa mort n’en arrête aucun."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from coursekit.grading.bare import Bare
from coursekit.grading.children import Nursery
from coursekit.grading.exchange import Limits
from coursekit.grading.sandbox import Sandbox

ENTRY, TESTS = "student_entries:obey", Path(__file__).parent
KINDS: dict[str, Callable[[], Nursery]] = {
    "bac à sable": lambda: Sandbox(ENTRY, path=[TESTS]),
    "sans murs": lambda: Bare(ENTRY, path=[TESTS]),
}


@pytest.fixture(params=KINDS)
def nursery(request: pytest.FixtureRequest) -> Iterator[Nursery]:
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


def parents() -> set[psutil.Process]:
    """Les parents chauds qui dépendent de nous."""
    ours = psutil.Process().children(recursive=True)
    return {one for one in ours if "coursekit.grading.sandbox.parent" in " ".join(one.cmdline())}


def test_both_sides_give_birth_from_the_same_parent(nursery: Nursery, post: Connection) -> None:
    before = parents()
    assert [answer(nursery), ask(post), answer(nursery), ask(post)] == ["'12'"] * 4
    assert parents() == before


def test_what_one_side_closes_the_other_keeps(nursery: Nursery, post: Connection) -> None:
    assert ask(post) == "'12'"
    post.send(False)
    assert answer(nursery) == "'12'"


def test_a_dead_parent_is_replaced_on_each_side(nursery: Nursery, post: Connection) -> None:
    assert ask(post) == "'12'"
    killed = parents()
    for one in killed:
        one.kill()
    psutil.wait_procs(killed, 10)
    assert [answer(nursery), ask(post)] == ["'12'"] * 2


def test_a_lender_that_leaves_takes_its_parents_with_it(nursery: Nursery) -> None:
    mine = parents()
    nursery.close()
    assert mine
    assert not {one for one in mine if one.is_running() and one.status() != psutil.STATUS_ZOMBIE}
