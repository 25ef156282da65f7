"""Figures du champ récepteur : qui voit quoi, et jusqu’où remonte le padding.

Source : cours CNN I, diapos « Champ récepteur » et « Zero-padding » ; Goodfellow, Bengio et Courville (2016), ch. 9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from coursekit.arithmetic import same_padding, walk
from coursekit.errors import ArgumentError
from coursekit.layers import Chain, Conv, Field, Layer, Pool, Row, Shape, per_dimension
from coursekit.viz.canvas import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PALE,
    TEXT,
    VERMILION,
    WHITE,
    WIDTH,
    label,
    released,
)

LABELS = 0.3  # part de la largeur laissée aux légendes


@dataclass(frozen=True)
class FieldGraph:
    """Les unités d’une chaîne de couches sans padding, sur une ligne de pixels, et ce qu’une unité du sommet en lit.

    Le niveau 0 est l’entrée ; le niveau `l`, la sortie de la couche `l`.
    """

    net: Chain
    input_size: int
    unit: int | None = None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return walk(self.net, Shape(1, (self.input_size,)))

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Nombre d’unités de chaque niveau."""
        return (self.input_size, *(row.output.spatial[0] for row in self.rows))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Champ récepteur des unités de chaque niveau."""
        return (Field(), *(row.fields[0] for row in self.rows))

    @property
    def top(self) -> int:
        """L’unité du sommet que l’on suit ; celle du milieu, si l’on n’en choisit pas."""
        return self.counts[-1] // 2 if self.unit is None else self.unit

    def x(self, level: int, unit: int) -> float:
        """Abscisse d’une unité, en pixels : le milieu de son champ récepteur."""
        window = self.fields[level].window(unit)
        return (window[0] + window[-1]) / 2

    def reads(self, level: int, unit: int) -> tuple[int, ...]:
        """Les unités du niveau inférieur que lit l’unité `unit` du niveau `level`."""
        kernel, stride, dilation = window_settings(self.net.layers[level - 1])
        first = unit * stride
        return tuple(range(first, first + dilation * kernel, dilation))

    @cached_property
    def reached(self) -> tuple[frozenset[int], ...]:
        """Les unités de chaque niveau dont dépend l’unité suivie."""
        levels = [frozenset({self.top})]
        for level in range(len(self.rows), 0, -1):
            levels.append(frozenset(read for unit in levels[-1] for read in self.reads(level, unit)))
        return tuple(reversed(levels))


def window_settings(layer: Layer) -> tuple[int, int, int]:
    """(F, S, d) d’une couche 1-D à fenêtre glissante.

    Raises:
        ArgumentError: la couche n’est ni une convolution ni un pooling, ou elle a du padding.
    """
    match layer:
        case Conv(kernel_size=size, stride=stride, padding=padding, dilation=dilation):
            step = stride
        case Pool(kernel_size=size, padding=padding):
            step, dilation = size if layer.stride is None else layer.stride, 1
        case _:
            raise ArgumentError(f"Cette figure ne montre que des convolutions et des poolings : {layer!r}.")
    if padding != 0:
        raise ArgumentError(f"Cette figure montre des couches sans padding ; celle-ci en a : {layer!r}.")
    kernel, move, spread = (
        per_dimension(value, 1, what)[0]
        for value, what in ((size, "La taille F"), (step, "Le pas S"), (dilation, "La dilatation d"))
    )
    return kernel, move, spread


def show_field(net: Chain, input_size: int, *, unit: int | None = None) -> Figure:
    """Montre, le long d’une ligne de pixels, les unités dont dépend une unité de la dernière couche.

    Args:
        net: une chaîne de convolutions et de poolings 1-D, sans padding.
        input_size: nombre de pixels de l’entrée, en bas de la figure.
        unit: l’unité suivie, comptée depuis 0 ; sans elle, celle du milieu.

    Raises:
        ArgumentError: une couche a du padding, ou n’est ni une convolution ni un pooling ; l’unité n’existe pas.
        ShapeError: une couche ne peut pas lire ce qu’elle reçoit.
    """
    graph = FieldGraph(net, input_size, unit)
    if not 0 <= graph.top < graph.counts[-1]:
        raise ArgumentError(
            f"L’unité {unit} n’existe pas : la dernière couche en a {graph.counts[-1]}, comptées depuis 0."
        )
    levels = len(graph.counts)
    figure = released(plt.figure(figsize=(WIDTH, 0.85 * levels)))
    ax = figure.add_axes((0, 0, 1 - LABELS, 1))
    ax.set_xlim(-0.7, input_size - 0.3)
    ax.set_ylim(-0.5, levels - 0.5)
    ax.set_axis_off()
    for level in range(1, levels):
        _draw_edges(ax, graph, level)
    for level in range(levels):
        _draw_units(ax, graph, level)
        name = "entrée" if level == 0 else f"couche {level}"
        seen = f"champ : {graph.fields[level].size}"
        label(ax, input_size + 0.02 * input_size, level, f"{name}\n{seen}", align="left")
    return figure


def _draw_edges(ax: Axes, graph: FieldGraph, level: int) -> None:
    for unit in range(graph.counts[level]):
        followed = unit in graph.reached[level]
        for read in graph.reads(level, unit):
            ax.plot(
                (graph.x(level, unit), graph.x(level - 1, read)),
                (level, level - 1),
                color=BLUE if followed else LINE,
                linewidth=1.6 if followed else 0.5,
                alpha=1 if followed else 0.6,
                zorder=2 if followed else 1,
            )


def _draw_units(ax: Axes, graph: FieldGraph, level: int) -> None:
    """Un rond par unité ; ceux dont dépend l’unité suivie sont pleins, elle-même est un carré."""
    size = 1.1 * (72 * WIDTH * (1 - LABELS) / graph.input_size * 0.55) ** 2
    last = level == len(graph.counts) - 1
    for unit in range(graph.counts[level]):
        followed = unit in graph.reached[level]
        color = VERMILION if followed and last else BLUE if followed else PALE
        ax.scatter(
            graph.x(level, unit),
            level,
            s=min(size, 170),
            marker="s" if followed and last else "o",
            facecolor=color,
            edgecolor=INK if followed else LINE,
            linewidth=0.8,
            zorder=3,
        )


@dataclass(frozen=True)
class Contamination:
    """Les unités d’une carte carrée qui voient du padding après `depth` couches F×F qui conservent la taille."""

    size: int
    kernel_size: int
    depth: int

    @cached_property
    def touched(self) -> npt.NDArray[np.bool_]:
        """Hauteur × largeur : vrai où le champ récepteur sort de l’image."""
        layer = Conv(1, self.kernel_size, padding=same_padding(self.kernel_size))
        field = walk(Chain((layer,) * self.depth), Shape(1, (self.size,)))[-1].fields[0]
        windows = [field.window(unit) for unit in range(self.size)]
        line = np.array([window[0] < 0 or window[-1] >= self.size for window in windows])
        touched: npt.NDArray[np.bool_] = np.logical_or.outer(line, line)
        return touched

    @property
    def share(self) -> float:
        """Part des unités touchées, de 0 à 1."""
        return float(self.touched.mean())


def show_contamination(size: int, kernel_size: int, depths: Sequence[int]) -> Figure:
    """Montre, après chacune de ces profondeurs, les unités d’une carte dont le champ récepteur contient du padding.

    Raises:
        ArgumentError: il n’y a aucune profondeur, ou l’une est plus petite que 1.
    """
    if not depths or min(depths) < 1:
        raise ArgumentError(f"Donnez des profondeurs d’au moins une couche ; vous avez donné {list(depths)}.")
    rows = -(-len(depths) // 2)
    figure = released(plt.figure(figsize=(WIDTH, rows * (WIDTH / 2 + 0.1)), layout="constrained"))
    for place, depth in enumerate(depths):
        case = Contamination(size, kernel_size, depth)
        ax = figure.add_subplot(rows, 2, place + 1)
        ax.imshow(case.touched, cmap=ListedColormap([WHITE, ORANGE]), vmin=0, vmax=1)
        plural = "s" if depth > 1 else ""
        ax.set_title(f"{depth} couche{plural} : {100 * case.share:.0f} %", fontsize=TEXT + 1)
        ax.set_xticks([])
        ax.set_yticks([])
    return figure


def show_growth(depths: Sequence[int], curves: Mapping[str, Sequence[float]], *, ylabel: str) -> Figure:
    """Montre des tailles, en pixels, selon le nombre de couches ; chaque courbe porte son nom à son bout.

    Raises:
        ArgumentError: une courbe n’a pas une valeur par profondeur, ou il y a plus de quatre courbes.
    """
    styles = ((BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", "-."), (ORANGE, "D", ":"))
    if len(curves) > len(styles):
        raise ArgumentError(
            f"Quatre courbes au plus se distinguent sur cette figure ; il y en a {len(curves)}."
        )
    figure = released(plt.figure(figsize=(WIDTH, 3.2), layout="constrained"))
    ax = figure.add_subplot()
    for (name, values), (color, marker, line) in zip(curves.items(), styles, strict=False):
        if len(values) != len(depths):
            raise ArgumentError(
                f"La courbe « {name} » a {len(values)} valeurs pour {len(depths)} profondeurs."
            )
        ax.plot(depths, values, color=color, marker=marker, linestyle=line, markersize=5)
        ax.annotate(
            name,
            (depths[-1], values[-1]),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=TEXT,
        )
    ax.set_xlabel("nombre de couches", fontsize=TEXT)
    ax.set_ylabel(ylabel, fontsize=TEXT)
    ax.set_xticks(depths)
    ax.set_ylim(bottom=0)
    ax.grid(color=PALE)
    ax.spines[["top", "right"]].set_visible(False)
    return figure
