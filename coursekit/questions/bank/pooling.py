"""Pooling : résumer chaque fenêtre par une valeur."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, average_pool, max_pool
from coursekit.questions.domain import grid
from coursekit.questions.family import Family
from coursekit.questions.figures import grids, table_latex

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

FAMILIES = (MAX_VALUES,)
