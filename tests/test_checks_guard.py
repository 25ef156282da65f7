"""La garde : ce qu’elle arrête, d’où qu’on l’appelle, et ce qu’elle laisse intact."""

from __future__ import annotations

import _thread
import contextlib
import importlib
import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hostile import forever, hard_limit, stubborn

from coursekit.checks.guard import Outcome, run
from coursekit.checks.killable import TimeIsUp
from coursekit.checks.recursion import DEEPEST


def guarded(call: Callable[[], Any], time_limit: float = 0.3) -> Outcome[Any]:
    with hard_limit(20):
        return run(call, time_limit)


@pytest.fixture
def alive() -> Callable[[], list[str]]:
    """Les fils que ce test a laissés derrière lui."""
    before = set(threading.enumerate())

    def names() -> list[str]:
        time.sleep(0.05)  # un fil qui vient de finir reste un instant dans la liste
        return [thread.name for thread in set(threading.enumerate()) - before if "élève" in thread.name]

    return names


def swallows_twice() -> None:
    while True:
        try:
            while True:
                try:
                    time.sleep(0.005)
                except BaseException:
                    time.sleep(0)
        except BaseException:
            time.sleep(0)


def loops_in_finally() -> None:
    try:
        forever()
    finally:
        forever()


def suppresses() -> None:
    while True:
        with contextlib.suppress(BaseException):
            forever()


def loops_in_message() -> None:
    class LoopingError(Exception):
        def __str__(self) -> str:
            forever()
            return ""

    raise LoopingError


@pytest.mark.parametrize(
    "call", [forever, stubborn, swallows_twice, loops_in_finally, suppresses, loops_in_message]
)
def test_a_python_loop_is_really_stopped(call: Callable[[], None], alive: Any) -> None:
    assert guarded(call).failure.kind == "timeout"
    assert alive() == []


def test_a_blocked_call_is_left_behind_and_stays_silent(
    alive: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    gate = threading.Event()

    def waits() -> None:
        gate.wait()
        print("trop tard")

    assert guarded(waits).failure.kind == "timeout"
    assert len(alive()) == 1
    gate.set()
    deadline = time.monotonic() + 10
    while alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert alive() == []
    print("enfin")
    assert capfd.readouterr() == ("enfin\n", "")


def test_a_thread_stopped_amid_imports_leaves_them_free() -> None:
    def imports_again(stop: threading.Event) -> None:
        while not stop.is_set():
            sys.modules.pop("colorsys", None)
            importlib.import_module("colorsys")

    for _ in range(15):
        stop = threading.Event()
        assert guarded(lambda stop=stop: imports_again(stop), time_limit=0.02).failure.kind == "timeout"
        stop.set()  # il peut être abandonné, s’il n’est jamais sorti d’un import
        time.sleep(0.02)
        for name in ("stringprep", "colorsys"):
            with hard_limit(20):
                sys.modules.pop(name, None)
                importlib.import_module(name)


def test_it_works_from_any_thread() -> None:
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(run(forever, 0.2).failure.kind)) for _ in range(4)
    ]
    with hard_limit(20):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes == ["timeout"] * 4


def test_it_works_inside_itself() -> None:
    outcome = guarded(lambda: run(forever, 0.1).failure.kind, time_limit=5)
    assert outcome.value == "timeout"


def test_an_outer_limit_stops_an_inner_check(alive: Any) -> None:
    assert guarded(lambda: run(forever, 60), time_limit=0.2).failure.kind == "timeout"
    assert alive() == []


def test_the_users_interrupt_reaches_the_user(alive: Any) -> None:
    timer = threading.Timer(0.2, _thread.interrupt_main)
    timer.start()
    with hard_limit(20), pytest.raises(KeyboardInterrupt):
        run(forever, 15)
    assert alive() == []


