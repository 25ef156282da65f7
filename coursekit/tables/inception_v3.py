"""Inception-v3 : Szegedy, Vanhoucke, Ioffe, Shlens et Wojna, « Rethinking the Inception architecture » (2016), table 1.

La 7×7 d’entrée devient trois 3×3 ; une F×F des modules, une 1×F suivie d’une F×1 (figures 5, 6, 7 et 10). L’article
renvoie les canaux des modules à un fichier joint : ce sont ici ceux du code des auteurs, repris par torchvision.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import (
    AdaptivePool,
    Branches,
    Chain,
    Flatten,
    Layer,
    Linear,
    Pool,
    Shape,
)
from coursekit.tables.bn_inception import classifier, concat, path, unit
from coursekit.tables.entry import Auxiliary, Entry, Erratum, exactly, rounded


@dataclass(frozen=True)
class InceptionV3:
    """Le réseau n’a pas de réglage."""


POOL_CHANNELS = {"5b": 32, "5c": 64, "5d": 64}
"""Canaux que rend la branche de pooling des modules 35×35 ; le reste ne change pas."""

CHANNELS_7X7 = {"6b": 128, "6c": 160, "6d": 160, "6e": 192}
"""Canaux des filtres 1×7 et 7×1 des modules 17×17, avant les 192 que rend chaque branche."""


def pooled(channels: int) -> Chain:
    """Une moyenne 3×3 à pas 1, puis sa projection."""
    return path("branch_pool", Pool("avg", 3, stride=1, padding=1, name="pool"), unit(channels, 1, "project"))


def max_pool() -> Pool:
    return Pool("max", 3, stride=2, name="branch_pool")


def inception_a(pool_channels: int, name: str) -> Branches:
    """35×35, figure 5 ; la 5×5 de GoogLeNet y reste, à côté de deux 3×3 de suite."""
    return concat(
        unit(64, 1, "branch1x1"),
        path("branch5x5", unit(48, 1, "reduce"), unit(64, 5, "spatial")),
        path("branch_double", unit(64, 1, "reduce"), unit(96, 3, "spatial1"), unit(96, 3, "spatial2")),
        pooled(pool_channels),
        name=name,
    )


def reduction_a(name: str) -> Branches:
    """35×35 → 17×17, figure 10."""
    double = unit(64, 1, "reduce"), unit(96, 3, "spatial1"), unit(96, 3, "spatial2", 2, valid=True)
    return concat(
        unit(384, 3, "branch3x3", 2, valid=True), path("branch_double", *double), max_pool(), name=name
    )


def inception_b(channels: int, name: str) -> Branches:
    """17×17, figure 6 : une 7×7 en 1×7 puis 7×1, et deux 7×7 de suite de même."""
    double = (
        unit(channels, 1, "reduce"),
        unit(channels, (7, 1), "vertical1"),
        unit(channels, (1, 7), "horizontal1"),
        unit(channels, (7, 1), "vertical2"),
        unit(192, (1, 7), "horizontal2"),
    )
    return concat(
        unit(192, 1, "branch1x1"),
        path(
            "branch7x7",
            unit(channels, 1, "reduce"),
            unit(channels, (1, 7), "horizontal"),
            unit(192, (7, 1), "vertical"),
        ),
        path("branch_double", *double),
        pooled(192),
        name=name,
    )


def reduction_b(name: str) -> Branches:
    """17×17 → 8×8, figure 10 : une 7×7 en deux avant le pas de 2."""
    factorised = (
        unit(192, 1, "reduce"),
        unit(192, (1, 7), "horizontal"),
        unit(192, (7, 1), "vertical"),
        unit(192, 3, "spatial", 2, valid=True),
    )
    return concat(
        path("branch3x3", unit(192, 1, "reduce"), unit(320, 3, "spatial", 2, valid=True)),
        path("branch7x7", *factorised),
        max_pool(),
        name=name,
    )


def fork() -> Branches:
    """Une 1×3 et une 3×1 côte à côte, et non l’une après l’autre : deux fois plus de canaux."""
    return concat(unit(384, (1, 3), "horizontal"), unit(384, (3, 1), "vertical"), name="fork")


def inception_c(name: str) -> Branches:
    """8×8, figure 7."""
    return concat(
        unit(320, 1, "branch1x1"),
        path("branch3x3", unit(384, 1, "reduce"), fork()),
        path("branch_double", unit(448, 1, "reduce"), unit(384, 3, "spatial"), fork()),
        pooled(192),
        name=name,
    )


STEM: tuple[Layer, ...] = (
    unit(32, 3, "conv1", 2, valid=True),
    unit(32, 3, "conv2", valid=True),
    unit(64, 3, "conv3"),
    Pool("max", 3, stride=2, name="pool1"),
    unit(80, 1, "conv4"),
    unit(192, 3, "conv5", valid=True),
    Pool("max", 3, stride=2, name="pool2"),
)
"""299×299 → 192×35×35, comme dans le code des auteurs ; Inception-ResNet-v2 y commence de même."""


def unroll(num_classes: int) -> Chain:
    return Chain(
        (
            *STEM,
            *(inception_a(channels, f"inception{key}") for key, channels in POOL_CHANNELS.items()),
            reduction_a("inception6a"),
            *(inception_b(channels, f"inception{key}") for key, channels in CHANNELS_7X7.items()),
            reduction_b("inception7a"),
            inception_c("inception7b"),
            inception_c("inception7c"),
            *classifier(num_classes, dropout=0.5),
        )
    )


def unroll_head(num_classes: int) -> Chain:
    """La tête auxiliaire : 17×17 → 5×5 → une 5×5 qui tient lieu de couche dense, normalisée elle aussi (section 4)."""
    return Chain(
        (
            Pool("avg", 5, stride=3, name="pool"),
            unit(128, 1, "conv1"),
            unit(768, 5, "conv2", valid=True),
            AdaptivePool("avg", name="avgpool"),
            Flatten(name="flatten"),
            Linear(num_classes, name="fc"),
        )
    )


PAPER = "Szegedy et al. (2016)"

COST_ERRATUM = Erratum(
    f"{PAPER}, résumé", "5 milliards de multiplications-additions", "5,71 G",
    "L’article ne dit pas ce qu’il compte, et son réseau n’est pas tout à fait celui du code des auteurs (conv4 et "
    "conv5, voir les écarts). Les « moins de 25 millions de paramètres » sont justes : 23,8.",
)  # fmt: skip

ENTRIES = (
    Entry(
        name="inception-v3",
        stem="inception_v3",
        variant=InceptionV3(),
        title="Inception-v3",
        source=f"torchvision ; {PAPER}, table 1",
        input=Shape(3, (299, 299)),
        unroll=unroll,
        auxiliary=(Auxiliary("aux", "inception6e", unroll_head, 0.4),),
        published=(
            exactly("parameters", 23_834_568, "timm, compté sur inception_v3, sans sa tête auxiliaire"),
            rounded("macs", "5.713", "G", "torchvision, Inception_V3_Weights"),
        ),
        departures=(
            "conv4 est une 1×1 et conv5 une 3×3 suivie d’un pooling ; la table 1 imprime trois 3×3, dont la deuxième à "
            "pas 2.",
            "Les modules 35×35 gardent une 5×5, que la figure 5 remplace par deux 3×3.",
            "L’article ne donne ni le poids de la perte auxiliaire (0,4) ni l’initialisation : ce sont ceux du code "
            "des auteurs et de torchvision.",
            "Les moyennes comptent les zéros du bord, comme dans torchvision ; TensorFlow ne les compte pas.",
            "Les poids publiés attendent des images ramenées à ±1 (transform_input dans torchvision).",
        ),
        errata=(COST_ERRATUM,),
        peer="inception_v3",
    ),
)
