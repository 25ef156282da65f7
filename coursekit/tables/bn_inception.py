"""BN-Inception : Ioffe et Szegedy, « Batch normalization » (2015), annexe, figure 5.

GoogLeNet, dont chaque filtre 5×5 devient deux 3×3, dont chaque convolution est normalisée par lot, et qui réduit la
taille dans les modules 3c et 4e plutôt qu’entre eux. C’est l’« Inception-v2 » de Szegedy et al. (2017), et l’un des
réseaux de la table 2 de SENet (diapositives « SENet » du cours CNN II).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

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
from coursekit.tables.entry import Entry, Erratum, rounded

KernelSize = int | tuple[int, int]


@dataclass(frozen=True)
class Inception:
    """Une ligne de la figure 5 : les canaux de chaque branche ; `reduce` précède les filtres.

    `project` à 0, c’est « pass through » : le pooling n’est pas projeté, il n’y a pas de branche 1×1, et le module
    divise la taille par deux.
    """

    c1x1: int
    reduce3x3: int
    c3x3: int
    reduce_double: int
    double: int
    pool: Literal["avg", "max"]
    project: int

    @property
    def stride(self) -> int:
        return 1 if self.project else 2

    def out_channels(self, in_channels: int) -> int:
        return self.c1x1 + self.c3x3 + self.double + (self.project or in_channels)


MODULES = {
    "3a": Inception(c1x1=64, reduce3x3=64, c3x3=64, reduce_double=64, double=96, pool="avg", project=32),
    "3b": Inception(c1x1=64, reduce3x3=64, c3x3=96, reduce_double=64, double=96, pool="avg", project=64),
    "3c": Inception(c1x1=0, reduce3x3=128, c3x3=160, reduce_double=64, double=96, pool="max", project=0),
    "4a": Inception(c1x1=224, reduce3x3=64, c3x3=96, reduce_double=96, double=128, pool="avg", project=128),
    "4b": Inception(c1x1=192, reduce3x3=96, c3x3=128, reduce_double=96, double=128, pool="avg", project=128),
    "4c": Inception(
        c1x1=160, reduce3x3=128, c3x3=160, reduce_double=128, double=160, pool="avg", project=128
    ),
    "4d": Inception(c1x1=96, reduce3x3=128, c3x3=192, reduce_double=160, double=192, pool="avg", project=128),
    "4e": Inception(c1x1=0, reduce3x3=128, c3x3=192, reduce_double=192, double=256, pool="max", project=0),
    "5a": Inception(
        c1x1=352, reduce3x3=192, c3x3=320, reduce_double=160, double=224, pool="avg", project=128
    ),
    "5b": Inception(
        c1x1=352, reduce3x3=192, c3x3=320, reduce_double=192, double=224, pool="max", project=128
    ),
}

PRINTED_OUTPUTS = {
    "3a": 256, "3b": 320, "3c": 576, "4a": 576, "4b": 576, "4c": 576, "4d": 576, "4e": 1024, "5a": 1024, "5b": 1024,
}  # fmt: skip
"""Figure 5, colonne « output size » : les canaux."""


@dataclass(frozen=True)
class BNInception:
    """Le réseau n’a pas de réglage."""


def unit(channels: int, kernel_size: KernelSize, name: str, stride: int = 1, *, valid: bool = False) -> Chain:
    """Convolution sans biais, normalisation, ReLU ; elle conserve la taille à pas 1, sauf si elle est `valid`."""
    height, width = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    padding = (0, 0) if valid else (height // 2, width // 2)
    conv = Conv(channels, kernel_size, stride=stride, padding=padding, bias=False, name="conv")
    return Chain((conv, Norm("batch", name="bn"), Activation(name="relu")), name=name)


def path(name: str, *layers: Layer) -> Chain:
    """Une branche de plusieurs couches."""
    return Chain(layers, name=name)


def concat(*branches: Layer, name: str = "") -> Branches:
    """Des branches de même taille, dont les canaux s’empilent."""
    return Branches(branches, "concat", name=name)


def classifier(num_classes: int, dropout: float = 0.0) -> tuple[Layer, ...]:
    """Pooling global, vectorisation, dropout s’il y en a un, couche dense."""
    drop = (Dropout(dropout, name="dropout"),) if dropout else ()
    pooled = AdaptivePool("avg", name="avgpool"), Flatten(name="flatten")
    return *pooled, *drop, Linear(num_classes, name="fc")


def inception(row: Inception) -> Branches:
    """Le module : une 1×1, une 3×3, deux 3×3 de suite, un pooling."""
    first = (unit(row.c1x1, 1, "branch1x1"),) if row.c1x1 else ()
    pool = Pool(row.pool, 3, stride=row.stride, padding=1, name="pool")
    project = (unit(row.project, 1, "project"),) if row.project else ()
    return concat(
        *first,
        path("branch3x3", unit(row.reduce3x3, 1, "reduce"), unit(row.c3x3, 3, "spatial", row.stride)),
        path(
            "branch_double",
            unit(row.reduce_double, 1, "reduce"),
            unit(row.double, 3, "spatial1"),
            unit(row.double, 3, "spatial2", row.stride),
        ),
        path("branch_pool", pool, *project),
    )


STEM: Sequence[Layer] = (
    unit(64, 7, "conv1", 2),
    Pool("max", 3, stride=2, ceil_mode=True, name="pool1"),
    unit(64, 1, "conv2"),
    unit(192, 3, "conv3"),
    Pool("max", 3, stride=2, ceil_mode=True, name="pool2"),
)


def unroll(num_classes: int, gate: Callable[[int], Layer] | None = None) -> Chain:
    """Le réseau ; `gate`, s’il est donné, fait de chaque nombre de canaux la porte qui suit un module (SENet)."""
    modules, channels = [], 192
    for name, row in MODULES.items():
        channels = row.out_channels(channels)
        gates = (gate(channels),) if gate else ()
        modules.append(Chain((inception(row), *gates), name=f"inception{name}"))
    return Chain((*STEM, *modules, *classifier(num_classes)))


PAPER = "Ioffe et Szegedy (2015)"

CHANNELS_ERRATUM = Erratum(
    f"{PAPER}, figure 5", "4c et 4d : 576 canaux ; 4e : 1024", "608, 608 et 1056",
    "Les branches de 4c font 160 + 160 + 160 + 128 = 608 et celles de 4d 96 + 192 + 192 + 128 = 608, que 4e fait "
    "passer. Les 2,03 GFLOPs que SENet lui compte sont ceux de cette lecture ; avec des projections de 96, ce serait "
    "2,02.",
)  # fmt: skip
COUNT_ERRATUM = Erratum(
    f"{PAPER}, section 4.2", "13,6 millions de paramètres", "11,3 M",
    "L’article ne dit pas ce qu’il compte. Son annexe annonce 25 % de plus que GoogLeNet, et la figure 5 en donne "
    "61 % ; le coût qu’elle annonce, 30 % de plus, est bien celui de la figure.",
)  # fmt: skip
SEPARABLE_DEPARTURE = (
    "La première couche est une 7×7 ordinaire, comme dans les réimplantations. Celle de l’article est séparable "
    "(8 filtres par canal, puis une 1×1) : le réseau coûterait alors 1,95 GMAC, 30 % de plus que GoogLeNet."
)
POOL_DEPARTURE = (
    "Le pooling des modules 3c et 4e est bordé comme leurs convolutions ; les poids Caffe en arrondissent la "
    "taille vers le haut, ce qui revient au même quand elle est paire."
)

ENTRIES = (
    Entry(
        name="bn-inception",
        stem="bn_inception",
        variant=BNInception(),
        title="BN-Inception",
        source=f"{PAPER}, figure 5",
        input=Shape(3, (224, 224)),
        unroll=unroll,
        published=(rounded("macs", "2.03", "G", "Hu et al. (2018), table 2"),),
        departures=(
            SEPARABLE_DEPARTURE,
            POOL_DEPARTURE,
            "L’initialisation, que l’article ne donne pas, est celle de He et al. (2015), que SENet lui donne.",
        ),
        errata=(CHANNELS_ERRATUM, COUNT_ERRATUM),
    ),
)
