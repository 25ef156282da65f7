"""Exécuter une copie : `execute(job, nursery)`, une fonction pure d’octets en octets.

Les cellules de l’élève tournent dans un processus de la pépinière, avec un IPython léger. Les tests tournent dans un
processus à nous, qui n’exécute jamais le code de l’élève : seules des données passent de l’un à l’autre
(`coursekit.grading.execute.trusted` dit ce qui ne passe pas). Un arrêt pendant un appel des tests ne coûte que ces
tests : l’élève reçoit un processus neuf, où ses cellules sont rejouées.
"""

from __future__ import annotations

import os
from pathlib import Path

from coursekit.grading.children import Nursery
from coursekit.grading.exchange import Executed, Job
from coursekit.grading.execute.pair import Pair
from coursekit.grading.execute.parents import parent_of
from coursekit.grading.vocabulary import Status

STUDENT = "coursekit.grading.execute.student.serve:serve"
"""Ce que fait tourner une pépinière d’élèves."""

PRELOAD = (
    "coursekit.grading.execute.warmed",
    "numpy",
    "torch",
    "coursekit.grading.execute.student.networks",
    "coursekit.grading.execute.tensors",
    "matplotlib.pyplot",
)
"""Ce qu’elle importe d’avance : rien d’un devoir, ni d’un carnet de notes."""


def font_lists() -> dict[str, Path]:
    """La liste des polices que Matplotlib a dressée ici, où elle manque sans cela : la refaire prend une seconde."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "matplotlib"
    place = Path(os.environ.get("MPLCONFIGDIR") or caches)
    return {f".cache/matplotlib/{found.name}": found for found in place.glob("fontlist-*.json")}


def execute(job: bytes, nursery: Nursery, trusted: Nursery | None = None) -> bytes:
    """Exécute une copie et la note.

    `nursery` fait naître les élèves (`STUDENT`, `PRELOAD`) ; `trusted`, les processus des tests : par défaut, la
    seconde pépinière d’une `Pair`, ou une pépinière sans murs, gardée pour les copies suivantes du même devoir.

    Raises:
        CourseError: un processus n’a pas pu naître ; ce n’est pas la faute de l’élève.
    """
    from coursekit.grading.execute.run import Run, walls_of

    read = Job.from_bytes(job)
    if read.prepared.verdict.status is not Status.OK:
        return Executed(read.prepared.verdict, (), walls_of(nursery)).to_bytes()
    if trusted is not None:
        return Run(read, nursery, trusted)().to_bytes()
    kept = nursery.tests if isinstance(nursery, Pair) else parent_of(read.prepared.cells)
    run = Run(read, nursery, kept.nursery)
    done = run().to_bytes()
    kept.learn(run.loaded)
    return done
