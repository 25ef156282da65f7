"""ResNet : He, Zhang, Ren et Sun, « Deep residual learning for image recognition » (2016), tables 1 et 6, figure 3.

Chaque réseau existe comme publié (dans un bottleneck, le pas est porté par la première couche 1×1), et les trois
plus profonds aussi en « V1.5 », où le pas passe à la couche 3×3, comme dans torchvision. Le jumeau « plain » de chacun
a les mêmes couches sans les raccourcis. Diapositives « ResNet » du cours CNN II.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

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
    PadShortcut,
    Pool,
)
from coursekit.tables.entry import Entry, Erratum, Published, configured, exactly, rounded

Shortcut = Literal["A", "B", "none"]


@dataclass(frozen=True)
class ResNet:
    """`depths` blocs par étage ; `shortcut` : « A » complète de zéros, « B » projette, « none » n’en met pas."""

    block: Literal["basic", "bottleneck"]
    depths: tuple[int, ...]
    channels: tuple[int, ...] = (64, 128, 256, 512)
    shortcut: Shortcut = "B"
    stride_on_3x3: bool = False

    @property
    def is_cifar(self) -> bool:
        return len(self.depths) == 3


def conv_bn(
    out_channels: int, kernel_size: int, number: int, stride: int = 1, groups: int = 1
) -> tuple[Layer, ...]:
    """Une convolution sans biais, de même taille à pas 1, et sa normalisation par lot."""
    conv = Conv(
        out_channels,
        kernel_size,
        stride=stride,
        padding=kernel_size // 2,
        groups=groups,
        bias=False,
        name=f"conv{number}",
    )
    return conv, Norm("batch", name=f"bn{number}")


def relu(number: int) -> Activation:
    return Activation(name=f"relu{number}")


def basic(channels: int, stride: int) -> tuple[Layer, ...]:
    """Deux couches 3×3 (figure 5, gauche)."""
    return (*conv_bn(channels, 3, 1, stride), relu(1), *conv_bn(channels, 3, 2))


def bottleneck(
    channels: int, stride: int, stride_on_3x3: bool, width: int | None = None, groups: int = 1
) -> tuple[Layer, ...]:
    """1×1 qui réduit, 3×3, 1×1 qui rend quatre fois plus de canaux (figure 5, droite).

    `width` : les canaux des deux premières couches, ceux de l’étage par défaut ; `groups` : ceux de la couche 3×3.
    """
    width = width or channels
    first, second = (1, stride) if stride_on_3x3 else (stride, 1)
    return (
        *conv_bn(width, 1, 1, first),
        relu(1),
        *conv_bn(width, 3, 2, second, groups),
        relu(2),
        *conv_bn(4 * channels, 1, 3),
    )


def shortcut(kind: Shortcut, in_channels: int, out_channels: int, stride: int) -> Layer:
    """L’identité, ou ce qui la remplace quand la forme change."""
    if in_channels == out_channels and stride == 1:
        return Chain(())
    if kind == "A":
        return PadShortcut(out_channels, stride, name="shortcut")
    projection = Conv(out_channels, 1, stride=stride, bias=False, name="conv")
    return Chain((projection, Norm("batch", name="bn")), name="shortcut")


def residual(main: tuple[Layer, ...], skip: Layer | None, last: int, name: str) -> Chain:
    """Le bloc entier : chemin principal, raccourci, addition, ReLU."""
    body = Chain(main) if skip is None else Branches((Chain(main), skip), "add")
    return Chain((body, relu(last)), name=name)


BlockTable = Callable[[int, int, int, str], tuple[Chain, int]]
"""Ce qui déroule un bloc : (canaux d’entrée, largeur de l’étage, pas, nom) → (couches, canaux de sortie)."""


def block_table(config: ResNet) -> BlockTable:
    """Le bloc que dit la configuration."""

    def unroll_block(in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
        if config.block == "basic":
            main, out_channels, last = basic(channels, stride), channels, 2
        else:
            main, out_channels, last = bottleneck(channels, stride, config.stride_on_3x3), 4 * channels, 3
        kind = config.shortcut
        skip = None if kind == "none" else shortcut(kind, in_channels, out_channels, stride)
        return residual(main, skip, last, name), out_channels

    return unroll_block


def stages(block: BlockTable, depths: tuple[int, ...], channels: tuple[int, ...]) -> tuple[Chain, ...]:
    """Les étages conv2_x, conv3_x… ; le premier bloc de chacun porte le pas et le changement de canaux."""
    in_channels, made = channels[0], []
    for index, (depth, width) in enumerate(zip(depths, channels, strict=True)):
        blocks = []
        for i in range(depth):
            stride = 2 if i == 0 and index > 0 else 1
            unrolled, in_channels = block(in_channels, width, stride, str(i))
            blocks.append(unrolled)
        made.append(Chain(tuple(blocks), name=f"conv{index + 2}_x"))
    return tuple(made)


IMAGENET_STEM: tuple[Layer, ...] = (
    Conv(64, 7, stride=2, padding=3, bias=False, name="conv1"),
    Norm("batch", name="bn1"),
    relu(1),
    Pool("max", 3, stride=2, padding=1, name="maxpool"),
)
CIFAR_STEM: tuple[Layer, ...] = (*conv_bn(16, 3, 1), relu(1))


def head(num_classes: int) -> tuple[Layer, ...]:
    """Pooling global, puis une couche dense."""
    return AdaptivePool("avg", name="avgpool"), Flatten(name="flatten"), Linear(num_classes, name="fc")


def unroll(config: ResNet, num_classes: int) -> Chain:
    stem = CIFAR_STEM if config.is_cifar else IMAGENET_STEM
    return Chain((*stem, *stages(block_table(config), config.depths, config.channels), *head(num_classes)))


PAPER = "He et al. (2016)"

DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Table 1 : blocs par étage."""

