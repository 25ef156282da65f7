"""Juger la réponse d’un élève : un `Verdict`, jamais une exception.

`number`, `formula`, `shape` et `table` ne chargent pas PyTorch ; `tensor`, `function` et `module` se chargent à leur
premier emploi. Une réponse fausse est expliquée quand l’erreur est connue, et la bonne réponse n’est jamais montrée.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from coursekit.checks.formulas import formula
from coursekit.checks.numbers import number
from coursekit.checks.shapes import shape
from coursekit.checks.tables import table
from coursekit.checks.verdict import Verdict

if TYPE_CHECKING:
    from coursekit.checks.functions import function
    from coursekit.checks.modules import module
    from coursekit.checks.tensors import tensor

_LAZY = {"tensor": "tensors", "function": "functions", "module": "modules"}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"coursekit.checks n’a pas de {name!r}.")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_LAZY]


__all__ = ["Verdict", "formula", "function", "module", "number", "shape", "table", "tensor"]
