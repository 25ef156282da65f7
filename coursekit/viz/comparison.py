"""Le nuage des cours : la justesse publiée de chaque réseau contre ce qu’il coûte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from coursekit.viz.canvas import BLUE, INK, ORANGE

LARGEST_MARKER = 900.0


@dataclass(frozen=True)
class Point:
    """Un réseau : coût en MAC, justesse en %, paramètres (la surface du disque), et le protocole de la mesure.

    `proven` dit que le coût est calculé, et non recopié d’une publication.
    """

    name: str
    macs: int
    parameters: int
    top1: float
    protocol: str
    proven: bool = True


def plot_accuracy(points: Sequence[Point]) -> Figure:
    """Un disque par réseau, d’aire proportionnelle à ses paramètres ; l’échelle des MAC est logarithmique.

    La couleur et le contour disent le protocole, car on ne compare que ce qui est mesuré de la même façon ; un disque
    vide, que le coût est publié et non calculé.
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
            facecolor=[to_rgba(color, 0.6 if point.proven else 0) for point in chosen],
            edgecolor=INK,
            linestyle=line,
            label=protocol,
        )
    for rank, point in _ranked(points):
        axes.annotate(
            point.name,
            (point.macs / 1e9, point.top1),
            textcoords="offset points",
            xytext=(6, 6 - 10 * rank),
            fontsize=8,
            color=INK,
        )
    axes.set(
        xscale="log", xlabel="multiplications-additions (milliards)", ylabel="justesse top-1 sur ImageNet (%)"
    )
    axes.margins(0.12)
    axes.grid(alpha=0.3)
    title = "mesurée sur" if all(point.proven for point in points) else "mesurée sur (vide : coût publié)"
    axes.legend(title=title, loc="lower right", markerscale=0.5)
    return figure


def _ranked(points: Sequence[Point]) -> list[tuple[int, Point]]:
    """Chaque point et le nombre de ses voisins déjà nommés : leurs noms s’empilent au lieu de se recouvrir."""
    return [
        (sum(_close(point, other) for other in points[:place]), point) for place, point in enumerate(points)
    ]


def _close(point: Point, other: Point) -> bool:
    return abs(log10(point.macs / other.macs)) < 0.15 and abs(point.top1 - other.top1) < 1
