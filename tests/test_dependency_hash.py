"""De quoi dépend un chapitre : la fermeture des imports, lue dans l’arbre syntaxique de petits paquets."""

from __future__ import annotations

from pathlib import Path

import pytest
from dependency_cache import MissingKernelspecError, inscribe
from dependency_hash import Package, digest, files_of, module_closure

FILES = {
    "__init__.py": "",
    "alone.py": "import math",
    "sizes.py": "from .alone import x",
    "late.py": "def f():\n    from pkg import sizes",
    "typed.py": "if TYPE_CHECKING:\n    from .sizes import x\nelse:\n    from . import alone",
    "star.py": "from .sizes import *",
    "shapes/__init__.py": "from .box import Box",
    "shapes/box.py": "from ..alone import x",
    "shapes/disc.py": "from . import box",
    "shapes/mask.png": "image",
    "shapes/kernels/sobel.txt": "image",
    "models/__init__.py": "def build(name):\n    return import_module(f'.{name}', __package__)",
    "models/vgg.py": "import pkg.alone",
    "models/lenet.py": "",
    "named.py": "from importlib.resources import files\nMASK = files('pkg.shapes')",
    "by_name.py": "from importlib import import_module\nimport_module('pkg.models.lenet')",
}
SHAPES = {"pkg", "pkg.shapes", "pkg.shapes.box", "pkg.alone"}
MODELS = {"pkg", "pkg.models", "pkg.models.vgg", "pkg.models.lenet", "pkg.alone"}
OTHERS = {"pkg.sizes", "pkg.late", "pkg.typed", "pkg.star", "pkg.shapes.disc", "pkg.named", "pkg.by_name"}
ALL = SHAPES | MODELS | OTHERS

CLOSURES = [
    ("import math", set()),
    ("import pkgother", set()),
    ("import pkg", {"pkg"}),
    ("import pkg.alone as a", {"pkg", "pkg.alone"}),
    ("from pkg import alone", {"pkg", "pkg.alone"}),
    ("from pkg import VERSION", {"pkg"}),
    ("from pkg.sizes import x", {"pkg", "pkg.sizes", "pkg.alone"}),
    ("if True:\n    def f():\n        import pkg.sizes", {"pkg", "pkg.sizes", "pkg.alone"}),
    ("import pkg.late", {"pkg", "pkg.late", "pkg.sizes", "pkg.alone"}),
    ("import pkg.typed", {"pkg", "pkg.typed", "pkg.alone"}),
    ("import pkg.star", {"pkg", "pkg.star", "pkg.sizes", "pkg.alone"}),
    ("from pkg import shapes", SHAPES),
    ("from pkg.shapes.disc import Disc", SHAPES | {"pkg.shapes.disc"}),
    ("import pkg.models", MODELS),
    ("import pkg.named", SHAPES | {"pkg.named"}),
    ("import pkg.by_name", MODELS | {"pkg.by_name"}),
    ("get_ipython().system('pkg describe vgg16')", ALL),
    ("get_ipython().system('ls')", set()),
]


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Le paquet d’essai, sur le disque."""
    for name, text in FILES.items():
        path = tmp_path / "pkg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Package("pkg", tmp_path / "pkg")


@pytest.mark.parametrize(("cell", "expected"), CLOSURES, ids=[c[0].replace("\n", "⏎") for c in CLOSURES])
def test_the_closure_of_a_cell(package: Package, cell: str, expected: set[str]) -> None:
    assert module_closure([cell], package) == expected


def test_the_closure_of_several_cells_is_their_union(package: Package) -> None:
    together = module_closure(["import pkg.alone", "import pkg.shapes"], package)
    assert together == {"pkg", "pkg.alone"} | SHAPES


@pytest.mark.parametrize(
    ("cell", "data"),
    [("import pkg.alone", set()), ("import pkg.shapes", {"mask.png", "sobel.txt"}), ("import math", set())],
)
def test_data_beside_an_imported_module_counts(package: Package, cell: str, data: set[str]) -> None:
    assert {path.name for path in files_of([cell], package) if path.suffix != ".py"} == data


def test_compiled_files_do_not_count(package: Package) -> None:
    (package.root / "__pycache__").mkdir()
    (package.root / "__pycache__" / "alone.cpython-311.pyc").write_bytes(b"...")
    assert {path.suffix for path in files_of(["import pkg.alone"], package)} == {".py"}


def test_the_digest_follows_content_and_facts_only(tmp_path: Path) -> None:
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("x = 1")
    second.write_text("y = 1")
    reference = digest([first, second], "python 3.11")

    assert digest([second, first, first], "python 3.11") == reference
    assert digest([first, second], "python 3.12") != reference
    assert digest([first], "python 3.11") != reference
    first.write_text("x = 2")
    assert digest([first, second], "python 3.11") != reference


CHAPTER = "---\nkernelspec:\n  display_name: Python 3\n  name: python3\n---\n\n# Titre — é\n"


def test_inscribing_moves_no_line() -> None:
    inscribed = inscribe(CHAPTER, "abc")
    assert inscribed.splitlines()[4:] == CHAPTER.splitlines()[4:]
    assert '"dependencies": "abc"' in inscribed.splitlines()[1]
    assert inscribe(CHAPTER, "abd") != inscribed


@pytest.mark.parametrize("header", ["", "---\ntitle: x\n---\n", "---\nkernelspec: python3\n---\n"])
def test_a_chapter_without_kernelspec_is_refused(header: str) -> None:
    with pytest.raises(MissingKernelspecError):
        inscribe(header + "# Titre\n", "abc")
