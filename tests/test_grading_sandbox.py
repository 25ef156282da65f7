"""Le bac à sable : chaque attaque de son étage y finit comme elle doit, et rien ne bouge autour."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from attacks import ATTACKS, LEAK, PLANTED, Attack
from attacks.model import cell_of
from attacks.outside import FULL_MARKS, MODULES

from coursekit.errors import ArgumentError, CourseError
from coursekit.grading.bare import Bare
from coursekit.grading.children import Child, GoneError, Nursery
from coursekit.grading.exchange import Limits
from coursekit.grading.sandbox import Sandbox
from coursekit.grading.sandbox.tree import descendants, processes
from coursekit.grading.vocabulary import Ending

TESTS = Path(__file__).parent
MIB = 2**20
SMALL = Limits(notebook_seconds=1, memory=160 * MIB, processes=20, disk=8 * MIB, files=200)
PATIENCE = 120.0

ENDINGS = {
    13: Ending.PROCESSES,
    14: Ending.PROCESSES,
    16: Ending.MEMORY,
    17: Ending.MEMORY,
    21: Ending.DISK,
}
"""Les attaques qui tuent la copie, et de quoi."""

HARMLESS = (22, 23, 24, 25, 27)
"""Celles qui n’atteignent rien : la copie continue."""

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap n’est pas installé")


def attacks(*numbers: int) -> list[Attack]:
    return [attack for attack in ATTACKS if attack.number in numbers]


def code_of(attack: Attack) -> str:
    return str(cell_of(attack.submission.notebook, "normalise")["source"])


def ask(child: Child, code: str, seconds: float = PATIENCE) -> str:
    child.send(code.encode())
    return child.receive(seconds).decode()


def answer(child: Child, expression: str) -> str:
    return ask(child, f"answer = {expression}")


NESTED = "deux murs"
WALLED = (NESTED, "un bubblewrap par élève")


def counts_files(attack: Attack) -> bool:
    """Seul le second mur borne le nombre de fichiers."""
    return "fichiers" in attack.name


def opened(kind: str, course: Path) -> Sandbox | Bare:
    if kind not in WALLED:
        return Bare("student_entries:obey", ("numpy",), path=[TESTS])
    nested = kind == NESTED
    made = Sandbox("student_entries:obey", ("numpy",), path=[TESTS], hidden=[course], nested=nested)
    assert made.nested is nested
    return made


@pytest.fixture(scope="module", params=WALLED)
def sandbox(request: pytest.FixtureRequest, course: Path) -> Iterator[Sandbox | Bare]:
    made = opened(request.param, course)
    yield made
    made.close()


@pytest.fixture(scope="module", params=[*WALLED, "sans murs"])
def nursery(request: pytest.FixtureRequest, course: Path) -> Iterator[Sandbox | Bare]:
    made = opened(request.param, course)
    yield made
    made.close()


@pytest.fixture(scope="module", autouse=True)
def secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_DE_L_ENSEIGNANT", PLANTED)
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ce qu’une copie ne doit ni lire ni changer : un carnet de notes, des solutions, une autre copie."""
    folder = tmp_path_factory.mktemp("cours")
    for name in ("gradebook.db", "source/tp/tp.ipynb", "submitted/alice/tp/tp.ipynb", ".ssh/id_rsa"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{PLANTED} {name}")
    return folder


def fingerprint(*folders: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        status = path.lstat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns} {status.st_mode}".encode())
    return digest.hexdigest()


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """Après chaque test, pas un processus de plus qu’avant : ni enfant, ni démon, ni zombie."""
    before = family()
    yield
    deadline = time.monotonic() + 5
    while family() - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not family() - before


def family() -> set[int]:
    """Nos descendants, et tout processus qui porte la marque d’une attaque."""
    everyone = processes()
    return {process.pid for process in descendants(os.getpid(), everyone)} | set(filter(_marked, everyone))


def _marked(pid: int) -> bool:
    try:
        return LEAK.encode() in Path("/proc", str(pid), "cmdline").read_bytes()
    except OSError:
        return False


BOMBS = [
    (kind, attack)
    for kind in WALLED
    for attack in attacks(*ENDINGS)
    if kind == NESTED or not counts_files(attack)
]


@pytest.mark.parametrize(("sandbox", "attack"), BOMBS, ids=str, indirect=["sandbox"])
def test_a_bomb_ends_its_copy_for_its_own_reason(sandbox: Sandbox, attack: Attack) -> None:
    neighbour = sandbox.spawn(SMALL, {})
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = sandbox.spawn(SMALL, {})
    child.send(code_of(attack).encode())
    with pytest.raises(GoneError) as caught:
        child.receive(PATIENCE)
    assert caught.value.ending is ENDINGS[attack.number]
    assert answer(neighbour, "6 * 7") == "42"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - ours < 8 * 1024
    neighbour.kill()


def test_a_terabyte_at_once_is_an_error_in_the_cell(sandbox: Sandbox) -> None:
    (attack,) = attacks(15)
    child = sandbox.spawn(SMALL, {})
    assert ask(child, code_of(attack)).startswith("MemoryError")
    assert answer(child, "1 + 1") == "2"
    child.kill()


@pytest.mark.parametrize("attack", attacks(*HARMLESS), ids=str)
def test_what_is_out_of_reach_stays_so(sandbox: Sandbox, course: Path, attack: Attack) -> None:
    watched = (course, TESTS / "attacks", Path(sys.prefix) / "bin", Path("/etc"))
    before = fingerprint(*watched)
    child = sandbox.spawn(Limits(), {"données.csv": b"1,2"})
    said = ask(child, code_of(attack))
    assert LEAK not in said
    assert PLANTED not in said
    assert answer(child, "1 + 1") == "2"
    child.kill()
    assert fingerprint(*watched) == before


@pytest.mark.parametrize("name", MODULES)
def test_a_file_of_the_student_replaces_no_module(sandbox: Sandbox, name: str) -> None:
    child = sandbox.spawn(Limits(), {name: FULL_MARKS})
    said = ask(child, "import math, json, numpy, coursekit.errors; answer = math.pi > 3, numpy.pi > 3")
    assert said == "(True, True)"
    child.kill()


FILES = {"données.csv": b"1,2", "outils/carre.py": b"def carre(x): return x * x\n", "vide": b""}


def test_a_copy_finds_its_files_and_imports_them(nursery: Nursery) -> None:
    child = nursery.spawn(Limits(), FILES)
    assert answer(child, "open('données.csv').read()") == "'1,2'"
    assert ask(child, "from outils.carre import carre\nanswer = carre(5)") == "25"
    child.kill()


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", "", "."])
def test_a_file_outside_the_folder_is_refused(nursery: Nursery, name: str) -> None:
    with pytest.raises(ArgumentError, match="n’est pas un chemin"):
        nursery.spawn(Limits(), {name: b""})


def test_two_copies_share_nothing(nursery: Nursery) -> None:
    one, two = nursery.spawn(Limits(), {"a": b"1"}), nursery.spawn(Limits(), {"b": b"2"})
    ask(one, "import os, tempfile; open(os.path.join(tempfile.gettempdir(), 'trace'), 'w').close()")
    assert answer(one, "os.listdir()") == "['a']"
    assert (
        ask(two, "import os, tempfile; answer = os.listdir(), os.listdir(tempfile.gettempdir())")
        == "(['b'], [])"
    )
    one.kill()
    two.kill()


def test_the_environment_says_nothing_of_the_teacher(nursery: Nursery) -> None:
    child = nursery.spawn(Limits(), {})
    said = ask(child, "import os; answer = dict(os.environ)")
    assert PLANTED not in said
    assert "'OMP_NUM_THREADS': '1'" in said
    child.kill()


WAYS_TO_DIE = {
    "import os; os._exit(3)": (Ending.CRASHED, "code de sortie 3"),
    "import os; os._exit(0)": (Ending.CRASHED, "code de sortie 0"),
    "import ctypes; ctypes.string_at(0)": (Ending.CRASHED, "signal SIGSEGV"),
    "import os; os.kill(os.getpid(), 9)": (Ending.CRASHED, "signal SIGKILL"),
    "import os; os.abort()": (Ending.CRASHED, "signal SIGABRT"),
    "while True: pass": (Ending.TIMEOUT, "plus de 1\N{NO-BREAK SPACE}s de processeur"),
    "import os; [os.fork() for _ in range(2)]\nwhile True: pass": (Ending.TIMEOUT, "de processeur"),
    "open('gros', 'wb').write(bytes(9 << 20))": (Ending.DISK, "a rempli son disque"),
}


@pytest.mark.parametrize("code", WAYS_TO_DIE)
def test_an_end_says_its_reason_and_says_it_again(nursery: Nursery, code: str) -> None:
    ending, words = WAYS_TO_DIE[code]
    child = nursery.spawn(SMALL, {})
    child.send(code.encode())
    with pytest.raises(GoneError, match=words) as first:
        child.receive(PATIENCE)
    assert first.value.ending is ending
    for again in (lambda: child.send(b"x"), lambda: child.receive(1)):
        with pytest.raises(GoneError, match=words):
            again()
    child.kill()


def test_what_was_sent_before_dying_is_read_first(nursery: Nursery) -> None:
    child = nursery.spawn(Limits(), {})
    child.send(b"answer = 'dernier mot'")
    child.send(b"import os; os._exit(0)")
    assert child.receive(PATIENCE) == b"'dernier mot'"
    with pytest.raises(GoneError):
        child.receive(PATIENCE)


def test_silence_leaves_the_copy_alive_and_ctrl_c_wakes_it(nursery: Nursery) -> None:
    child = nursery.spawn(Limits(), {})
    child.send(b"import time; time.sleep(3600)")
    with pytest.raises(GoneError, match="Pas de réponse") as caught:
        child.receive(0.1)
    assert caught.value.ending is Ending.TIMEOUT
    child.interrupt()
    assert child.receive(PATIENCE).startswith(b"KeyboardInterrupt")
    assert answer(child, "1 + 1") == "2"
    child.kill()


def test_killing_ends_even_who_ignores_everything(nursery: Nursery) -> None:
    child = nursery.spawn(Limits(), {})
    child.send(
        b"import os, signal, time\nfor n in range(1, 32):\n"
        b"    if n not in (9, 19): signal.signal(n, signal.SIG_IGN)\n"
        b"for _ in range(3): os.fork()\nos.setsid() if os.getpid() > 3 else 0\ntime.sleep(3600)"
    )
    with pytest.raises(GoneError):
        child.receive(0.3)
    child.kill()


BETRAYING = """import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(3600)"])
    os._exit(0)
os.wait()
os.kill(os.getppid(), 9)"""
"""Tuer son gardien, pour que le démon n’en ait plus."""


def test_a_daemon_does_not_outlive_its_killed_guardian(nursery: Sandbox | Bare) -> None:
    child = nursery.spawn(Limits(), {})
    child.send(BETRAYING.encode())
    with suppress(GoneError):
        child.receive(5)
    child.kill()


ENTRIES = {
    "student_entries:leave": (Ending.CRASHED, "code de sortie 0"),
    "student_entries:shout": (Ending.OUTPUT, "message plus grand que la limite"),
}


@pytest.mark.parametrize("function", ENTRIES)
@pytest.mark.parametrize("kind", [Sandbox, Bare])
def test_an_entry_that_leaves_or_floods_is_ended(kind: type[Sandbox] | type[Bare], function: str) -> None:
    ending, words = ENTRIES[function]
    nursery = kind(function, path=[TESTS])
    with pytest.raises(GoneError, match=words) as caught:
        nursery.spawn(Limits(), {}).receive(PATIENCE)
    assert caught.value.ending is ending
    nursery.close()


@pytest.mark.parametrize("kind", [Sandbox, Bare])
def test_an_entry_already_dead_when_it_is_first_held_is_ended_too(
    kind: type[Sandbox] | type[Bare], monkeypatch: pytest.MonkeyPatch
) -> None:
    nursery = kind("student_entries:leave", path=[TESTS])
    hold = os.pidfd_open

    def late(pid: int) -> int:
        time.sleep(0.3)
        return hold(pid)

    with monkeypatch.context() as slow:
        slow.setattr(os, "pidfd_open", late)
        child = nursery.spawn(Limits(), {})
    with pytest.raises(GoneError, match="code de sortie 0") as caught:
        child.receive(PATIENCE)
    assert caught.value.ending is Ending.CRASHED
    nursery.close()


@pytest.mark.parametrize("kind", [Sandbox, Bare])
def test_only_what_was_asked_is_imported_beforehand(kind: type[Sandbox] | type[Bare]) -> None:
    nursery = kind("student_entries:unfold", ("colorsys", "module_absent"), path=[TESTS])
    child = nursery.spawn(Limits(), {})
    imported = answer(child, "").split()
    assert "colorsys" in imported
    assert not {"module_absent", "nbgrader", "torch", "IPython"} & set(imported)
    nursery.close()


@pytest.mark.parametrize("kind", [Sandbox, Bare])
def test_an_entry_that_cannot_be_imported_is_said(kind: type[Sandbox] | type[Bare]) -> None:
    with pytest.raises(CourseError, match="No module named 'module_absent'"):
        kind("module_absent:entree")


def test_files_too_big_for_the_disk_end_the_copy(sandbox: Sandbox) -> None:
    with pytest.raises(GoneError, match="ne tiennent pas") as caught:
        sandbox.spawn(SMALL, {"gros": b"x" * (9 * MIB)})
    assert caught.value.ending is Ending.DISK


@pytest.mark.parametrize("kind", [Sandbox, Bare])
def test_a_parent_that_died_is_replaced(kind: type[Sandbox] | type[Bare]) -> None:
    before = family()
    nursery = kind("student_entries:obey", path=[TESTS])
    for pid in family() - before:
        with suppress(ProcessLookupError):  # le premier tué en entraîne d’autres
            os.kill(pid, 9)
    time.sleep(0.1)
    child = nursery.spawn(Limits(), {})
    assert answer(child, "1 + 1") == "2"
    nursery.close()


NO_WALLS = {"isolation", "network", "files", "disk", "inodes"}


def test_the_walls_that_hold_are_said() -> None:
    nursery = Sandbox("student_entries:obey", path=[TESTS])
    assert all(nursery.walls.values())
    nursery.close()


def test_without_walls_it_is_said_too() -> None:
    nursery = Bare("student_entries:obey", path=[TESTS])
    assert {wall for wall, holds in nursery.walls.items() if not holds} == NO_WALLS
    nursery.close()


DRIVER = """
import sys, time
sys.path.insert(0, {tests!r})
from coursekit.grading.{module} import {kind}
from coursekit.grading.exchange import Limits
nursery = {kind}("student_entries:obey", path=[{tests!r}])
child = nursery.spawn(Limits(), {{}})
child.send({code!r}.encode())
child.receive(60)
print("prêt", flush=True)
time.sleep(3600)
"""


@pytest.mark.parametrize(("module", "kind"), [("sandbox", "Sandbox"), ("bare", "Bare")])
def test_nothing_survives_a_driver_that_is_killed(module: str, kind: str) -> None:
    (attack,) = attacks(25)
    script = textwrap.dedent(DRIVER).format(tests=str(TESTS), module=module, kind=kind, code=code_of(attack))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline()
        born = {process.pid for process in descendants(driver.pid, processes())}
        assert len(born) >= 3
        driver.kill()
    deadline = time.monotonic() + 20
    while (left := born & set(processes())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def test_a_file_lent_to_the_warm_parent_stays_out_of_reach(tmp_path: Path) -> None:
    lent = tmp_path / "polices.txt"
    lent.write_text("DejaVu", encoding="utf-8")
    home = {".cache/liste/polices.txt": lent, ".cache/liste/absente.txt": tmp_path / "absente.txt"}
    nursery = Sandbox("student_entries:obey", ("student_home",), path=[TESTS], home=home)
    try:
        child = nursery.spawn(Limits(), {})
        look = "import student_home, pathlib; answer = student_home.FOUND, list(pathlib.Path.home().glob('.cache'))"
        assert ask(child, look) == "({'polices.txt': 'DejaVu'}, [])"
        child.kill()
    finally:
        nursery.close()
