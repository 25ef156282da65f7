"""Justesses publiées sur ImageNet : des données, chacune avec sa source et son protocole. Rien n’est calculé ici.

Une justesse ne se compare qu’à protocole égal : une seule vue recadrée au centre, ou dix ; l’entraînement compte
autant que l’architecture (les EfficientNet de torchvision ont été entraînés autrement que ses VGG).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Accuracy:
    """Part d’images bien classées, en %, au premier rang et parmi les cinq premiers."""

    top1: float
    top5: float
    source: str
    protocol: str


def _torchvision(top1: float, top5: float) -> Accuracy:
    return Accuracy(top1, top5, "torchvision, poids IMAGENET1K_V1", "une vue")


def _resnet_paper(top1_error: float, top5_error: float) -> Accuracy:
    source = "He et al. (2016), table 3"
    return Accuracy(round(100 - top1_error, 2), round(100 - top5_error, 2), source, "dix vues")


PEER_ACCURACY = {
    "alexnet": _torchvision(56.522, 79.066),
    "vgg11": _torchvision(69.02, 88.628),
    "vgg13": _torchvision(69.928, 89.246),
    "vgg16": _torchvision(71.592, 90.382),
    "vgg19": _torchvision(72.376, 90.876),
    "vgg11_bn": _torchvision(70.37, 89.81),
    "vgg13_bn": _torchvision(71.586, 90.374),
    "vgg16_bn": _torchvision(73.36, 91.516),
    "vgg19_bn": _torchvision(74.218, 91.842),
    "googlenet": _torchvision(69.778, 89.53),
    "inception_v3": _torchvision(77.294, 93.45),
    "resnet18": _torchvision(69.758, 89.078),
    "resnet34": _torchvision(73.314, 91.42),
    "resnet50": _torchvision(76.13, 92.862),
    "resnet101": _torchvision(77.374, 93.546),
    "resnet152": _torchvision(78.312, 94.046),
    "resnext50_32x4d": _torchvision(77.618, 93.698),
    "resnext101_64x4d": _torchvision(83.246, 96.454),
    "wide_resnet50_2": _torchvision(78.468, 94.086),
    "wide_resnet101_2": _torchvision(78.848, 94.284),
    "densenet121": _torchvision(74.434, 91.972),
    "densenet161": _torchvision(77.138, 93.56),
    "densenet169": _torchvision(75.6, 92.806),
    "densenet201": _torchvision(76.896, 93.37),
    "mobilenet_v2": _torchvision(71.878, 90.286),
    "efficientnet_b0": _torchvision(77.692, 93.532),
    "efficientnet_b1": _torchvision(78.642, 94.186),
    "efficientnet_b2": _torchvision(80.608, 95.31),
    "efficientnet_b3": _torchvision(82.008, 96.054),
    "efficientnet_b4": _torchvision(83.384, 96.594),
    "efficientnet_b5": _torchvision(83.444, 96.628),
    "efficientnet_b6": _torchvision(84.008, 96.916),
    "efficientnet_b7": _torchvision(84.122, 96.908),
}
"""Par nom de jumeau torchvision (`Entry.peer`)."""


def _inception_paper(top1_error: float, top5_error: float) -> Accuracy:
    source, protocol = "Szegedy et al. (2017), table 2", "une vue, sans les images écartées du concours"
    return Accuracy(round(100 - top1_error, 2), round(100 - top5_error, 2), source, protocol)


PAPER_ACCURACY = {
    "bn-inception": Accuracy(74.8, 92.18, "Ioffe et Szegedy (2015), figure 4", "une vue"),
    "inception-resnet-v1": _inception_paper(21.3, 5.5),
    "inception-resnet-v2": _inception_paper(19.9, 4.9),
    "plain34": _resnet_paper(28.54, 10.02),
    "resnet50": _resnet_paper(22.85, 6.71),
    "resnet101": _resnet_paper(21.75, 6.05),
    "resnet152": _resnet_paper(21.43, 5.71),
}
"""Par nom d’entrée, pour les réseaux sans jumeau torchvision."""


def published_accuracy(name: str, peer: str | None) -> Accuracy | None:
    """La justesse publiée d’une entrée, si l’une des deux listes la donne."""
    return PAPER_ACCURACY.get(name) or (PEER_ACCURACY.get(peer) if peer else None)


@dataclass(frozen=True)
class Contest:
    """Un résultat du concours ILSVRC, classification : erreur parmi les cinq premiers, en %, sur le jeu de test.

    C’est celui d’une équipe, donc d’un ensemble de réseaux, et non celui d’un réseau seul ; `outside_data` dit ce
    qu’elle a pris hors du concours.
    """

    year: int
    team: str
    top5_error: float
    place: int = 1
    outside_data: str = ""
    source: str = "Szegedy et al. (2015), table 2"


CONTESTS = (
    Contest(2012, "SuperVision (AlexNet)", 16.4),
    Contest(2012, "SuperVision (AlexNet)", 15.3, outside_data="ImageNet 22k"),
    Contest(2013, "Clarifai", 11.7),
    Contest(2013, "Clarifai", 11.2, outside_data="ImageNet 22k"),
    Contest(2014, "VGG", 7.32, place=2),
    Contest(2014, "GoogLeNet", 6.67),
    Contest(2015, "MSRA (ResNet)", 3.57, source="He et al. (2016), résumé"),
)
"""Les vainqueurs d’ILSVRC que les cours citent, et VGG, deuxième en 2014."""
