"""Profondeur stochastique : Huang, Sun, Liu, Sedra et Weinberger, « Deep networks with stochastic depth » (2016).

À l’entraînement, le bloc l d’un ResNet de L blocs ne garde son chemin résiduel qu’avec la probabilité
p_l = 1 − (l / L)(1 − p_L) (équation 4) : les premiers blocs presque toujours, le dernier une fois sur deux si
p_L = 0,5. Le raccourci, lui, reste. Diapositives « Stochastic Depth » du cours CNN II.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from coursekit.arithmetic import totals
from coursekit.errors import ArgumentError
from coursekit.layers import Branches, Chain, DropPath, Layer, Row, Shape
from coursekit.tables import resnet
from coursekit.tables.entry import Entry, rounded


@dataclass(frozen=True)
class StochasticDepth:
    """Un ResNet, et p_L : la probabilité de garder le chemin de son dernier bloc."""

    network: resnet.ResNet
    last_survival: float = 0.5


def survival(block: int, blocks: int, last_survival: float) -> float:
    """p_l : la probabilité de garder le bloc n° `block` (de 1 à `blocks`).

    Raises:
        ArgumentError: le bloc n’existe pas, ou `last_survival` n’est pas une probabilité.
    """
    if not 1 <= block <= blocks:
        raise ArgumentError(
            f"Le bloc l doit être compris entre 1 et L = {blocks} ; vous avez donné l = {block}."
        )
    if not 0 < last_survival <= 1:
        raise ArgumentError(
            f"p_L est une probabilité non nulle : 0 < p_L ≤ 1 ; vous avez donné {last_survival}."
        )
    return 1 - block / blocks * (1 - last_survival)


def with_stochastic_depth(net: Chain, last_survival: float) -> Chain:
    """Le même réseau, où le chemin principal de chaque addition finit par un DropPath : tout ResNet convient."""
    numbers, blocks = count(1), count_additions(net)
    layers = (_dropping(layer, numbers, blocks, last_survival) for layer in net.layers)
    return replace(net, layers=tuple(layers))


def count_additions(net: Layer) -> int:
    """L : combien d’additions, donc de blocs résiduels, compte le réseau."""
    match net:
        case Chain(layers=inner):
            return sum(count_additions(layer) for layer in inner)
        case Branches(merge="add"):
            return 1
    return 0


def _dropping(net: Layer, numbers: Iterator[int], blocks: int, last_survival: float) -> Layer:
    match net:
        case Chain(layers=inner):
            return replace(
                net, layers=tuple(_dropping(layer, numbers, blocks, last_survival) for layer in inner)
            )
        case Branches(branches=(main, *skip), merge="add"):
            drop = DropPath(1 - survival(next(numbers), blocks, last_survival), name="drop_path")
            return replace(net, branches=(Chain((main, drop)), *skip))
    return net


def expected_saving(rows: Sequence[Row], last_survival: float) -> float:
    """La part des MAC du réseau entier que l’entraînement épargne, en espérance.

    C’est la somme, sur les blocs, de 1 − p_l fois les MAC du chemin principal, divisée par les MAC du réseau : le
    raccourci, la première couche et la tête se calculent toujours. Le temps de calcul ne baisse d’autant que si le
    tirage est commun au mini-lot.
    """
    blocks = [row.name.removesuffix("drop_path") for row in rows if row.kind == "DropPath"]
    spared = 0.0
    for number, block in enumerate(blocks, start=1):
        inside = (row for row in rows if row.name.startswith(block))
        macs = sum(row.macs for row in inside if not row.name.startswith(f"{block}shortcut"))
        spared += (1 - survival(number, len(blocks), last_survival)) * macs
    return spared / totals(tuple(rows))[1]


def unroll(config: StochasticDepth, num_classes: int) -> Chain:
    return with_stochastic_depth(resnet.unroll(config.network, num_classes), config.last_survival)


PAPER = "Huang et al. (2016)"

DEPARTURES = (
    "DropPath tire au sort pour chaque image ; l’article, une fois pour tout le mini-lot.",
    "DropPath divise par p_l à l’entraînement ; l’article multiplie par p_l au test. L’espérance est la même.",
)


def _entry(name: str, title: str, source: str, config: resnet.ResNet, millions: str | None) -> Entry:
    stochastic = StochasticDepth(config)

    def unroll_config(num_classes: int) -> Chain:
        return unroll(stochastic, num_classes)

    size, classes = (32, 10) if config.is_cifar else (224, 1000)
    fact = (
        rounded("parameters", millions, "M", "Zagoruyko et Komodakis (2016), table 5") if millions else None
    )
    return Entry(
        name=name,
        stem="stochastic_depth",
        variant=stochastic,
        title=title,
        source=source,
        input=Shape(3, (size, size)),
        num_classes=classes,
        unroll=unroll_config,
        published=(fact,) if fact else (),
        departures=DEPARTURES,
    )


ENTRIES = (
    _entry(
        "resnet110-cifar-stochastic-depth",
        "ResNet-110 à profondeur stochastique pour CIFAR-10",
        f"{PAPER}, section 4",
        resnet.ResNet("basic", (18, 18, 18), (16, 32, 64), shortcut="A"),
        "1.7",
    ),
    _entry(
        "resnet152-stochastic-depth",
        "ResNet-152 à profondeur stochastique",
        f"{PAPER}, section 4 (ImageNet)",
        resnet.ResNet("bottleneck", resnet.DEPTHS[152]),
        None,
    ),
)
