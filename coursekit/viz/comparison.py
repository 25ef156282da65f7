"""Le nuage des cours : la justesse publiée de chaque réseau contre ce qu’il coûte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from coursekit.viz.canvas import BLUE, INK, ORANGE

LARGEST_MARKER = 900.0


@dataclass(frozen=True)
class Point:
    """Un réseau : coût en MAC, justesse en %, paramètres (la surface du disque), et le protocole de la mesure."""

    name: str
    macs: int
    parameters: int
    top1: float
    protocol: str


def plot_accuracy(points: Sequence[Point]) -> Figure:
    """Un disque par réseau, d’aire proportionnelle à ses paramètres ; l’échelle des MAC est logarithmique.

    La couleur et le contour disent le protocole, car on ne compare que ce qui est mesuré de la même façon.
    """
    figure: Figure = plt.figure(figsize=(7.2, 5.0), layout="constrained")
    axes = figure.subplots()
    largest = max(point.parameters for point in points)
    protocols = sorted({point.protocol for point in points}, reverse=True)
    for protocol, color, line in zip(protocols, (BLUE, ORANGE), ("-", "--"), strict=False):
        chosen = [point for point in points if point.protocol == protocol]
        axes.scatter(
            [point.macs / 1e9 for point in chosen],
            [point.top1 for point in chosen],
            s=[LARGEST_MARKER * point.parameters / largest for point in chosen],
            facecolor=color,
            edgecolor=INK,
            linestyle=line,
            alpha=0.6,
            label=protocol,
        )
    for point in points:
        axes.annotate(
            point.name,
            (point.macs / 1e9, point.top1),
            textcoords="offset points",
            xytext=(6, 6),
            fontsize=8,
            color=INK,
        )
    axes.set(
        xscale="log", xlabel="multiplications-additions (milliards)", ylabel="justesse top-1 sur ImageNet (%)"
    )
    axes.grid(alpha=0.3)
    axes.legend(title="mesurée sur", loc="lower right", markerscale=0.5)
    return figure
