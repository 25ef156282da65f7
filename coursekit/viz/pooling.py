"""Figures du pooling : les fenêtres et leur résumé, les régions tirées au sort, des mesures avec leur dispersion.

Source : cours CNN I, diapos « Max Pooling », « Average Pooling » et « Fractional Max Pooling ».
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coursekit.arithmetic import average_pool, max_pool
from coursekit.errors import ArgumentError, ShapeError
from coursekit.viz.canvas import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PALE,
    SKY,
    TEXT,
    VERMILION,
    WHITE,
    WIDTH,
    cell,
    label,
    released,
    sheet,
)

Dash = str | tuple[int, tuple[int, ...]]
STYLES: tuple[tuple[str, str, Dash], ...] = (
    (BLUE, "o", "-"),
    (VERMILION, "s", "--"),
    (GREEN, "^", "-."),
    (ORANGE, "D", ":"),
    (INK, "v", (0, (5, 1, 1, 1, 1, 1))),
)
GAP = 0.8  # en cases : entre la carte et ses résumés


def show_pooling(table: Sequence[Sequence[int]], kernel_size: int = 2) -> Figure:
    """Montre une carte découpée en fenêtres jointives, puis son max pooling et son average pooling.

    Un trait épais borde chaque fenêtre ; la case qui fournit le maximum est colorée (la première, en cas d’égalité).

    Raises:
        ArgumentError, ShapeError: comme `coursekit.arithmetic.max_pool` ; aussi quand les fenêtres ne pavent pas la
            carte.
    """
    maxima, means = max_pool(table, kernel_size), average_pool(table, kernel_size)
    height, width = len(table), len(table[0])
    if height % kernel_size or width % kernel_size:
        raise ShapeError(
            f"Des fenêtres {kernel_size} × {kernel_size} jointives ne pavent pas une carte {height} × {width} : "
            f"donnez une carte dont les côtés sont des multiples de {kernel_size}."
        )
    rows, columns = len(maxima), len(maxima[0])
    figure, ax = sheet(width + 2 * columns + 2 * GAP + 0.4, height + 1.1)
    winners = set(_winners(table, kernel_size))
    for row, values in enumerate(table):
        for column, value in enumerate(values):
            face = SKY if (row, column) in winners else WHITE
            cell(ax, 0.2 + column, 0.9 + row, face=face, text=str(value))
    for row in range(rows):
        for column in range(columns):
            _frame(ax, 0.2 + column * kernel_size, 0.9 + row * kernel_size, kernel_size)
    label(ax, 0.2 + width / 2, 0.45, f"carte {height}×{width}")
    left = 0.2 + width + GAP
    for title, summary, face in (("maximum", maxima, SKY), ("moyenne", means, PALE)):
        _summary(ax, left, 0.9 + (height - rows) / 2, title, summary, face)
        left += columns + GAP
    return figure


def _winners(table: Sequence[Sequence[int]], kernel_size: int) -> list[tuple[int, int]]:
    """La case de chaque fenêtre qui fournit le maximum."""
    corners = [
        (y, x) for y in range(0, len(table), kernel_size) for x in range(0, len(table[0]), kernel_size)
    ]
    inside = [(i, j) for i in range(kernel_size) for j in range(kernel_size)]
    return [
        max(((y + i, x + j) for i, j in inside), key=lambda place: table[place[0]][place[1]])
        for y, x in corners
    ]


def _summary(
    ax: Axes, left: float, top: float, title: str, values: Sequence[Sequence[Fraction]], face: str
) -> None:
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            cell(ax, left + column, top + row, face=face, text=f"{float(value):.3g}".replace(".", ","))
            _frame(ax, left + column, top + row, 1)
    label(ax, left + len(values[0]) / 2, top - 0.45, title)


def _frame(ax: Axes, x: float, y: float, side: float) -> None:
    ax.add_patch(Rectangle((x, y), side, side, facecolor="none", edgecolor=INK, linewidth=2, zorder=3))


def show_regions(size: int, draws: Sequence[Sequence[int]], kernel_size: int) -> Figure:
    """Montre, sur une ligne de `size` pixels, les régions de chaque tirage d’un pooling fractionnaire.

    Args:
        draws: pour chaque tirage, le premier pixel de chaque région, compté depuis 0. Deux régions voisines sont sur
            deux niveaux, pour qu’on voie leur recouvrement.

    Raises:
        ArgumentError: il n’y a aucun tirage, ou une région sort de la ligne.
    """
    if not draws or any(not 0 <= start <= size - kernel_size for starts in draws for start in starts):
        raise ArgumentError(
            f"Donnez au moins un tirage, dont chaque région de {kernel_size} pixels commence entre 0 et "
            f"{size - kernel_size} ; vous avez donné {[list(starts) for starts in draws]!r}."
        )
    pitch = 2.3
    figure, ax = sheet(size + 2.6, 1.5 + pitch * len(draws))
    for place in range(size):
        cell(ax, 0.1 + place, 0.1, text=str(place))
    for rank, starts in enumerate(draws):
        top = 1.5 + pitch * rank
        for index, start in enumerate(starts):
            lane = index % 2
            face = SKY if lane == 0 else ORANGE
            ax.add_patch(
                Rectangle(
                    (0.1 + start, top + 0.8 * lane),
                    kernel_size,
                    0.7,
                    facecolor=face,
                    edgecolor=INK,
                    linewidth=0.8,
                )
            )
            label(ax, 0.1 + start + kernel_size / 2, top + 0.8 * lane + 0.35, str(index + 1), size=TEXT - 1)
        label(ax, size + 0.4, top + 0.75, f"tirage {rank + 1}", align="left")
    return figure


def show_spread(
    places: Sequence[float], curves: Mapping[str, npt.ArrayLike], *, xlabel: str, ylabel: str
) -> Figure:
    """Trace la moyenne de chaque mesure, et autour d’elle une bande d’un écart-type.

    Args:
        places: les abscisses.
        curves: pour chaque nom, un tableau essais × abscisses ; cinq courbes au plus, de traits et de marques
            différents.

    Raises:
        ArgumentError: il y a trop de courbes.
        ShapeError: un tableau n’a pas une colonne par abscisse.
    """
    if len(curves) > len(STYLES):
        raise ArgumentError(
            f"Cette figure trace {len(STYLES)} courbes au plus ; vous en donnez {len(curves)}."
        )
    figure = released(plt.figure(figsize=(WIDTH, 3.8), layout="constrained"))
    ax = figure.add_subplot()
    for (name, values), style in zip(curves.items(), STYLES, strict=False):
        runs = np.asarray(values, dtype=np.float64)
        if runs.ndim != 2 or runs.shape[1] != len(places):
            raise ShapeError(
                f"La mesure « {name} » a la forme {runs.shape} : il faut une ligne par essai et "
                f"{len(places)} colonnes, une par abscisse."
            )
        _draw_curve(ax, places, runs, name, style)
    ax.set_xlabel(xlabel, fontsize=TEXT)
    ax.set_ylabel(ylabel, fontsize=TEXT)
    ax.set_xticks(list(places))
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", ","))
    ax.grid(color=PALE)
    ax.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=TEXT, handlelength=3)
    return figure


def _draw_curve(
    ax: Axes,
    places: Sequence[float],
    runs: npt.NDArray[np.float64],
    name: str,
    style: tuple[str, str, Dash],
) -> None:
    color, marker, line = style
    mean, spread = runs.mean(axis=0), runs.std(axis=0)
    ax.fill_between(places, mean - spread, mean + spread, color=color, alpha=0.12, linewidth=0)
    ax.plot(places, mean, color=color, marker=marker, linestyle=line, markersize=5, label=name)
