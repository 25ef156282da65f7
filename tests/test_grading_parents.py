"""Ce qu’un parent chaud importe d’avance pour un devoir : ce que nomme l’enseignant, si cela s’importe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.grading.execute import font_lists
from coursekit.grading.execute.parents import (
    DRAWS,
    GRADIENTS,
    OPTIMIZERS,
    SOURCES,
    consequences,
    modules_of,
    preloads,
)
from coursekit.grading.sandbox.parent import importable
from coursekit.grading.vocabulary import PreparedCell, Role

CODE = {
    "import json": {"json"},
    "import os.path as chemin": {"os.path"},
    "from torch import nn": {"torch", "torch.nn"},
    "from coursekit import checks, filters": {"coursekit", "coursekit.checks", "coursekit.filters"},
    "%matplotlib inline\nimport math": {"math"},
    "def essai():\n    import decimal": {"decimal"},
    "from . import voisin": set(),
    "import (": set(),
}


def cell(source: str, role: Role = Role.LOCKED, cell_type: str = "code") -> PreparedCell:
    return PreparedCell(role, cell_type, source)


@pytest.mark.parametrize(("source", "names"), CODE.items())
def test_what_the_teacher_names_is_imported_early(source: str, names: set[str]) -> None:
    assert set(preloads([cell(source)])) == names
    assert set(modules_of([cell(source)])) == {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "ignored",
    [
        cell("import json", Role.ANSWER),
        cell("import json", Role.FREE),
        cell("import json", cell_type="markdown"),
    ],
)
def test_what_the_pupil_writes_is_not(ignored: PreparedCell) -> None:
    assert preloads([ignored]) == ()


def test_a_teacher_who_uses_torch_gets_the_gradients_too() -> None:
    assert consequences(preloads([cell("import torch")])) == (*DRAWS, *GRADIENTS, SOURCES)
    assert consequences(preloads([cell("import numpy")])) == DRAWS
    assert consequences(preloads([cell("import json")])) == ()


TRAINS = {
    "un import": [cell("from torch import nn, optim")],
    "un attribut": [cell("import torch\n_ = torch.optim")],
    "une réponse attendue": [cell("import torch"), cell("torch.optim.SGD(poids)", Role.ANSWER)],
    "l’entraînement du cours": [cell("import torch\nfrom coursekit.training import fit")],
    "un de ses modules": [cell("import torch\nfrom coursekit.training.schedules import Cosine")],
    "son import attendu": [cell("import torch"), cell("import coursekit.training as t", Role.ANSWER)],
}


@pytest.mark.parametrize("name", TRAINS)
def test_a_teacher_who_trains_gets_the_optimizers_too(name: str) -> None:
    assert consequences(preloads(TRAINS[name])) == (*DRAWS, *GRADIENTS, *OPTIMIZERS, SOURCES)


IDLE = {
    "un mot plus long": [cell("import torch\noptimal = 1")],
    "du texte": [cell("import torch"), cell("torch.optim", cell_type="markdown")],
    "sans PyTorch": [cell("from scipy import optim")],
}


@pytest.mark.parametrize("name", IDLE)
def test_a_teacher_who_does_not_train_waits_for_none(name: str) -> None:
    named = preloads(IDLE[name])
    assert OPTIMIZERS[0] not in consequences(named)
    assert "torch.optim" not in named


FIRST_USES = {
    "un gradient": """import torch
x = torch.ones(2, requires_grad=True)
torch.autograd.grad((2 * x,), (x,), (torch.ones(2),))""",
    "un tirage": "import numpy\nnumpy.random.rand()",
    "un optimiseur": "import torch\ntorch.optim.SGD([torch.ones(2, requires_grad=True)], lr=0.1).step()",
}


@pytest.mark.parametrize("name", FIRST_USES)
def test_a_first_use_loads_nothing_more(name: str) -> None:
    """Sinon chaque copie le chargerait : PyTorch a changé ce qu’il attend."""
    early = consequences(["torch", "torch.optim"])
    code = f"import sys, torch\nfor name in {early!r}: __import__(name)\nbefore = set(sys.modules)\n"
    said = subprocess.run(
        [sys.executable, "-c", f"{code}{FIRST_USES[name]}\nprint(len(set(sys.modules) - before))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(said.stdout) <= 1


def test_a_module_that_cannot_be_imported_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "casse_ici.py").write_text("import reste_ici\nraise RuntimeError('non')\n", encoding="utf-8")
    (tmp_path / "reste_ici.py").write_text("", encoding="utf-8")
    (tmp_path / "quitte_ici.py").write_text("import sys\nsys.exit()\n", encoding="utf-8")
    assert importable(["casse_ici", "absent_ici", "quitte_ici", "reste_ici", "math"]) == ["reste_ici", "math"]
    assert not {"casse_ici", "reste_ici", "quitte_ici"} & set(sys.modules)


def test_nothing_to_try_forks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.fork")
    assert importable([]) == []


@pytest.mark.parametrize(("variable", "folder"), [("MPLCONFIGDIR", "."), ("XDG_CACHE_HOME", "matplotlib")])
def test_the_fonts_that_matplotlib_listed_are_lent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, folder: str
) -> None:
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    assert font_lists() == {}
    (tmp_path / folder).mkdir(exist_ok=True)
    listed = tmp_path / folder / "fontlist-v390.json"
    listed.write_text("{}", encoding="utf-8")
    assert font_lists() == {".cache/matplotlib/fontlist-v390.json": listed}
