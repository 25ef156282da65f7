"""L’explorateur du pooling : maximum, moyenne, tirage stochastique, régions fractionnaires, et où va le gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from coursekit.afm import Widget
from coursekit.arithmetic import average_pool, max_pool
from coursekit.errors import ArgumentError
from coursekit.questions.figures import grids
from coursekit.questions.text import number_text
from coursekit.widgets.still import still

Kind = Literal["max", "average", "stochastic", "fractional"]

EXAMPLE = ((5, 3, 0, 3, 1), (4, 0, 9, 4, 0), (2, 4, 1, 2, 7), (1, 3, 2, 3, 2), (0, 6, 1, 0, 3))
"""Une carte après une ReLU : son premier coin 4 × 4 est l’exemple du cours CNN I."""


def explore_pooling(
    feature_map: Sequence[Sequence[int]] = EXAMPLE, kernel_size: int = 2, stride: int = 2, kind: Kind = "max"
) -> Widget:
    """Un explorateur : le lecteur change la carte, la fenêtre F, le pas S et le résumé, et voit le gradient.

    `feature_map` est carrée, de 3 à 8 cases de côté, d’entiers de 0 à 9.

    Raises:
        ArgumentError: la carte n’est pas ainsi faite.
        ShapeError: la fenêtre ne tient pas dans la carte.
    """
    table = [list(row) for row in feature_map]
    side = len(table)
    if not 3 <= side <= 8 or any(len(row) != side for row in table):
        raise ArgumentError(
            f"La carte a {side} lignes de {sorted({len(row) for row in table})} cases : "
            "donnez-la carrée, de 3 à 8 cases de côté."
        )
    if wrong := [value for row in table for value in row if value not in range(10)]:
        raise ArgumentError(f"La carte contient {wrong[0]} : donnez des entiers de 0 à 9.")
    maxima, means = (
        [[float(value) for value in row] for row in made(table, kernel_size, stride)]
        for made in (max_pool, average_pool)
    )
    picture = grids(
        [("Entrée", table), ("Maximum", maxima), ("Moyenne", means)], framed=(kernel_size, kernel_size)
    )
    sentence = (
        f"Une fenêtre de {kernel_size} × {kernel_size} cases glisse sur la carte avec un pas de {stride}. "
        f"La première, colorée, a pour maximum {number_text(maxima[0][0])}."
    )
    state = {"map": table, "kernel": kernel_size, "stride": stride, "kind": kind}
    return Widget("pooling", state, still("Le pooling, fenêtre par fenêtre", picture, sentence))
