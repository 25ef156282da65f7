"""SE-BN-Inception et SE-Inception-ResNet-v2 : Hu, Shen et Sun, « Squeeze-and-excitation networks » (2018), table 2.

La porte suit l’empilement des branches de chaque module (figure 2) ; dans un bloc résiduel, elle est au bout du chemin,
avant le facteur et l’addition. Diapositives « SENet » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import Branches, Chain, Shape
from coursekit.tables import bn_inception, inception_resnet
from coursekit.tables.blocks import squeeze_excite
from coursekit.tables.entry import Entry, Erratum
from coursekit.tables.inception_resnet import InceptionResNet

RATIO = 16


@dataclass(frozen=True)
class SEInception:
    """`residual` : le réseau résiduel qui reçoit les portes, ou `None` pour BN-Inception."""

    residual: InceptionResNet | None = None


def gate(channels: int) -> Branches:
    return squeeze_excite(channels, channels // RATIO)


def unroll_bn_inception(num_classes: int) -> Chain:
    return bn_inception.unroll(num_classes, gate)


def unroll_inception_resnet(num_classes: int) -> Chain:
    return inception_resnet.unroll(inception_resnet.V2, num_classes, gate)


PAPER = "Hu et al. (2018)"

COST_ERRATA = {
    "se-bn-inception": Erratum(
        f"{PAPER}, table 2", "2,04 GFLOPs pour SE-BN-Inception", "2,03 GFLOPs",
        "La convention qui redonne les 2,03 de BN-Inception donne 2,033 avant les portes et 2,034 après.",
    ),
    "inception-resnet-v2": Erratum(
        f"{PAPER}, table 2", "11,75 GFLOPs pour Inception-ResNet-v2", "9,26 GFLOPs",
        "SENet ne décrit pas son Inception-ResNet-v2. Celui des figures de Szegedy et al. (2017) coûte 9,26, celui de "
        "leur code 13,17 : aucun des deux ne donne 11,75.",
    ),
    "se-inception-resnet-v2": Erratum(
        f"{PAPER}, table 2", "11,76 GFLOPs pour SE-Inception-ResNet-v2", "9,28 GFLOPs",
        "Le réseau compté n’est pas celui de SENet ; ce que les portes y ajoutent, 0,01, est juste.",
    ),
}  # fmt: skip

ENTRIES = (
    Entry(
        name="se-bn-inception",
        stem="se_inception",
        variant=SEInception(),
        title="SE-BN-Inception",
        source=f"{PAPER}, table 2",
        input=Shape(3, (224, 224)),
        unroll=unroll_bn_inception,
        departures=(bn_inception.POOL_DEPARTURE,),
        errata=(COST_ERRATA["se-bn-inception"],),
    ),
    Entry(
        name="se-inception-resnet-v2",
        stem="se_inception",
        variant=SEInception(inception_resnet.V2),
        title="SE-Inception-ResNet-v2",
        source=f"{PAPER}, table 2",
        input=Shape(3, (299, 299)),
        unroll=unroll_inception_resnet,
        departures=(
            "Le réseau qui reçoit les portes est celui des figures de Szegedy et al. (2017). SENet ne dit pas le sien, "
            "ni s’il met des portes ailleurs que dans les blocs résiduels : il n’y en a pas ici dans les réductions.",
            inception_resnet.SCALE_DEPARTURE,
        ),
        errata=(COST_ERRATA["inception-resnet-v2"], COST_ERRATA["se-inception-resnet-v2"]),
    ),
)
