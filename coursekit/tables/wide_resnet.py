"""Wide ResNet : Zagoruyko et Komodakis, « Wide residual networks » (2016), tables 1, 5, 8 et figure 1.

Plutôt que d’empiler des blocs, les élargir : un WRN-n-k a les trois étages CIFAR de la pré-activation, k fois plus
larges, pour n couches convolutives. Le dropout, s’il y en a, passe entre les deux convolutions d’un bloc (figure 1 d).
WRN-50-2 est, pour ImageNet, un ResNet-50 dont les couches 3×3 sont deux fois plus larges. Diapositives « Wide Residual
Network » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import Chain, Dropout, Layer
from coursekit.tables import preact, resnet
from coursekit.tables.entry import Entry, Published, configured, exactly, rounded


@dataclass(frozen=True)
class WideResNet:
    """CIFAR : `depth` couches convolutives (dont les projections), `width` fois la largeur, un dropout ou non."""

    depth: int
    width: int
    dropout: float = 0.0

    @property
    def units(self) -> int:
        """Blocs par étage : n = 6 N + 4."""
        return (self.depth - 4) // 6


@dataclass(frozen=True)
class WideBottleneck:
    """ImageNet : le ResNet de mêmes `depths`, aux couches intérieures `width` fois plus larges."""

    depths: tuple[int, ...]
    width: int


def main_path(channels: int, stride: int, dropout: float) -> tuple[Layer, ...]:
    """Les deux couches 3×3 d’une unité à pré-activation, et le dropout entre elles."""
    first, *activation, second = preact.basic(channels, stride)
    between = (Dropout(dropout, name="dropout"),) if dropout else ()
    return first, *activation, *between, second


def unroll_cifar(config: WideResNet, num_classes: int) -> Chain:
    def block(in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
        wide = config.width * channels
        skip = preact.shortcut("B", in_channels, wide, stride)
        first = name == "0" and channels == 16
        return preact.unit(main_path(wide, stride, config.dropout), skip, name, first), wide

    body = resnet.stages(block, (config.units,) * 3, (16, 32, 64))
    return Chain((*resnet.CIFAR_STEM, *body, *preact.ending(num_classes)))


def unroll_imagenet(config: WideBottleneck, num_classes: int) -> Chain:
    def block(in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
        main = resnet.bottleneck(channels, stride, stride_on_3x3=True, width=config.width * channels)
        skip = resnet.shortcut("B", in_channels, 4 * channels, stride)
        return resnet.residual(main, skip, 3, name), 4 * channels

    body = resnet.stages(block, config.depths, (64, 128, 256, 512))
    return Chain((*resnet.IMAGENET_STEM, *body, *resnet.head(num_classes)))


def unroll(config: WideResNet | WideBottleneck, num_classes: int) -> Chain:
    if isinstance(config, WideResNet):
        return unroll_cifar(config, num_classes)
    return unroll_imagenet(config, num_classes)


PAPER = "Zagoruyko et Komodakis (2016)"

CIFAR_MILLIONS = {(40, 4): "8.9", (16, 8): "11.0", (28, 10): "36.5"}
"""Table 5 : millions de paramètres."""


def _entry(
    name: str, title: str, source: str, config: WideResNet | WideBottleneck, *facts: Published, **more: object
) -> Entry:
    cifar = isinstance(config, WideResNet)
    return configured(
        "wide_resnet", unroll, config, name, title, source, cifar=cifar, published=facts, **more
    )


def _cifar(depth: int, width: int, dropout: float = 0.0) -> Entry:
    source = f"{PAPER}, tables 1 et 5"
    suffix, aside = ("-dropout", f" (dropout {dropout:.1f})".replace(".", ",")) if dropout else ("", "")
    return _entry(
        f"wrn-{depth}-{width}{suffix}",
        f"WRN-{depth}-{width} pour CIFAR-10{aside}",
        source if not dropout else f"{PAPER}, table 1, figure 1 (d) et section 2.4",
        WideResNet(depth, width, dropout),
        rounded("parameters", CIFAR_MILLIONS[depth, width], "M", source),
    )


def _imagenet(depth: int, parameters: int, gigamacs: str, *facts: Published, departure: str) -> Entry:
    meta = f"torchvision, Wide_ResNet{depth}_2_Weights"
    return _entry(
        f"wrn-{depth}-2",
        f"WRN-{depth}-2 (bottleneck)",
        f"{PAPER}, table 8" if depth == 50 else f"torchvision ; {PAPER}, section 3",
        WideBottleneck(resnet.DEPTHS[depth], 2),
        *facts,
        exactly("parameters", parameters, meta),
        rounded("macs", gigamacs, "G", meta),
        departures=(departure,),
        peer=f"wide_resnet{depth}_2",
    )


ENTRIES = (
    *(_cifar(depth, width) for depth, width in CIFAR_MILLIONS),
    _cifar(28, 10, dropout=0.3),
    _imagenet(
        50, 68_883_240, "11.398",
        rounded("parameters", "68.9", "M", f"{PAPER}, table 8"),
        departure="Activations et pas du ResNet V1.5 de torchvision ; l’article ne les précise pas.",
    ),
    _imagenet(
        101, 126_886_696, "22.753",
        departure="Absent de l’article : la règle de WRN-50-2 appliquée à ResNet-101, comme dans torchvision.",
    ),
)  # fmt: skip
