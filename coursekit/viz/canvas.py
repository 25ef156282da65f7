"""La feuille de dessin des schémas : couleurs que distinguent les lecteurs daltoniens, cases, figures sans axes.

Une unité de longueur vaut une case, et l’axe vertical descend, comme les lignes d’une image.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

# La palette d’Okabe et Ito ; le texte ne prend que l’encre ou le blanc.
BLUE, ORANGE, GREEN, VERMILION, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9"
INK, LINE, PALE, WHITE = "#1a1a1a", "#8c8c8c", "#ececec", "#ffffff"
TEXT = 10  # en points : lisible sur un téléphone pour une figure de 5 pouces de large
WIDTH = 5.0


def sheet(columns: float, rows: float, *, width: float = WIDTH) -> tuple[Figure, Axes]:
    """Une feuille de `columns` × `rows` cases carrées, large de `width` pouces."""
    figure = plt.figure(figsize=(width, width * rows / columns))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, columns)
    ax.set_ylim(rows, 0)
    ax.set_axis_off()
    return released(figure), ax


def released(figure: Figure) -> Figure:
    """Retire la figure de la liste de pyplot : sinon un notebook la montrerait deux fois."""
    plt.close(figure)
    return figure


def cell(ax: Axes, x: float, y: float, *, face: str = WHITE, edge: str = LINE, text: str = "") -> None:
    """Une case, nommée par son coin en haut à gauche, et son texte."""
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=face, edgecolor=edge, linewidth=0.8))
    if text:
        label(ax, x + 0.5, y + 0.5, text, color=readable_on(face), size=TEXT - 1)


def label(
    ax: Axes, x: float, y: float, text: str, *, color: str = INK, size: float = TEXT, align: str = "center"
) -> None:
    """Un texte centré en hauteur sur `y`."""
    ax.text(x, y, text, color=color, fontsize=size, ha=align, va="center", linespacing=1.25)


def readable_on(face: str) -> str:
    """L’encre sur une couleur claire, le blanc sur une couleur foncée."""
    red, green, blue = (int(face[place : place + 2], 16) for place in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else WHITE
