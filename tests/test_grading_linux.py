"""Les appels de Linux du bac à sable : les grandes pages d’un parent, qui rendent ses naissances moins chères."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MIB = 2**20

PROGRAM = """
import ctypes, json, mmap, tempfile
from coursekit.grading.sandbox import linux

def place(memory):
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))

def huge():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("AnonHugePages")).split()[1])

content = bytes(range(256)) * (8 * 2**20 // 256)
private = mmap.mmap(-1, len(content), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
private.write(content)
with tempfile.TemporaryFile() as file:
    file.write(content)
    file.flush()
    mapped = mmap.mmap(file.fileno(), len(content), flags=mmap.MAP_PRIVATE)
    found = list(linux._writable_memory())
    inside = [any(start <= place(memory) < end for start, end in found) for memory in (private, mapped)]
before = huge()
linux.use_huge_pages()
linux.use_huge_pages()
print(json.dumps({"private": inside[0], "file": inside[1], "same": private[:] == content, "grown": huge() - before}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, int]:
    """Ce que voit un processus à part, qui range sa mémoire deux fois."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    return found


def test_only_memory_of_its_own_is_taken(told: dict[str, int]) -> None:
    assert told["private"]
    assert not told["file"]


def test_what_memory_holds_does_not_change(told: dict[str, int]) -> None:
    assert told["same"]


def test_memory_goes_into_huge_pages_where_the_kernel_has_them(told: dict[str, int]) -> None:
    version = tuple(map(int, Path("/proc/sys/kernel/osrelease").read_text().split("-")[0].split(".")[:2]))
    has_them = version >= (6, 1) and Path("/sys/kernel/mm/transparent_hugepage/enabled").exists()
    assert told["grown"] >= 4 * MIB if has_them else told["grown"] == 0
