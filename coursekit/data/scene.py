"""La scène de chaque image de *Formes* : repères, motifs et couleurs, calculés une seule fois par image."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from coursekit.data.factors import Draw, Factors, Object, between, centred, pick
from coursekit.data.formes import Formes
from coursekit.data.textures import rows_of

MARGIN = 0.1
"""La luminance du fond s’en tient éloignée du noir et du blanc."""

OBJECT_LENGTH = (0.1, 0.35)
OBJECT_WIDTH = (0.04, 0.14)
"""Les demi-côtés d’un objet parasite : un bâton, en demi-côtés de l’image."""


@dataclass(frozen=True)
class Scene:
    """Un lot de scènes ; la première dimension est celle des images, K le nombre de repères, C celui d’objets.

    Attributes:
        axes: les deux axes de chaque repère : images × K × 2 × 2. Les repères sont ceux du motif de la forme, de
            celui du fond, de la forme, puis des objets.
        origins: l’origine de chaque repère : images × K × 2.
        patterns: les nombres des textures de la forme et du fond : images × 2 × 5.
        gains: de combien ces deux motifs modulent la luminance : images × 2.
        shape: la couleur de la forme : images × 3.
        back: la couleur du fond : images × 3.
        objects: les couleurs des objets : images × C × 3.
        halves: leurs demi-côtés : images × C × 2.
        radius: le rayon de la forme.
        noise: la clef du bruit.
    """

    axes: Tensor
    origins: Tensor
    patterns: Tensor
    gains: Tensor
    shape: Tensor
    back: Tensor
    objects: Tensor
    halves: Tensor
    radius: Tensor
    noise: Tensor

    def __getitem__(self, chosen: Tensor) -> Scene:
        return Scene(*(getattr(self, field.name).index_select(0, chosen) for field in fields(self)))


def compose(formes: Formes, factors: Factors) -> Scene:
    """La scène de chaque image."""
    draws, objects = factors.draws, factors.objects
    axes, origins = _frames(formes, factors)
    rows = rows_of(formes.textures, draws.device)
    behind = rows[pick(draws[:, Draw.BACK_TEXTURE], len(rows))]
    level = between(draws[:, Draw.LEVEL], (MARGIN, 1 - MARGIN))
    step = between(draws[:, Draw.CONTRAST], formes.contrast) * torch.where(level < 0.5, 1.0, -1.0)
    nearby = level[:, None] + centred(objects[..., Object.LEVEL]) * formes.contrast[1]
    return Scene(
        axes=axes,
        origins=origins,
        patterns=torch.stack((rows[factors.textures], behind), 1),
        gains=torch.stack((step * formes.texture_contrast, torch.full_like(step, formes.background)), 1),
        shape=_color(formes, level + step, draws[:, Draw.SHAPE_RED : Draw.SHAPE_BLUE + 1]),
        back=_color(formes, level, draws[:, Draw.BACK_RED : Draw.BACK_BLUE + 1]),
        objects=_color(formes, nearby, objects[..., Object.RED :]),
        halves=torch.stack(
            (
                between(objects[..., Object.LENGTH], OBJECT_LENGTH),
                between(objects[..., Object.WIDTH], OBJECT_WIDTH),
            ),
            -1,
        ),
        radius=factors.radius,
        noise=factors.noise,
    )


def _frames(formes: Formes, factors: Factors) -> tuple[Tensor, Tensor]:
    """Les axes et l’origine de tous les repères : une coordonnée vaut axe · pixel + origine."""
    draws, objects = factors.draws, factors.objects
    angles = [draws[:, Draw.TEXTURE_ANGLE], draws[:, Draw.BACK_ANGLE]]
    half_turns = torch.stack((*map(centred, angles), factors.angle), 1)
    cosine, sine = rotation(torch.cat((half_turns, centred(objects[..., Object.ANGLE])), 1))
    frequencies = torch.stack((draws[:, Draw.FREQUENCY], draws[:, Draw.BACK_FREQUENCY]), 1)
    zooms = torch.cat((between(frequencies, formes.frequency) / 2, 1 / factors.radius[:, None]), 1)
    cosine[:, :3] *= zooms
    sine[:, :3] *= zooms
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
