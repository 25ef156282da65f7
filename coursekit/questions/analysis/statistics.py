"""La théorie classique des tests, sur des listes de nombres : difficulté, discrimination, fidélité.

Sources : Kelley, « The selection of upper and lower groups for the validation of test items », 1939 (les 27 %) ;
Cronbach, « Coefficient alpha and the internal structure of tests », 1951 ; Crocker et Algina, *Introduction to
Classical and Modern Test Theory*, 1986 (corrélation d’une question avec le reste du test).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, pvariance

GROUP = 0.27
"""La part de la classe dans chacun des deux groupes extrêmes."""


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """La corrélation de Pearson ; `None` si l’une des deux ne varie pas.

    Avec des 0 et des 1 d’un côté, c’est la corrélation bisérielle de point d’une question.
    """
    if len(one) < 3:
        return None
    mean_one, mean_other = fmean(one), fmean(other)
    one, other = [x - mean_one for x in one], [y - mean_other for y in other]
    spread = sqrt(sumprod(one, one) * sumprod(other, other))
    return None if spread < 1e-12 else sumprod(one, other) / spread


def sumprod(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(one, other, strict=True))


def upper_lower(item: Sequence[float], totals: Sequence[float]) -> float | None:
    """La réussite des 27 % meilleurs moins celle des 27 % moins bons.

    `None` sous dix élèves : les groupes auraient moins de trois élèves.
    """
    size = round(GROUP * len(item))
    if size < 3:
        return None
    order = sorted(range(len(item)), key=lambda i: totals[i])
    return fmean(item[i] for i in order[-size:]) - fmean(item[i] for i in order[:size])


def cronbach(rows: Sequence[Sequence[float]]) -> float | None:
    """L’alpha de Cronbach d’un tableau élèves × questions ; `None` s’il n’a pas de sens."""
    if len(rows) < 3 or len(rows[0]) < 2:
        return None
    items = len(rows[0])
    whole = float(pvariance([sum(row) for row in rows]))
    if whole < 1e-12:
        return None
    apart = sum(float(pvariance(column)) for column in zip(*rows, strict=True))
    return items / (items - 1) * (1 - apart / whole)


def beyond_chance(times: int, expected: float) -> bool:
    """Une erreur revient-elle plus que ne le ferait une case cochée au hasard ?

    Deux fois au moins, et deux écarts-types (de Poisson) au-dessus de ce qu’on attend.
    """
    return times >= 2 and times > expected + 2 * sqrt(expected)
