"""Une copie honnête se prépare comme nbgrader la préparerait : les trois devoirs, et le cours livré avec nbgrader."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from simulated_class import ROOT, fill
from student_copies import Classwork
from tp_pooling_answers import POOLING
from tp_resnet_answers import RESNET
from tp_tailles_answers import TAILLES

from coursekit.course.folder import CourseFolder
from coursekit.grading import Markers, Reference, Role, prepare, read_reference
from coursekit.grading.prepare import to_notebook

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

import nbgrader
from attacks import RIGHT, toy
from nbgrader.nbgraderformat import SchemaTooOldError
from stock_nbgrader import StockNbgrader

DOCS = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
TASKS = Path(nbgrader.__file__).parent / "tests" / "preprocessors" / "files" / "test_taskcell.ipynb"
Notebook = dict[str, Any]
Edit = Callable[[Notebook], object]


@dataclass(frozen=True)
class Course:
    """Un notebook d’enseignant, ses réglages, et des copies honnêtes : ce que chaque élève fait du sien."""

    name: str
    source: Path | bytes
    copies: dict[str, Edit]
    config: Any = None

    @property
    def data(self) -> bytes:
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


def _ours(work: Classwork) -> Course:
    def answer(student: Any) -> Edit:
        def edit(notebook: Notebook) -> None:
            for question, parts in student.answers.items():
                fill(notebook, question, *(part.strip("\n") for part in parts))
            if student.explanation:
                fill(notebook, work.essay, student.explanation)

        return edit

    copies = {student.name: answer(student) for student in work.students}
    config = CourseFolder.open(ROOT).config
    return Course(work.name, ROOT / "solutions" / work.name / f"{work.name}.ipynb", copies, config)


def _free_cells_everywhere(notebook: Notebook) -> None:
    """L’élève remplit tout, et essaie quelque chose après chaque cellule."""
    cells = []
    for rank, cell in enumerate(notebook["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = f"# réponse {rank}\nx = {rank}\n"
        cells += [cell, {"cell_type": "code", "metadata": {}, "source": f"essai({rank})", "outputs": []}]
        cells[-1] |= {"execution_count": None, "id": f"essai-{rank}"}
    notebook["cells"] = cells


def _nothing(notebook: Notebook) -> None:
    """L’élève rend ce qu’il a reçu."""


COPIES = {"intacte": _nothing, "essais partout": _free_cells_everywhere}
COURSES = (
    _ours(TAILLES),
    _ours(POOLING),
    _ours(RESNET),
    Course("problem1", DOCS / "source" / "ps1" / "problem1.ipynb", COPIES),
    Course("problem2", DOCS / "source" / "ps1" / "problem2.ipynb", COPIES),
    Course("taches", TASKS, COPIES),
    Course(
        "petit",
        toy.as_bytes(toy.source()),
        COPIES | {"juste": lambda notebook: notebook.update(RIGHT.notebook)},
    ),
)
NAMES = {course.name: course for course in COURSES}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StockNbgrader]:
    """Le carnet de notes des six devoirs ; le créer coûte des secondes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
        yield StockNbgrader.create(tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="module")
def released(stock: StockNbgrader) -> dict[str, bytes]:
    """Ce que nbgrader distribue, par devoir."""
    return {course.name: stock.release(course.name, course.data, course.config) for course in COURSES}


def reference(course: Course) -> Reference:
    return read_reference(course.data, markers=Markers.of_config(course.config or {}))


def cells(notebook: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Ce qui compte pour nbgrader. D’anciens notebooks n’écrivent ni que `task` est faux, ni `cell_type`."""
    return [
        (cell["cell_type"], cell["source"], {"task": False, **nbgrader, "cell_type": ""} if nbgrader else {})
        for cell in notebook["cells"]
        for nbgrader in [cell["metadata"].get("nbgrader")]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_is_what_nbgrader_released(
    name: str, released: dict[str, bytes], stock: StockNbgrader
) -> None:
    found = reference(NAMES[name])
    given = json.loads(released[name])["cells"]

    assert [cell.distributed for cell in found.cells] == ["".join(cell["source"]) for cell in given]
    graded = {cell.grade_id: cell.source for cell in found.cells if cell.role is not Role.FREE}
    assert graded == {key: cell.source for key, cell in stock.recorded(name).items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_release_and_the_gradebook_give_the_same_reference(
    name: str, released: dict[str, bytes], stock: StockNbgrader
) -> None:
    markers = Markers.of_config(NAMES[name].config or {})
    found = read_reference(released[name], recorded=stock.recorded(name), markers=markers)
    texts = [(cell.role, cell.source, cell.distributed, cell.points) for cell in found.cells]

    assert texts == [
        (cell.role, cell.source, cell.distributed, cell.points) for cell in reference(NAMES[name]).cells
    ]


@pytest.mark.parametrize(
    ("name", "who"), [(course.name, who) for course in COURSES for who in course.copies], ids=str
)
def test_an_honest_submission_prepares_as_nbgrader_would(
    name: str, who: str, released: dict[str, bytes], stock: StockNbgrader
) -> None:
    notebook = json.loads(released[name])
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        cell.setdefault("id", cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
    NAMES[name].copies[who](notebook)
    submitted = toy.as_bytes(notebook)
    done = prepare(reference(NAMES[name]), submitted)

    assert done.remarks == ()
    assert cells(to_notebook(done)) == cells(stock.sanitize(name, submitted))


# Les copies que nbgrader livre avec son cours d’exemple, telles que leurs auteurs les ont rendues.
SUBMITTED = sorted((DOCS / "submitted").glob("*/ps1/problem*.ipynb"))
OLD = sorted((DOCS / "downloaded").glob("ps1/archive/*_problem1.ipynb"))


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("path", SUBMITTED, ids=[str(path.relative_to(DOCS)) for path in SUBMITTED])
def test_the_submissions_of_the_example_course(path: Path, stock: StockNbgrader) -> None:
    done = prepare(reference(NAMES[path.stem]), path.read_bytes())

    assert done.verdict
    assert cells(to_notebook(done)) == cells(stock.sanitize(path.stem, path.read_bytes()))


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("path", OLD, ids=[path.name for path in OLD])
def test_old_metadata_that_nbgrader_refuses_are_read(path: Path, stock: StockNbgrader) -> None:
    """nbgrader demande à l’enseignant de les mettre à jour ; nous n’en lisons que les identifiants."""
    with pytest.raises(SchemaTooOldError):
        stock.sanitize("problem1", path.read_bytes())
    found = reference(NAMES["problem1"])
    done = prepare(found, path.read_bytes())

    assert [cell.source for cell in done.of_role(Role.TESTS)] == [
        cell.source for cell in found.cells if cell.role is Role.TESTS
    ]


def test_the_example_course_has_submissions() -> None:
    assert SUBMITTED
    assert OLD
