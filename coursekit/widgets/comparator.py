"""L’explorateur qui compare des architectures : la justesse publiée de chacune contre ce qu’elle coûte."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import log
from typing import Any, Literal

from coursekit.afm import Widget
from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.questions.text import NBSP, number_text
from coursekit.tables import CATALOGUE, Entry, names
from coursekit.tables.charts import CHARTED, Charted
from coursekit.widgets.still import still

Cost = Literal["macs", "parameters"]
COSTS = ("macs", "parameters")

FAMILIES = {
    "AlexNet": ("alexnet",),
    "VGG": ("vgg",),
    "Inception": ("googlenet", "bn_inception", "inception_v3", "inception_resnet"),
    "ResNet": ("resnet",),
    "ResNeXt": ("resnext",),
    "Wide ResNet": ("wide_resnet",),
    "DenseNet": ("densenet",),
    "MobileNet": ("mobilenet",),
    "EfficientNet": ("efficientnet",),
}
"""Les familles du nuage, et les fichiers de tableaux de chacune."""

PUBLISHED_ONLY = "Coûts publiés"
"""La famille des réseaux dont on n’a que les chiffres publiés."""

Point = dict[str, Any]


def explore_comparator(
    first: str = "resnet50-v1.5", second: str = "efficientnet-b0", cost: Cost = "macs"
) -> Widget:
    """Un explorateur : le lecteur choisit des familles et deux réseaux, A et B, et lit ce qui les sépare.

    `first` et `second` sont des noms du catalogue, ou des réseaux dont on n’a que les chiffres publiés ; `cost` est
    l’axe horizontal, « macs » ou « parameters ».

    Raises:
        UnknownNameError: aucun réseau ne porte ce nom.
        ArgumentError: ce réseau n’a pas de justesse publiée, ou ce coût n’existe pas.
    """
    if cost not in COSTS:
        raise ArgumentError(f"cost = {cost!r} : donnez l’un de {', '.join(COSTS)}.")
    points = list(judged())
    chosen = [_named(points, name) for name in (first, second)]
    families = [{"name": name} for name in (*FAMILIES, PUBLISHED_ONLY)]
    state = {"points": points, "families": families, "chosen": [first, second], "cost": cost}
    one, other = (
        f"{point['title']} ({_costs(point)}, {number_text(point['top1'], 4)} %)" for point in chosen
    )
    sentence = (
        f"Chaque point est un réseau{NBSP}: plus haut, il est plus juste sur ImageNet ; plus à droite, il demande "
        f"plus de calcul. Ainsi {one} et {other}."
    )
    picture = _cloud(points, chosen)
    return Widget("comparator", state, still("Justesse et coût des architectures", picture, sentence))


@cache
def judged() -> tuple[Point, ...]:
    """Les réseaux dont la justesse est publiée ; deux entrées qui sont le même réseau n’y font qu’un point."""
    entries = [_point(entry, *entry.totals()) for entry in CATALOGUE if entry.accuracy]
    others = [_point(one, round(one.parameters.value), round(one.macs.value)) for one in CHARTED]
    found: dict[tuple[Any, ...], Point] = {}
    for point in (*entries, *others):
        found.setdefault((point["parameters"], point["macs"], point["top1"], point["judged"]), point)
    return tuple(found.values())


def _point(entry: Entry | Charted, parameters: int, macs: int) -> Point:
    accuracy = entry.accuracy
    assert accuracy is not None
    return {
        "name": entry.name,
        "title": entry.title,
        "family": _family(entry),
        "input": str(entry.input),
        "parameters": parameters,
        "macs": macs,
        "proven": isinstance(entry, Entry),
        "source": entry.source,
        "top1": accuracy.top1,
        "top5": accuracy.top5,
        "judged": accuracy.source,
        "protocol": accuracy.protocol,
    }


def _family(entry: Entry | Charted) -> str:
    if isinstance(entry, Charted):
        return PUBLISHED_ONLY
    return next(name for name, stems in FAMILIES.items() if entry.stem in stems)


def _named(points: Sequence[Point], name: str) -> Point:
    for point in points:
        if point["name"] == name:
            return point
    known = [point["name"] for point in points]
    if name in names():
        raise ArgumentError(
            f"{name} n’est pas dans ce nuage : sa justesse n’est pas publiée, ou un autre nom du même réseau y est. "
            f"Prenez l’un de {', '.join(known)}."
        )
    raise UnknownNameError("Réseau", name, known)


def _costs(point: Point) -> str:
    return f"{number_text(point['macs'] / 1e9, 3)} milliards de MAC"


WIDTH, HEIGHT, MARGIN = 560, 340, 40


def _cloud(points: Sequence[Point], chosen: Sequence[Point]) -> Figure:
    """Le nuage : un disque par réseau, plein pour les deux choisis, qui portent seuls leur nom."""
    costs, tops = ([point[key] for point in points] for key in ("macs", "top1"))
    low, high, worst, best = min(costs), max(costs), min(tops), max(tops)
    least, most = number_text(low / 1e9, 2), number_text(high / 1e9, 2)
    heights = f"Justesse top-1 (%), de {number_text(worst, 4)} à {number_text(best, 4)}"
    widths = f"MAC (échelle logarithmique), de {least} à {most} milliards"
    body = [
        f'<text x="12" y="22" text-anchor="start">{heights}</text>'
        f'<text x="{WIDTH - 12}" y="{HEIGHT - 10}" text-anchor="end">{widths}</text>'
    ]
    named = []
    for point in points:
        x = MARGIN + (WIDTH - 3 * MARGIN) * log(point["macs"] / low) / log(high / low)
        y = MARGIN + (HEIGHT - 2 * MARGIN) * (best - point["top1"]) / (best - worst)
        fill = "#444" if point in chosen else "#cfe3ff"
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="#444"/>')
        if point in chosen:
            named.append(
                f'<text x="{x:.1f}" y="{y + 22:.1f}" stroke="#fff" stroke-width="4" paint-order="stroke">'
                f"{point['name']}</text>"
            )
    told = ", ".join(
        f"{point['name']} {number_text(point['top1'], 4)} % pour {_costs(point)}" for point in chosen
    )
    alt = f"Nuage de {len(points)} réseaux, justesse contre calcul{NBSP}: {told}."
    return Figure(svg(WIDTH, HEIGHT, "".join(body + named), alt), alt)
