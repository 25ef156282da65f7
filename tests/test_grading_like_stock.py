"""Une copie honnête a la note que nbgrader lui donne, cellule par cellule ; ce qui diffère est dit ici, et pourquoi."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")
pytest.importorskip("torch", reason="PyTorch manque : pip install -e .[torch]")

import nbformat
from attacks import RIGHT, WRONG, toy
from nbclient import NotebookClient
from nbgrader.utils import determine_grade, is_grade
from simulated_class import ROOT, fill
from test_grading_execute import Bare, notebook
from tp_pooling_answers import POOLING
from tp_tailles_answers import TAILLES

from coursekit.course.folder import CourseFolder
from coursekit.grading import Markers, Prepared, Role, prepare, read_reference
from coursekit.grading.exchange import Executed, Job
from coursekit.grading.execute import PRELOAD, STUDENT, execute
from coursekit.grading.execute.parents import OPTIMIZERS
from coursekit.grading.prepare import to_notebook

WORKS = {work.name: work for work in (TAILLES, POOLING)}


@pytest.fixture(scope="module")
def bare() -> Iterator[Bare]:
    made = Bare(STUDENT, (*PRELOAD, *OPTIMIZERS))
    yield made
    made.close()


def copy_of(name: str, who: str) -> Prepared:
    """La copie préparée d’un élève de la classe simulée."""
    if name == toy.NAME:
        reference = read_reference(toy.as_bytes(toy.source()))
        return prepare(reference, {"juste": RIGHT, "fausse": WRONG}[who].data)
    work = WORKS[name]
    source = (ROOT / "solutions" / name / f"{name}.ipynb").read_bytes()
    reference = read_reference(source, markers=Markers.of_config(CourseFolder.open(ROOT).config))
    student = next(student for student in work.students if student.name == who)
    submitted = json.loads(source)
    for cell, slot in zip(submitted["cells"], reference.cells, strict=True):
        cell |= {"source": slot.distributed, "id": slot.id}
    for question, parts in student.answers.items():
        fill(submitted, question, *(part.strip("\n") for part in parts))
    return prepare(reference, json.dumps(submitted).encode())


def stock_scores(prepared: Prepared, folder: Path) -> list[float | None]:
    """Les notes de nbgrader : un vrai noyau, puis la lecture de ses sorties."""
    done: Any = nbformat.from_dict(to_notebook(prepared))
    NotebookClient(done, timeout=60, allow_errors=True, resources={"metadata": {"path": folder}}).execute()
    return [determine_grade(cell)[0] if _has_tests(cell) else None for cell in done.cells]


def _has_tests(cell: Any) -> bool:
    return bool(is_grade(cell)) and not cell.metadata.nbgrader["solution"]


def our_scores(bare: Bare, prepared: Prepared) -> list[float | None]:
    done = Executed.from_bytes(execute(Job(prepared).to_bytes(), bare))
    assert not any(run.in_process for run in done.runs if run)
    return [None if run is None else run.score for run in done.runs]


COPIES = (
    (toy.NAME, "juste"),
    (toy.NAME, "fausse"),
    (TAILLES.name, "juste"),
    (TAILLES.name, "partielle"),
    (POOLING.name, "juste"),
    (POOLING.name, "fausse"),
)


@pytest.mark.parametrize(("name", "who"), COPIES, ids=str)
def test_an_honest_submission_scores_as_nbgrader_scores_it(
    bare: Bare, name: str, who: str, tmp_path: Path
) -> None:
    prepared = copy_of(name, who)
    assert our_scores(bare, prepared) == stock_scores(prepared, tmp_path)


DIFFERENCES: dict[str, tuple[str, str, float, float]] = {
    # Réponse, tests (2 points), note de nbgrader, la nôtre.
    "un avertissement n’est pas une erreur": (
        "import sys\ndef f():\n    print('attention', file=sys.stderr)\n    return 3",
        "assert f() == 3",
        0,
        2,
    ),
    "une note négative vaut 0, pas tout": ("def f(): return -1", "f()", 2, 0),
    "une note qui n’est pas un nombre non plus": ("def f(): return float('nan')", "f()", 2, 0),
    "ni un texte": ("def f(): return '2'", "f()", 2, 0),
    "un scalaire de NumPy est un nombre": ("import numpy as np\ndef f(): return np.float64(1)", "f()", 2, 1),
    "un objet ne décide pas de ce qu’il vaut": (
        "class Tout:\n    def __eq__(self, autre): return True\ndef f(): return Tout()",
        "assert f() == 3",
        2,
        0,
    ),
    "les fonctions de l’enseignant restent les siennes": (
        "def len(x): return 3",
        "assert len([]) == 3",
        2,
        0,
    ),
}


def test_what_differs_from_nbgrader_is_known(bare: Bare, tmp_path: Path) -> None:
    cells = [
        cell
        for answer, tests, _, _ in DIFFERENCES.values()
        for cell in (("réponse", answer), ("tests", tests))
    ]
    prepared = _with_metadata(notebook(*cells, points=2))

    assert stock_scores(prepared, tmp_path)[1::2] == [stock for _, _, stock, _ in DIFFERENCES.values()]
    assert our_scores(bare, prepared)[1::2] == [ours for _, _, _, ours in DIFFERENCES.values()]


def _with_metadata(prepared: Prepared) -> Prepared:
    """Les mêmes cellules, avec ce que nbgrader lit de chacune."""
    made = []
    for rank, cell in enumerate(prepared.cells):
        tests = cell.role is Role.TESTS
        about = {
            "grade": tests,
            "locked": tests,
            "solution": not tests,
            "task": False,
            "points": cell.points or 0,
        }
        about |= {"grade_id": cell.grade_id, "schema_version": 3}
        made.append(replace(cell, id=f"c{rank}", metadata={"nbgrader": about}))
    return replace(prepared, cells=tuple(made))
