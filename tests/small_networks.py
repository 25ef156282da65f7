"""Le catalogue en petit : chaque réseau sur la plus petite image qui convient aux preuves, avec sept classes."""

import pytest
import torch

from coursekit import models
from coursekit.errors import ShapeError
from coursekit.layers import Shape
from coursekit.tables import CATALOGUE

CLASSES = 7


def accepts(entry, size):
    try:
        shape = Shape(entry.input.channels, (size, size))
        return bool(entry.rows(shape) + entry.auxiliary_rows(shape))
    except ShapeError:
        return False


def first_accepted(entry, size):
    """La plus petite image carrée d’au moins `size` pixels que le réseau accepte."""
    return next(size for size in range(size, size + 300) if accepts(entry, size))


LEAST = {
    "mobilenet": 64,
    "xception": 64,
    "efficientnet": 64,
    "inception_v3": 290,
    "inception_resnet": 110,
    "se_inception": 110,
}
"""Sur une carte finale 1×1, la normalisation de deux images efface ce que les biais d’avant y ajoutent."""

SMALL = {entry.name: first_accepted(entry, LEAST.get(entry.stem, 32)) for entry in CATALOGUE}

each_entry = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name, scope="module")
"""Toutes les entrées ; les tests d’un fichier se suivent par entrée, pour partager ce qu’ils préparent."""


def small_model(entry, **options):
    settings = {"image_size": SMALL[entry.name], "num_classes": CLASSES, "seed": 0, "device": "cpu"}
    return models.build(entry.name, **settings | options)


def small_batch(entry, size, **options):
    generator = torch.Generator().manual_seed(1)
    side = SMALL[entry.name]
    return torch.rand(size, entry.input.channels, side, side, generator=generator, **options)


def listed(made):
    """Les sorties d’un réseau : la principale, puis celles des têtes auxiliaires s’il y en a."""
    return made if isinstance(made, tuple) else (made,)
