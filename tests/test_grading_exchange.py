"""Ce qui va d’une étape de la notation à l’autre s’écrit en octets et se relit sans rien perdre."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from attacks import RIGHT, WRONG, Submission, stopped_by, toy
from attacks.model import Stage

from coursekit.grading import prepare, read_reference
from coursekit.grading.exchange import CellRun, Executed, Job, Limits
from coursekit.grading.vocabulary import Ending, Status, Verdict

REFERENCE = read_reference(toy.as_bytes(toy.source()))
SUBMISSIONS = [RIGHT, WRONG, *(attack.submission for attack in stopped_by(Stage.SCORE))]


@pytest.mark.parametrize("submission", SUBMISSIONS)
def test_a_job_comes_back_as_it_left(submission: Submission) -> None:
    job = Job(prepare(REFERENCE, submission.data), Limits(memory=1), {"données/a.bin": bytes(range(256))})
    assert Job.from_bytes(job.to_bytes()) == job


def test_a_lone_surrogate_is_no_obstacle() -> None:
    prepared = prepare(REFERENCE, RIGHT.data)
    odd = replace(prepared.cells[0], source="signe = '\ud800'")
    job = Job(replace(prepared, cells=(odd,)))
    assert Job.from_bytes(job.to_bytes()) == job


def test_what_was_executed_comes_back_as_it_left() -> None:
    shown = {"output_type": "stream", "name": "stdout", "text": "é\n"}
    runs = (
        None,
        CellRun(Ending.OK, (shown,), 0.5, score=2.0),
        CellRun(Ending.TIMEOUT, message="Trop long.", in_process=True),
    )
    executed = Executed(Verdict(Status.TIMEOUT, "Trop long."), runs, {"réseau": True}, {"noyau": 0.25})
    assert Executed.from_bytes(executed.to_bytes()) == executed


def test_a_score_that_is_no_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        Executed(Verdict(), (CellRun(Ending.OK, score=math.nan),)).to_bytes()


def test_every_bad_ending_is_also_a_verdict() -> None:
    endings = set(map(str, Ending)) - {"error", "skipped"}
    assert endings <= set(map(str, Status))


def test_a_job_is_data_only() -> None:
    assert json.loads(Job(prepare(REFERENCE, RIGHT.data)).to_bytes())["prepared"]["max_score"] == 6
