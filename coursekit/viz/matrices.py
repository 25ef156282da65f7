"""Figures de filtres et de petites images, avec leurs valeurs écrites dans les cases."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coursekit.errors import ShapeError
from coursekit.filters import correlate
from coursekit.filters.inputs import as_array
from coursekit.viz.images import (
    PAGE_WIDTH,
    PANEL_WIDTH,
    SIGNED_COLORS,
    Array,
    Window,
    check_counts,
    draw_frame,
    draw_title,
    grid_of_axes,
    number_text,
    released,
)

CELL = 0.65  # en pouces : le côté d’une case, quand la page ne manque pas
SMALLEST_FONT = 6.0  # en points : en dessous, les nombres ne se lisent plus et ne sont pas écrits


def show_matrices(
    matrices: Sequence[npt.ArrayLike], titles: Sequence[str], *, columns: int | None = None
) -> Figure:
    """Montre des filtres, ou de petites images, avec leurs valeurs écrites dans les cases.

    Args:
        matrices: chacune hauteur × largeur ; les valeurs sont écrites tant que les cases restent assez grandes.
        titles: un titre par matrice.
        columns: nombre de matrices par ligne ; sans lui, toutes sur une ligne.

    Raises:
        ArgumentError: il n’y a pas un titre par matrice, ou une valeur n’est pas un nombre réel fini.
        ShapeError: une matrice n’a pas deux dimensions.
    """
    check_counts(matrices, titles=titles)
    arrays = [as_array(matrix, "La matrice", 2) for matrix in matrices]
    shapes = [(array.shape[0], array.shape[1]) for array in arrays]
    figure, axes = grid_of_axes(
        shapes, columns, panel=min(PANEL_WIDTH, CELL * max(width for _, width in shapes))
    )
    slot = figure.get_figwidth() / min(columns or len(arrays), len(arrays))
    for ax, array, title in zip(axes, arrays, titles, strict=True):
        _draw(ax, array, cell=slot / max(array.shape))
        draw_title(ax, title, figure.get_figwidth())
    return released(figure)


def show_step(image: npt.ArrayLike, kernel: npt.ArrayLike, *, row: int = 0, column: int = 0) -> Figure:
    """Montre une étape de la corrélation : la fenêtre, le filtre, les produits case à case et la valeur obtenue.

    Args:
        image: une petite image, hauteur × largeur.
        kernel: le filtre, au plus aussi grand que l’image.
        row, column: position de la fenêtre dans l’image, et de la valeur dans la carte.

    Raises:
        ArgumentError, ShapeError: comme `coursekit.filters.correlate` ; aussi quand la fenêtre sort de l’image.
    """
    pixels, weights, response = (
        as_array(image, "L’image", 2),
        as_array(kernel, "Le filtre", 2),
        correlate(image, kernel),
    )
    if not (0 <= row < response.shape[0] and 0 <= column < response.shape[1]):
        raise ShapeError(
            f"La fenêtre en ligne {row}, colonne {column} sort de l’image : la carte n’a que "
            f"{response.shape[0]} × {response.shape[1]} positions, comptées à partir de 0."
        )
    window = Window(row, column, *weights.shape)
    products = pixels[window.slices] * weights
    total = number_text(products.sum())
    figure, axes = _equal_cells(
        [
            [(pixels, "1. Image et fenêtre"), (weights, "2. Filtre")],
            [(products, "3. Produits case à case"), (response, f"4. Carte (leur somme : {total})")],
        ]
    )
    draw_frame(axes[0], window)
    draw_frame(axes[3], Window(row, column, 1, 1))
    return released(figure)


def _equal_cells(rows: list[list[tuple[Array, str]]]) -> tuple[Figure, list[Axes]]:
    """Dispose des matrices en lignes, toutes avec des cases de même taille."""
    gap, header = 1.5, 0.8  # en cases : entre deux matrices, et pour un titre
    widths = [sum(array.shape[1] for array, _ in row) + gap * (len(row) - 1) for row in rows]
    heights = [max(array.shape[0] for array, _ in row) + header for row in rows]
    width, height = max(widths) + 0.5, sum(heights) + 0.5
    cell = min(PAGE_WIDTH / width, CELL)
    figure, axes = plt.figure(figsize=(width * cell, height * cell)), []
    tops = [height - sum(heights[:place]) - header for place in range(len(rows))]
    for row, top in zip(rows, tops, strict=True):
        left = 0.25
        for array, title in row:
            lines, length = array.shape
            ax = figure.add_axes((left / width, (top - lines) / height, length / width, lines / height))
            _draw(ax, array, cell)
            draw_title(ax, title, width * cell, loc="left")
            axes.append(ax)
            left += length + gap
    return figure, axes


def _draw(ax: Axes, array: Array, cell: float) -> None:
    """Colorie la matrice et, si elle est petite, écrit ses valeurs ; `cell` est le côté d’une case, en pouces."""
    ax.set(xticks=[], yticks=[])
    signed, limit = array.min() < 0, np.abs(array).max() or 1.0
    colors, lowest = (colormaps[SIGNED_COLORS], -limit) if signed else (colormaps["gray"], 0.0)
    ax.imshow(array, cmap=colors, vmin=lowest, vmax=limit)
    texts = [[number_text(value) for value in line] for line in array]
    longest = max(len(text) for line in texts for text in line)
    size = min(
        13.0, 72 * cell / (0.7 * max(longest, 3))
    )  # un chiffre est large d’environ 0,6 fois sa hauteur
    if size < SMALLEST_FONT:
        return
    for (row, column), value in np.ndenumerate(array):
        red, green, blue, _ = colors((value - lowest) / (limit - lowest))
        ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"
        ax.text(column, row, texts[row][column], ha="center", va="center", fontsize=size, color=ink)
