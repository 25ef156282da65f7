"""VGG : Simonyan et Zisserman, « Very deep convolutional networks for large-scale image recognition » (2015), table 1.

Que des filtres 3×3 (pas 1, padding 1) en cinq étages, chacun suivi d’un max pooling 2×2 ; trois couches denses.
Diapositive « VGGNet » du cours CNN I.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import Activation, Chain, Conv, Dropout, Flatten, Layer, Linear, Pool, Shape
from coursekit.tables.entry import Entry, exactly, rounded


@dataclass(frozen=True)
class Stage:
    """Un étage : `convolutions` couches 3×3 de `channels` filtres, puis un max pooling."""

    convolutions: int
    channels: int


COLUMNS = {
    "A": (Stage(1, 64), Stage(1, 128), Stage(2, 256), Stage(2, 512), Stage(2, 512)),
    "B": (Stage(2, 64), Stage(2, 128), Stage(2, 256), Stage(2, 512), Stage(2, 512)),
    "D": (Stage(2, 64), Stage(2, 128), Stage(3, 256), Stage(3, 512), Stage(3, 512)),
    "E": (Stage(2, 64), Stage(2, 128), Stage(4, 256), Stage(4, 512), Stage(4, 512)),
}
"""Les colonnes de la table 1 de l’article, avec leurs lettres."""


def _features(stages: tuple[Stage, ...]) -> Chain:
    layers: list[Layer] = []
    for i, stage in enumerate(stages, start=1):
        for j in range(1, stage.convolutions + 1):
            layers += [
                Conv(stage.channels, 3, padding=1, name=f"conv{i}_{j}"),
                Activation(name=f"relu{i}_{j}"),
            ]
        layers.append(Pool("max", 2, name=f"pool{i}"))
    return Chain(tuple(layers), name="features")


def unroll(column: str, num_classes: int) -> Chain:
    classifier = (
        Linear(4096, name="fc6"),
        Activation(name="relu6"),
        Dropout(0.5, name="drop6"),
        Linear(4096, name="fc7"),
        Activation(name="relu7"),
        Dropout(0.5, name="drop7"),
        Linear(num_classes, name="fc8"),
    )
    return Chain((_features(COLUMNS[column]), Flatten(name="flatten"), Chain(classifier, name="classifier")))


def _entry(column: str, depth: int, millions: int, exact: int, gigamacs: str) -> Entry:
    def unroll_column(num_classes: int) -> Chain:
        return unroll(column, num_classes)

    meta = f"torchvision, VGG{depth}_Weights"
    return Entry(
        name=f"vgg{depth}",
        stem="vgg",
        variant=column,
        title=f"VGG-{depth} (configuration {column})",
        source=f"Simonyan et Zisserman (2015), table 1, colonne {column}",
        input=Shape(3, (224, 224)),
        unroll=unroll_column,
        published=(
            rounded("parameters", str(millions), "M", "Simonyan et Zisserman (2015), table 2"),
            exactly("parameters", exact, meta),
            rounded("macs", gigamacs, "G", meta),
        ),
        peer=f"vgg{depth}",
    )


ENTRIES = (
    _entry("A", 11, millions=133, exact=132_863_336, gigamacs="7.609"),
    _entry("B", 13, millions=133, exact=133_047_848, gigamacs="11.308"),
    _entry("D", 16, millions=138, exact=138_357_544, gigamacs="15.470"),
    _entry("E", 19, millions=144, exact=143_667_240, gigamacs="19.632"),
)
