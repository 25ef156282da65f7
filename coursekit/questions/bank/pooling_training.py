"""Pooling à l’entraînement : d’où vient le gradient, quelle valeur on tire."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from coursekit.arithmetic import Misconception, stochastic_expectation, stochastic_probabilities
from coursekit.questions.answers import Real
from coursekit.questions.bank.pooling import Table, window_maxima
from coursekit.questions.domain import grid, integers
from coursekit.questions.family import Family, Part
from coursekit.questions.figures import grids, table_latex


def _sent_back(
    image: Table, upstream: Table, share: Callable[[int, int, int], int | Fraction]
) -> list[list[int | Fraction]]:
    """Une case par pixel : `share(valeur, maximum de sa fenêtre, gradient reçu par la fenêtre)`."""
    tops = window_maxima(image)
    return [
        [share(image[i][j], tops[i // 2][j // 2], upstream[i // 2][j // 2]) for j in range(4)]
        for i in range(4)
    ]


def _has_singlewindow_maxima(image: Table) -> bool:
    windows = [[image[i + a][j + b] for a in (0, 1) for b in (0, 1)] for i in (0, 2) for j in (0, 2)]
    return all(window.count(max(window)) == 1 for window in windows)


MAX_GRADIENT = Family(
    id="pool.max_gradient",
    title="Le gradient à travers un max pooling",
    topic="pooling",
    level=2,
    time_s=150,
    points=2,
    source="CNN I, « Max Pooling » (question)",
    objectives=("Propager un gradient à travers un max pooling.",),
    domain={"image": grid(4, 4, low=0, high=9), "upstream": grid(2, 2, low=-4, high=4)},
    valid=lambda image, upstream: all(v for row in upstream for v in row) and _has_singlewindow_maxima(image),
    answer=lambda image, upstream: _sent_back(image, upstream, lambda v, top, g: g if v == top else 0),
    mistakes=(
        Misconception(
            "max-gradient.spread",
            lambda image, upstream: _sent_back(image, upstream, lambda v, top, g: Fraction(g, 4)),
            "Vous avez partagé le gradient entre les cases de la fenêtre : c’est ce que fait un average pooling.",
        ),
        Misconception(
            "max-gradient.everywhere",
            lambda image, upstream: _sent_back(image, upstream, lambda v, top, g: g),
            "Vous avez recopié le gradient dans toute la fenêtre. Changer un peu une case qui n’est pas le "
            "maximum ne "
            "change pas la sortie : quel est alors son gradient ?",
        ),
        Misconception(
            "max-gradient.value",
            lambda image, upstream: _sent_back(image, upstream, lambda v, top, g: v if v == top else 0),
            "Vous avez renvoyé les activations. La case est la bonne, mais elle reçoit le gradient de la "
            "sortie.",
        ),
        Misconception(
            "max-gradient.product",
            lambda image, upstream: _sent_back(image, upstream, lambda v, top, g: v * g if v == top else 0),
            "Vous avez multiplié le gradient par l’activation. La sortie est une copie du maximum : sa dérivée par "
            "rapport à lui vaut 1.",
        ),
    ),
    statement=lambda: (
        "La carte ci-dessous traverse un max pooling 2×2, de pas 2. La rétropropagation apporte à sa sortie le "
        "gradient indiqué. Quel gradient la carte d’entrée reçoit-elle ? Écrivez les quatre lignes."
    ),
    figure=lambda image, upstream: grids((("Carte d’entrée", image), ("Gradient", upstream)), framed=(2, 2)),
    solution=lambda image, answer: (
        f"Le maximum de chaque fenêtre donne ${table_latex(window_maxima(image))}$ : seule la case qui l’a fourni "
        "agit "
        "sur la sortie.",
        "Elle reçoit le gradient de sa fenêtre ; les trois autres, 0.",
        f"Le gradient de l’entrée est {answer.shown()}.",
    ),
    hints=(
        "Repérez d’abord le maximum de chaque fenêtre.",
        "Si une case change un peu sans devenir le maximum, la sortie change-t-elle ?",
    ),
)


def _flat(region: Table) -> list[int]:
    return [value for row in region for value in row]


def _quotients(region: Table) -> str:
    total = sum(_flat(region))
    return " + ".join(f"\\frac{{{a}}}{{{total}}}\\times{a}" for a in _flat(region) if a)


STOCHASTIC = Family(
    id="pool.stochastic",
    title="Pooling stochastique",
    topic="pooling",
    level=2,
    time_s=150,
    points=2,
    source="CNN I, « Stochastic Pooling » ; Zeiler et Fergus (2013)",
    objectives=("Calculer les probabilités d’un pooling stochastique, et sa sortie au test.",),
    domain={"region": grid(2, 2, low=0, high=12), "row": integers(0, 1), "column": integers(0, 1)},
    valid=lambda region, row, column: (
        len(set(_flat(region))) >= 3 and 0 < region[row][column] < max(_flat(region))
    ),
    statement=lambda: (
        "Après une ReLU, un pooling stochastique résume la région 2×2 ci-dessous par une seule valeur. À "
        "l’entraînement, il la tire au hasard ; au test, il prend la moyenne pondérée par les mêmes probabilités."
    ),
    figure=lambda region: grids((("Région", region),)),
    parts=(
        Part(
            name="probability",
            prompt=lambda region, row, column: (
                f"Avec quelle probabilité tire-t-il la valeur de la ligne {row + 1}, colonne {column + 1} ?"
            ),
            answer=lambda region, row, column: Real(
                stochastic_probabilities(_flat(region))[2 * row + column]
            ),
            mistakes=(
                Misconception(
                    "stochastic-pool.uniform",
                    lambda: Fraction(1, 4),
                    "Vous avez donné la même chance à toutes les cases. La probabilité est proportionnelle à "
                    "l’activation.",
                ),
                Misconception(
                    "stochastic-pool.over-max",
                    lambda region, row, column: Fraction(region[row][column], max(_flat(region))),
                    "Vous avez divisé par la plus grande activation : la somme des probabilités dépasse 1. Divisez "
                    "par la somme des activations.",
                ),
                Misconception(
                    "stochastic-pool.never",
                    lambda: 0,
                    "Ce n’est pas un max pooling : une activation non nulle garde toujours une chance d’être tirée.",
                ),
            ),
        ),
        Part(
            name="output",
            prompt="Quelle est sa sortie au test ?",
            answer=lambda region: Real(stochastic_expectation(_flat(region))),
            mistakes=(
                Misconception(
                    "stochastic-pool.mean",
                    lambda region: Fraction(sum(_flat(region)), 4),
                    "C’est la moyenne ordinaire. Chaque activation doit peser selon sa probabilité d’être tirée.",
                ),
                Misconception(
                    "stochastic-pool.max",
                    lambda region: max(_flat(region)),
                    "C’est le maximum, que choisirait un max pooling ; ici toutes les activations contribuent.",
                ),
                Misconception(
                    "stochastic-pool.squares",
                    lambda region: sum(a * a for a in _flat(region)),
                    "Vous avez pesé chaque activation par elle-même. Il manque la division par leur somme.",
                ),
            ),
        ),
    ),
    solution=lambda region, row, column, answer: (
        f"La somme des activations est {sum(_flat(region))} : la probabilité demandée est "
        f"${region[row][column]}/{sum(_flat(region))}$, soit {answer.answers[0][1].shown()}.",
        f"Au test, la sortie est ${_quotients(region)}$, soit {answer.answers[1][1].shown()}.",
    ),
    hints=(
        "Les quatre probabilités ont pour somme 1.",
        "Au test, chaque activation est multipliée par sa probabilité.",
    ),
)

FAMILIES = (MAX_GRADIENT, STOCHASTIC)
