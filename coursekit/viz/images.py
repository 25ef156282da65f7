"""Figures d’images : chaque fonction rend la figure, sans l’afficher ni l’enregistrer.

Les gris vont du noir (0) au blanc (1). Une carte qui a des valeurs négatives se lit en couleurs : violet sous zéro,
blanc à zéro, orange au-dessus, une paire que distinguent aussi les lecteurs daltoniens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coursekit.errors import ArgumentError, ShapeError
from coursekit.viz.canvas import VERMILION

PAGE_WIDTH = 7.2  # en pouces : la colonne de texte du livre
PANEL_WIDTH = 2.6  # deux images de front restent lisibles sur un téléphone
SIGNED_COLORS = "PuOr_r"
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
    check_counts(images, titles=titles, windows=frames)
    arrays = [np.asarray(image, dtype=np.float64) for image in images]
    figure, axes = grid_of_axes([_plane_shape(array) for array in arrays], columns)
    for ax, array, title, frame in zip(axes, arrays, titles, frames, strict=True):
        _draw(ax, array, scale)
        draw_title(ax, title, figure.get_figwidth())
        if frame is not None:
            draw_frame(ax, frame)
    if scale is not None:
        _add_color_bar(figure, axes, scale)
    return released(figure)


def number_text(value: float) -> str:
    """Écrit un nombre à la française : entier, ou trois chiffres significatifs (« −0,25 »)."""
    value = float(value) + 0.0  # −0,0 devient 0
    text = f"{value:.0f}" if value.is_integer() else f"{value:.3g}"
    return text.replace("-", "−").replace(".", ",")


def check_counts(images: Sequence[object], **others: Sequence[object]) -> None:
    """Vérifie qu’il y a au moins une image, et autant d’éléments dans chacune des autres suites.

    Raises:
        ArgumentError: sinon.
    """
    if not len(images):
        raise ArgumentError("Il n’y a aucune image à montrer.")
    for name, values in others.items():
        if len(values) != len(images):
            raise ArgumentError(
                f"Il faut autant d’éléments dans {name} que d’images : {len(values)} pour {len(images)}."
            )


def grid_of_axes(
    shapes: Sequence[tuple[int, int]], columns: int | None, panel: float = PANEL_WIDTH
) -> tuple[Figure, list[Axes]]:
    """Des axes sans graduations, un par image, dans une figure qui tient dans la page et que les images remplissent."""
    columns = len(shapes) if columns is None else min(columns, len(shapes))
    rows = -(-len(shapes) // columns)
    tallest = max(height / length for height, length in shapes)
    width = min(
        PAGE_WIDTH, columns * panel / min(1.0, tallest) ** 0.5
    )  # une image allongée a droit à plus de largeur
    figure = plt.figure(figsize=(width, rows * (tallest * width / columns + 0.3)), layout="constrained")
    axes = [figure.add_subplot(rows, columns, place + 1) for place in range(len(shapes))]
    for ax in axes:
        ax.set(xticks=[], yticks=[])
    return figure, axes


def draw_title(ax: Axes, title: str, width: float, *, loc: Literal["center", "left"] = "center") -> None:
    """Écrit le titre, en plus gros si la figure est large (`width`, en pouces) : un téléphone la réduira d’autant."""
    ax.set_title(title, loc=loc, fontsize=max(10.0, 1.8 * width))


def draw_frame(ax: Axes, window: Window) -> None:
    """Encadre la fenêtre d’un trait vermillon bordé de blanc, visible sur le clair comme sur le sombre."""
    corner = (window.column - 0.5, window.row - 0.5)
    for color, line in (("white", 5.0), (VERMILION, 2.5)):
        ax.add_patch(
            Rectangle(
                corner,
                window.width,
                window.height,
                fill=False,
                edgecolor=color,
                linewidth=line,
                clip_on=False,
            )
        )


def released(figure: Figure) -> Figure:
    """Retire la figure de la liste de pyplot : sinon un notebook la montrerait deux fois."""
    plt.close(figure)
    return figure


def _plane_shape(array: Array) -> tuple[int, int]:
    if array.ndim == 2 or (array.ndim == 3 and array.shape[0] == 3):
        return array.shape[-2], array.shape[-1]
    raise ShapeError(
        f"Une image de taille {array.shape} ne se montre pas : il faut hauteur × largeur, ou 3 × hauteur × largeur."
    )


def _draw(ax: Axes, array: Array, scale: float | None) -> None:
    if array.ndim == 3:
        ax.imshow(np.moveaxis(array, 0, -1).clip(0, 1))
    elif array.min() < 0:
        limit = np.abs(array).max() if scale is None else scale
        ax.imshow(array, cmap=SIGNED_COLORS, vmin=-limit, vmax=limit)
        if scale is None:
            ax.set_xlabel(f"de {number_text(-limit)} à {number_text(limit)}", fontsize=8)
    else:
        ax.imshow(array, cmap="gray", vmin=0, vmax=max(1.0, array.max()))


def _add_color_bar(figure: Figure, axes: list[Axes], scale: float) -> None:
    """Sous les images, la règle de couleurs que partagent les cartes signées."""
    figure.set_figheight(figure.get_figheight() + 0.4)
    colors = ScalarMappable(Normalize(-scale, scale), SIGNED_COLORS)
    bar = figure.colorbar(colors, ax=axes, location="bottom", shrink=0.5, aspect=40, pad=0.02)
    bar.set_ticks([-scale, 0, scale], labels=[number_text(value) for value in (-scale, 0, scale)], fontsize=8)
