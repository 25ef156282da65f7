"""La scène de chaque image de *Formes* : repères, motifs et couleurs, calculés une seule fois par image."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from coursekit.data.factors import Draw, Factors, Object, between, centred, pick
from coursekit.data.formes import Formes

MARGIN = 0.1
"""La luminance du fond s’en tient éloignée du noir et du blanc."""

OBJECT_LENGTH = (0.1, 0.35)
OBJECT_WIDTH = (0.04, 0.14)
"""Les demi-côtés d’un objet parasite : un bâton, en demi-côtés de l’image."""


@dataclass(frozen=True)
class Frames:
    """Des repères : une coordonnée d’un pixel vaut axe · pixel + origine.

    Attributes:
        axes: leurs deux axes : … × 2 × 2.
        origins: leur origine : … × 2.
    """

    axes: Tensor
    origins: Tensor

    def __getitem__(self, chosen: Tensor) -> Frames:
        return Frames(self.axes[chosen], self.origins[chosen])


@dataclass(frozen=True)
class Scene:
    """Un lot de N scènes, de C objets chacune ; un motif sur deux est celui d’une forme, l’autre celui de son fond.

    Attributes:
        shapes: le rang de chaque forme : N.
        shape: son repère, où son rayon vaut 1 : N.
        radius: ce rayon : N.
        textures: le rang de la texture de chaque motif : 2N.
        patterns: son repère, en périodes : 2N.
        gains: de combien il module la luminance : 2N.
        objects: les repères des objets, en pixels : N × C.
        outlines: de combien chacun est plus long que large, et sa demi-largeur plus un demi : N × C × 2 × 1 × 1.
        back: la couleur du fond : N × 3 × 1 × 1.
        layers: de combien s’en écarte celle de chaque couche, la plus proche d’abord (la forme, puis les objets, du
            dernier au premier) : N × (1 + C) × 3 × 1 × 1.
        noise: la clef du bruit : N × 1 × 1.
    """

    shapes: Tensor
    shape: Frames
    radius: Tensor
    textures: Tensor
    patterns: Frames
    gains: Tensor
    objects: Frames
    outlines: Tensor
    back: Tensor
    layers: Tensor
    noise: Tensor


def compose(formes: Formes, factors: Factors) -> Scene:
    """La scène de chaque image."""
    draws, objects = factors.draws, factors.objects
    axes, origins = _frames(formes, factors)
    behind = pick(draws[:, Draw.BACK_TEXTURE], len(formes.textures))
    level = between(draws[:, Draw.LEVEL], (MARGIN, 1 - MARGIN))
    step = between(draws[:, Draw.CONTRAST], formes.contrast) * torch.where(level < 0.5, 1.0, -1.0)
    nearby = level[:, None] + centred(objects[..., Object.LEVEL]) * formes.contrast[1]
    back = _color(formes, level, draws[:, Draw.BACK_RED : Draw.BACK_BLUE + 1])
    shape = _color(formes, level + step, draws[:, Draw.SHAPE_RED : Draw.SHAPE_BLUE + 1])
    others = _color(formes, nearby, objects[..., Object.RED :])
    length = between(objects[..., Object.LENGTH], OBJECT_LENGTH) * (formes.size / 2)
    width = between(objects[..., Object.WIDTH], OBJECT_WIDTH) * (formes.size / 2)
    return Scene(
        shapes=factors.shapes,
        shape=Frames(axes[:, 2], origins[:, 2]),
        radius=factors.radius,
        textures=torch.stack((factors.textures, behind), 1).flatten(),
        patterns=Frames(axes[:, :2].flatten(0, 1), origins[:, :2].flatten(0, 1)),
        gains=torch.stack(
            (step * formes.texture_contrast, torch.full_like(step, formes.background)), 1
        ).flatten(),
        objects=Frames(axes[:, 3:], origins[:, 3:]),
        outlines=torch.stack((length - width, width + 0.5), 2)[..., None, None],
        back=back[..., None, None],
        layers=(torch.cat((shape[:, None], others.flip(1)), 1) - back[:, None])[..., None, None],
        noise=factors.noise[:, None, None],
    )


def _frames(formes: Formes, factors: Factors) -> tuple[Tensor, Tensor]:
    """Les axes et l’origine de tous les repères : ceux des deux motifs, de la forme, des objets."""
    draws, objects = factors.draws, factors.objects
    angles = [draws[:, Draw.TEXTURE_ANGLE], draws[:, Draw.BACK_ANGLE]]
    half_turns = torch.stack((*map(centred, angles), factors.angle), 1)
    cosine, sine = rotation(torch.cat((half_turns, centred(objects[..., Object.ANGLE])), 1))
    frequencies = torch.stack((draws[:, Draw.FREQUENCY], draws[:, Draw.BACK_FREQUENCY]), 1)
    pixels = torch.full_like(objects[..., 0], formes.size / 2)
    zooms = torch.cat((between(frequencies, formes.frequency) / 2, 1 / factors.radius[:, None], pixels), 1)
    cosine *= zooms
    sine *= zooms
    axes = torch.stack((torch.stack((cosine, sine), -1), torch.stack((-sine, cosine), -1)), -2)
    centres = torch.cat(
        (torch.stack((factors.x, factors.y), 1)[:, None], centred(objects[..., : Object.Y + 1])), 1
    )
    turned = -(axes[:, 2:] * centres[:, :, None]).sum(-1)
    phases = draws[:, [Draw.PHASE_U, Draw.PHASE_V, Draw.BACK_PHASE_U, Draw.BACK_PHASE_V]]
    return axes, torch.cat((phases.view(-1, 2, 2), turned), 1)


def _color(formes: Formes, level: Tensor, draws: Tensor) -> Tensor:
    """Une couleur de cette luminance moyenne : … × 3."""
    red, green, blue = draws.unbind(-1)
    mean = (red + green + blue) / 3
    tint = torch.stack((red - mean, green - mean, blue - mean), -1)
    return tint * (2 * formes.color) + level[..., None]


def rotation(half_turns: Tensor) -> tuple[Tensor, Tensor]:
    """Le cosinus et le sinus d’un angle de −1 à 1 demi-tour, à 2·10⁻⁶ près.

    Les fonctions de PyTorch n’arrondissent pas de même sur CPU et sur GPU ; des développements de Taylor, si. Ils
    portent sur le quart de l’angle, que deux duplications ramènent à l’angle.
    """
    a = half_turns * 0.7853981633974483
    square = a * a
    sine = (((square / -5040 + 1 / 120) * square - 1 / 6) * square + 1) * a
    cosine = (((square / 40320 - 1 / 720) * square + 1 / 24) * square - 0.5) * square + 1
    for _ in range(2):
        sine, cosine = sine * cosine * 2, 1 - sine * sine * 2
    return cosine, sine
