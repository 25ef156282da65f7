"""Figures de l’intérieur d’un réseau : ses filtres, ses cartes, et ce qui dans une image le décide.

Les couleurs sont celles de `coursekit.viz.images` : violet sous zéro, blanc à zéro, orange au-dessus.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coursekit.viz.canvas import released
from coursekit.viz.images import PAGE_WIDTH, SIGNED_COLORS, Array, draw_title, number_text

PER_LINE = 8
LABEL = 8  # en points
EMPTY = "#c8c8c8"
FINEST = 24  # en pixels : un filtre 3 × 3 est agrandi jusque-là, pour que sa marge reste mince
MOST_CHANNELS = 16  # au-delà, les canaux d’un filtre ne se distinguent plus


def show_kernels(weights: npt.ArrayLike) -> Figure:
    """Montre des filtres, K × C × F × F.

    À trois canaux, chacun est une image où le gris moyen vaut zéro, à sa propre échelle. Sinon, une ligne par filtre,
    une colonne par canal (les premiers), tous à la même échelle.
    """
    filters = np.asarray(weights, dtype=np.float64)
    if filters.shape[1] == 3:
        sizes = np.abs(filters).max((1, 2, 3), keepdims=True)
        colors = 0.5 + filters / (2 * np.where(sizes > 0, sizes, 1))
        return _tiles([np.moveaxis(each, 0, -1) for each in colors], range(len(colors)))
    planes = filters[:, :MOST_CHANNELS]
    columns = planes.shape[1] if planes.shape[1] > 1 else PER_LINE
    names = range(len(planes)) if planes.shape[1] == 1 else None
    return _tiles(
        list(planes.reshape(-1, *planes.shape[2:])), names, columns, limit=float(np.abs(planes).max())
    )


def show_maps(maps: npt.ArrayLike) -> Figure:
    """Montre les cartes d’une couche pour une image, K × H × W, numérotées, toutes à la même échelle."""
    planes = np.asarray(maps, dtype=np.float64)
    return _tiles(list(planes), range(len(planes)), limit=float(np.abs(planes).max()))


def show_heat(images: npt.ArrayLike, maps: npt.ArrayLike, title: str) -> Figure:
    """Montre chaque image (N × C × H × W) et, posée sur elle, sa carte (N × H × W), chacune à sa propre échelle.

    `title` dit ce que mesurent les cartes.
    """
    pictures, heats = _pictures(images), np.asarray(maps, dtype=np.float64)
    figure, pairs = _pairs(pictures, title)
    for (left, right), picture, heat in zip(pairs, pictures, heats, strict=True):
        _draw(left, picture)
        _draw(right, picture.mean(-1))
        limit = float(np.abs(heat).max()) or 1.0
        # là où la carte est nulle, l’image reste visible
        shown = np.clip(np.abs(heat) / limit * 1.5, 0, 0.85)
        right.imshow(heat, cmap=SIGNED_COLORS, vmin=-limit, vmax=limit, alpha=shown)
        right.set_xlabel(f"de {number_text(heat.min())} à {number_text(heat.max())}", fontsize=LABEL)
    return released(figure)


def show_saliency(images: npt.ArrayLike, gradients: npt.ArrayLike, title: str) -> Figure:
    """Montre chaque image (N × C × H × W) et ce qui y remonte (même forme), chacun à sa propre échelle.

    Le gris moyen vaut zéro ; le dernier centile des valeurs est écrêté, sans quoi un seul pixel éteindrait les autres.
    """
    pictures = _pictures(images)
    slopes = np.asarray(gradients, dtype=np.float64)
    figure, pairs = _pairs(pictures, title)
    for (left, right), picture, slope in zip(pairs, pictures, slopes, strict=True):
        _draw(left, picture)
        limit = float(np.quantile(np.abs(slope), 0.99)) or float(np.abs(slope).max()) or 1.0
        _draw(right, np.clip(0.5 + np.moveaxis(slope, 0, -1) / (2 * limit), 0, 1))
    return released(figure)


def _tiles(
    planes: Sequence[Array], names: Sequence[int] | None, columns: int = PER_LINE, limit: float | None = None
) -> Figure:
    """Une mosaïque d’images de même taille, numérotées si `names` le dit ; `limit` est l’échelle commune des cartes."""
    columns = min(columns, len(planes))
    rows = -(-len(planes) // columns)
    zoom = -(-FINEST // planes[0].shape[1])
    height, width = (zoom * side for side in planes[0].shape[:2])
    margin = width // 8
    band = margin + (width // 4 if names is not None else 0)
    board = np.full(
        (rows * (height + band) + margin, columns * (width + margin) + margin, *planes[0].shape[2:]), np.nan
    )
    for place, plane in enumerate(planes):
        top, left = place // columns * (height + band) + band, place % columns * (width + margin) + margin
        board[top : top + height, left : left + width] = plane.repeat(zoom, 0).repeat(zoom, 1)
    inches = min(PAGE_WIDTH, 1.2 * columns)
    figure = plt.figure(figsize=(inches, inches * board.shape[0] / board.shape[1]))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    _show_board(ax, board, limit)
    for place, name in enumerate(names or ()):
        ax.text(
            place % columns * (width + margin) + margin + width / 2,
            place // columns * (height + band) + band - margin / 3,
            str(name),
            ha="center",
            va="bottom",
            fontsize=LABEL,
        )
    return released(figure)


def _show_board(ax: Axes, board: Array, limit: float | None) -> None:
    """Entre les cases, du blanc ; du gris si le blanc est une valeur."""
    if board.ndim == 3:
        ax.imshow(np.nan_to_num(board, nan=1.0))
        return
    signed = bool(np.nanmin(board) < 0)
    lowest = -(limit or 1.0) if signed else 0.0
    ax.imshow(
        np.ma.masked_invalid(board),
        cmap=colormaps[SIGNED_COLORS].with_extremes(bad=EMPTY) if signed else "gray",
        vmin=lowest,
        vmax=limit or 1.0,
    )


def _pictures(images: npt.ArrayLike) -> Array:
    """Des images à montrer, N × H × W × C, de 0 à 1 ; celles qui en sortent (normalisées) y sont ramenées."""
    pictures = np.moveaxis(np.asarray(images, dtype=np.float64), 1, -1)
    low, high = pictures.min(), pictures.max()
    return (pictures - low) / ((high - low) or 1.0) if low < 0 or high > 1 else pictures


def _pairs(pictures: Array, title: str) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Deux cadres par image, deux images par ligne au plus."""
    across = min(2, len(pictures))
    rows = -(-len(pictures) // across)
    side = PAGE_WIDTH / 4
    tall = pictures.shape[1] / pictures.shape[2]
    figure = plt.figure(figsize=(2 * across * side, rows * (side * tall + 0.25) + 0.3), layout="constrained")
    grid = [figure.add_subplot(rows, 2 * across, place + 1) for place in range(2 * len(pictures))]
    for ax in grid:
        ax.set(xticks=[], yticks=[])
    for place in range(across):
        draw_title(grid[2 * place], "image", figure.get_figwidth())
        draw_title(grid[2 * place + 1], title, figure.get_figwidth())
    return figure, list(zip(grid[::2], grid[1::2], strict=True))


def _draw(ax: Axes, picture: Array) -> None:
    flat = picture[..., 0] if picture.shape[-1] == 1 and picture.ndim == 3 else picture
    ax.imshow(flat, cmap="gray", vmin=0, vmax=1)
