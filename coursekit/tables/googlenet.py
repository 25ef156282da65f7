"""GoogLeNet : Szegedy et al., « Going deeper with convolutions » (2015), table 1, figures 2 et 3, section 5.

Neuf modules Inception, sans normalisation par lot, et deux têtes auxiliaires à l’entraînement. La variante de
torchvision normalise par lot et, par une erreur reconnue et gardée pour ses poids (n° 906), filtre en 3×3 là où
l’article a 5×5. Les deux modules des diapositives « GoogLeNet » du cours CNN I, le naïf et celui à bottlenecks, sont
ici aussi.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

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
    Pool,
    Shape,
)
from coursekit.tables.entry import Auxiliary, Entry, Erratum, exactly, rounded


@dataclass(frozen=True)
class Inception:
    """Une ligne de la table 1 : les canaux des branches ; `reduce` précède un filtre, `project` suit le pooling."""

    c1x1: int
    reduce3x3: int
    c3x3: int
    reduce5x5: int
    c5x5: int
    project: int

    @property
    def out_channels(self) -> int:
        return self.c1x1 + self.c3x3 + self.c5x5 + self.project


STAGES = {
    "3": {
        "a": Inception(c1x1=64, reduce3x3=96, c3x3=128, reduce5x5=16, c5x5=32, project=32),
        "b": Inception(c1x1=128, reduce3x3=128, c3x3=192, reduce5x5=32, c5x5=96, project=64),
    },
    "4": {
        "a": Inception(c1x1=192, reduce3x3=96, c3x3=208, reduce5x5=16, c5x5=48, project=64),
        "b": Inception(c1x1=160, reduce3x3=112, c3x3=224, reduce5x5=24, c5x5=64, project=64),
        "c": Inception(c1x1=128, reduce3x3=128, c3x3=256, reduce5x5=24, c5x5=64, project=64),
        "d": Inception(c1x1=112, reduce3x3=144, c3x3=288, reduce5x5=32, c5x5=64, project=64),
        "e": Inception(c1x1=256, reduce3x3=160, c3x3=320, reduce5x5=32, c5x5=128, project=128),
    },
    "5": {
        "a": Inception(c1x1=256, reduce3x3=160, c3x3=320, reduce5x5=32, c5x5=128, project=128),
        "b": Inception(c1x1=384, reduce3x3=192, c3x3=384, reduce5x5=48, c5x5=128, project=128),
    },
}

PRINTED_MEGAMACS = {
    "conv1": 34,
    "conv2": 360,
    "inception3a": 128,
    "inception3b": 304,
    "inception4a": 73,
    "inception4b": 88,
    "inception4c": 100,
    "inception4d": 119,
    "inception4e": 170,
    "inception5a": 54,
    "inception5b": 71,
    "fc": 1,
}
"""Table 1, colonne « ops » ; la ligne conv2 y réunit la réduction 1×1 et le filtre 3×3."""


@dataclass(frozen=True)
class GoogLeNet:
    """Le réseau de l’article, ou ce qu’une réimplantation y change."""

    batch_norm: bool = False
    large_kernel: int = 5
    last_pool: int = 3
    dropout: float = 0.4
    adaptive_heads: bool = False


PUBLISHED = GoogLeNet()
TORCHVISION = GoogLeNet(batch_norm=True, large_kernel=3, last_pool=2, dropout=0.2, adaptive_heads=True)


def unit(
    channels: int, kernel_size: int, name: str, stride: int = 1, padding: int = 0, *, batch_norm: bool = False
) -> Chain:
    """Une convolution, sa normalisation s’il y en a une, sa ReLU."""
    conv = Conv(channels, kernel_size, stride=stride, padding=padding, bias=not batch_norm, name="conv")
    norm = (Norm("batch", name="bn"),) if batch_norm else ()
    return Chain((conv, *norm, Activation(name="relu")), name=name)


def inception(row: Inception, name: str = "", config: GoogLeNet = PUBLISHED) -> Branches:
    """Le module de la figure 2 (b) : quatre branches de même taille, empilées."""
    conv, large = partial(unit, batch_norm=config.batch_norm), config.large_kernel
    medium_path = conv(row.reduce3x3, 1, "reduce"), conv(row.c3x3, 3, "spatial", padding=1)
    large_path = conv(row.reduce5x5, 1, "reduce"), conv(row.c5x5, large, "spatial", padding=large // 2)
    pool_path = Pool("max", 3, stride=1, padding=1, name="pool"), conv(row.project, 1, "project")
    branches = (
        conv(row.c1x1, 1, "branch1x1"),
        Chain(medium_path, name="branch3x3"),
        Chain(large_path, name="branch5x5"),
        Chain(pool_path, name="branch_pool"),
    )
    return Branches(branches, "concat", name=name)


def naive_inception(row: Inception) -> Branches:
    """Le module de la figure 2 (a) : les mêmes filtres sur toute la profondeur, et un pooling que rien ne projette."""
    branches = (
        unit(row.c1x1, 1, "branch1x1"),
        unit(row.c3x3, 3, "branch3x3", padding=1),
        unit(row.c5x5, 5, "branch5x5", padding=2),
        Pool("max", 3, stride=1, padding=1, name="branch_pool"),
    )
    return Branches(branches, "concat")


def _pool(number: int, size: int = 3) -> Pool:
    return Pool("max", size, stride=2, ceil_mode=True, name=f"pool{number}")


def _stem(config: GoogLeNet) -> tuple[Layer, ...]:
    conv = partial(unit, batch_norm=config.batch_norm)
    norms = () if config.batch_norm else (Norm("local_response", name="norm1"),)
    last_norms = () if config.batch_norm else (Norm("local_response", name="norm2"),)
    first = conv(64, 7, "conv1", stride=2, padding=3)
    return (
        first,
        _pool(1),
        *norms,
        conv(64, 1, "conv2"),
        conv(192, 3, "conv3", padding=1),
        *last_norms,
        _pool(2),
    )


def unroll(config: GoogLeNet, num_classes: int) -> Chain:
    def stage(number: str) -> tuple[Layer, ...]:
        return tuple(inception(row, f"inception{number}{key}", config) for key, row in STAGES[number].items())

    head = (
        AdaptivePool("avg", name="avgpool"),
        Flatten(name="flatten"),
        Dropout(config.dropout, name="dropout"),
        Linear(num_classes, name="fc"),
    )
    middle = (*stage("3"), _pool(3), *stage("4"), _pool(4, config.last_pool), *stage("5"))
    return Chain((*_stem(config), *middle, *head))


def unroll_head(config: GoogLeNet, num_classes: int) -> Chain:
    """Une tête auxiliaire (section 5) : 4×4 positions, 128 canaux, deux couches denses."""
    pool = (
        AdaptivePool("avg", (4, 4), name="pool")
        if config.adaptive_heads
        else Pool("avg", 5, stride=3, name="pool")
    )
    return Chain(
        (
            pool,
            unit(128, 1, "conv", batch_norm=config.batch_norm),
            Flatten(name="flatten"),
            Linear(1024, name="fc1"),
            Activation(name="relu"),
            Dropout(0.7, name="dropout"),
            Linear(num_classes, name="fc2"),
        )
    )


SLIDE_INPUT = Shape(256, (28, 28))
SLIDE_ROW = Inception(c1x1=128, reduce3x3=64, c3x3=192, reduce5x5=64, c5x5=96, project=64)
NAIVE_MODULE = naive_inception(SLIDE_ROW)
"""Le module naïf de la diapositive."""

BOTTLENECK_MODULE = inception(SLIDE_ROW)
"""Le même avec des 1×1 de 64 canaux devant les filtres coûteux."""

SLIDE = "diapositive « GoogLeNet » du cours CNN I"
PAPER = "Szegedy et al. (2015)"

BOTTLENECK_ERRATUM = Erratum(
    SLIDE, "358M ops", "271,4 M",
    "Les six lignes de la diapositive font 271 351 808 ; on trouve 358 055 936 en comptant deux fois la ligne 3×3.",
)  # fmt: skip
COUNT_ERRATUM = Erratum(
    SLIDE, "5M paramètres", "7,0 M pour la table 1, 6,6 M pour la variante de torchvision",
    "5 millions est 60/12 : l’article dit « 12 fois moins qu’AlexNet » sans donner de total.",
)  # fmt: skip
STEM_ERRATUM = Erratum(
    f"{PAPER}, table 1", "conv1 : 2,7K paramètres et 34M ops", "9408 poids et 118,0 M",
    "2712 poids et 34,0 M sont ceux d’une 7×7 depthwise (8 filtres par canal) suivie d’une 1×1 ; le total du texte, "
    "1,5 milliard, la suppose aussi : avec une 7×7 ordinaire, il vaut 1,58.",
)  # fmt: skip
ROW_ERRATUM = Erratum(
    f"{PAPER}, table 1", "ops : 73M (4a) et 54M (5a)", "73,6 M et 51,1 M",
    "La première est tronquée et non arrondie ; la seconde ne vient pas des canaux de sa ligne.",
)  # fmt: skip
CONTEST_ERRATUM = Erratum(
    "diapositives « 2014 – Inception » de l’école d’été", "7,3 % d’erreur parmi les cinq premiers", "6,67 %",
    "7,32 % est l’erreur de VGG, deuxième du concours de 2014 ; GoogLeNet l’a gagné avec 6,67 (table 2).",
)  # fmt: skip


def _heads(config: GoogLeNet) -> tuple[Auxiliary, ...]:
    head = partial(unroll_head, config)
    return Auxiliary("aux1", "inception4a", head, 0.3), Auxiliary("aux2", "inception4d", head, 0.3)


ENTRIES = (
    Entry(
        name="googlenet",
        stem="googlenet",
        variant=PUBLISHED,
        title="GoogLeNet",
        source=f"{PAPER}, table 1",
        input=Shape(3, (224, 224)),
        unroll=partial(unroll, PUBLISHED),
        auxiliary=_heads(PUBLISHED),
        published=(rounded("macs", "1.5", "G", f"{PAPER}, section 1", last_digit=1),),
        departures=(
            "Les constantes de la normalisation locale, que l’article ne donne pas, sont celles d’AlexNet.",
            "L’initialisation non plus n’est pas donnée : c’est celle de Glorot et Bengio (2010).",
        ),
        errata=(STEM_ERRATUM, ROW_ERRATUM, COUNT_ERRATUM, BOTTLENECK_ERRATUM, CONTEST_ERRATUM),
    ),
    Entry(
        name="googlenet-torchvision",
        stem="googlenet",
        variant=TORCHVISION,
        title="GoogLeNet, variante de torchvision",
        source=f"torchvision ; {PAPER}, table 1",
        input=Shape(3, (224, 224)),
        unroll=partial(unroll, TORCHVISION),
        auxiliary=_heads(TORCHVISION),
        published=(
            exactly("parameters", 6_624_904, "torchvision, GoogLeNet_Weights"),
            rounded("macs", "1.498", "G", "torchvision, GoogLeNet_Weights"),
        ),
        departures=(
            "Normalisation par lot, et non locale.",
            "Des filtres 3×3 là où l’article a 5×5 : une erreur reconnue (n° 906), gardée pour les poids publiés.",
            "Le dernier max pooling est 2×2, les têtes ont un pooling adaptatif, le dropout final est de 0,2.",
            "Les poids publiés attendent des images ramenées à ±1, et non normalisées comme pour les autres réseaux "
            "(transform_input dans torchvision) ; leurs têtes auxiliaires ne sont pas entraînées.",
        ),
        peer="googlenet",
    ),
)
