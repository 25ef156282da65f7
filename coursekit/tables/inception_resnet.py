"""Inception-ResNet : Szegedy, Ioffe, Vanhoucke et Alemi, « Inception-v4, Inception-ResNet and the impact of residual
connections on learning » (2017), figures 3, 7 et 10 à 19.

Le module Inception devient un chemin résiduel : ses branches, une 1×1 sans non-linéarité ni normalisation qui leur rend
les canaux de l’entrée, un facteur entre 0,1 et 0,3, puis l’addition (diapositive « Inception-ResNet v1 », CNN II).
La version 2 du code des auteurs, reprise par timm, n’est pas celle de l’article ; les deux sont ici.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from coursekit.layers import Activation, Branches, Chain, Conv, Layer, Pool, Shape
from coursekit.tables import inception_v3
from coursekit.tables.bn_inception import classifier, concat, path, unit
from coursekit.tables.entry import Entry, Erratum, configured, exactly

Gate = Callable[[int], Layer]
Triple = tuple[int, int, int]


@dataclass(frozen=True)
class InceptionResNet:
    """Les canaux de chaque module, branche par branche, et combien de fois il revient.

    `a_double` et `c_3x3` sont les trois couches d’une branche ; `reduction_a`, les k, l et m de la table 1 (n vaut
    toujours 384) ; `end`, les canaux d’une 1×1 finale, que précède un bloc C sans ReLU ni facteur.
    """

    stem: Literal["figure 14", "figure 3", "code"]
    a_double: Triple
    reduction_a: Triple
    b_1x1: int
    b_7x7: Triple
    reduction_b: tuple[tuple[int, int], tuple[int, int], Triple]
    c_3x3: Triple
    depths: Triple = (5, 10, 5)
    end: int | None = None

    @property
    def stage_channels(self) -> Triple:
        """Canaux des étages 35×35, 17×17 et 8×8 : ceux d’avant, que le pooling passe, et ceux des filtres à pas 2."""
        first = STEM_CHANNELS[self.stem]
        second = first + 384 + self.reduction_a[-1]
        return first, second, second + sum(branch[-1] for branch in self.reduction_b)


STEM_CHANNELS = {"figure 14": 256, "figure 3": 384, "code": 320}
SCALES = (0.17, 0.10, 0.20)
"""Le facteur du chemin résiduel dans les blocs A, B et C : entre 0,1 et 0,3 dit l’article, et ceux-ci le code."""

V1 = InceptionResNet(
    stem="figure 14",
    a_double=(32, 32, 32),
    reduction_a=(192, 192, 256),
    b_1x1=128,
    b_7x7=(128, 128, 128),
    reduction_b=((256, 384), (256, 256), (256, 256, 256)),
    c_3x3=(192, 192, 192),
)
V2 = InceptionResNet(
    stem="figure 3",
    a_double=(32, 48, 64),
    reduction_a=(256, 256, 384),
    b_1x1=192,
    b_7x7=(128, 160, 192),
    reduction_b=((256, 384), (256, 288), (256, 288, 320)),
    c_3x3=(192, 224, 256),
)
V2_CODE = replace(V2, stem="code", depths=(10, 20, 9), end=1536)

PRINTED_CHANNELS = {"inception-resnet-v1": (256, 896, 1792), "inception-resnet-v2": (384, 1154, 2048)}
"""Les canaux des 1×1 qui précèdent l’addition, tels que les figures 10, 11 et 13, puis 16, 17 et 19 les impriment."""


def _valid_pool(name: str = "branch_pool") -> Pool:
    return Pool("max", 3, stride=2, name=name)


COMMON_STEM = inception_v3.STEM[:3]
"""Trois 3×3 : 299×299 → 64×147×147."""

STEM_V1 = (
    *COMMON_STEM,
    _valid_pool("pool1"),
    *inception_v3.STEM[4:6],
    unit(256, 3, "conv6", 2, valid=True),
)
"""Figure 14 : 256×35×35."""

STEM_V2 = (
    *COMMON_STEM,
    concat(_valid_pool(), unit(96, 3, "branch3x3", 2, valid=True), name="mixed1"),
    concat(
        path("branch3x3", unit(64, 1, "reduce"), unit(96, 3, "spatial", valid=True)),
        path(
            "branch7x7",
            unit(64, 1, "reduce"),
            unit(64, (7, 1), "vertical"),
            unit(64, (1, 7), "horizontal"),
            unit(96, 3, "spatial", valid=True),
        ),
        name="mixed2",
    ),
    concat(unit(192, 3, "branch3x3", 2, valid=True), _valid_pool(), name="mixed3"),
)
"""Figure 3, commune avec Inception-v4 : 384×35×35."""

STEM_CODE = (
    *inception_v3.STEM,
    concat(
        unit(96, 1, "branch1x1"),
        path("branch5x5", unit(48, 1, "reduce"), unit(64, 5, "spatial")),
        path("branch_double", unit(64, 1, "reduce"), unit(96, 3, "spatial1"), unit(96, 3, "spatial2")),
        inception_v3.pooled(64),
        name="inception",
    ),
)
"""Le début d’Inception-v3 et un module à quatre branches : 320×35×35."""

STEMS = {"figure 14": STEM_V1, "figure 3": STEM_V2, "code": STEM_CODE}


def branches_a(config: InceptionResNet) -> Branches:
    """35×35, figures 10 et 16."""
    reduce, first, second = config.a_double
    return concat(
        unit(32, 1, "branch1x1"),
        path("branch3x3", unit(32, 1, "reduce"), unit(32, 3, "spatial")),
        path(
            "branch_double",
            unit(reduce, 1, "reduce"),
            unit(first, 3, "spatial1"),
            unit(second, 3, "spatial2"),
        ),
    )


def branches_b(config: InceptionResNet) -> Branches:
    """17×17, figures 11 et 17."""
    reduce, horizontal, vertical = config.b_7x7
    factorised = (
        unit(reduce, 1, "reduce"),
        unit(horizontal, (1, 7), "horizontal"),
        unit(vertical, (7, 1), "vertical"),
    )
    return concat(unit(config.b_1x1, 1, "branch1x1"), path("branch7x7", *factorised))


def branches_c(config: InceptionResNet) -> Branches:
    """8×8, figures 13 et 19."""
    reduce, horizontal, vertical = config.c_3x3
    factorised = (
        unit(reduce, 1, "reduce"),
        unit(horizontal, (1, 3), "horizontal"),
        unit(vertical, (3, 1), "vertical"),
    )
    return concat(unit(192, 1, "branch1x1"), path("branch3x3", *factorised))


def residual(
    branches: Branches, channels: int, name: str, gate: Gate | None = None, *, relu: bool = True
) -> Chain:
    """Les branches, la 1×1 qui leur rend `channels` canaux, la porte s’il y en a une, l’addition, la ReLU."""
    gates = (gate(channels),) if gate else ()
    main = Chain((replace(branches, name="branches"), Conv(channels, 1, name="expand"), *gates))
    added = Branches((main, Chain(())), "add")
    return Chain((added, Activation(name="relu")) if relu else (added,), name=name)


def reduction_a(config: InceptionResNet, name: str) -> Branches:
    """35×35 → 17×17, figure 7."""
    reduce, first, second = config.reduction_a
    double = (
        unit(reduce, 1, "reduce"),
        unit(first, 3, "spatial1"),
        unit(second, 3, "spatial2", 2, valid=True),
    )
    return concat(
        unit(384, 3, "branch3x3", 2, valid=True), path("branch_double", *double), _valid_pool(), name=name
    )


def reduction_b(config: InceptionResNet, name: str) -> Branches:
    """17×17 → 8×8, figures 12 et 18."""
    first, second, double = config.reduction_b
    return concat(
        path("branch3x3a", unit(first[0], 1, "reduce"), unit(first[1], 3, "spatial", 2, valid=True)),
        path("branch3x3b", unit(second[0], 1, "reduce"), unit(second[1], 3, "spatial", 2, valid=True)),
        path(
            "branch_double",
            unit(double[0], 1, "reduce"),
            unit(double[1], 3, "spatial1"),
            unit(double[2], 3, "spatial2", 2, valid=True),
        ),
        _valid_pool(),
        name=name,
    )


def unroll(config: InceptionResNet, num_classes: int, gate: Gate | None = None) -> Chain:
    """Le réseau ; `gate`, s’il est donné, fait d’un nombre de canaux la porte d’un chemin résiduel (SENet)."""

    def stage(name: str, branches: Branches, depth: int, channels: int) -> Chain:
        blocks = (residual(branches, channels, str(i), gate) for i in range(depth))
        return Chain(tuple(blocks), name=name)

    (a, b, c), (a_channels, b_channels, c_channels) = config.depths, config.stage_channels
    end: tuple[Layer, ...] = ()
    if config.end:
        last = residual(branches_c(config), c_channels, "last_block", gate, relu=False)
        end = last, unit(config.end, 1, "last_conv")
    return Chain(
        (
            Chain(STEMS[config.stem], name="stem"),
            stage("blocks_a", branches_a(config), a, a_channels),
            reduction_a(config, "reduction_a"),
            stage("blocks_b", branches_b(config), b, b_channels),
            reduction_b(config, "reduction_b"),
            stage("blocks_c", branches_c(config), c, c_channels),
            *end,
            *classifier(num_classes, dropout=0.2),
        )
    )


PAPER = "Szegedy et al. (2017)"

CHANNELS_ERRATUM = Erratum(
    f"{PAPER}, figures 17 et 19", "1154 et 2048 canaux avant les additions", "1152 et 2144",
    "Une addition demande les canaux de l’entrée : 384 + 384 + 384 = 1152 après la réduction A de la table 1, puis "
    "1152 + 384 + 288 + 320 = 2144 après celle de la figure 18. La version 1, elle, est cohérente.",
)  # fmt: skip

SCALE_DEPARTURE = (
    "Les facteurs du chemin résiduel (0,17, 0,10 et 0,20) sont ceux du code des auteurs ; l’article dit entre 0,1 et "
    "0,3, et 0,1 dans la figure 20."
)
START_DEPARTURE = "L’initialisation, que l’article ne donne pas, est celle de He et al. (2015)."
CODE_DEPARTURES = (
    "L’entrée est celle d’Inception-v3, puis un module à quatre branches (320 canaux), et non celle de la figure 3.",
    "10, 20 et 10 blocs au lieu de 5, 10 et 5 ; le dernier n’a ni ReLU ni facteur, et une 1×1 le suit (1536 canaux).",
    "320, 1088 et 2080 canaux au lieu de 384, 1152 et 2144, ce qui découle de l’entrée.",
    "La moyenne du module d’entrée ne compte pas les zéros du bord, comme dans TensorFlow.",
)


def _entry(name: str, title: str, source: str, config: InceptionResNet, **facts: Any) -> Entry:
    entry = configured("inception_resnet", unroll, config, name, title, source, **facts)
    return replace(entry, input=Shape(3, (299, 299)))


ENTRIES = (
    _entry(
        "inception-resnet-v1", "Inception-ResNet-v1", f"{PAPER}, figures 7 et 10 à 15", V1,
        departures=(SCALE_DEPARTURE, START_DEPARTURE),
    ),
    _entry(
        "inception-resnet-v2", "Inception-ResNet-v2", f"{PAPER}, figures 3, 7 et 15 à 19", V2,
        departures=(SCALE_DEPARTURE, START_DEPARTURE), errata=(CHANNELS_ERRATUM,),
    ),
    _entry(
        "inception-resnet-v2-timm", "Inception-ResNet-v2, code des auteurs", f"timm ; {PAPER}", V2_CODE,
        published=(exactly("parameters", 55_843_464, "timm, compté sur inception_resnet_v2"),),
        departures=(*CODE_DEPARTURES, START_DEPARTURE), peer="timm:inception_resnet_v2",
    ),
)  # fmt: skip
