"""Figures des réseaux abîmés : l’erreur sans un bloc, sans plusieurs, ou dans un autre ordre.

Source : Veit, Wilber et Belongie (2016), arXiv:1605.06431, figures 3 et 5.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from coursekit.viz.canvas import BLUE, INK, VERMILION, released
from coursekit.viz.images import PAGE_WIDTH, number_text

HEIGHT = 3.2


def plot_deletions(blocks: Sequence[str], errors: Sequence[float], whole: float) -> Figure:
    """Une barre par bloc ôté, dans l’ordre du réseau ; le pointillé est l’erreur du réseau entier."""
    figure, ax = _frame("bloc ôté", whole)
    ax.bar(range(len(blocks)), errors, color=BLUE, width=0.7)
    step = -(-len(blocks) // 20)  # au-delà de vingt noms, ils se recouvriraient
    ax.set_xticks(range(0, len(blocks), step), list(blocks)[::step], rotation=60, ha="right", fontsize=8)
    ax.set_ylim(0, max(*errors, whole) * 1.15 or 1.0)
    return released(figure)


def plot_doses(
    amounts: Sequence[int], errors: Sequence[Sequence[float]], whole: float, *, xlabel: str
) -> Figure:
    """L’erreur de chaque tirage (points) et leur médiane (trait) selon la dose ; `errors` a une ligne par dose."""
    figure, ax = _frame(f"nombre {xlabel}", whole)
    for amount, row in zip(amounts, errors, strict=True):
        ax.plot([amount] * len(row), row, "o", color=BLUE, alpha=0.35, markersize=4)
    ax.plot(amounts, [float(np.median(row)) for row in errors], "-", color=INK, label="médiane")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylim(bottom=0)
    ax.legend(fontsize=8)
    return released(figure)


def plot_order(taus: Sequence[float], errors: Sequence[float], whole: float) -> Figure:
    """L’erreur de chaque ordre tiré, contre sa corrélation de Kendall avec l’ordre appris (1 : rien n’a bougé)."""
    figure, ax = _frame("corrélation de Kendall avec l’ordre appris", whole)
    ax.plot(taus, errors, "o", color=BLUE, alpha=0.5, markersize=5)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    ax.invert_xaxis()  # de l’ordre appris, à gauche, vers le désordre
    ax.set_ylim(bottom=0)
    ax.legend(fontsize=8)
    return released(figure)


def _frame(xlabel: str, whole: float) -> tuple[Figure, Axes]:
    figure = plt.figure(figsize=(PAGE_WIDTH, HEIGHT), layout="constrained")
    ax = figure.subplots()
    ax.axhline(whole, color=VERMILION, linestyle="--", linewidth=1.2, label="réseau intact")
    ax.set(xlabel=xlabel, ylabel="erreur")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    ax.grid(axis="y", alpha=0.3)
    return figure, ax
