"""Tout devoir du cours : source juste, distribution à jour et sans fuite, corrigé qui vaut tous les points."""

import ast
import re
from pathlib import Path

import pytest
from french_prose import faults_of, markdown_prose
from simulated_class import CourseCopy, Grade, source_of

from coursekit import course
from coursekit.course.cells import HIDDEN_TESTS, MANUAL, SOLUTION, TESTS
from coursekit.course.source import read_assignment

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

ROOT = Path(__file__).parents[1]
NAMES = sorted(folder.name for folder in (ROOT / "solutions").iterdir() if folder.is_dir())

each_assignment = pytest.mark.parametrize("name", NAMES)


def assignment(name):
    return read_assignment(ROOT / "solutions" / name / f"{name}.py")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Une copie du cours où chaque devoir a deux copies : le corrigé, et le notebook rendu tel que distribué."""
    copy = CourseCopy.create(tmp_path_factory.mktemp("devoirs"))
    course.release(copy.root)
    for name in NAMES:
        assert copy.nbgrader("generate_assignment", name, "--force").returncode == 0
        copy.submit("corrige", name, copy.notebook("solutions", name))
        copy.submit("vide", name, copy.notebook("exercises", name))
        autograde = copy.nbgrader("autograde", name)
        assert autograde.returncode == 0, autograde.stderr
    return copy


def test_there_are_assignments():
    assert NAMES


def test_releases_are_in_step_with_sources():
    assert course.check(ROOT) == []


@each_assignment
def test_regenerating_gives_the_committed_bytes(copy, name):
    """Aussi après que `nbgrader generate_assignment` a récrit le devoir."""
    committed = {p.name: p.read_bytes() for p in (ROOT / "exercises" / name).iterdir() if p.is_file()}

    assert {p.name: p.read_bytes() for p in (copy.root / "exercises" / name).iterdir()} == committed


@each_assignment
def test_the_solution_gets_every_point(copy, name):
    grades = copy.grades("corrige", name)
    expected = {cell.id: Grade(cell.points, cell.points, False) for cell in assignment(name).of_kind(TESTS)}
    by_hand = {cell.id: Grade(None, cell.points, True) for cell in assignment(name).of_kind(MANUAL)}

    assert grades == expected | by_hand


@each_assignment
def test_the_empty_stub_gets_nothing(copy, name):
    graded = [cell for cell in assignment(name).cells if cell.points is not None]

    assert copy.grades("vide", name) == {cell.id: Grade(0, cell.points, False) for cell in graded}


@each_assignment
def test_the_empty_stub_runs_from_top_to_bottom_and_speaks_french(copy, name):
    """Seuls les tests échouent, sans arrêter Jupyter, et par une phrase plutôt que par une pile d’appels."""
    graded = {cell.id for cell in assignment(name).of_kind(TESTS)}
    cells = copy.notebook("autograded", name, "vide")["cells"]
    failing = [cell for cell in cells if any(map(is_error, cell.get("outputs", ())))]

    assert {cell["id"] for cell in failing} <= graded
    for cell in failing:
        errors = [output for output in cell["outputs"] if is_error(output)]
        assert [error["ename"] for error in errors] == ["FailedCheckError"], cell["id"]
        assert [len(error["traceback"]) for error in errors] == [1]
        assert cell["metadata"]["tags"] == ["raises-exception"]


def is_error(output):
    return output["output_type"] == "error"


def regions(source):
    """Les lignes d’une cellule source : (visibles, secrètes)."""
    visible, secret = set(), set()
    hidden = False
    for line in map(str.strip, source.splitlines()):
        if re.search(rf"BEGIN ({SOLUTION}|{HIDDEN_TESTS})", line):
            hidden = True
        elif re.search(rf"END ({SOLUTION}|{HIDDEN_TESTS})", line):
            hidden = False
        else:
            (secret if hidden else visible).add(line)
    return visible, secret


@each_assignment
def test_nothing_leaks(name):
    """Ni marque, ni ligne de solution ou de test caché, ni la source, ni un résultat d’exécution."""
    visible, secret = (
        set().union(*lines)
        for lines in zip(*(regions(cell.source) for cell in assignment(name).cells), strict=True)
    )
    folder = ROOT / "exercises" / name
    released = CourseCopy(ROOT).notebook("exercises", name)
    lines = {line.strip() for cell in released["cells"] for line in source_of(cell).splitlines()}

    assert secret - visible, "la source n’a rien de secret : ce test ne vérifierait rien"
    assert lines & (secret - visible) == set()
    assert not re.search(
        r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)", (folder / f"{name}.ipynb").read_text("utf-8")
    )
    assert [path.name for path in folder.iterdir() if path.suffix == ".py" and path.stem == name] == []
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in released["cells"])


@each_assignment
def test_released_code_compiles(name):
    for cell in CourseCopy(ROOT).notebook("exercises", name)["cells"]:
        if cell["cell_type"] == "code":
            ast.parse(source_of(cell), filename=cell["id"])


@each_assignment
def test_statements_follow_french_typography(name):
    """L’énoncé, les indices, et ce que l’enseignant lit dans le corrigé."""
    faults = {
        cell.id: faults_of(markdown_prose(cell.source))
        for cell in assignment(name).cells
        if cell.cell_type == "markdown"
    }

    assert {cell: found for cell, found in faults.items() if found} == {}


@each_assignment
def test_the_stated_points_are_the_real_ones(name):
    """Le total en gras au début, une ligne par question dans le tableau, et les points dans chaque titre."""
    cells = assignment(name).cells
    real = {}
    for cell in cells:
        if cell.points is not None:
            real[cell.ref] = real.get(cell.ref, 0) + cell.points
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").replace("\u00a0", " ")

    titles = [float(points) for points in re.findall(r"^## Question \d+ : .*\((\d+) points?\)$", text, re.M)]
    rows = [float(points) for points in re.findall(r"^\| \d+ \| .* \| (\d+) \|$", text, re.M)]
    assert titles == rows == list(real.values())
    assert f"**{assignment(name).points:g} points, " in cells[0].source.replace("\u00a0", " ")
