"""Des postes de travail pour les tests : une exécution de remplacement, et des copies qui la mettent à l’épreuve.

Un autre processus les importe par leur nom : rien n’y est local à un test.
"""

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attacks import toy

from coursekit.errors import CourseError
from coursekit.grading import read_reference
from coursekit.grading.collect import Submitted
from coursekit.grading.drive.post import Post, Task
from coursekit.grading.exchange import CellRun, Executed, Job, Limits
from coursekit.grading.vocabulary import Ending, Role, Verdict

REFERENCES = {toy.NAME: read_reference(toy.as_bytes(toy.source()))}


@dataclass
class NoNursery:
    """Une pépinière qui ne fait naître personne."""

    walls: Mapping[str, bool] = field(default_factory=lambda: {"files": True})

    def spawn(self, limits, files):
        raise NotImplementedError

    def close(self):
        pass


def no_bubblewrap():
    raise CourseError("bubblewrap manque : apt-get install bubblewrap")


def dies_at_birth():
    os.kill(os.getpid(), signal.SIGKILL)


def plain(data, nursery):
    """Tous les points à chaque cellule de tests."""
    job = Job.from_bytes(data)
    runs = tuple(
        CellRun(Ending.OK, score=cell.points if cell.role is Role.TESTS else None) if cell.runs else None
        for cell in job.prepared.cells
    )
    return Executed(Verdict(), runs, nursery.walls, {"execute": 0.01}).to_bytes()


def obeying(data, nursery):
    """Fait ce que dit la réponse `moyenne`, sur la machine de qui note : tuer le poste, lever, dormir, se compter."""
    job = Job.from_bytes(data)
    order = next(cell.source for cell in job.prepared.cells if cell.grade_id == "moyenne")
    exec(order, {"os": os, "signal": signal, "time": time, "Path": Path})
    return plain(data, nursery)


def answering(order):
    """Une copie dont la réponse `moyenne` est cet ordre."""
    return Task({toy.NAME: Submitted(toy.as_bytes(toy.answered(toy.RIGHT | {"moyenne": order})))})


DIE = "os.kill(os.getpid(), signal.SIGKILL)"
FREEZE = "os.kill(os.getpid(), signal.SIGSTOP)"


def die_once(folder, name):
    """Tue le premier poste qui la reçoit, pas les suivants."""
    return f"place = Path({str(folder / name)!r})\nif not place.exists():\n    place.touch()\n    {DIE}"


def post(execute=plain, nursery=NoNursery, limits=Limits()):  # noqa: B008
    return Post(REFERENCES, nursery, execute, limits)
