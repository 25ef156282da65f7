"""Figures d’images et de filtres : chaque fonction rend la figure, sans l’afficher ni l’enregistrer.

Les gris vont du noir (0) au blanc (1). Une carte qui a des valeurs négatives se lit en couleurs : violet sous zéro,
blanc à zéro, orange au-dessus, une paire que distinguent aussi les lecteurs daltoniens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..errors import ArgumentError, ShapeError

SIGNED_COLORS = "PuOr_r"
WINDOW_COLOR = "#d55e00"  # le vermillon de la palette d’Okabe et Ito
LARGEST_WRITTEN = 11  # au-delà de ce côté, les nombres ne se lisent plus dans les cases
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Une fenêtre sur une image : sa première ligne, sa première colonne et sa taille, en pixels."""

    row: int
    column: int
    height: int
    width: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Ce qu’il faut écrire entre crochets pour la découper : `image[window.slices]`."""
        return slice(self.row, self.row + self.height), slice(self.column, self.column + self.width)


def show_images(
    images: Sequence[npt.ArrayLike],
    titles: Sequence[str],
    *,
    columns: int | None = None,
    windows: Sequence[Window | None] | None = None,
    scale: float | None = None,
) -> Figure:
    """Montre des images côte à côte, chacune sous son titre.

    Args:
        images: chacune hauteur × largeur, ou 3 × hauteur × largeur en couleur (valeurs de 0 à 1).
        titles: un titre par image.
        columns: nombre d’images par ligne ; sans lui, toutes sur une ligne.
        windows: une fenêtre à encadrer par image, ou None.
        scale: la valeur absolue qui prend la couleur la plus vive des cartes signées ; sans elle, chaque carte a la
            sienne, et deux cartes ne se comparent pas.

    Raises:
        ArgumentError: il n’y a pas un titre, ou pas une fenêtre, par image.
        ShapeError: une image n’a ni deux dimensions, ni trois canaux.
    """
    frames = [None] * len(images) if windows is None else list(windows)
    _check_counts(images, titles=titles, windows=frames)
    arrays = [np.asarray(image, dtype=np.float64) for image in images]
    figure, axes = _row_of_axes(arrays, columns)
    for ax, array, title, frame in zip(axes, arrays, titles, frames, strict=True):
        _draw_image(ax, array, scale)
        ax.set_title(title, fontsize=10)
        if frame is not None:
            _frame(ax, frame)
    return _released(figure)


def show_matrices(
    matrices: Sequence[npt.ArrayLike], titles: Sequence[str], *, columns: int | None = None
) -> Figure:
    """Montre des filtres, ou de petites images, avec leurs valeurs écrites dans les cases.

    Args:
        matrices: chacune hauteur × largeur ; au-delà de 11 cases de côté, les valeurs ne sont plus écrites.
        titles: un titre par matrice.
        columns: nombre de matrices par ligne ; sans lui, toutes sur une ligne.

    Raises:
        ArgumentError: il n’y a pas un titre par matrice.
        ShapeError: une matrice n’a pas deux dimensions.
    """
    _check_counts(matrices, titles=titles)
    arrays = [np.asarray(matrix, dtype=np.float64) for matrix in matrices]
    figure, axes = _row_of_axes(arrays, columns)
    for ax, array, title in zip(axes, arrays, titles, strict=True):
        _draw_matrix(ax, array)
        ax.set_title(title, fontsize=10)
    return _released(figure)


def show_step(image: npt.ArrayLike, kernel: npt.ArrayLike, *, row: int = 0, column: int = 0) -> Figure:
    """Montre une étape de la corrélation : la fenêtre, le filtre, les produits case à case et la valeur obtenue.

    Args:
        image: une petite image, hauteur × largeur.
        kernel: le filtre, plus petit que l’image.
        row, column: position de la fenêtre, et de la valeur dans la carte.

    Raises:
        ShapeError: la fenêtre sort de l’image.
    """
    from ..filters import correlate

    pixels, weights = np.asarray(image, dtype=np.float64), np.asarray(kernel, dtype=np.float64)
    response = correlate(pixels, weights)
    if not (0 <= row < response.shape[0] and 0 <= column < response.shape[1]):
        raise ShapeError(
            f"La fenêtre en ligne {row}, colonne {column} sort de l’image : la carte n’a que "
            f"{response.shape[0]} × {response.shape[1]} positions, comptées à partir de 0."
        )
    window = Window(row, column, *weights.shape)
    products = pixels[window.slices] * weights
    panels = (
        (pixels, "Image et fenêtre"),
        (weights, "Filtre"),
        (products, f"Produits : somme {number_text(products.sum())}"),
        (response, "Carte"),
    )
    figure, axes = _row_of_axes([panel for panel, _ in panels], columns=2)
    for ax, (panel, title) in zip(axes, panels, strict=True):
        _draw_matrix(ax, panel)
        ax.set_title(title, fontsize=10)
    _frame(axes[0], window)
    _frame(axes[3], Window(row, column, 1, 1))
    return _released(figure)


def number_text(value: float) -> str:
    """Écrit un nombre à la française, en trois chiffres significatifs : « −0,25 »."""
    return (
        f"{value:.0f}".replace("-", "−")
        if value == round(value)
        else f"{value:.3g}".replace("-", "−").replace(".", ",")
    )


def _check_counts(images: Sequence[object], **others: Sequence[object]) -> None:
    if not images:
        raise ArgumentError("Il n’y a aucune image à montrer.")
    for name, values in others.items():
        if len(values) != len(images):
            raise ArgumentError(
                f"{len(images)} image(s) et {len(values)} élément(s) dans {name} : il en faut autant."
            )


def _row_of_axes(arrays: Sequence[Array], columns: int | None) -> tuple[Figure, list[Axes]]:
    """Une grille d’axes sans graduations, dont la largeur tient dans une page et la hauteur suit les images."""
    shapes = [_plane_shape(array) for array in arrays]
    columns = len(arrays) if columns is None else min(columns, len(arrays))
    rows = -(-len(arrays) // columns)
    width = min(7.2, 3.2 * columns)
    tallest = max(height / length for height, length in shapes)
    figure = plt.figure(figsize=(width, rows * (tallest * width / columns + 0.35)), layout="constrained")
    axes = [figure.add_subplot(rows, columns, place + 1) for place in range(len(arrays))]
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
    return figure, axes


def _plane_shape(array: Array) -> tuple[int, int]:
    if array.ndim == 2 or (array.ndim == 3 and array.shape[0] == 3):
        return array.shape[-2], array.shape[-1]
    raise ShapeError(
        f"Une image de taille {array.shape} ne se montre pas : il faut hauteur × largeur, ou 3 × hauteur × largeur."
    )


def _draw_image(ax: Axes, array: Array, scale: float | None) -> None:
    if array.ndim == 3:
        ax.imshow(np.moveaxis(array, 0, -1).clip(0, 1))
    elif array.min() < 0:
        limit = np.abs(array).max() if scale is None else scale
        drawn = ax.imshow(array, cmap=SIGNED_COLORS, vmin=-limit, vmax=limit)
        bar = ax.figure.colorbar(
            drawn, ax=ax, shrink=0.8, ticks=[-limit, 0, limit], format=lambda v, _: number_text(v)
        )
        bar.ax.tick_params(labelsize=8)
    else:
        ax.imshow(array, cmap="gray", vmin=0, vmax=max(1.0, array.max()))


def _draw_matrix(ax: Axes, array: Array) -> None:
    if array.ndim != 2:
        raise ShapeError(f"Une matrice a deux dimensions ; celle-ci en a {array.ndim}.")
    limit = np.abs(array).max() or 1.0
    signed = array.min() < 0
    drawn = ax.imshow(
        array, cmap=SIGNED_COLORS if signed else "gray", vmin=-limit if signed else 0, vmax=limit
    )
    if max(array.shape) > LARGEST_WRITTEN:
        return
    for (row, column), value in np.ndenumerate(array):
        red, green, blue, _ = drawn.cmap(drawn.norm(value))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        ax.text(
            column,
            row,
            number_text(value),
            ha="center",
            va="center",
            fontsize=9,
            color="white" if dark else "black",
        )


def _frame(ax: Axes, window: Window) -> None:
    """Encadre la fenêtre d’un trait vermillon bordé de blanc, visible sur le clair comme sur le sombre."""
    corner = (window.column - 0.5, window.row - 0.5)
    for color, thickness in (("white", 5.0), (WINDOW_COLOR, 2.5)):
        ax.add_patch(
            Rectangle(
                corner,
                window.width,
                window.height,
                fill=False,
                edgecolor=color,
                linewidth=thickness,
                clip_on=False,
            )
        )


def _released(figure: Figure) -> Figure:
    """Retire la figure de la liste de pyplot : sinon un notebook la montrerait deux fois."""
    plt.close(figure)
    return figure
