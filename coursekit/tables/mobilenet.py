"""MobileNet : Howard et al., « MobileNets » (2017), table 1 ; Sandler et al., « MobileNetV2 » (2018), tables 1 et 2.

La première version remplace chaque convolution par sa factorisation depthwise separable ; la seconde en fait un bloc
résiduel inversé, large au milieu et étroit aux deux bouts. Diapositives « Convolution depthwise separable ».
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import (
    Activation,
    AdaptivePool,
    Branches,
    Chain,
    Conv,
    Dropout,
    Flatten,
    Layer,
    Linear,
    Norm,
    Shape,
)
from coursekit.tables.blocks import conv_norm
from coursekit.tables.entry import Entry, Erratum, exactly, rounded


@dataclass(frozen=True)
class Separable:
    """Deux lignes de la table 1 : « Conv dw », qui porte le pas, puis « Conv », 1×1."""

    channels: int
    stride: int = 1


V1_BODY = (
    Separable(64),
    Separable(128, stride=2),
    Separable(128),
    Separable(256, stride=2),
    Separable(256),
    Separable(512, stride=2),
    *(Separable(512),) * 5,
    Separable(1024, stride=2),
    Separable(1024),
)


@dataclass(frozen=True)
class Bottleneck:
    """Une ligne de la table 2 de 2018 : facteur d’expansion t, canaux c, répétitions n, pas s du premier bloc."""

    expansion: int
    channels: int
    repeats: int
    stride: int


V2_BODY = (
    Bottleneck(expansion=1, channels=16, repeats=1, stride=1),
    Bottleneck(expansion=6, channels=24, repeats=2, stride=2),
    Bottleneck(expansion=6, channels=32, repeats=3, stride=2),
    Bottleneck(expansion=6, channels=64, repeats=4, stride=2),
    Bottleneck(expansion=6, channels=96, repeats=3, stride=1),
    Bottleneck(expansion=6, channels=160, repeats=3, stride=2),
    Bottleneck(expansion=6, channels=320, repeats=1, stride=1),
)
STEM_CHANNELS = 32
V2_LAST_CHANNELS = 1280
V2_DROPOUT = 0.2


@dataclass(frozen=True)
class V1:
    """`width` est le multiplicateur α : il réduit les canaux de toutes les couches (section 3.3)."""

    width: float = 1.0

    def channels(self, published: int) -> int:
        return int(self.width * published)


@dataclass(frozen=True)
class V2:
    """La configuration de la table 2, à largeur 1."""


def separable(in_channels: int, out_channels: int, stride: int, name: str) -> Chain:
    """Filtrer chaque canal seul (3×3), puis mélanger les canaux (1×1) ; figure 3, droite."""
    depthwise = Conv(
        in_channels, 3, stride=stride, padding=1, groups=in_channels, bias=False, name="depthwise"
    )
    layers = (
        depthwise,
        Norm("batch", name="bn1"),
        Activation(name="relu1"),
        Conv(out_channels, 1, bias=False, name="pointwise"),
        Norm("batch", name="bn2"),
        Activation(name="relu2"),
    )
    return Chain(layers, name=name)


def inverted_residual(in_channels: int, out_channels: int, stride: int, expansion: int, name: str) -> Chain:
    """Élargir (1×1), filtrer (depthwise 3×3), projeter sans non-linéarité (1×1) ; table 1 de 2018."""
    hidden = expansion * in_channels
    expand = (conv_norm(hidden, 1, act="relu6", name="expand"),) if expansion > 1 else ()
    main = Chain(
        (
            *expand,
            conv_norm(hidden, 3, stride=stride, groups=hidden, act="relu6", name="depthwise"),
            conv_norm(out_channels, 1, name="project"),
        )
    )
    if stride > 1 or in_channels != out_channels:
        return Chain(main.layers, name=name)
    return Chain((Branches((main, Chain(())), "add"),), name=name)


def _v1_features(config: V1) -> Chain:
    channels = config.channels(STEM_CHANNELS)
    layers: list[Layer] = [conv_norm(channels, 3, stride=2, act="relu", name="stem")]
    for i, row in enumerate(V1_BODY, start=1):
        out_channels = config.channels(row.channels)
        layers.append(separable(channels, out_channels, row.stride, f"block{i}"))
        channels = out_channels
    return Chain(tuple(layers), name="features")


def _v2_features() -> Chain:
    channels = STEM_CHANNELS
    layers: list[Layer] = [conv_norm(channels, 3, stride=2, act="relu6", name="stem")]
    for i, row in enumerate(V2_BODY, start=1):
        blocks = []
        for j in range(row.repeats):
            stride = row.stride if j == 0 else 1
            blocks.append(inverted_residual(channels, row.channels, stride, row.expansion, str(j)))
            channels = row.channels
        layers.append(Chain(tuple(blocks), name=f"stage{i}"))
    layers.append(conv_norm(V2_LAST_CHANNELS, 1, act="relu6", name="last"))
    return Chain(tuple(layers), name="features")


def unroll(config: V1 | V2, num_classes: int) -> Chain:
    pooled = AdaptivePool("avg", name="avgpool"), Flatten(name="flatten")
    classifier: tuple[Layer, ...] = (Linear(num_classes, name="classifier.fc"),)
    if isinstance(config, V1):
        return Chain((_v1_features(config), *pooled, *classifier))
    return Chain((_v2_features(), *pooled, Dropout(V2_DROPOUT, name="classifier.dropout"), *classifier))


STRIDE_ERRATUM = Erratum(
    "Howard et al. (2017), table 1",
    "« Conv dw / s2 » sur une entrée 7×7×1024, dernière ligne depthwise",
    "pas 1",
    "La ligne suivante lit encore 7×7 : avec un pas de 2, ce serait 4×4, et 534 M de multiplications au lieu de 569.",
)
V2_ERRATUM = Erratum(
    "Sandler et al. (2018), table 4",
    "3,4 M de paramètres",
    "3,50 M",
    "Les poids seuls, sans biais ni normalisations, font 3,47 M, que l’article tronque.",
)


def _entry(name: str, title: str, source: str, config: V1 | V2, **facts: object) -> Entry:
    def unroll_config(num_classes: int) -> Chain:
        return unroll(config, num_classes)

    return Entry(
        name=name,
        stem="mobilenet",
        variant=config,
        title=title,
        source=source,
        input=Shape(3, (224, 224)),
        unroll=unroll_config,
        **facts,  # type: ignore[arg-type]
    )


WIDTHS = {1.0: ("569", "4.2"), 0.75: ("325", "2.6"), 0.5: ("149", "1.3"), 0.25: ("41", "0.5")}
"""Table 6 de 2017 : millions de multiplications-additions et de paramètres pour chaque largeur α."""


def _v1(width: float) -> Entry:
    macs, parameters = WIDTHS[width]
    name, shown = ("mobilenet-v1", "") if width == 1 else (f"mobilenet-v1-{width}", f", largeur {width:g}")
    source = "Howard et al. (2017), table 6"
    return _entry(
        name,
        f"MobileNet v1{shown}".replace("0.", "0,"),
        "Howard et al. (2017), table 1",
        V1(width),
        published=(rounded("macs", macs, "M", source), rounded("parameters", parameters, "M", source)),
        departures=("Initialisation de He et al. (2015) : l’article n’en dit rien.",),
        errata=(STRIDE_ERRATUM,),
        peer="timm:mobilenetv1_100" if width == 1 else None,
    )  # fmt: skip


ENTRIES = (
    *(_v1(width) for width in WIDTHS),
    _entry(
        "mobilenet-v2",
        "MobileNet v2",
        "Sandler et al. (2018), table 2",
        V2(),
        published=(
            rounded("macs", "300", "M", "Sandler et al. (2018), table 4", last_digit=1),
            exactly("parameters", 3_504_872, "torchvision, MobileNet_V2_Weights"),
            rounded("macs", "0.301", "G", "torchvision, MobileNet_V2_Weights"),
        ),
        departures=(
            "Pour t = 1, pas de couche d’expansion, comme dans le code des auteurs.",
            "Initialisation de He et al. (2015) : l’article n’en dit rien.",
        ),
        errata=(V2_ERRATUM,),
        peer="mobilenet_v2",
    ),
)
