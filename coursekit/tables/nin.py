"""Network in Network : Lin, Chen et Yan (2014), figures 1 et 2 ; un petit réseau 1×1 remplace le filtre linéaire.

Chaque mlpconv est une convolution suivie de deux couches 1×1, toutes avec ReLU ; la dernière rend une carte par classe,
dont la moyenne est la sortie : plus aucune couche dense. L’article ne donne pas les largeurs ; elles viennent des
configurations que ses auteurs ont diffusées. Diapositives « Network In Network » et « NiN » du cours CNN I.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import Activation, AdaptivePool, Chain, Conv, Dropout, Flatten, Layer, Pool, Shape
from coursekit.tables.entry import Entry, Published, rounded


@dataclass(frozen=True)
class MlpConv:
    """Une ligne : convolution, puis deux couches 1×1 de `mlp` canaux ; sans `mlp[1]`, un canal par classe.

    Toutes sauf la dernière sont suivies d’un max pooling 3×3 de pas 2, et d’un dropout si `dropout`.
    """

    channels: int
    kernel_size: int
    mlp: tuple[int, int | None]
    stride: int = 1
    padding: int = 0
    dropout: bool = False


CIFAR = (
    MlpConv(192, 5, (160, 96), padding=2, dropout=True),
    MlpConv(192, 5, (192, 192), padding=2, dropout=True),
    MlpConv(192, 3, (192, None), padding=1),
)

IMAGENET = (
    MlpConv(96, 11, (96, 96), stride=4),
    MlpConv(256, 5, (256, 256), padding=2),
    MlpConv(384, 3, (384, 384), padding=1, dropout=True),
    MlpConv(1024, 3, (1024, None), padding=1),
)


def _mlpconv(row: MlpConv, num_classes: int, name: str) -> Chain:
    hidden, out_channels = row.mlp
    layers = (
        Conv(row.channels, row.kernel_size, stride=row.stride, padding=row.padding, name="conv"),
        Activation(name="relu1"),
        Conv(hidden, 1, name="mlp1"),
        Activation(name="relu2"),
        Conv(num_classes if out_channels is None else out_channels, 1, name="mlp2"),
        Activation(name="relu3"),
    )
    return Chain(layers, name=name)


def unroll(rows: tuple[MlpConv, ...], num_classes: int) -> Chain:
    layers: list[Layer] = []
    for i, row in enumerate(rows, start=1):
        layers.append(_mlpconv(row, num_classes, f"mlpconv{i}"))
        if i < len(rows):
            layers.append(Pool("max", 3, stride=2, ceil_mode=True, name=f"pool{i}"))
        if row.dropout:
            layers.append(Dropout(0.5, name=f"drop{i}"))
    features = Chain(tuple(layers), name="features")
    return Chain((features, AdaptivePool("avg", name="gap"), Flatten(name="flatten")))


PAPER = "Lin et al. (2014), section 3 et figure 2"
WIDTHS = "Les largeurs, que l’article ne donne pas, sont celles de la configuration diffusée par ses auteurs."
MEGABYTES = 29
"""Poids du fichier diffusé pour ImageNet : quatre octets par paramètre, en unités de 2²⁰ octets."""


def _entry(
    dataset: str, rows: tuple[MlpConv, ...], size: int, classes: int, fact: Published, *departures: str
) -> Entry:
    def unroll_rows(num_classes: int) -> Chain:
        return unroll(rows, num_classes)

    return Entry(
        name=f"nin-{dataset.split('-')[0].lower()}",
        stem="nin",
        variant=rows,
        title=f"Network in Network pour {dataset}",
        source=PAPER,
        input=Shape(3, (size, size)),
        num_classes=classes,
        unroll=unroll_rows,
        published=(fact,),
        departures=(WIDTHS, *departures),
    )


ENTRIES = (
    _entry(
        "CIFAR-10", CIFAR, 32, 10,
        rounded("parameters", "1", "M", "Tanno et al. (2019), table 3"),
        "L’article règle l’initialisation à la main sans la donner : ici, une gaussienne d’écart type 0,05.",
    ),
    _entry(
        "ImageNet", IMAGENET, 224, 1000,
        Published(
            "parameters", "29 Mo de poids", MEGABYTES * 2**20 / 4, 2**20 / 8, "modèle nin_imagenet diffusé pour Caffe"
        ),
        "Le dropout ne suit que le troisième mlpconv, comme dans cette configuration ; l’article le met après tous "
        "sauf le dernier.",
    ),
)  # fmt: skip
