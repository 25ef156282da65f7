"""La note d’une cellule de tests : ce qu’ils ont levé, puis la valeur de leur dernière expression.

Comme nbgrader : une erreur vaut 0, un nombre est une note partielle, et le reste vaut tous les points. Ce qui diffère :
écrire sur stderr n’est pas une erreur ; une note partielle est bornée, finie et positive, et un texte ou un complexe
n’en est pas une.
"""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Any

from coursekit.grading.execute import sentences

NO_SCORE = ("str", "bytes", "complex")
"""Les types de données dont une dernière expression ne peut pas faire une note ; un objet de l’élève non plus."""


@dataclass(frozen=True)
class Mark:
    """Une note, et ce qu’il y a à en dire."""

    score: float
    remark: str = ""


def mark(points: float, failed: bool, value: Any) -> Mark:
    """La note d’une cellule qui vaut `points`.

    `value` est celle de la dernière expression : `None`, un booléen, un nombre, ou le nom du type de tout autre objet.
    """
    if failed:
        return Mark(0.0)
    if value is None or type(value) is bool:
        return Mark(points)
    if type(value) is str:
        refused = value in NO_SCORE or value.startswith(STUDENT)
        return Mark(0.0, sentences.TEXT_SCORE) if refused else Mark(points)
    return _partial(points, value)


STUDENT = "élève:"
"""Précède le nom du type d’un objet resté chez l’élève."""


def judged(value: Any) -> Any:
    """Une dernière expression, telle que `mark` la lit : un nombre reste un nombre, même de NumPy."""
    if value is None or type(value) in (bool, int, float):
        return value
    if isinstance(value, numbers.Real):
        return float(value)
    return type(value).__name__


def _partial(points: float, value: Any) -> Mark:
    number = float(min(value, 10**300)) if type(value) is int else value
    if type(number) is not float or not math.isfinite(number) or number < 0:
        return Mark(0.0, sentences.TEXT_SCORE)
    return Mark(min(number, points))
