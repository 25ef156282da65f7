"""SENet : Hu, Shen, Albanie, Sun et Wu, « Squeeze-and-excitation networks » (2018 ; version longue, 2020).

Une porte squeeze-and-excite par bloc de ResNet ou de ResNeXt (figures 1 et 3, tables 1 et 2), avec son ratio r
(section 6.1 de la version longue) et les cinq places qu’elle peut prendre (section 6.5, figure 5). Le pas de SE-ResNet
est celui de ResNet comme publié, sur la première couche 1×1 ; celui de SE-ResNeXt est sur la couche 3×3.
Diapositives « SENet » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from coursekit.layers import Activation, Branches, Chain, Dropout, Layer, Pool, Row, Shape, edit
from coursekit.tables.blocks import squeeze_excite
from coursekit.tables.entry import Entry, Erratum, Published, exactly
from coursekit.tables.resnet import DEPTHS, IMAGENET_STEM, bottleneck, conv_bn, head, relu, shortcut, stages
from coursekit.tables.resnext import ResNeXt

Position = Literal["standard", "pre", "post", "identity", "conv3x3"]


@dataclass(frozen=True)
class SENet:
    """`resnext` : le réseau qui reçoit les portes, ou `None` pour ResNet ; `ratio` divise les canaux dans la porte."""

    depths: tuple[int, ...]
    ratio: int = 16
    position: Position = "standard"
    resnext: ResNeXt | None = None

    def inner_channels(self, channels: int) -> int:
        """Canaux de la couche 3×3 dans l’étage de largeur `channels`."""
        return self.resnext.inner_channels(channels) if self.resnext else channels

    @property
    def groups(self) -> int:
        return self.resnext.cardinality if self.resnext else 1


@dataclass(frozen=True)
class SENet154:
    """Le réseau du concours de 2017 n’a pas de réglage."""


def gate(config: SENet, channels: int) -> Branches:
    return squeeze_excite(channels, channels // config.ratio)


def se_block(config: SENet, in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
    """Le bottleneck et sa porte, à la place que dit `config.position` (figure 5)."""
    out_channels, place = 4 * channels, config.position
    inner = config.inner_channels(channels)
    main: tuple[Layer, ...] = bottleneck(channels, stride, config.resnext is not None, inner, config.groups)
    skip = shortcut("B", in_channels, out_channels, stride)
    after: tuple[Layer, ...] = (Activation(name="relu3"),)
    match place:
        case "standard":
            main = (*main, gate(config, out_channels))
        case "pre":
            main = (gate(config, in_channels), *main)
        case "conv3x3":
            main = (*main[:-2], gate(config, inner), *main[-2:])
        case "identity":
            skip = Chain((skip, gate(config, out_channels)))
        case "post":
            after = (*after, gate(config, out_channels))
    return Chain((Branches((Chain(main), skip), "add"), *after), name=name), out_channels


def se_block_154(in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
    """Le bloc de SENet-154 : 64 groupes, deux fois moins de canaux en entrant, et un raccourci 3×3 quand il réduit."""
    out_channels = 4 * channels
    main = (
        *conv_bn(2 * channels, 1, 1),
        relu(1),
        *conv_bn(out_channels, 3, 2, stride, groups=64),
        relu(2),
        *conv_bn(out_channels, 1, 3),
        squeeze_excite(out_channels, out_channels // 16),
    )
    skip = shortcut("B", in_channels, out_channels, stride)
    if stride > 1:
        skip = edit(skip, "shortcut.conv", kernel_size=3, padding=1)
    return Chain((Branches((Chain(main), skip), "add"), relu(3)), name=name), out_channels


def unroll_154(num_classes: int) -> Chain:
    """Trois couches 3×3 au lieu d’une 7×7, et un dropout avant la couche dense (annexe de la version longue)."""
    stem = *conv_bn(64, 3, 1, 2), relu(1), *conv_bn(64, 3, 2), relu(2), *conv_bn(128, 3, 3), relu(3)
    body = stages(se_block_154, DEPTHS[152], (64, 128, 256, 512))
    pooled, flatten, fc = head(num_classes)
    pool = Pool("max", 3, stride=2, padding=1, name="maxpool")
    return Chain((Chain(stem, name="stem"), pool, *body, pooled, flatten, Dropout(0.2, name="dropout"), fc))


def unroll(config: SENet, num_classes: int) -> Chain:
    def block(in_channels: int, channels: int, stride: int, name: str) -> tuple[Chain, int]:
        return se_block(config, in_channels, channels, stride, name)

    body = stages(block, config.depths, (64, 128, 256, 512))
    return Chain((*IMAGENET_STEM, *body, *head(num_classes)))


def file_size(rows: tuple[Row, ...]) -> int:
    """Taille du fichier de poids en Mo, comme l’étude du ratio r la donne (diapositive « SENet »).

    L’article ne dit pas sa convention. Celle-ci redonne ses cinq nombres : quatre octets par paramètre et par
    statistique de normalisation (une moyenne et une variance par canal), en Mo de 2²⁰ octets, arrondis vers le haut.
    """
    learned = sum(row.parameters for row in rows)
    statistics = sum(
        row.parameters for row in rows if row.kind == "Norm"
    )  # γ et β, autant que moyenne et variance
    return ceil(4 * (learned + statistics) / 2**20)


def published_cost(rows: tuple[Row, ...]) -> float:
    """GFLOPs au sens de la table 2 : les MAC, une opération par addition du raccourci, une par valeur moyennée.

    L’article ne dit pas sa convention. Celle-ci redonne cinq de ses six nombres sur ResNet et le premier de ses quatre
    sur ResNeXt, à 0,01 près pour les autres (`COST_ERRATA`).
    """
    macs = sum(row.macs for row in rows)
    added = sum(row.output.numel for row in rows if row.kind == "add")
    averaged = sum(row.input.numel for row in rows if row.name.endswith("se.avgpool"))
    return (macs + added + averaged) / 1e9


COST_ERRATA = {
    name: Erratum(
        "Hu et al. (2018), table 2",
        f"{stated} GFLOPs pour {title}",
        f"{counted} GFLOPs",
        "L’article ne dit pas ce qu’il compte ; les MAC, les additions et les moyennes, qui redonnent cinq de ses six "
        "nombres sur ResNet, donnent celui-ci.",
    )
    for name, title, stated, counted in (
        ("se-resnet101", "SE-ResNet-101", "7,60", "7,59"),
        ("resnext101-32x4d", "ResNeXt-101", "7,99", "7,98"),
        ("se-resnext50-32x4d", "SE-ResNeXt-50", "4,25", "4,24"),
        ("se-resnext101-32x4d", "SE-ResNeXt-101", "8,00", "7,99"),
    )
}

POOL_DEPARTURE = (
    "Le premier pooling est bordé de zéros, comme dans ResNet ; les poids Caffe des auteurs en arrondissent la taille "
    "vers le haut."
)

PLACES: dict[Position, str] = {
    "pre": "La porte est en tête du chemin résiduel (SE-PRE).",
    "post": "La porte suit l’addition et sa ReLU (SE-POST).",
    "identity": "La porte est sur le raccourci, après la projection s’il y en a une (SE-Identity).",
    "conv3x3": "La porte suit la couche 3×3, sa normalisation et sa ReLU (SE_3×3).",
}

# Les paramètres des modules de timm, comptés.
WITNESS = {50: 28_088_024, 101: 49_326_872, 152: 66_821_848}
WITNESS_RESNEXT = {50: 27_559_896, 101: 48_955_416}


def _entry(name: str, title: str, source: str, config: SENet, **facts: object) -> Entry:
    def unroll_config(num_classes: int) -> Chain:
        return unroll(config, num_classes)

    return Entry(
        name=name,
        stem="senet",
        variant=config,
        title=title,
        source=source,
        input=Shape(3, (224, 224)),
        unroll=unroll_config,
        **facts,  # type: ignore[arg-type]
    )


def _facts(parameters: int, peer: str) -> tuple[Published, ...]:
    return (exactly("parameters", parameters, f"timm, compté sur {peer}"),)


def _resnet(depth: int) -> Entry:
    peer = f"legacy_seresnet{depth}"
    return _entry(
        f"se-resnet{depth}", f"SE-ResNet-{depth}", "Hu et al. (2018), tables 1 et 2", SENet(DEPTHS[depth]),
        published=_facts(WITNESS[depth], peer), peer=f"timm:{peer}",
        errata=(COST_ERRATA[f"se-resnet{depth}"],) if depth == 101 else (),
        departures=(POOL_DEPARTURE,),
    )  # fmt: skip


def _resnext(depth: int) -> Entry:
    peer = f"legacy_seresnext{depth}_32x4d"
    config = SENet(DEPTHS[depth], resnext=ResNeXt(DEPTHS[depth], cardinality=32, width=4))
    return _entry(
        f"se-resnext{depth}-32x4d", f"SE-ResNeXt-{depth} (32×4d)", "Hu et al. (2018), table 2", config,
        published=_facts(WITNESS_RESNEXT[depth], peer), peer=f"timm:{peer}",
        errata=(COST_ERRATA[f"se-resnext{depth}-32x4d"],),
        departures=(POOL_DEPARTURE,),
    )  # fmt: skip


def _ratio(ratio: int) -> Entry:
    return _entry(
        f"se-resnet50-r{ratio}", f"SE-ResNet-50, r = {ratio}", "Hu et al. (2018), étude du ratio r",
        replace(SENet(DEPTHS[50]), ratio=ratio),
        departures=(f"SE-ResNet-50 avec un ratio de {ratio} au lieu de 16.",),
    )  # fmt: skip


def _placed(position: Position) -> Entry:
    return _entry(
        f"se-resnet50-{position}", f"SE-ResNet-50, porte « {position} »", "Hu et al. (2020), section 6.5",
        replace(SENet(DEPTHS[50]), position=position),
        departures=(PLACES[position],),
    )  # fmt: skip


ENTRIES = (
    *(_resnet(depth) for depth in WITNESS),
    *(_resnext(depth) for depth in WITNESS_RESNEXT),
    *(_ratio(ratio) for ratio in (4, 8, 32)),
    *(_placed(position) for position in PLACES),
    Entry(
        name="senet154",
        stem="senet",
        variant=SENet154(),
        title="SENet-154",
        source="Hu et al. (2020), annexe",
        input=Shape(3, (224, 224)),
        unroll=unroll_154,
        published=_facts(115_088_984, "legacy_senet154"),
        departures=(POOL_DEPARTURE,),
        peer="timm:legacy_senet154",
    ),
)
