"""Xception : Chollet, « Xception: deep learning with depthwise separable convolutions » (2017), figure 5.

Inception poussé à bout : chaque canal est filtré seul, sans non-linéarité avant la couche 1×1, dans des modules
résiduels. Diapositives « Convolution depthwise separable » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import (
    Activation,
    AdaptivePool,
    Branches,
    Chain,
    Conv,
    Flatten,
    Layer,
    Linear,
    Norm,
    Pool,
    Shape,
)
from coursekit.tables.entry import Entry, exactly


@dataclass(frozen=True)
class Module:
    """Un module de la figure 5 : les canaux de ses SeparableConv, et s’il finit par un max pooling de pas 2."""

    channels: tuple[int, ...]
    pooled: bool = False
    starts_with_relu: bool = True


ENTRY_FLOW = (
    Module((128, 128), pooled=True, starts_with_relu=False),
    Module((256, 256), pooled=True),
    Module((728, 728), pooled=True),
)
MIDDLE_FLOW = (Module((728, 728, 728)),) * 8
EXIT_MODULE = Module((728, 1024), pooled=True)
FLOW = (*ENTRY_FLOW, *MIDDLE_FLOW, EXIT_MODULE)
EXIT_CHANNELS = (1536, 2048)


@dataclass(frozen=True)
class Xception:
    """La figure 5 n’a pas de réglage."""


def separable(in_channels: int, out_channels: int, number: int) -> tuple[Layer, ...]:
    """Filtrer chaque canal, mélanger les canaux, normaliser ; rien entre les deux convolutions."""
    layers = (
        Conv(in_channels, 3, padding=1, groups=in_channels, bias=False, name="depthwise"),
        Conv(out_channels, 1, bias=False, name="pointwise"),
    )
    return Chain(layers, name=f"conv{number}"), Norm("batch", name=f"bn{number}")


def residual(in_channels: int, module: Module, name: str) -> Chain:
    """ReLU puis SeparableConv, autant de fois qu’il faut, pooling, et un raccourci 1×1 de même pas."""
    channels = in_channels
    main: list[Layer] = []
    for number, out_channels in enumerate(module.channels, start=1):
        if number > 1 or module.starts_with_relu:
            main.append(Activation(name=f"relu{number}"))
        main.extend(separable(channels, out_channels, number))
        channels = out_channels
    if not module.pooled:
        return Chain((Branches((Chain(tuple(main), name="main"), Chain(())), "add"),), name=name)
    main.append(Pool("max", 3, stride=2, padding=1, name="pool"))
    projection = Conv(channels, 1, stride=2, bias=False, name="conv"), Norm("batch", name="bn")
    paths = Chain(tuple(main), name="main"), Chain(projection, name="shortcut")
    return Chain((Branches(paths, "add"),), name=name)


def unroll(config: Xception, num_classes: int) -> Chain:
    layers: list[Layer] = [
        Conv(32, 3, stride=2, bias=False, name="conv1"),
        Norm("batch", name="bn1"),
        Activation(name="relu1"),
        Conv(64, 3, bias=False, name="conv2"),
        Norm("batch", name="bn2"),
        Activation(name="relu2"),
    ]
    channels = 64
    for number, module in enumerate(FLOW, start=1):
        layers.append(residual(channels, module, f"block{number}"))
        channels = module.channels[-1]
    for number, out_channels in enumerate(EXIT_CHANNELS, start=3):
        layers.extend(separable(channels, out_channels, number))
        layers.append(Activation(name=f"relu{number}"))
        channels = out_channels
    head = (
        AdaptivePool("avg", name="avgpool"),
        Flatten(name="flatten"),
        Linear(num_classes, name="classifier.fc"),
    )
    return Chain((Chain(tuple(layers), name="features"), *head))


def unroll_published(num_classes: int) -> Chain:
    return unroll(Xception(), num_classes)


ENTRIES = (
    Entry(
        name="xception",
        stem="xception",
        variant=Xception(),
        title="Xception",
        source="Chollet (2017), figure 5",
        input=Shape(3, (299, 299)),
        unroll=unroll_published,
        published=(exactly("parameters", 22_855_952, "Chollet (2017), table 3"),),
        departures=(
            "Sans la couche dense facultative de la figure 5, comme pour ImageNet.",
            "Le max pooling est bordé d’un zéro de chaque côté ; l’article écrit « same », qui n’en met parfois qu’un.",
            "Initialisation de He et al. (2015) : l’article n’en dit rien.",
        ),
        peer="timm:legacy_xception",
    ),
)
