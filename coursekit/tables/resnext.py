"""ResNeXt : Xie, Girshick, Dollár, Tu et He, « Aggregated residual transformations for deep neural networks » (2017).

Le bottleneck de ResNet dont la couche 3×3 est divisée en C groupes (la cardinalité) de d canaux chacun : tables 1 à 4,
figure 3 (c). Comme dans le code des auteurs, le pas est porté par la couche 3×3 ; avec C = 1 et d = 64, c’est donc
exactement ResNet-50 V1.5. Diapositives « ResNeXt » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.arithmetic import totals, walk
from coursekit.layers import Chain, Shape
from coursekit.tables.entry import Entry, Erratum, Published, exactly, rounded
from coursekit.tables.resnet import DEPTHS, IMAGENET_STEM, bottleneck, head, residual, shortcut, stages


@dataclass(frozen=True)
class ResNeXt:
    """`cardinality` groupes de `width` canaux dans l’étage conv2_x ; la largeur double à chaque étage."""

    depths: tuple[int, ...]
    cardinality: int
    width: int

    def inner_channels(self, channels: int) -> int:
        """Canaux de la couche 3×3 dans l’étage de largeur `channels` (64 pour conv2_x)."""
        return self.cardinality * self.width * channels // 64


def unroll(config: ResNeXt, num_classes: int) -> Chain:
    def block(in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
        main = bottleneck(
            channels,
            stride,
            stride_on_3x3=True,
            width=config.inner_channels(channels),
            groups=config.cardinality,
        )
        return residual(main, shortcut("B", in_channels, 4 * channels, stride), 3, name), 4 * channels

    body = stages(block, config.depths, (64, 128, 256, 512))
    return Chain((*IMAGENET_STEM, *body, *head(num_classes)))


def template_cost(cardinality: int, width: int) -> int:
    """Poids des trois convolutions du gabarit de la table 2 : 256 canaux, C groupes de d canaux, 256 canaux."""
    layers = bottleneck(64, 1, stride_on_3x3=True, width=cardinality * width, groups=cardinality)
    rows = walk(Chain(layers), Shape(256, (56, 56)))
    return totals(tuple(row for row in rows if row.kind == "Conv"))[0]


def width_for(cardinality: int) -> int:
    """La largeur d qui garde la complexité du bottleneck de ResNet-50 (C = 1, d = 64) : table 2 de l’article."""
    target = template_cost(1, 64)
    return min(range(1, 65), key=lambda width: abs(template_cost(cardinality, width) - target))


PAPER = "Xie et al. (2017)"

COMPLEXITY = {50: "4.1", 101: "7.8"}
"""Table 3 : « preserved complexity », en milliards de multiplications-additions, pour tous les réglages."""

COUNT_ERRATUM = Erratum(
    f"{PAPER}, table 1",
    "25,5 millions de paramètres pour ResNet-50",
    "25,6 millions (25\u202f557\u202f032)",
    "La table tronque au lieu d’arrondir.",
)


def _near(value: str, percent: int, source: str) -> Published:
    """Un ordre de grandeur, imprimé avec « ≈ » : l’écart permis est en pour cent."""
    giga = float(value) * 1e9
    stated = f"≈ {value.replace('.', ',')} G"
    return Published("macs", stated, giga, giga * percent / 100, source)


def _entry(
    depth: int,
    cardinality: int,
    width: int,
    table: str,
    *facts: Published,
    errata: tuple[Erratum, ...] = (),
    peer: str | None = None,
) -> Entry:
    config = ResNeXt(DEPTHS[depth], cardinality, width)

    def unroll_config(num_classes: int) -> Chain:
        return unroll(config, num_classes)

    return Entry(
        name=f"resnext{depth}-{cardinality}x{width}d",
        stem="resnext",
        variant=config,
        title=f"ResNeXt-{depth} ({cardinality}×{width}d)",
        source=f"{PAPER}, {table}",
        input=Shape(3, (224, 224)),
        unroll=unroll_config,
        published=facts,
        errata=errata,
        peer=peer,
    )


def _ablation(depth: int, cardinality: int, width: int, *facts: Published, peer: str | None = None) -> Entry:
    """Un réglage de la table 3, à complexité conservée."""
    near = _near(COMPLEXITY[depth], 5, f"{PAPER}, table 3")
    return _entry(depth, cardinality, width, "table 3", near, *facts, peer=peer)


def _doubled(cardinality: int, width: int, *facts: Published, peer: str | None = None) -> Entry:
    """Un réglage de la table 4, au double de la complexité de ResNet-101."""
    near = _near("15.6", 5, f"{PAPER}, table 4 : 2 × 7,8 G")
    return _entry(101, cardinality, width, "table 4", near, *facts, peer=peer)


def _torchvision(parameters: int, gigamacs: str, weights: str) -> tuple[Published, ...]:
    source = f"torchvision, {weights}_Weights"
    return exactly("parameters", parameters, source), rounded("macs", gigamacs, "G", source)


ENTRIES = (
    _entry(
        50, 1, 64, "tables 1 et 3 : ResNet-50, point de départ",
        rounded("parameters", "25.5", "M", f"{PAPER}, table 1", last_digit=1),
        rounded("macs", "4.1", "G", f"{PAPER}, table 1"),
        errata=(COUNT_ERRATUM,), peer="resnet50",
    ),
    _ablation(50, 2, 40),
    _ablation(50, 4, 24),
    _ablation(50, 8, 14),
    _entry(
        50, 32, 4, "tables 1 et 3",
        rounded("parameters", "25.0", "M", f"{PAPER}, table 1"),
        rounded("macs", "4.2", "G", f"{PAPER}, table 1"),
        *_torchvision(25_028_904, "4.23", "ResNeXt50_32X4D"),
        peer="resnext50_32x4d",
    ),
    _ablation(101, 32, 4, peer="timm:resnext101_32x4d"),
    _doubled(2, 64),
    _doubled(64, 4, *_torchvision(83_455_272, "15.46", "ResNeXt101_64X4D"), peer="resnext101_64x4d"),
)  # fmt: skip
