"""Figures du chapitre « ResNet » : les blocs côte à côte, et des entraînements répétés dont chaque essai se voit.

Source des blocs : He et al. (2016), figures 2 et 5 ; He et al. (ECCV 2016), figure 1 ; cours CNN II, « ResNet ».
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from coursekit.errors import ArgumentError, ShapeError
from coursekit.viz.canvas import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PALE,
    SKY,
    TEXT,
    VERMILION,
    label,
    released,
    sheet,
)
from coursekit.viz.images import PAGE_WIDTH, number_text

STYLES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (ORANGE, ":"))
COLUMN, STEP, TOP = 4.6, 1.5, 1.3  # largeur d’une colonne, hauteur d’une étape, place du titre


@dataclass(frozen=True)
class Block:
    """Un bloc à dessiner : `main`, les étapes du chemin principal, de haut en bas ; `after`, celles qui suivent.

    `skip` est ce qui est écrit sur le raccourci ; `None`, il n’y en a pas, et rien n’est additionné.
    """

    title: str
    main: tuple[str, ...]
    after: tuple[str, ...] = ()
    skip: str | None = None


def show_blocks(*blocks: Block) -> Figure:
    """Dessine des blocs côte à côte, de l’entrée x, en haut, à la sortie, en bas.

    Raises:
        ArgumentError: il n’y a aucun bloc.
    """
    if not blocks:
        raise ArgumentError("Donnez au moins un bloc à dessiner.")
    steps = max(len(block.main) + len(block.after) + (block.skip is not None) for block in blocks)
    figure, ax = sheet(
        COLUMN * len(blocks), TOP + STEP * (steps + 1.4), width=min(PAGE_WIDTH, 2.6 * len(blocks))
    )
    for index, block in enumerate(blocks):
        _draw_block(ax, block, COLUMN * (index + 0.42))
    return figure


def _draw_block(ax: Axes, block: Block, x: float) -> None:
    label(ax, x, 0.5, block.title, size=TEXT)
    label(ax, x, TOP, "x")
    y = TOP
    for text in block.main:
        y = _next(ax, x, y, text, SKY)
    if block.skip is not None:
        y = _next(ax, x, y, "+", PALE, round_box=True)
        _draw_shortcut(ax, x, y, block.skip)
    for text in block.after:
        y = _next(ax, x, y, text, PALE)
    _arrow(ax, (x, y + 0.42), (x, y + STEP - 0.35))
    label(ax, x, y + STEP, "y")


def _next(ax: Axes, x: float, y: float, text: str, face: str, *, round_box: bool = False) -> float:
    """Une flèche depuis `y`, puis la boîte suivante ; rend la hauteur de celle-ci."""
    below = y + STEP
    _arrow(ax, (x, y + (0.35 if y == TOP else 0.42)), (x, below - 0.42))
    half = 0.42 if round_box else 1.45
    style = f"round,pad=0,rounding_size={0.42 if round_box else 0.12}"
    ax.add_patch(
        FancyBboxPatch(
            (x - half, below - 0.42), 2 * half, 0.84, boxstyle=style, facecolor=face, edgecolor=INK
        )
    )
    label(ax, x, below, text, size=TEXT - 1)
    return below


def _draw_shortcut(ax: Axes, x: float, y: float, text: str) -> None:
    side, start = x + 1.95, TOP + 0.45
    ax.plot([x, side, side], [start, start, y], color=VERMILION, linewidth=1.8)
    _arrow(ax, (side, y), (x + 0.46, y), color=VERMILION)
    ax.text(
        side + 0.12, (start + y) / 2, text, rotation=90, ha="left", va="center", fontsize=TEXT - 1, color=INK
    )


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], *, color: str = INK) -> None:
    ax.annotate(
        "", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": color, "shrinkA": 0, "shrinkB": 0}
    )


def plot_repeated(
    panels: Mapping[str, Mapping[str, npt.ArrayLike]],
    places: Sequence[float],
    *,
    xlabel: str,
    ylabel: str,
    chance: float | None = None,
) -> Figure:
    """Un cadre par titre ; dans chacun, une couleur par mesure, un trait fin par essai et un gras pour leur moyenne.

    Args:
        panels: pour chaque titre, des tableaux essais × abscisses, par nom ; quatre par cadre au plus.
        places: les abscisses.
        chance: ce que donne le hasard, en pointillé.

    Raises:
        ArgumentError: il n’y a aucun cadre, ou trop de mesures dans l’un d’eux.
        ShapeError: un tableau n’a pas une colonne par abscisse.
    """
    if not panels or max(map(len, panels.values())) > len(STYLES):
        raise ArgumentError(f"Donnez au moins un cadre, et {len(STYLES)} mesures au plus dans chacun.")
    figure = plt.figure(figsize=(PAGE_WIDTH, 3.1), layout="constrained")
    frames = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for ax, (title, measures) in zip(frames, panels.items(), strict=True):
        for (name, values), (color, line) in zip(measures.items(), cycle(STYLES), strict=False):
            _draw_runs(ax, places, _checked(name, values, places), name, color, line)
        if chance is not None:
            ax.axhline(chance, color=LINE, linewidth=1, linestyle=(0, (1, 2)))
        ax.set_title(title, fontsize=TEXT)
        ax.set_xlabel(xlabel, fontsize=TEXT - 1)
        ax.yaxis.set_major_formatter(lambda value, _: number_text(value))
        ax.grid(alpha=0.3)
        if len(measures) > 1:
            ax.legend(fontsize=8)
        if all(isinstance(place, int) for place in places):
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    frames[0].set_ylabel(ylabel, fontsize=TEXT - 1)
    return released(figure)


def _checked(name: str, values: npt.ArrayLike, places: Sequence[float]) -> npt.NDArray[np.float64]:
    runs = np.asarray(values, dtype=np.float64)
    if runs.ndim != 2 or runs.shape[1] != len(places):
        raise ShapeError(
            f"La mesure « {name} » a la forme {runs.shape} : il faut une ligne par essai et "
            f"{len(places)} colonnes, une par abscisse."
        )
    return runs


def _draw_runs(
    ax: Axes, places: Sequence[float], runs: npt.NDArray[np.float64], name: str, color: str, line: str
) -> None:
    for run in runs:
        ax.plot(places, run, color=color, linewidth=0.7, alpha=0.45)
    ax.plot(places, runs.mean(axis=0), color=color, linestyle=line, linewidth=2, label=name)
