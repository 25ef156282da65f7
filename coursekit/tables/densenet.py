"""DenseNet : Huang, Liu, van der Maaten et Weinberger, « Densely connected convolutional networks » (2017).

Chaque couche d’un bloc dense lit toutes les précédentes, concaténées, et ajoute k cartes (le taux de croissance) :
table 1 (ImageNet) et table 2 (CIFAR) de l’article. « B » met une couche 1×1 de 4k filtres avant la 3×3 ; « C » divise
les canaux par deux à chaque transition. Diapositives « DenseNet » du cours CNN II.
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
)
from coursekit.tables.entry import Entry, Published, configured, exactly, rounded


@dataclass(frozen=True)
class DenseNet:
    """`depths` couches par bloc, `growth` cartes par couche ; `bottleneck` et `compression` font le « BC »."""

    depths: tuple[int, ...]
    growth: int
    stem_channels: int
    bottleneck: bool = True
    compression: float = 0.5

    @property
    def is_cifar(self) -> bool:
        return len(self.depths) == 3

    def compressed(self, channels: int) -> int:
        """Canaux que rend une transition qui en reçoit `channels`."""
        return int(channels * self.compression)


def activated_conv(out_channels: int, kernel_size: int, number: int) -> tuple[Layer, ...]:
    """Normalisation, ReLU, convolution : l’ordre de la pré-activation."""
    return (
        Norm("batch", name=f"norm{number}"),
        Activation(name=f"relu{number}"),
        Conv(out_channels, kernel_size, padding=kernel_size // 2, bias=False, name=f"conv{number}"),
    )


def dense_layer(config: DenseNet, name: str) -> Chain:
    """H_l : ce que la couche calcule de tout ce qui la précède."""
    if not config.bottleneck:
        return Chain(activated_conv(config.growth, 3, 1), name=name)
    return Chain((*activated_conv(4 * config.growth, 1, 1), *activated_conv(config.growth, 3, 2)), name=name)


def dense_block(config: DenseNet, depth: int, name: str = "") -> Chain:
    """`depth` couches ; la sortie de chacune s’ajoute aux cartes que liront les suivantes."""
    layers = (dense_layer(config, f"denselayer{i}") for i in range(1, depth + 1))
    return Chain(tuple(Branches((Chain(()), layer), "concat") for layer in layers), name=name)


def transition(out_channels: int, name: str) -> Chain:
    """Une couche 1×1, puis un average pooling qui divise la taille par deux."""
    return Chain(
        (
            Norm("batch", name="norm"),
            Activation(name="relu"),
            Conv(out_channels, 1, bias=False, name="conv"),
            Pool("avg", 2, name="pool"),
        ),
        name=name,
    )


def stem(config: DenseNet) -> tuple[Layer, ...]:
    if config.is_cifar:
        return (Conv(config.stem_channels, 3, padding=1, bias=False, name="conv0"),)
    return (
        Conv(config.stem_channels, 7, stride=2, padding=3, bias=False, name="conv0"),
        Norm("batch", name="norm0"),
        Activation(name="relu0"),
        Pool("max", 3, stride=2, padding=1, name="pool0"),
    )


def unroll(config: DenseNet, num_classes: int) -> Chain:
    features, channels = list(stem(config)), config.stem_channels
    for i, depth in enumerate(config.depths, start=1):
        features.append(dense_block(config, depth, f"denseblock{i}"))
        channels += depth * config.growth
        if i < len(config.depths):
            channels = config.compressed(channels)
            features.append(transition(channels, f"transition{i}"))
    features += [Norm("batch", name="norm_last"), Activation(name="relu_last")]
    head = (
        AdaptivePool("avg", name="avgpool"),
        Flatten(name="flatten"),
        Linear(num_classes, name="classifier"),
    )
    return Chain((Chain(tuple(features), name="features"), *head))


PAPER = "Huang et al. (2017)"

IMAGENET = {
    121: (DenseNet((6, 12, 24, 16), 32, 64), 7_978_856, "2.834"),
    169: (DenseNet((6, 12, 32, 32), 32, 64), 14_149_480, "3.36"),
    201: (DenseNet((6, 12, 48, 32), 32, 64), 20_013_928, "4.291"),
    161: (DenseNet((6, 12, 36, 24), 48, 96), 28_681_000, "7.728"),
}
"""Table 1, et DenseNet-161 (k = 48) ; puis les paramètres et les GMAC que torchvision publie."""

K48 = "Le réseau k = 48 que publient les auteurs ; la table 1 donne k = 32 pour toutes ses colonnes."


def _entry(name: str, title: str, source: str, config: DenseNet, *facts: Published, **more: object) -> Entry:
    return configured(
        "densenet", unroll, config, name, title, source, cifar=config.is_cifar, published=facts, **more
    )


def _cifar(depth: int, growth: int, millions: str, bc: bool) -> Entry:
    """Profondeur L = 3 couches par bloc de « n » (deux convolutions chacune avec « B »), conv0, transitions, dense."""
    layers = (depth - 4) // (6 if bc else 3)
    config = (
        DenseNet((layers,) * 3, growth, 2 * growth)
        if bc
        else DenseNet((layers,) * 3, growth, 16, bottleneck=False, compression=1.0)
    )
    return _entry(
        f"densenet-{'bc-' if bc else ''}{depth}-{growth}",
        f"DenseNet{'-BC' if bc else ''} pour CIFAR-10 (L = {depth}, k = {growth})",
        f"{PAPER}, section 3 et table 2",
        config,
        rounded("parameters", millions, "M", f"{PAPER}, table 2"),
    )


def _imagenet(depth: int) -> Entry:
    config, parameters, gigamacs = IMAGENET[depth]
    meta = f"torchvision, DenseNet{depth}_Weights"
    return _entry(
        f"densenet{depth}",
        f"DenseNet-{depth} (k = {config.growth})",
        f"{PAPER}, table 1",
        config,
        exactly("parameters", parameters, meta),
        rounded("macs", gigamacs, "G", meta),
        departures=(K48,) if depth == 161 else (),
        peer=f"densenet{depth}",
    )


ENTRIES = (
    _cifar(40, 12, "1.0", bc=False),
    _cifar(100, 12, "0.8", bc=True),
    *(_imagenet(depth) for depth in IMAGENET),
)
