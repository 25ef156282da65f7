"""Des courbes en cadres côte à côte : celles d’un entraînement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from coursekit.viz.canvas import BLUE, LINE, ORANGE, VERMILION, released

STYLES = ((BLUE, "-"), (ORANGE, "--"), (VERMILION, ":"))
"""Une courbe se reconnaît à son trait autant qu’à sa couleur."""


@dataclass(frozen=True)
class Curve:
    """Une courbe ; sans nom, elle n’entre pas dans la légende ; `faint` la met à l’arrière-plan."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    faint: bool = False


@dataclass(frozen=True)
class Panel:
    """Un cadre : ce que mesure l’axe vertical, et ses courbes."""

    title: str
    curves: tuple[Curve, ...]
    log: bool = False


def plot_panels(panels: Sequence[Panel], *, xlabel: str = "époque") -> Figure:
    """Un cadre par grandeur, deux par ligne."""
    rows = -(-len(panels) // 2)
    figure = plt.figure(figsize=(7.2, 2.6 * rows), layout="constrained")
    grid = figure.subplots(rows, 2, squeeze=False).flatten()
    for axes, panel in zip(grid, panels, strict=False):
        _draw(axes, panel)
        axes.set_xlabel(xlabel)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    return released(figure)


def _draw(axes: Axes, panel: Panel) -> None:
    styles = iter(STYLES)
    for curve in panel.curves:
        color, line = (LINE, "-") if curve.faint else next(styles)
        axes.plot(
            curve.x,
            curve.y,
            color=color,
            linestyle=line,
            linewidth=0.8 if curve.faint else 1.6,
            label=curve.name,
        )
    axes.set_title(panel.title, fontsize=10)
    axes.grid(alpha=0.3)
    if panel.log:
        axes.set_yscale("log")
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace(".", ",")))
    if any(curve.name for curve in panel.curves):
        axes.legend(fontsize=8)
