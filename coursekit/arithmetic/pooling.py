"""Le pooling sur un petit tableau, valeur par valeur, comme au tableau noir.

Les tableaux sont des listes de listes ; les résultats sont des fractions exactes, que `float` convertit.
Source : diapositives « Max Pooling », « Average Pooling » et « Stochastic Pooling » ; Zeiler et Fergus (2013).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from coursekit.arithmetic.formula import Misconception, formula
from coursekit.arithmetic.sizes import output_size, padded_size
from coursekit.errors import ArgumentError, ShapeError
from coursekit.layers import whole


def _explain_pool_size(
    result: int, input_size: int, kernel_size: int, stride: int | None, padding: int, ceil_mode: bool
) -> str:
    step = kernel_size if stride is None else stride
    adjacent = "Sans pas donné, les fenêtres sont jointives : S = F. " if stride is None else ""
    exact = (input_size + 2 * padding - kernel_size) % step == 0
    rounding = "" if exact else f", arrondi vers le {'haut' if ceil_mode else 'bas'}"
    return (
        f"{adjacent}(W + 2P − F)/S + 1 = ({input_size} + 2×{padding} − {kernel_size})/{step} + 1 = {result}{rounding}. "
        f"Le nombre de canaux ne change pas."
    )


@formula(
    title="Taille de sortie d’un pooling",
    latex=r"W_2 = \left\lfloor \frac{W + 2P - F}{S} \right\rfloor + 1",
    worked=_explain_pool_size,
    misconceptions=(
        Misconception(
            "pool-size.no-plus-one",
            lambda input_size, kernel_size, stride, padding, ceil_mode: (
                (input_size + 2 * padding - kernel_size) // (stride or kernel_size)
            ),
            "Vous avez oublié le + 1 : il faut ajouter la position de départ de la fenêtre.",
        ),
        Misconception(
            "pool-size.divided-by-kernel",
            lambda input_size, kernel_size, stride, padding, ceil_mode: input_size // kernel_size,
            "Vous avez divisé par F. Les fenêtres se chevauchent quand S < F : c’est S qui compte.",
        ),
        Misconception(
            "pool-size.stride-one",
            lambda input_size, kernel_size, stride, padding, ceil_mode: (
                input_size + 2 * padding - kernel_size + 1
            ),
            "Vous avez pris un pas de 1. Un pooling avance de S pixels, et de F si le pas n’est pas donné.",
        ),
    ),
)
def pool_output_size(
    input_size: int, kernel_size: int, stride: int | None = None, padding: int = 0, ceil_mode: bool = False
) -> int:
    """Taille de sortie d’un pooling, avec les règles de PyTorch.

    `ceil_mode` garde une dernière fenêtre incomplète, pourvu qu’elle commence dans l’image ou son padding gauche.

    Raises:
        ShapeError: la fenêtre ne tient pas dans l’image, ou le padding dépasse la moitié de la fenêtre.
    """
    whole(kernel_size, "La taille de fenêtre F")
    step = kernel_size if stride is None else whole(stride, "Le pas S")
    room = padded_size(input_size, padding) - kernel_size
    if 2 * padding > kernel_size:
        raise ShapeError(
            f"P = {padding} dépasse la moitié de la fenêtre (F/2 = {kernel_size}/2) : une fenêtre pourrait ne contenir "
            f"que du padding. Prenez P ≤ {kernel_size // 2}."
        )
    size = (room + (step - 1 if ceil_mode else 0)) // step + 1
    if ceil_mode and (size - 1) * step >= input_size + padding:
        size -= 1
    if size < 1:
        raise ShapeError(
            f"La fenêtre ne tient pas dans l’entrée : F = {kernel_size} et l’entrée n’a que W + 2P = {input_size} + "
            f"2×{padding} = {input_size + 2 * padding} pixels. Réduisez la fenêtre, ou agrandissez l’image."
        )
    return size


Table = Sequence[Sequence[int | float]]
Window = list[Fraction]


def _fractions(table: Table) -> list[Window]:
    try:
        rows = [[Fraction(value) for value in row] for row in table]
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(
            f"Donnez un tableau de nombres finis, ligne par ligne ; vous avez donné {table!r}."
        ) from None
    if not rows or not rows[0] or len({len(row) for row in rows}) != 1:
        raise ShapeError(f"Les lignes du tableau doivent avoir la même longueur, non nulle : {table!r}.")
    return rows


def _slide(
    table: Table, kernel_size: int, stride: int | None, reduce: Callable[[Window], Fraction]
) -> list[Window]:
    rows = _fractions(table)
    step = kernel_size if stride is None else stride
    height = output_size(len(rows), kernel_size, step)
    width = output_size(len(rows[0]), kernel_size, step)
    return [
        [
            reduce(
                [
                    v
                    for row in rows[i * step : i * step + kernel_size]
                    for v in row[j * step : j * step + kernel_size]
                ]
            )
            for j in range(width)
        ]
        for i in range(height)
    ]


def max_pool(table: Table, kernel_size: int = 2, stride: int | None = None) -> list[Window]:
    """Le maximum de chaque fenêtre ; sans `stride`, les fenêtres sont jointives.

    Raises:
        ArgumentError, ShapeError: le tableau n’est pas rectangulaire, ou la fenêtre n’y tient pas.
    """
    return _slide(table, kernel_size, stride, max)


def average_pool(table: Table, kernel_size: int = 2, stride: int | None = None) -> list[Window]:
    """La moyenne de chaque fenêtre (mêmes arguments et erreurs que `max_pool`)."""
    return _slide(table, kernel_size, stride, lambda window: sum(window, Fraction()) / len(window))


def stochastic_probabilities(window: Sequence[int | float]) -> Window:
    """Probabilité de tirer chaque valeur d’une région : proportionnelle à l’activation, p = a/Σa.

    Une région entièrement nulle est tirée uniformément (la sortie y vaut 0 de toute façon).

    Raises:
        ArgumentError: une activation est négative ; le pooling stochastique suit une ReLU.
    """
    values = _fractions([window])[0]
    if min(values) < 0:
        raise ArgumentError(
            f"Le pooling stochastique demande des activations positives (après une ReLU) ; vous avez donné {window!r}."
        )
    total = sum(values, Fraction())
    return [value / total if total else Fraction(1, len(values)) for value in values]


def stochastic_expectation(window: Sequence[int | float]) -> Fraction:
    """Sortie à l’évaluation : la moyenne pondérée par ces probabilités, Σa²/Σa."""
    values = _fractions([window])[0]
    return sum((p * a for p, a in zip(stochastic_probabilities(window), values, strict=True)), Fraction())
