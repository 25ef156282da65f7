"""Figures du gradient : selon la profondeur de la couche, selon la longueur du chemin (Veit et coll., figure 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from coursekit.viz.canvas import BLUE, GREEN, ORANGE, VERMILION, released
from coursekit.viz.images import PAGE_WIDTH, number_text

STYLES = ((BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", "-."), (ORANGE, "D", ":"))


def plot_depth(norms: Mapping[str, Sequence[float]]) -> Figure:
    """Une courbe par réseau : la norme du gradient des poids, de la première couche à la dernière.

    `norms` donne les normes par nom de réseau ; un nom vide n’entre pas dans la légende.
    """
    figure = plt.figure(figsize=(PAGE_WIDTH, 3.2), layout="constrained")
    ax = figure.subplots()
    for (name, values), (color, marker, line) in zip(norms.items(), cycle(STYLES), strict=False):
        places = range(1, len(values) + 1)
        ax.plot(places, values, color=color, marker=marker, linestyle=line, markersize=4, label=name)
    ax.set(xlabel="couche, de l’entrée à la sortie", ylabel="norme du gradient", yscale="log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(alpha=0.3)
    if any(norms):
        ax.legend(fontsize=8)
    return released(figure)


def plot_paths(
    lengths: Sequence[int], paths: Sequence[int], norms: Sequence[Sequence[float]], shares: Sequence[float]
) -> Figure:
    """Trois cadres : combien de chemins ont chaque longueur, ce qu’un chemin apporte, ce que tous apportent ensemble.

    `norms` a une ligne de mesures par longueur ; la bande va du premier au dernier quartile.
    """
    figure = plt.figure(figsize=(PAGE_WIDTH, 2.8), layout="constrained")
    counts, single, total = figure.subplots(1, 3)
    whole = sum(paths)
    counts.bar(lengths, [100 * number / whole for number in paths], color=BLUE)
    _finish(counts, "chemins (%)")
    low, middle, high = np.quantile(np.asarray(norms, dtype=np.float64), (0.25, 0.5, 0.75), axis=1)
    single.plot(lengths, middle, "-", color=BLUE)
    single.fill_between(lengths, low, high, color=BLUE, alpha=0.25, linewidth=0)
    if (middle > 0).any():
        single.set_yscale("log")
    _finish(single, "gradient d’un chemin", plain=False)
    total.bar(lengths, [100 * share for share in shares], color=VERMILION)
    _finish(total, "part du gradient (%)")
    return released(figure)


def _finish(ax: Axes, title: str, *, plain: bool = True) -> None:
    ax.set_title(title, fontsize=10)
    ax.set_xlabel("longueur du chemin", fontsize=9)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if plain:
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    ax.grid(axis="y", alpha=0.3)