GIGAMACS = {18: "1.8", 34: "3.6", 50: "3.8", 101: "7.6", 152: "11.3"}
"""Table 1, dernière ligne (FLOPs au sens de multiplications-additions)."""

TORCHVISION = {
    18: (11_689_512, "1.814"),
    34: (21_797_672, "3.664"),
    50: (25_557_032, "4.089"),
    101: (44_549_160, "7.801"),
    152: (60_192_808, "11.514"),
}
"""Paramètres et GMAC que torchvision publie (V1.5 à partir de 50)."""

CIFAR_DEPTHS = (20, 32, 44, 56, 110, 1202)
CIFAR_MILLIONS = {20: "0.27", 32: "0.46", 44: "0.66", 56: "0.85", 110: "1.7", 1202: "19.4"}
"""Table 6 : millions de paramètres."""


def _torchvision_facts(depth: int) -> tuple[Published, ...]:
    parameters, gigamacs = TORCHVISION[depth]
    source = f"torchvision, ResNet{depth}_Weights"
    return exactly("parameters", parameters, source), rounded("macs", gigamacs, "G", source)


def _entry(name: str, title: str, source: str, config: ResNet, **facts: object) -> Entry:
    return configured("resnet", unroll, config, name, title, source, cifar=config.is_cifar, **facts)


def _imagenet(depth: int) -> tuple[Entry, ...]:
    """Comme publié, en V1.5 s’il y a lieu, et sans raccourcis."""
    block: Literal["basic", "bottleneck"] = "basic" if depth < 50 else "bottleneck"
    published = ResNet(block, DEPTHS[depth])
    source = f"{PAPER}, table 1, colonne {depth} couches"
    facts = (rounded("macs", GIGAMACS[depth], "G", source, last_digit=1),)
    torchvision = _torchvision_facts(depth)
    plain = _entry(
        f"plain{depth}",
        f"Réseau plain à {depth} couches",
        f"{PAPER}, figure 3" if depth == 34 else f"{PAPER}, section 4.1",
        replace(published, shortcut="none"),
        departures=("Les couches du ResNet de même profondeur, sans les raccourcis ni leurs projections.",),
    )
    if block == "basic":
        entry = _entry(
            f"resnet{depth}", f"ResNet-{depth}", source, published,
            published=(*facts, *torchvision), errata=ROUNDING_ERRATA.get(depth, ()), peer=f"resnet{depth}",
        )  # fmt: skip
        return entry, plain
    first = _entry(
        f"resnet{depth}", f"ResNet-{depth}", source, published,
        published=(*facts, torchvision[0]), errata=ROUNDING_ERRATA.get(depth, ()),
    )  # fmt: skip
    second = _entry(
        f"resnet{depth}-v1.5", f"ResNet-{depth} V1.5", f"torchvision ; {source}",
        replace(published, stride_on_3x3=True),
        published=torchvision, departures=(V15_DEPARTURE,), peer=f"resnet{depth}",
    )  # fmt: skip
    return first, second, plain


def _cifar(depth: int) -> tuple[Entry, ...]:
    """Options A (celle de l’article) et B, et le jumeau sans raccourcis."""
    config = ResNet("basic", ((depth - 2) // 6,) * 3, (16, 32, 64), shortcut="A")
    source = f"{PAPER}, section 4.2 et table 6"
    fact = rounded("parameters", CIFAR_MILLIONS[depth], "M", source)
    projected, plain = replace(config, shortcut="B"), replace(config, shortcut="none")
    return (
        _entry(f"resnet{depth}-cifar", f"ResNet-{depth} pour CIFAR-10", source, config, published=(fact,)),
        _entry(
            f"resnet{depth}-cifar-b", f"ResNet-{depth} pour CIFAR-10, projections", source, projected,
            departures=("Raccourcis par projection (option B) là où la forme change ; l’article complète de zéros.",),
        ),
        _entry(
            f"plain{depth}-cifar", f"Réseau plain à {depth} couches pour CIFAR-10", source, plain,
            departures=("Les couches du ResNet de même profondeur, sans les raccourcis.",),
        ),
    )  # fmt: skip


V15_DEPARTURE = "Le pas de chaque étage est porté par la couche 3×3, et non par la première 1×1."

ROUNDING_ERRATA = {
    34: (
        Erratum(
            f"{PAPER}, table 1",
            "3,6 GFLOPs",
            "3,66 G",
            "L’arrondi est 3,7 ; avec les raccourcis A, on a 3,64.",
        ),
    ),
    50: (Erratum(f"{PAPER}, table 1", "3,8 GFLOPs", "3,86 G", "L’arrondi de 3,858 est 3,9."),),
}
"""Ce que la table 1 imprime et qui n’est pas l’arrondi du compte."""

ENTRIES = (
    *(entry for depth in DEPTHS for entry in _imagenet(depth)),
    *(entry for depth in CIFAR_DEPTHS for entry in _cifar(depth)),
)
