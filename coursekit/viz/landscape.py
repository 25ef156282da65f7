"""Le paysage de la perte : des lignes de niveau, ou une courbe (Li et coll., arXiv:1712.09913, figures 1 et 5)."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from coursekit.viz.canvas import BLUE, INK, WHITE, released
from coursekit.viz.images import Array, number_text

LEVELS = 14


def plot_landscape(
    alphas: Sequence[float], betas: Sequence[float], loss: Sequence[Sequence[float]]
) -> Figure:
    """La perte en (α, β), α × β valeurs ; la croix marque les poids trouvés. Avec un seul β, une courbe.

    Les niveaux sont espacés régulièrement en logarithme ; une perte qui n’est plus un nombre fini reste blanche.
    """
    values = np.asarray(loss, dtype=np.float64)
    if len(betas) == 1:
        return _curve(alphas, values[:, 0])
    figure = plt.figure(figsize=(5.0, 4.2), layout="constrained")
    ax = figure.subplots()
    known = np.ma.masked_invalid(values.T)
    levels = np.geomspace(max(float(known.min()), 1e-6), max(float(known.max()), 2e-6), LEVELS)
    shown = ax.contourf(
        alphas, betas, np.clip(known, levels[0], None), levels, cmap="viridis", norm=LogNorm()
    )
    ax.contour(alphas, betas, known, levels, colors=INK, linewidths=0.4)
    ax.plot(0, 0, "+", color=WHITE, markersize=12, markeredgewidth=2)
    ax.set(xlabel="α", ylabel="β", aspect="equal")
    bar = figure.colorbar(shown, ax=ax, label="perte")
    bar.set_ticks(list(levels[::3]), labels=[number_text(level) for level in levels[::3]])
    bar.ax.minorticks_off()
    _commas(ax)
    return released(figure)


def _curve(alphas: Sequence[float], values: Array) -> Figure:
    figure = plt.figure(figsize=(5.0, 3.0), layout="constrained")
    ax = figure.subplots()
    ax.plot(alphas, values, color=BLUE)
    ax.axvline(0, color=INK, linewidth=0.6, linestyle=":")
    ax.set(xlabel="α", ylabel="perte", yscale="log" if values.min() > 0 else "linear")
    ax.grid(alpha=0.3)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    return released(figure)


def _commas(ax: Axes) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
