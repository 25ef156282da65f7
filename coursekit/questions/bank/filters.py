"""Filtres et convolution : ce que calcule un filtre, case par case."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

from coursekit.arithmetic import Misconception
from coursekit.questions.domain import choices, grid, integers
from coursekit.questions.family import Family
from coursekit.questions.figures import grids

Table = Sequence[Sequence[int]]


def _window(image: Table, row: int, column: int, size: int) -> Table:
    return [line[column : column + size] for line in image[row : row + size]]


def _dot(window: Table, kernel: Table) -> int:
    return sum(sum(map(mul, line, weights)) for line, weights in zip(window, kernel, strict=True))


def _correlation(image: Table, kernel: Table, row: int, column: int) -> int:
    return _dot(_window(image, row, column, len(kernel)), kernel)


def correlate(image: Table, kernel: Table) -> list[list[int]]:
    """La carte que donne un filtre carré qui glisse sur l’image, à pas 1 et sans padding."""
    rows, columns = len(image) - len(kernel) + 1, len(image[0]) - len(kernel) + 1
    return [[_correlation(image, kernel, i, j) for j in range(columns)] for i in range(rows)]


def flipped(kernel: Table) -> Table:
    """Le filtre retourné, de haut en bas et de gauche à droite."""
    return [line[::-1] for line in kernel[::-1]]


def terms(window: Table, kernel: Table) -> str:
    """Les produits non nuls, écrits l’un après l’autre."""
    products = [
        f"{a}\\times{b if b >= 0 else f'({b})'}"
        for line, weights in zip(window, kernel, strict=True)
        for a, b in zip(line, weights, strict=True)
        if a and b
    ]
    return " + ".join(products) or "0"


VALUE = Family(
    id="conv.value",
    title="Une valeur de la carte de sortie",
    topic="filtres",
    level=1,
    time_s=120,
    source="CNN I, « Convolution »",
    objectives=("Calculer à la main une valeur d’une carte d’activation.",),
    domain={
        "image": grid(4, 4, low=0, high=5),
        "kernel": grid(3, 3, low=-1, high=2),
        "bias": choices(-3, -2, -1, 1, 2, 3),
        "row": integers(0, 1),
        "column": integers(0, 1),
    },
    answer=lambda image, kernel, bias, row, column: _correlation(image, kernel, row, column) + bias,
    mistakes=(
        Misconception(
            "conv-value.no-bias",
            lambda image, kernel, row, column: _correlation(image, kernel, row, column),
            "Vous avez oublié le biais : ajoutez {bias} à la somme des produits.",
        ),
        Misconception(
            "conv-value.flipped",
            lambda image, kernel, bias, row, column: _correlation(image, flipped(kernel), row, column) + bias,
            "Vous avez retourné le filtre. Une couche convolutive calcule une corrélation : le filtre reste à "
            "l’endroit.",
        ),
        Misconception(
            "conv-value.transposed",
            lambda image, kernel, bias, row, column: (
                _correlation(image, list(zip(*kernel, strict=True)), row, column) + bias
            ),
            "Vous avez échangé les lignes et les colonnes du filtre.",
        ),
        Misconception(
            "conv-value.neighbour",
            lambda image, kernel, bias, row, column: _correlation(image, kernel, row, 1 - column) + bias,
            "Vous avez placé le filtre une colonne à côté de la position demandée.",
        ),
        Misconception(
            "conv-value.other-row",
            lambda image, kernel, bias, row, column: _correlation(image, kernel, 1 - row, column) + bias,
            "Vous avez placé le filtre une ligne à côté de la position demandée.",
        ),
    ),
    statement=lambda bias, row, column: (
        f"Le filtre ci-dessous, de biais $b = {bias}$, glisse sur l’image avec un pas de 1 et sans padding. "
        "Quelle est "
        f"la valeur de la sortie à la ligne {row + 1}, colonne {column + 1} (comptées à partir de 1) ?"
    ),
    figure=lambda image, kernel: grids((("Image", image), ("Filtre", kernel))),
    solution=lambda image, kernel, bias, row, column, answer: (
        f"Le filtre couvre les lignes {row + 1} à {row + 3} et les colonnes {column + 1} à {column + 3} de l’image.",
        f"On somme les produits case par case : ${terms(_window(image, row, column, 3), kernel)} = "
        f"{_correlation(image, kernel, row, column)}$.",
        f"On ajoute le biais : {_correlation(image, kernel, row, column)} + ({bias}) = {answer.shown()}.",
    ),
    hints=("Le filtre n’est ni retourné ni transposé.", "N’oubliez pas le biais."),
)

FAMILIES = (VALUE,)
