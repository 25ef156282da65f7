"""L’IPython léger des copies : ce qu’il traduit l’est comme par IPython."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path
from tokenize import TokenInfo

import pytest

pytest.importorskip("IPython", reason="IPython manque : pip install -e .[notebook]")

from IPython.core.inputtransformer2 import TokenTransformBase, TransformerManager

from coursekit.grading.execute.shell import PlainFirst

CELLS = {
    "rien": "",
    "Python": "x = 1\nx % 2",
    "un modulo en début de ligne": "x = (7\n%2)",
    "une magie": "%matplotlib inline\nx = 1",
    "une magie de cellule": "%%time\nx = 1",
    "une magie dans un texte": "x = '''\n%pwd\n'''",
    "une magie affectée": "a = %pwd\nb = !ls",
    "une commande": "!echo {x}",
    "une aide": "x = 1\nlen?",
    "un appel sans parenthèses": "def f(*given): return given\n,f a b\n;f a b\n/f 1",
    "un appel sans parenthèses, décalé": "if 1:\n    ,f a b\n    x = 1",
    "une virgule en début de ligne": "x = (1\n  , 2)\ny = x",
    "un point-virgule seul": "x = 1\n;",
    "l’invite de Python": ">>> x = 1\n>>> x",
    "l’invite d’IPython": "In [1]: x = 1",
    "des lignes vides": "\n\n  x = 1",
    "une attente": "await f()\n",
    "une erreur": "def f(:\n  pass",
    "un octet nul": "x = '\0'",
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_translated_as_ipython_would(name: str) -> None:
    assert PlainFirst().transform_cell(CELLS[name]) == TransformerManager().transform_cell(CELLS[name])


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.glob("test_grading_*.py")), ids=lambda path: path.stem
)
def test_python_is_left_as_it_is(path: Path) -> None:
    source = path.read_text("utf-8")
    ast.parse(source)
    assert PlainFirst().transform_cell(source) == TransformerManager().transform_cell(source) == source


def test_a_warning_waits_for_the_cell_to_run() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        PlainFirst().transform_cell("x = '\\d'\n")
    assert seen == []


def test_a_transformer_added_by_a_cell_still_applies() -> None:
    class Upper(TokenTransformBase):
        @classmethod
        def find(cls, tokens_by_line: list[list[TokenInfo]]) -> Upper | None:
            first = tokens_by_line[0][0]
            return cls(first.start) if first.string == "minuscule" else None

        def transform(self, lines: list[str]) -> list[str]:
            return [line.upper() for line in lines]

    manager = PlainFirst()
    manager.token_transformers = [*manager.token_transformers, Upper]
    assert manager.transform_cell("minuscule\n") == "MINUSCULE\n"
