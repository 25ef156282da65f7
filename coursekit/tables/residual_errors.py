"""Erreurs publiées des réseaux résiduels et de leurs jumeaux plains : des données, chacune avec sa source.

Deux erreurs ne se comparent que dans la même table, au même protocole. Rien n’est calculé ici.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Error:
    """L’erreur top-1, en %, d’un réseau du catalogue ; `spread`, l’écart-type publié, s’il y en a un."""

    network: str
    percent: float
    source: str
    protocol: str
    spread: float | None = None


RESIDUAL = "He et al. (2016)"
IDENTITY = "He et al. (ECCV 2016)"


def _cifar(network: str, percent: float, spread: float | None = None) -> Error:
    return Error(network, percent, f"{RESIDUAL}, table 6", "CIFAR-10, test", spread)


def _imagenet(network: str, percent: float) -> Error:
    return Error(network, percent, f"{RESIDUAL}, table 2", "ImageNet, validation, dix vues")


def _preact(network: str, percent: float) -> Error:
    return Error(network, percent, f"{IDENTITY}, table 3", "CIFAR-10, test, médiane de cinq essais")


CIFAR = (
    _cifar("resnet20-cifar", 8.75),
    _cifar("resnet32-cifar", 7.51),
    _cifar("resnet44-cifar", 7.17),
    _cifar("resnet56-cifar", 6.97),
    _cifar("resnet110-cifar", 6.61, 0.16),
    _cifar("resnet1202-cifar", 7.93),
)
"""ResNet selon la profondeur ; pour 110 couches, la moyenne de cinq essais (le meilleur : 6,43)."""

IMAGENET = (
    _imagenet("plain18", 27.94),
    _imagenet("plain34", 28.54),
    _imagenet("resnet18", 27.88),
    _imagenet("resnet34", 25.03),
)
"""Plain et résiduels à égalité de couches, raccourcis A : aucun paramètre de plus."""

SHORTCUTS = {"none": 28.54, "A": 25.03, "B": 24.52, "C": 24.19}
"""Erreur top-1 de ResNet-34 selon ses raccourcis : He et al. (2016), table 3, ImageNet, dix vues."""

PREACTIVATION = (
    (_preact("resnet110-cifar", 6.61), _preact("preact-resnet110-cifar", 6.37)),
    (_preact("resnet164-cifar", 5.93), _preact("preact-resnet164-cifar", 5.46)),
    (_preact("resnet1001-cifar", 7.61), _preact("preact-resnet1001-cifar", 4.92)),
)
"""Le bloc d’origine et le bloc à pré-activation, à profondeur égale."""
