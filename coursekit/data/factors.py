"""Les facteurs de chaque image de *Formes* : ce que ses tirages décident avant qu’un pixel soit peint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto
from functools import lru_cache
from itertools import accumulate

import torch
from torch import Tensor

from coursekit.data.draws import key_of, signed, uniform, words
from coursekit.data.formes import Formes, Range


class Draw(IntEnum):
    """La colonne de chaque tirage ; les objets parasites prennent les suivantes (voir `Object`)."""

    CLASS = 0
    OTHER = auto()
    CUE = auto()
    X = auto()
    Y = auto()
    ANGLE = auto()
    SCALE = auto()
    PHASE_U = auto()
    PHASE_V = auto()
    TEXTURE_ANGLE = auto()
    FREQUENCY = auto()
    LEVEL = auto()
    CONTRAST = auto()
    SHAPE_RED = auto()
    SHAPE_GREEN = auto()
    SHAPE_BLUE = auto()
    BACK_RED = auto()
    BACK_GREEN = auto()
    BACK_BLUE = auto()
    BACK_TEXTURE = auto()
    BACK_PHASE_U = auto()
    BACK_PHASE_V = auto()
    BACK_ANGLE = auto()
    BACK_FREQUENCY = auto()


class Object(IntEnum):
    """La colonne de chaque tirage d’un objet parasite, parmi les siennes."""

    X = 0
    Y = auto()
    ANGLE = auto()
    LENGTH = auto()
    WIDTH = auto()
    LEVEL = auto()
    RED = auto()
    GREEN = auto()
    BLUE = auto()


NOISE = -1
"""Le numéro de suite du bruit, qui n’est pas une colonne."""


@dataclass(frozen=True)
class Factors:
    """Ce qui décrit chaque image ; longueurs en demi-côtés, centre de l’image en 0, x vers la droite, y vers le haut.

    Attributes:
        labels: classe, `int64`.
        shapes: rang de la forme dans `Formes.shapes`, `int64`.
        textures: rang de la texture dans `Formes.textures`, `int64`.
        x: abscisse du centre de la forme.
        y: ordonnée du centre de la forme.
        angle: rotation de la forme, en demi-tours.
        radius: rayon du cercle qui contient la forme.
        draws: tous les tirages de [0, 1[, images × colonnes de `Draw`.
        objects: ceux des objets parasites, images × objets × colonnes de `Object`.
        noise: clef du bruit de chaque image, `int32`.
    """

    labels: Tensor
    shapes: Tensor
    textures: Tensor
    x: Tensor
    y: Tensor
    angle: Tensor
    radius: Tensor
    draws: Tensor
    objects: Tensor
    noise: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@lru_cache(maxsize=64)
def _keys(seed: int, columns: int) -> tuple[int, ...]:
    return tuple(signed(key_of(seed, column)) for column in range(columns))


def draw_factors(formes: Formes, indices: Tensor) -> Factors:
    """Tire les facteurs des images de ces numéros, sur l’appareil où ils sont."""
    keys = torch.tensor(_keys(formes.seed, len(Draw) + len(Object) * formes.clutter), dtype=torch.int32)
    draws, objects = uniform(indices[:, None], keys.to(indices.device)).tensor_split([len(Draw)], 1)
    labels = _draw_class(draws[:, Draw.CLASS], formes)
    shapes, textures = _shape_and_texture(labels, draws, formes)
    radius = between(draws[:, Draw.SCALE], formes.scale)
    play = (1 - radius) * formes.position
    return Factors(
        labels=labels,
        shapes=shapes,
        textures=textures,
        x=centred(draws[:, Draw.X]) * play,
        y=centred(draws[:, Draw.Y]) * play,
        angle=centred(draws[:, Draw.ANGLE]) * (formes.rotation / 180),
        radius=radius,
        draws=draws,
        objects=objects.view(len(draws), formes.clutter, len(Object)),
        noise=words(indices, torch.full_like(indices, signed(key_of(formes.seed, NOISE))).int()),
    )


def _draw_class(draw: Tensor, formes: Formes) -> Tensor:
    """L’intervalle de la répartition cumulée où tombe le tirage."""
    if not formes.balance:
        return pick(draw, len(formes.classes))
    ends = list(accumulate(formes.balance))
    bounds = torch.tensor([end / ends[-1] for end in ends[:-1]], dtype=torch.float32, device=draw.device)
    return torch.bucketize(draw.contiguous(), bounds, right=True)


def _shape_and_texture(labels: Tensor, draws: Tensor, formes: Formes) -> tuple[Tensor, Tensor]:
    shapes, textures = len(formes.shapes), len(formes.textures)
    if formes.label == "both":
        return labels // textures, labels % textures
    if formes.label == "texture":
        return pick(draws[:, Draw.OTHER], shapes), labels
    free = pick(draws[:, Draw.OTHER], textures)
    return labels, torch.where(draws[:, Draw.CUE] < formes.texture_cue, labels % textures, free)


def pick(draw: Tensor, count: int) -> Tensor:
    """Un rang entre 0 et `count` − 1, tous également probables."""
    return (draw * count).to(torch.int64).clamp_(max=count - 1)


def between(draw: Tensor, bounds: Range) -> Tensor:
    low, high = bounds
    return draw * (high - low) + low


def centred(draw: Tensor) -> Tensor:
    """Entre −1 et 1."""
    return draw * 2 - 1
