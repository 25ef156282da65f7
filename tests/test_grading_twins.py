"""Quelles fonctions verrouillées s’appellent chez l’élève : celles que rien ne distingue de leur double."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import pytest

from coursekit.grading.execute.trusted.twins import Twins, has_twin

SAME = {
    "une formule": "def f(x, y=2): return x + y",
    "une lambda": "f = lambda x: x * x",
    "une bibliothèque": "import math\ndef f(x): return math.sqrt(x)",
    "une fonction de bibliothèque": "from math import sqrt\ndef f(x): return sqrt(x)",
    "une classe de bibliothèque": "from fractions import Fraction\ndef f(x): return Fraction(x)",
    "une constante": "LARGE = (3, 5)\ndef f(x): return x + LARGE[0]",
    "une fonction comme elle": "def g(x): return x + 1\ndef f(x): return g(x)",
    "elle-même": "def f(n): return 1 if n < 2 else n * f(n - 1)",
    "une compréhension": "import math\ndef f(n): return [math.sqrt(i) for i in range(n)]",
    "un argument changé": "def f(x):\n    x[0] = 1\n    return x",
}
OTHER = {
    "une liste, que les tests peuvent changer": "seen = []\ndef f(x): seen.append(x)",
    "un compteur": "count = 0\ndef f(x):\n    global count\n    count += 1",
    "un attribut": "def f(x): f.calls = x",
    "un attribut posé ensuite": "def f(x): return x\nf.calls = 0",
    "une fermeture": "def made():\n    seen = []\n    return lambda x: seen.append(x)\nf = made()",
    "une valeur par défaut changeante": "def f(x, seen=[]): seen.append(x)",
    "une classe d’ici": "class Box: pass\ndef f(x): return Box()",
    "un objet": "box = object()\ndef f(x): return box",
    "une fonction qui n’a pas de double": "seen = []\ndef g(x): seen.append(x)\ndef f(x): return g(x)",
    "un nom inconnu": "def f(x): return absent",
    "un import": "def f(x):\n    import voisin\n    return voisin",
    "un générateur": "def f(x): yield x",
    "dans une fonction imbriquée": "seen = []\ndef f(x):\n    def g(y): seen.append(y)\n    return g(x)",
}


def defined(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(source, names)  # c’est le code d’une cellule verrouillée
    return names


@pytest.mark.parametrize("source", SAME.values(), ids=SAME)
def test_a_function_that_reads_only_what_both_sides_have(source: str) -> None:
    assert has_twin(defined(source)["f"])


@pytest.mark.parametrize("source", OTHER.values(), ids=OTHER)
def test_a_function_that_something_else_can_change(source: str) -> None:
    assert not has_twin(defined(source)["f"])


def test_a_function_of_a_library_has_no_twin() -> None:
    assert isinstance(pytest.importorskip, FunctionType)
    assert not has_twin(pytest.importorskip)


def test_only_the_function_itself_is_known_by_its_name() -> None:
    twins, first, second = Twins(), defined(SAME["une formule"]), defined(SAME["une formule"])
    twins.notice(first)

    assert twins.name(first["f"]) == "f"
    assert twins.name(second["f"]) is None
