"""Les réseaux que les cours ne montrent que dans un nuage de points : leurs chiffres publiés, et rien d’autre.

Aucune table ne les déroule, aucun module ne les mesure : leur coût n’est pas prouvé ici. Quand timm ou torchvision en a
un modèle, `witness` dit ce qu’on y compte. Diapositives « Efficacité des réseaux » et « Efficacité
d’EfficientNet » du cours CNN II. La première dessine aussi ENet, dont la justesse sur ImageNet n’est publiée que par
ce dessin : il n’est pas ici.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import Shape
from coursekit.tables.accuracy import Accuracy
from coursekit.tables.entry import Published, rounded


@dataclass(frozen=True)
class Witness:
    """Ce qu’un modèle de timm ou de torchvision (`peer`) compte : paramètres et MAC, à l’unité, pour la même entrée."""

    peer: str
    parameters: int
    macs: int


@dataclass(frozen=True)
class Charted:
    """Un réseau publié : ses coûts tels qu’imprimés, donc arrondis, et sa justesse, chacun avec sa source."""

    name: str
    title: str
    input: Shape
    parameters: Published
    macs: Published
    accuracy: Accuracy
    witness: Witness | None = None
    note: str = ""

    @property
    def source(self) -> str:
        """Ce qui donne les coûts."""
        return self.macs.source


def _charted(
    name: str,
    title: str,
    side: int,
    millions: str,
    gigamacs: str,
    top: tuple[float, float],
    source: str,
    *,
    judged_by: str | None = None,
    witness: Witness | None = None,
    note: str = "",
) -> Charted:
    return Charted(
        name,
        title,
        Shape(3, (side, side)),
        rounded("parameters", millions, "M", source),
        rounded("macs", gigamacs, "G", source),
        Accuracy(*top, judged_by or source, "une vue"),
        witness,
        note,
    )


CHARTED = (
    _charted(
        "inception-v4", "Inception-v4", 299, "48", "13", (80.0, 95.0), "Tan et Le (2019), table 2",
        witness=Witness("timm:inception_v4", 42_679_816, 12_253_974_624),
        note="Le témoin n’a pas de tête auxiliaire ; l’article ne dit pas ce qu’il compte.",
    ),
    _charted(
        "squeezenet", "SqueezeNet 1.0", 224, "1.248", "0.819", (57.5, 80.3), "torchvision, SqueezeNet1_0_Weights",
        judged_by="Iandola et al. (2016), table 2",
        witness=Witness("squeezenet1_0", 1_248_424, 818_924_576),
        note="Les poids de torchvision, réentraînés, font 58,1 et 80,4 % de justesse.",
    ),
    _charted(
        "shufflenet", "ShuffleNet 2× (g = 3)", 224, "5.4", "0.524", (74.1, 91.4),
        "code des auteurs de Zhang et al. (2018)",
        note="La table 5 de l’article donne 26,3 % d’erreur top-1, soit 73,7 % de justesse.",
    ),
    _charted(
        "nasnet-a", "NASNet-A (6 @ 4032)", 331, "88.9", "23.8", (82.7, 96.2), "Zoph et al. (2018), table 2",
        witness=Witness("timm:nasnetalarge", 88_753_150, 23_783_414_658),
    ),
    _charted(
        "pnasnet", "PNASNet-5", 331, "86.1", "25.0", (82.9, 96.2), "Real et al. (2019), table 2",
        witness=Witness("timm:pnasnet5large", 86_057_668, 24_937_395_792),
        note="Tan et Le (2019) écrivent 23 G.",
    ),
    _charted(
        "amoebanet-a", "AmoebaNet-A (N = 6, F = 190)", 331, "86.7", "23.1", (82.8, 96.1), "Real et al. (2019), table 2",
    ),
    _charted(
        "amoebanet-c", "AmoebaNet-C", 331, "155", "41", (83.5, 96.5), "Tan et Le (2019), table 2",
    ),
)  # fmt: skip


def charted(name: str) -> Charted | None:
    """Le réseau de ce nom, s’il est de ceux-là."""
    return next((network for network in CHARTED if network.name == name), None)
