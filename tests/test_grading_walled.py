"""Toutes les attaques qui s’exécutent, dans le bac à sable : chacune vaut ce que vaut son travail, et rien ne fuit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from attacks import RIGHT, Attack, Stage, stopped_by
from test_grading_execute import REFERENCE, total

from coursekit.errors import CourseError
from coursekit.grading import prepare
from coursekit.grading.exchange import Executed, Job, Limits
from coursekit.grading.execute import PRELOAD, STUDENT, execute
from coursekit.grading.sandbox import Sandbox

pytest.importorskip("IPython", reason="IPython manque : pip install -e .[notebook]")

MIB = 2**20
LIMITS = Limits(
    cell_seconds=3,
    notebook_seconds=12,
    output=2**16,
    memory=700 * MIB,
    processes=24,
    disk=8 * MIB,
    files=300,
)
SLOW = Limits(cell_seconds=60, notebook_seconds=120)
"""Pour qui fouille la machine entière."""
SEARCHING = {7, 22, 23, 24, 25, 27}
PATIENT = replace(LIMITS, cell_seconds=30, notebook_seconds=60)
"""Pour qui remplit quelque chose : sur une machine chargée, cela prend du temps."""
FILLING = {13, 14, 15, 16, 17, 21}
ATTACKS = [attack for stage in (Stage.EXECUTE, Stage.SCORE) for attack in stopped_by(stage)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    try:
        made = Sandbox(STUDENT, PRELOAD)
    except CourseError as error:
        pytest.skip(str(error))
    yield made
    made.close()


def run(sandbox: Sandbox, attack: Attack) -> Executed:
    files = {
        name: data
        for name, data in attack.submission.files.items()
        if isinstance(data, bytes) and not name.endswith(".ipynb")
    }
    prepared = prepare(REFERENCE, attack.submission.data)
    limits = SLOW if attack.number in SEARCHING else PATIENT if attack.number in FILLING else LIMITS
    return Executed.from_bytes(execute(Job(prepared, limits, files).to_bytes(), sandbox))


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_an_attack_scores_what_it_deserves(sandbox: Sandbox, attack: Attack) -> None:
    done = run(sandbox, attack)

    assert attack.expected.least <= total(done) <= attack.expected.most, done
    assert done.verdict.status == attack.expected.verdict
    assert not [mark for mark in attack.expected.nowhere if mark in str(done)]


def test_the_walls_are_told(sandbox: Sandbox) -> None:
    done = Executed.from_bytes(execute(Job(prepare(REFERENCE, RIGHT.data)).to_bytes(), sandbox))
    assert done.walls
    assert total(done) == 6
    assert set(done.seconds) == {"start", "cells", "tests", "end"}
