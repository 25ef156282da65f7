"""Les lois de la maison : le sens des imports, la paresse du chargement, les jumeaux tables/ et models/."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "coursekit"

MAY_IMPORT = {
    "errors": set(),
    "layers": {"errors"},
    "arithmetic": {"errors", "layers"},
    "tables": {"errors", "layers", "arithmetic"},
    "models": {"errors", "layers", "arithmetic", "tables", "vision"},
    "measure": {"errors", "layers"},
    "reach": {"errors", "layers", "measure"},
    "report": {"errors", "layers", "arithmetic", "tables"},
    "proof": {"errors", "layers", "arithmetic", "tables", "models", "measure"},
    "prose": {"errors", "report"},
    "viz": {"errors", "layers", "arithmetic", "tables", "filters"},
    "checks": {"errors", "layers", "arithmetic", "tables", "models", "measure", "report"},
    "afm": {"errors"},
    "questions": {"errors", "layers", "arithmetic", "tables", "checks", "report", "afm"},
    "widgets": {
        "errors",
        "layers",
        "arithmetic",
        "tables",
        "filters",
        "checks",
        "report",
        "questions",
        "afm",
    },
    "filters": {"errors"},
    "vision": {"errors"},
    "data": {"errors", "vision"},
    "training": {"errors", "data", "viz"},
    "interpret": {"errors", "training", "viz"},
    "doctor": {"errors", "vision", "grading"},
    "course": {"errors"},
    "grading": {"errors", "course"},
    "cli": {
        "errors",
        "layers",
        "arithmetic",
        "tables",
        "report",
        "viz",
        "doctor",
        "course",
        "grading",
        "questions",
    },
    "__main__": {"cli"},
}
"""Qui peut importer qui, de bas en haut ; rien ne remonte."""

LIGHT = (
    "errors",
    "layers",
    "arithmetic",
    "tables",
    "report",
    "checks",
    "afm",
    "questions",
    "widgets",
    "course",
    "grading",
    "cli",
    "doctor",
)
HEAVY = ("torch", "torchvision", "matplotlib", "ipywidgets", "anywidget", "nbgrader", "numpy", "skimage")


def part_of(module):
    return module.split(".")[1] if module.startswith("coursekit.") else None


def imports(path):
    """Les parties de coursekit que nomme un fichier, où que l’import se trouve."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {part_of(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "coursekit"
                else [node.module]
            )
            found |= {part_of(name) for name in inner}
    return found - {None, "__version__"}


@pytest.mark.parametrize(
    "part", sorted(path.stem for path in PACKAGE.iterdir() if path.suffix in ("", ".py"))
)
def test_imports_follow_the_arrows(part):
    if part in ("__init__", "__pycache__"):
        return
    place = PACKAGE / part
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    for path in files:
        assert imports(path) - {part} <= MAY_IMPORT[part], path


def loaded_after(code):
    script = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("part", LIGHT)
def test_light_part_loads_nothing_heavy(part):
    assert not loaded_after(f"import coursekit.{part}") & set(HEAVY)


@pytest.mark.parametrize(
    "argv",
    [
        ["models"],
        ["describe", "vgg16", "--json"],
        ["models", "--family", "vgg"],
        ["compare", "vgg16", "resnet50"],
    ],
)
def test_counting_commands_load_nothing_heavy(argv):
    assert not loaded_after(f"from coursekit.cli import main\nmain({argv!r})") & set(HEAVY)


def test_the_laziness_test_can_fail():
    assert "torch" in loaded_after("import coursekit.measure")


def test_every_table_has_its_model_and_back():
    helpers = {"__init__", "entry", "accuracy", "blocks", "weights", "normalization", "pooling", "charts"}
    helpers |= {"draws", "residual_errors"}
    tables = {path.stem for path in (PACKAGE / "tables").glob("*.py")} - helpers
    models = {path.stem for path in (PACKAGE / "models").glob("*.py")} - helpers
    assert tables == models


def test_files_stay_short():
    too_long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not too_long
