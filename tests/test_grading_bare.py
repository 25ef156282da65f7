"""Les dossiers de travail sans murs : celui d’une notation arrêtée s’efface à la suivante."""

from __future__ import annotations

import os
import subprocess
import sys
from ast import literal_eval
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from coursekit.grading.bare import PREFIX, Bare, sweep
from coursekit.grading.exchange import Limits


@pytest.fixture
def dead() -> int:
    """Le numéro d’un processus qui a fini, que rien n’a repris encore."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def left_by(owner: object, folder: Path, name: str = "a") -> Path:
    made = folder / f"{PREFIX}{owner}-{name}" / "copie"
    made.mkdir(parents=True)
    (made / "copie.ipynb").write_text("{}")
    return made.parent


def test_a_folder_whose_owner_is_gone_is_erased(tmp_path: Path, dead: int) -> None:
    gone = left_by(dead, tmp_path)
    kept = [left_by(os.getpid(), tmp_path), left_by("moi", tmp_path), tmp_path / f"autre-{dead}-a"]
    kept[-1].mkdir()

    sweep(tmp_path)

    assert not gone.exists()
    assert all(folder.exists() for folder in kept)


def test_graders_that_start_together_erase_the_same_folders(tmp_path: Path, dead: int) -> None:
    folders = [left_by(dead, tmp_path, str(number)) for number in range(300)]

    with ThreadPoolExecutor(8) as graders:
        assert list(graders.map(sweep, [tmp_path] * 8)) == [None] * 8

    assert not any(folder.exists() for folder in folders)


LEAVES_ONE = """
import os, subprocess, sys
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"], start_new_session=True)
answer = os.getpid(), left.pid
"""


@pytest.mark.parametrize("guarded", [True, False])
def test_nobody_survives_a_process_without_walls(guarded: bool) -> None:
    nursery = Bare("student_entries:obey", path=[Path(__file__).parent], guarded=guarded)
    child = nursery.spawn(Limits(), {})
    child.send(LEAVES_ONE.encode())
    born = [psutil.Process(pid) for pid in literal_eval(child.receive(60).decode())]

    child.kill()

    gone, alive = psutil.wait_procs(born, timeout=10)
    assert (len(gone), alive) == (2, [])
    nursery.close()
