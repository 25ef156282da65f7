"""Pooling à la main : résumer chaque fenêtre par une valeur."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from coursekit.arithmetic import Misconception, average_pool, max_pool
from coursekit.questions.domain import grid
from coursekit.questions.family import Family
from coursekit.questions.figures import grids, table_latex

Table = Sequence[Sequence[int]]

MAX_VALUES = Family(
    id="pool.max_values",
    title="Max pooling à la main",
    topic="pooling",
    level=1,
    time_s=90,
    source="CNN I, « Max Pooling »",
    objectives=("Calculer la sortie d’un max pooling.",),
    domain={"image": grid(4, 4, low=0, high=9)},
    answer=lambda image: max_pool(image, 2),
    mistakes=(
        Misconception(
            "max-pool.mean",
            lambda image: average_pool(image, 2),
            "Vous avez pris la moyenne de chaque fenêtre : c’est un average pooling.",
        ),
        Misconception(
            "max-pool.min",
            lambda image: [[-v for v in row] for row in max_pool([[-v for v in row] for row in image], 2)],
            "Vous avez pris la plus petite valeur de chaque fenêtre.",
        ),
        Misconception(
            "max-pool.overlap",
            lambda image: max_pool(image, 2, 1),
            "Vous avez avancé d’une case à la fois. Ici les fenêtres sont jointives : S = F = 2.",
        ),
        Misconception(
            "max-pool.corner",
            lambda image: [row[::2] for row in image[::2]],
            "Vous avez gardé le coin de chaque fenêtre : c’est un sous-échantillonnage, pas un maximum.",
        ),
    ),
    statement=lambda: (
        "On applique à la carte ci-dessous un max pooling 2×2, de pas 2. Écrivez la carte de sortie, "
        "ligne par ligne."
    ),
    figure=lambda image: grids((("Carte", image),), framed=(2, 2)),
    solution=lambda image, answer: (
        f"Les quatre fenêtres 2×2 sont jointives. Dans ${table_latex(image)}$, on garde la plus grande valeur de "
        "chacune.",
        f"La sortie est {answer.shown()}.",
    ),
    hints=("Combien de fenêtres 2×2 jointives tiennent dans la carte ?",),
)


def _sums(image: Table, stride: int = 2) -> list[list[int]]:
    """La somme de chaque fenêtre 2×2, en entiers : plus rapide que des moyennes exactes."""
    starts = range(0, 3, stride)
    return [[sum((*image[i][j : j + 2], *image[i + 1][j : j + 2])) for j in starts] for i in starts]


def _means(image: Table, stride: int = 2) -> list[list[Fraction]]:
    return [[Fraction(total, 4) for total in row] for row in _sums(image, stride)]


def window_maxima(image: Table) -> list[list[int]]:
    """Le maximum de chaque fenêtre 2×2, en entiers."""
    return [[max((*image[i][j : j + 2], *image[i + 1][j : j + 2])) for j in (0, 2)] for i in (0, 2)]


def _sum_terms(image: Table) -> str:
    """Les quatre moyennes, chacune avec ses termes."""
    return ", ".join(
        f"$({'+'.join(str(image[i + a][j + b]) for a in (0, 1) for b in (0, 1))})/4$"
        for i in (0, 2)
        for j in (0, 2)
    )


AVERAGE_VALUES = Family(
    id="pool.avg_values",
    title="Average pooling à la main",
    topic="pooling",
    level=1,
    time_s=120,
    source="CNN I, « Average Pooling »",
    objectives=("Calculer la sortie d’un average pooling.",),
    domain={"image": grid(4, 4, low=0, high=9)},
    answer=_means,
    mistakes=(
        Misconception(
            "avg-pool.max",
            window_maxima,
            "Vous avez gardé la plus grande valeur : c’est un max pooling. Ici toutes les cases de la fenêtre "
            "comptent.",
        ),
        Misconception(
            "avg-pool.sum",
            _sums,
            "Vous avez additionné sans diviser. Une moyenne se divise par le nombre de cases de la fenêtre.",
        ),
        Misconception(
            "avg-pool.halved",
            lambda image: [[Fraction(v, 2) for v in row] for row in _sums(image)],
            "Vous avez divisé par le côté de la fenêtre. Divisez par son nombre de cases, F².",
        ),
        Misconception(
            "avg-pool.truncated",
            lambda image: [[v // 4 for v in row] for row in _sums(image)],
            "Vous avez arrondi vers le bas. Les activations sont des réels : gardez les décimales.",
        ),
        Misconception(
            "avg-pool.overlap",
            lambda image: _means(image, 1),
            "Vous avez avancé d’une case à la fois. Ici les fenêtres sont jointives : S = F = 2.",
        ),
    ),
    statement=lambda: (
        "On applique à la carte ci-dessous un average pooling 2×2, de pas 2. Écrivez la carte de sortie, ligne par "
        "ligne, sans arrondir."
    ),
    figure=lambda image: grids((("Carte", image),), framed=(2, 2)),
    solution=lambda image, answer: (
        f"Les moyennes des quatre fenêtres, ligne par ligne : {_sum_terms(image)}.",
        f"La sortie est {answer.shown()}.",
    ),
    hints=("Combien de cases une fenêtre 2×2 a-t-elle ?",),
)


FAMILIES = (MAX_VALUES, AVERAGE_VALUES)
