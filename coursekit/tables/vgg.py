"""VGG : Simonyan et Zisserman, « Very deep convolutional networks for large-scale image recognition » (2015), table 1.

Que des filtres 3×3 (pas 1, padding 1) en cinq étages, chacun suivi d’un max pooling 2×2 ; trois couches denses. La
colonne C fait exception : la dernière couche de ses trois derniers étages est 1×1. Les variantes « bn » n’étaient pas
dans l’article : une normalisation par lot y suit chaque convolution. Diapositive « VGGNet » du cours CNN I.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from coursekit.layers import Activation, Chain, Conv, Flatten, Layer, Norm, Pool, Shape
from coursekit.tables.blocks import dense_classifier
from coursekit.tables.entry import Entry, Published, exactly, rounded


@dataclass(frozen=True)
class Stage:
    """Un étage : `convolutions` couches de `channels` filtres 3×3 (la dernière de `last_kernel`), et un max pooling."""

    convolutions: int
    channels: int
    last_kernel: int = 3

    @property
    def kernel_sizes(self) -> tuple[int, ...]:
        return (*(3,) * (self.convolutions - 1), self.last_kernel)


COLUMNS = {
    "A": (Stage(1, 64), Stage(1, 128), Stage(2, 256), Stage(2, 512), Stage(2, 512)),
    "B": (Stage(2, 64), Stage(2, 128), Stage(2, 256), Stage(2, 512), Stage(2, 512)),
    "C": (Stage(2, 64), Stage(2, 128), Stage(3, 256, 1), Stage(3, 512, 1), Stage(3, 512, 1)),
    "D": (Stage(2, 64), Stage(2, 128), Stage(3, 256), Stage(3, 512), Stage(3, 512)),
    "E": (Stage(2, 64), Stage(2, 128), Stage(4, 256), Stage(4, 512), Stage(4, 512)),
}
"""Les colonnes de la table 1 de l’article, avec leurs lettres."""


@dataclass(frozen=True)
class Configuration:
    """Une colonne de la table 1, avec ou sans normalisation par lot."""

    column: str
    batch_norm: bool = False


def _unit(channels: int, kernel_size: int, place: str, batch_norm: bool) -> tuple[Layer, ...]:
    """Une convolution qui conserve la taille, sa normalisation s’il y en a une, sa ReLU."""
    conv = Conv(channels, kernel_size, padding=kernel_size // 2, name=f"conv{place}")
    norm = (Norm("batch", name=f"bn{place}"),) if batch_norm else ()
    return conv, *norm, Activation(name=f"relu{place}")


def _features(stages: tuple[Stage, ...], batch_norm: bool) -> Chain:
    layers: list[Layer] = []
    for i, stage in enumerate(stages, start=1):
        for j, kernel_size in enumerate(stage.kernel_sizes, start=1):
            layers += _unit(stage.channels, kernel_size, f"{i}_{j}", batch_norm)
        layers.append(Pool("max", 2, name=f"pool{i}"))
    return Chain(tuple(layers), name="features")


def unroll(config: Configuration, num_classes: int) -> Chain:
    features = _features(COLUMNS[config.column], config.batch_norm)
    return Chain((features, Flatten(name="flatten"), dense_classifier(num_classes)))


DEPTHS = {"A": 11, "B": 13, "C": 16, "D": 16, "E": 19}
MILLIONS = {"A": 133, "B": 133, "C": 134, "D": 138, "E": 144}
"""Table 2 : millions de paramètres."""

TORCHVISION = {
    "vgg11": (132_863_336, "7.609"),
    "vgg13": (133_047_848, "11.308"),
    "vgg16": (138_357_544, "15.470"),
    "vgg19": (143_667_240, "19.632"),
    "vgg11_bn": (132_868_840, "7.609"),
    "vgg13_bn": (133_053_736, "11.308"),
    "vgg16_bn": (138_365_992, "15.470"),
    "vgg19_bn": (143_678_248, "19.632"),
}
"""Paramètres et GMAC que publie torchvision, qui n’a pas la colonne C."""

NORM_DEPARTURE = (
    "Une normalisation par lot suit chaque convolution ; l’article (2014) est antérieur à cette méthode. Les "
    "convolutions gardent leur biais, que la normalisation rend inutile, comme dans torchvision."
)


def _peer_facts(peer: str) -> tuple[Published, ...]:
    parameters, gigamacs = TORCHVISION[peer]
    source = f"torchvision, {peer.upper()}_Weights"
    return exactly("parameters", parameters, source), rounded("macs", gigamacs, "G", source)


def _entry(column: str, name: str) -> Entry:
    config = Configuration(column)

    def unroll_column(num_classes: int) -> Chain:
        return unroll(config, num_classes)

    paper = rounded("parameters", str(MILLIONS[column]), "M", "Simonyan et Zisserman (2015), table 2")
    peer = name if name in TORCHVISION else None
    return Entry(
        name=name,
        stem="vgg",
        variant=config,
        title=f"VGG-{DEPTHS[column]} (configuration {column})",
        source=f"Simonyan et Zisserman (2015), table 1, colonne {column}",
        input=Shape(3, (224, 224)),
        unroll=unroll_column,
        published=(paper, *(_peer_facts(peer) if peer else ())),
        peer=peer,
    )


def _with_batch_norm(entry: Entry, column: str) -> Entry:
    config = Configuration(column, batch_norm=True)

    def unroll_config(num_classes: int) -> Chain:
        return unroll(config, num_classes)

    peer = f"{entry.name}_bn"
    return replace(
        entry,
        name=f"{entry.name}-bn",
        variant=config,
        title=f"{entry.title}, normalisée par lot",
        source=f"torchvision ; {entry.source}",
        unroll=unroll_config,
        published=_peer_facts(peer),
        departures=(NORM_DEPARTURE,),
        peer=peer,
    )


PUBLISHED = {
    column: _entry(column, f"vgg{depth}" if column != "C" else "vgg16-c") for column, depth in DEPTHS.items()
}

ENTRIES = (
    *PUBLISHED.values(),
    *(_with_batch_norm(entry, column) for column, entry in PUBLISHED.items() if entry.peer),
)