def raises_the_limit(set_limit: Callable[[int], None]) -> int:
    """La profondeur atteinte par qui relève la limite, puis s’appelle sans fin."""
    deepest = 0

    def descend(depth: int) -> None:
        nonlocal deepest
        deepest = depth
        descend(depth + 1)

    set_limit(10**9)
    with contextlib.suppress(RecursionError):
        descend(1)
    return deepest


def test_recursion_is_bounded_whoever_raises_the_limit() -> None:
    before = sys.getrecursionlimit()
    depth = guarded(lambda: raises_the_limit(lambda limit: sys.setrecursionlimit(limit)), 20).value
    assert before < depth < DEEPEST
    assert sys.getrecursionlimit() == before
    sys.setrecursionlimit(before + 1)  # et le réglage appartient de nouveau à l’utilisateur
    assert sys.getrecursionlimit() == before + 1
    sys.setrecursionlimit(before)


AFTER_A_FAILED_COMPILATION = """
import sys, torch
from coursekit.checks.guard import run
try:
    torch.compile(lambda x: x if x.sum() > 0 else -x, backend="eager", fullgraph=True)(torch.ones(2))
except RuntimeError:
    pass

def endless():
    return endless()

sys.setrecursionlimit(10**9)
print(run(endless, 60).failure.kind)
"""


def test_recursion_is_bounded_even_where_each_call_takes_the_stack() -> None:
    """Une pile épuisée tue tout le processus : c’est lui qu’on regarde ici."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", AFTER_A_FAILED_COMPILATION], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "RecursionError\n"), done.stderr


FAILURES: list[tuple[Callable[[], Any], str, str]] = [
    (lambda: 1 // 0, "ZeroDivisionError", "integer division or modulo by zero"),
    (lambda: sys.exit(3), "SystemExit", "3"),
    (lambda: {}["clé"], "KeyError", "'clé'"),
    (lambda: (_ for _ in ()).throw(KeyboardInterrupt()), "KeyboardInterrupt", ""),
    (lambda: (_ for _ in ()).throw(ValueError("x" * 1000)), "ValueError", "x" * 400 + "…"),
    (lambda: (_ for _ in ()).throw(ValueError("a\n\x1b[31mb\u202e")), "ValueError", "a �[31mb�"),
]


@pytest.mark.parametrize(("call", "kind", "text"), FAILURES, ids=lambda v: str(v)[:20])
def test_an_exception_becomes_text(call: Callable[[], Any], kind: str, text: str) -> None:
    failure = guarded(call).failure
    assert (failure.kind, failure.text) == (kind, text)


def test_what_is_printed_is_kept_apart() -> None:
    console = io.StringIO()
    with contextlib.redirect_stdout(console):
        print("avant")
        outcome = guarded(lambda: print("dedans"))
        print("après")
    assert console.getvalue() == "avant\naprès\n"
    assert outcome.printed == "dedans\n"


def test_another_thread_may_print_meanwhile() -> None:
    console = io.StringIO()
    go, done = threading.Event(), threading.Event()

    def neighbour() -> None:
        go.wait(10)
        print("voisin")
        done.set()

    with contextlib.redirect_stdout(console):
        thread = threading.Thread(target=neighbour)
        thread.start()
        outcome = guarded(lambda: (print("élève"), go.set(), done.wait(10)), time_limit=15)
        thread.join()
    assert (outcome.printed, console.getvalue()) == ("élève\n", "voisin\n")


def test_a_flood_is_kept_small() -> None:
    outcome = guarded(lambda: [print("x" * 1000) for _ in range(10_000)], time_limit=10)
    assert outcome.failure is None
    assert len(outcome.printed) == 10_000


def test_the_value_comes_back() -> None:
    assert guarded(lambda: 42).value == 42
    assert guarded(lambda: None) == Outcome(None, None, "")


def test_time_is_up_is_not_an_ordinary_exception() -> None:
    assert not issubclass(TimeIsUp, Exception)
