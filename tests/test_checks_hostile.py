"""Quoi qu’un élève donne, chaque vérification répond, en français, sans exception ni attente."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hostile import ZOO, hard_limit
from torch import nn

from coursekit import checks
from coursekit.arithmetic import output_size

CHECKS: dict[str, Callable[[Any], checks.Verdict]] = {
    "number": lambda given: checks.number(given, 3.5, unit="Mo"),
    "formula": lambda given: checks.formula(given, output_size, 224, 5),
    "shape": lambda given: checks.shape(given, (3, 224, 224)),
    "shape NCHW": lambda given: checks.shape(given, (1, 3, 224, 224), layout="NCHW"),
    "table": lambda given: checks.table(given, [[1, 2], [3, 4]]),
    "tensor": lambda given: checks.tensor(given, torch.arange(12.0).reshape(3, 4)),
    "tensor 0-d": lambda given: checks.tensor(given, torch.tensor(2.5)),
    "tensor NumPy": lambda given: checks.tensor(given, np.ones((2, 3))),
    "function": lambda given: checks.function(given, output_size, [(7, 3)], time_limit=0.1),
    "function d’un tenseur": lambda given: checks.function(
        given, torch.relu, [(torch.tensor([-1.0, 2.0]),)], time_limit=0.1
    ),
    "résultat d’une fonction": lambda given: checks.function(
        lambda *_: given, lambda x: [x, 2.5], [(7,)], time_limit=0.1
    ),
    "module": lambda given: checks.module(
        given, input_shape=(5,), output_shape=(2,), parameters=12, time_limit=0.3
    ),
    "module et référence": lambda given: checks.module(
        given, input_shape=(5,), reference=nn.Linear(5, 2), time_limit=0.3
    ),
}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("animal", ZOO)
def test_no_answer_escapes(check: str, animal: str, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch prévient que certains de ces tenseurs sont expérimentaux
        given = ZOO[animal]()
    with hard_limit(20):
        verdict = CHECKS[check](given)
    assert type(verdict) is checks.Verdict
    assert verdict.ok is False
    assert type(verdict.message) is str
    assert 0 < len(verdict.message) < 600
    assert not any(unicodedata.category(c)[0] == "C" for c in verdict.message)
    verdict.message.encode()
    assert plain(verdict.got)
    assert plain(verdict.expected)
    assert capfd.readouterr() == ("", "")


def plain(value: object) -> bool:
    """Rien de l’élève ne survit dans un verdict : que des types simples."""
    if type(value) in (list, tuple):
        return all(plain(item) for item in value)  # type: ignore[attr-defined]
    return type(value) in (type(None), bool, int, float, str)


# (ce que l’élève donne, la vérification à laquelle c’est la bonne réponse)
RIGHT: dict[str, Callable[[Any], checks.Verdict]] = {
    "entier": lambda given: checks.number(given, 3),
    "réel": lambda given: checks.number(given, 3.0),
    "texte": lambda given: checks.number(given, 3),
    "tuple": lambda given: checks.shape(given, (1, 2)),
    "tableau": lambda given: checks.table(given, [1, 1]),
}


@pytest.mark.parametrize("kind", RIGHT)
@pytest.mark.parametrize("act", ["lève", "boucle", "s’obstine", "quitte", "interrompt"])
def test_a_right_value_of_a_strange_class_is_still_right(kind: str, act: str) -> None:
    with hard_limit(20):
        verdict = RIGHT[kind](ZOO[f"{kind} qui {act}"]())
    assert verdict.ok, verdict
    assert plain(verdict.got)
