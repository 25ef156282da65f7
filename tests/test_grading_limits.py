"""Ce que le noyau compte, ce que l’on compte sans lui, et ce que l’on dit quand il refuse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from coursekit.errors import MissingDependencyError
from coursekit.grading.bare import Bare
from coursekit.grading.children import GoneError
from coursekit.grading.exchange import Limits
from coursekit.grading.sandbox import Sandbox, bubblewrap
from coursekit.grading.sandbox.bubblewrap import Enclosure, refusal
from coursekit.grading.sandbox.cgroups import Group, Groups, Home, homes
from coursekit.grading.sandbox.seccomp import ARCHITECTURES, Architecture, program
from coursekit.grading.sandbox.server import SetupError
from coursekit.grading.sandbox.tree import Process, descendants
from coursekit.grading.vocabulary import Ending

TESTS = Path(__file__).parent
MIB = 2**20

walled = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap n’est pas installé")

# Groupes de contrôle : où sont les nôtres, selon ce que disent deux fichiers de /proc.

V1 = "36 35 0:31 / /sys/fs/cgroup/{0} rw shared:7 - cgroup cgroup rw,{0}"
V2 = "40 35 0:40 / /sys/fs/cgroup{} rw shared:9 - cgroup2 cgroup2 rw,nsdelegate"

PLACES = {
    "version 2": (
        "0::/user.slice/notation.scope",
        V2.format(""),
        dict.fromkeys(
            ("memory", "pids", "cpu", "cpuacct"), Home(Path("/sys/fs/cgroup/user.slice/notation.scope"), 2)
        ),
    ),
    "version 1, et une version 2 sans contrôleur": (
        "4:memory:/docker/abc\n8:pids:/\n0::/",
        "\n".join((V1.format("memory"), V1.format("pids"), V2.format("/unified"))),
        {
            "memory": Home(Path("/sys/fs/cgroup/memory/docker/abc"), 1),
            "pids": Home(Path("/sys/fs/cgroup/pids"), 1),
            "cpu": Home(Path("/sys/fs/cgroup/unified"), 2),
            "cpuacct": Home(Path("/sys/fs/cgroup/unified"), 2),
        },
    ),
    "deux contrôleurs au même endroit": (
        "3:cpu,cpuacct:/a",
        V1.format("cpu,cpuacct"),
        dict.fromkeys(("cpu", "cpuacct"), Home(Path("/sys/fs/cgroup/cpu,cpuacct/a"), 1)),
    ),
    "dans un conteneur, dont la racine est un sous-groupe": (
        "4:memory:/docker/abc/tp",
        "36 35 0:31 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
        {"memory": Home(Path("/sys/fs/cgroup/memory/tp"), 1)},
    ),
    "hors de ce qui est monté": (
        "4:memory:/ailleurs",
        "36 35 0:31 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
        {},
    ),
    "rien": ("", "", {}),
}


@pytest.mark.parametrize("case", PLACES)
def test_our_groups_are_found(case: str) -> None:
    cgroup, mountinfo, expected = PLACES[case]
    assert homes(cgroup, mountinfo) == expected


LIMITS = Limits(memory=100 * MIB, processes=10)

WRITTEN = {
    1: {
        "memory.limit_in_bytes": str(100 * MIB),
        "pids.max": "12",
        "cpu.cfs_period_us": "100000",
        "cpu.cfs_quota_us": "100000",
        "cgroup.procs": "4321",
    },
    2: {
        "memory.max": str(100 * MIB),
        "pids.max": "12",
        "cpu.max": "100000 100000",
        "cgroup.procs": "4321",
    },
}


@pytest.mark.parametrize("version", WRITTEN)
def test_a_group_is_bounded_in_both_versions(tmp_path: Path, version: int) -> None:
    group = Group(dict.fromkeys(("memory", "pids", "cpu", "cpuacct"), Home(tmp_path, version)))
    group.limit(LIMITS, apart=2)
    group.add(4321)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == WRITTEN[version]


SAID = {
    1: {
        "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n",
        "cpuacct.usage": "1500000000\n",
    },
    2: {"memory.events": "low 0\noom 9\noom_kill {}\n", "cpu.stat": "usage_usec 1500000\nuser_usec 3\n"},
}


@pytest.mark.parametrize("version", SAID)
@pytest.mark.parametrize("count", [0, 1, 12])
def test_a_group_says_why_it_killed(tmp_path: Path, version: int, count: int) -> None:
    for name, text in {**SAID[version], "pids.events": "max {}\n"}.items():
        (tmp_path / name).write_text(text.format(count))
    group = Group(dict.fromkeys(("memory", "pids", "cpuacct"), Home(tmp_path, version)))
    assert group.killed_for_memory() is (count > 0)
    assert group.refused_a_process() is (count > 0)
    assert group.seconds() == 1.5


def test_a_group_without_controllers_knows_nothing() -> None:
    group = Group({})
    assert not group.killed_for_memory()
    assert not group.refused_a_process()
    assert group.seconds() is None


def test_groups_of_a_dead_grading_are_swept(tmp_path: Path) -> None:
    finished = subprocess.Popen([sys.executable, "-c", "pass"])
    finished.wait()
    dead, ours = (tmp_path / f"coursekit-{pid}-1" for pid in (finished.pid, os.getpid()))
    for folder in (dead, ours):
        (folder / "0").mkdir(parents=True)
    groups = Groups({"pids": Home(tmp_path, 1)})
    assert not dead.exists()
    assert ours.exists()
    groups.close()


@pytest.mark.parametrize(("offered", "usable"), [("cpu memory pids", {"memory"}), ("hugetlb", set())])
def test_a_controller_is_used_only_where_it_is_offered(
    tmp_path: Path, offered: str, usable: set[str]
) -> None:
    (tmp_path / "cgroup.controllers").write_text(offered)
    (tmp_path / "cgroup.subtree_control").write_text("")
    groups = Groups({"memory": Home(tmp_path, 2)})
    assert groups.controllers == usable
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == (
        {next(tmp_path.glob("coursekit-*")).name} if usable else set()
    )
    assert (tmp_path / "cgroup.subtree_control").read_text() == "".join(f"+{name}" for name in usable)


# Sans groupe de contrôle : le parent préchauffé compte lui-même.

SMALL = Limits(notebook_seconds=0.6, memory=160 * MIB, processes=12)

EXCESSES = {
    "import time, threading\nfor _ in range(30):\n"
    "    try: threading.Thread(target=time.sleep, args=(60,)).start()\n"
    "    except RuntimeError: pass\ntime.sleep(60)": Ending.PROCESSES,
    "import os, time\nfor _ in range(4):\n    if not os.fork():\n"
    "        x = bytearray(bytes([1]) * (60 << 20)); time.sleep(60)\ntime.sleep(60)": Ending.MEMORY,
    "import os, ctypes, time\nctypes.CDLL(None).prctl(4, 0)\nx = bytearray(bytes([1]) * (300 << 20)); time.sleep(60)": (
        Ending.MEMORY
    ),
    "import os\nos.fork()\nwhile True: pass": Ending.TIMEOUT,
    "import os\nwhile True:\n    if os.fork(): os.wait()\n    else:\n        sum(range(10**6)); os._exit(0)": (
        Ending.TIMEOUT
    ),
}
"""Chaque processus est sous la limite ; l’un se cache, d’autres sont déjà finis."""


UNGUARDED = partial(Bare, guarded=False)


@pytest.fixture(
    scope="module",
    params=[pytest.param(Sandbox, marks=walled), Bare, UNGUARDED],
    ids=["bac à sable", "sans murs", "sans gardien"],
)
def uncounted(request: pytest.FixtureRequest) -> Iterator[Sandbox | Bare]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Groups, "here", classmethod(lambda cls: cls({})))
        nursery = request.param("student_entries:obey", path=[TESTS])
        yield nursery
        nursery.close()


@pytest.mark.parametrize("code", EXCESSES)
def test_without_groups_the_whole_tree_is_still_bounded(uncounted: Sandbox | Bare, code: str) -> None:
    child = uncounted.spawn(SMALL, {})
    child.send(code.encode())
    with pytest.raises(GoneError) as caught:
        child.receive(60)
    assert caught.value.ending is EXCESSES[code]


def test_without_groups_an_honest_copy_is_left_alone(uncounted: Sandbox | Bare) -> None:
    child = uncounted.spawn(SMALL, {})
    child.send(b"import os, time, threading\nfor _ in range(5): threading.Thread(target=time.sleep, args=(1,)).start()"
               b"\nx = bytearray(bytes([1]) * (60 << 20)); time.sleep(0.3); answer = len(x)")  # fmt: skip
    assert child.receive(60) == str(60 * MIB).encode()
    child.kill()


# L’arbre des processus.

STAT = "{} ({}) S {} 1 1 0 -1 4194560 1 0 0 0 {} {} {} {} 20 0 {} 0 1 1000 {} 0 0 0"


@pytest.mark.parametrize("name", ["python", "a b", ") S 1 (", "x) R 7"])
def test_a_process_is_read_whatever_its_name(name: str) -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    text = STAT.format(42, name, 7, ticks, ticks, 0, ticks, 3, 10)
    page = os.sysconf("SC_PAGE_SIZE")
    assert Process.read(text) == Process(42, 7, threads=3, seconds=3.0, resident=10 * page)


def test_descendants_are_found_at_any_depth_and_nobody_else() -> None:
    parents = {2: 1, 3: 2, 4: 3, 5: 1, 6: 4, 9: 8}
    everyone = {pid: Process(pid, parent, 1, 0.0, 0) for pid, parent in parents.items()}
    assert [process.pid for process in descendants(2, everyone)] == [3, 4, 6]
    assert descendants(6, everyone) == []


# Le filtre d’appels système, interprété.


def verdict(architecture: Architecture, number: int, argument: int = 0, audit: int | None = None) -> bool:
    """Vrai si le filtre permet l’appel."""
    import struct

    lines = list(struct.iter_unpack("=HBBI", program(architecture)))
    data = {0: number, 4: architecture.audit if audit is None else audit, 16: argument}
    at = loaded = 0
    while True:
        code, yes, no, value = lines[at]
        if code == 0x06:
            return value == 0x7FFF0000
        if code == 0x20:
            loaded, step = data[value], 0
        else:
            step = yes if (loaded == value if code == 0x15 else loaded >= value) else no
        at += 1 + step


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_filter_refuses_what_it_lists_and_nothing_else(machine: str) -> None:
    architecture = ARCHITECTURES[machine]
    for number in range(500):
        if number != architecture.socket:
            assert verdict(architecture, number) is (number not in architecture.refused.values())


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize(
    ("family", "allowed"), [(1, True), (2, True), (10, True), (16, True), (40, False), (38, False)]
)
def test_the_filter_sorts_sockets_by_family(machine: str, family: int, allowed: bool) -> None:
    architecture = ARCHITECTURES[machine]
    assert verdict(architecture, architecture.socket, family) is allowed


def test_the_filter_refuses_the_calls_of_another_architecture() -> None:
    intel = ARCHITECTURES["x86_64"]
    assert not verdict(intel, 0, audit=0x40000003)
    assert not verdict(intel, 0x40000000)
    assert verdict(intel, 0)


# Ce que l’on montre, ce que l’on cache.


def pairs(command: list[str], word: str) -> list[str]:
    return [command[rank + 1] for rank, found in enumerate(command) if found == word]


@walled
def test_the_command_hides_the_course_wherever_it_is(tmp_path: Path) -> None:
    inside, elsewhere = Path(sys.prefix, "cours"), tmp_path
    command = Enclosure(hidden=(str(inside), str(elsewhere))).command(3)
    assert str(inside) in pairs(command, "--tmpfs")
    assert str(elsewhere) not in command
    assert command.index(str(inside)) > command.index(sys.prefix)


@walled
@pytest.mark.parametrize("word", ["--unshare-all", "--clearenv", "--cap-drop"])
def test_the_command_raises_its_walls(word: str) -> None:
    assert word in Enclosure().command(3)


@walled
def test_nothing_is_shown_writable() -> None:
    assert not {"--bind", "--dev-bind", "--share-net"} & set(Enclosure().command(3))


# Ce que l’on dit quand on ne peut pas.


def test_without_bubblewrap_the_line_that_installs_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"sudo apt install bubblewrap.*--sans-isolation"):
        Sandbox("student_entries:obey", path=[TESTS])


@pytest.mark.parametrize("place", bubblewrap._SWITCHES)
def test_a_refusal_says_what_to_allow(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    value, advice = bubblewrap._SWITCHES[place]
    monkeypatch.setattr(bubblewrap, "_reads", lambda path, read: (str(path), read) == (place, value))
    message = str(refusal(SetupError("bwrap: Creating new namespace failed: Operation not permitted")))
    assert advice in message
    assert "Docker" not in message


def test_a_refusal_in_a_container_speaks_of_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "_reads", lambda path, read: False)
    assert "--security-opt seccomp=unconfined" in str(refusal(SetupError("bwrap: No permissions to create")))


def test_another_failure_is_left_as_it_is() -> None:
    error = SetupError("ImportError : torch")
    assert refusal(error) is error


FORBIDDEN = """
import sys
from coursekit.errors import CourseError
from coursekit.grading.sandbox import Sandbox
try:
    Sandbox("student_entries:obey", path=[{tests!r}])
except CourseError as error:
    print(error)
"""


@walled
def test_where_user_namespaces_are_forbidden_it_refuses_in_french() -> None:
    """Un bubblewrap autour de nous interdit ceux que le nôtre voudrait."""
    script = textwrap.dedent(FORBIDDEN).format(tests=str(TESTS))
    outer = [
        "bwrap",
        "--unshare-user",
        "--disable-userns",
        "--dev-bind",
        "/",
        "/",
        sys.executable,
        "-c",
        script,
    ]
    done = subprocess.run(outer, capture_output=True, text=True, timeout=120)
    if "Unknown option" in done.stderr:
        pytest.skip("ce bubblewrap ne sait pas interdire les espaces d’utilisateurs")
    assert "Le bac à sable n’a pas pu démarrer" in done.stdout
    assert "--sans-isolation" in done.stdout
