"""ResNet à pré-activation : He, Zhang, Ren et Sun, « Identity mappings in deep residual networks » (ECCV 2016).

La normalisation et la ReLU passent avant chaque convolution : rien ne touche plus l’addition, et le raccourci est
vraiment l’identité d’un bout à l’autre du réseau. Figure 1 (b), table 4 et annexe de l’article. Le premier bloc n’a pas
d’activation à lui, c’est celle qui suit conv1 ; une activation de plus suit le dernier. Quand la forme change, la
projection part de l’entrée déjà activée. Diapositives « ResNet version preactivation » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coursekit.layers import Activation, Branches, Chain, Conv, Layer, Norm, PadShortcut
from coursekit.tables.entry import Entry, Erratum, Published, configured, exactly, rounded
from coursekit.tables.resnet import CIFAR_STEM, DEPTHS, IMAGENET_STEM, conv_bn, head, relu, stages


@dataclass(frozen=True)
class PreactResNet:
    """`depths` unités par étage ; `shortcut` : « A » complète de zéros, « B » projette."""

    block: Literal["basic", "bottleneck"]
    depths: tuple[int, ...]
    channels: tuple[int, ...] = (64, 128, 256, 512)
    shortcut: Literal["A", "B"] = "B"

    @property
    def is_cifar(self) -> bool:
        return len(self.depths) == 3


def activation(number: int) -> tuple[Layer, ...]:
    """La pré-activation d’une convolution : normalisation, puis ReLU."""
    return Norm("batch", name=f"bn{number}"), relu(number)


def conv(out_channels: int, kernel_size: int, number: int, stride: int = 1) -> Layer:
    return conv_bn(out_channels, kernel_size, number, stride)[0]


def basic(channels: int, stride: int) -> tuple[Layer, ...]:
    """Deux couches 3×3, après la première activation."""
    return conv(channels, 3, 1, stride), *activation(2), conv(channels, 3, 2)


def bottleneck(channels: int, stride: int) -> tuple[Layer, ...]:
    """1×1, 3×3, 1×1, après la première activation ; le pas est porté par la première, comme dans le code publié."""
    return (
        conv(channels, 1, 1, stride),
        *activation(2),
        conv(channels, 3, 2),
        *activation(3),
        conv(4 * channels, 1, 3),
    )


def shortcut(kind: str, in_channels: int, out_channels: int, stride: int) -> Layer:
    """L’identité, ou ce qui la remplace quand la forme change ; la projection n’est pas normalisée."""
    if in_channels == out_channels and stride == 1:
        return Chain(())
    if kind == "A":
        return PadShortcut(out_channels, stride, name="shortcut")
    return Conv(out_channels, 1, stride=stride, bias=False, name="shortcut")


def unit(main: tuple[Layer, ...], skip: Layer, name: str, first: bool = False) -> Chain:
    """L’unité entière : activation, convolutions, addition, et rien après.

    La première activation est commune aux deux chemins si le raccourci projette, au seul chemin principal sinon ; la
    toute première unité (`first`) n’en a pas.
    """
    opening = () if first else activation(1)
    if isinstance(skip, Conv):
        return Chain((*opening, Branches((Chain(main), skip), "add")), name=name)
    return Chain((Branches((Chain((*opening, *main)), skip), "add"),), name=name)


def ending(num_classes: int) -> tuple[Layer, ...]:
    """L’activation qui suit la dernière addition, puis la tête de ResNet."""
    return Norm("batch", name="bn_last"), Activation(name="relu_last"), *head(num_classes)


def unroll(config: PreactResNet, num_classes: int) -> Chain:
    def block(in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
        if config.block == "basic":
            main, out_channels = basic(channels, stride), channels
        else:
            main, out_channels = bottleneck(channels, stride), 4 * channels
        skip = shortcut(config.shortcut, in_channels, out_channels, stride)
        first = name == "0" and channels == config.channels[0]
        return unit(main, skip, name, first), out_channels

    stem = CIFAR_STEM if config.is_cifar else IMAGENET_STEM
    return Chain((*stem, *stages(block, config.depths, config.channels), *ending(num_classes)))


PAPER = "He et al. (ECCV 2016)"

COUNT_SOURCE = "Zagoruyko et Komodakis (2016), table 5"

CIFAR_MILLIONS = {110: "1.7", 164: "1.7"}
"""Millions de paramètres, d’après `COUNT_SOURCE`."""

NORM_ERRATUM = Erratum(
    f"{COUNT_SOURCE} ; Huang et al. (2017), table 2",
    "10,2 millions de paramètres pour le réseau à 1001 couches",
    "10,3 millions (10\u202f327\u202f706)",
    "10,2 millions est le compte des convolutions et de la couche dense, sans les gains et biais des normalisations.",
)

TIMM = {50: 25_549_352, 101: 44_541_480, 152: 60_185_128}
"""Paramètres de resnetv2_50, 101 et 152 de timm, qui met le pas sur la couche 3×3 : le compte n’en dépend pas."""

ZERO_PADDING = "L’article ne précise pas les raccourcis de ce réseau : ceux de He et al. (2016), option A."


def _entry(name: str, title: str, source: str, config: PreactResNet, **facts: object) -> Entry:
    return configured("preact", unroll, config, name, title, source, cifar=config.is_cifar, **facts)


def _cifar(depth: int) -> Entry:
    """Deux couches par unité pour 110 (18 unités par étage), trois pour les autres."""
    block: Literal["basic", "bottleneck"] = "basic" if depth == 110 else "bottleneck"
    units = (depth - 2) // (6 if block == "basic" else 9)
    config = PreactResNet(block, (units,) * 3, (16, 32, 64), "A" if block == "basic" else "B")
    source = f"{PAPER}, table 4"
    millions = CIFAR_MILLIONS.get(depth)
    return _entry(
        f"preact-resnet{depth}-cifar",
        f"ResNet-{depth} à pré-activation pour CIFAR-10",
        source,
        config,
        published=(rounded("parameters", millions, "M", COUNT_SOURCE),) if millions else (),
        errata=() if millions else (NORM_ERRATUM,),
        departures=(ZERO_PADDING,) if block == "basic" else (),
    )


def _imagenet(
    depth: int, depths: tuple[int, ...], *facts: Published, departures: tuple[str, ...] = ()
) -> Entry:
    return _entry(
        f"preact-resnet{depth}",
        f"ResNet-{depth} à pré-activation",
        f"{PAPER}, section 5",
        PreactResNet("bottleneck", depths),
        published=facts,
        departures=departures,
    )


def _counted_by_timm(depth: int) -> Entry:
    fact = exactly("parameters", TIMM[depth], f"timm, resnetv2_{depth}")
    departures = (
        () if depth == 152 else ("Les profondeurs du ResNet de même nom ; l’article montre 152 et 200.",)
    )
    return _imagenet(depth, DEPTHS[depth], fact, departures=departures)


ENTRIES = (
    *(_cifar(depth) for depth in (110, 164, 1001)),
    *(_counted_by_timm(depth) for depth in TIMM),
    _imagenet(
        200, (3, 24, 36, 3), rounded("parameters", "64.7", "M", "Zagoruyko et Komodakis (2016), table 8")
    ),
)
