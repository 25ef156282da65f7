"""Les textures de *Formes* : deux ondes triangulaires, mêlées selon une ligne de nombres par texture."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from types import MappingProxyType

import torch
from torch import Tensor


@dataclass(frozen=True)
class Texture:
    """Le motif est clair où `along`·a + `across`·b + `both`·a·b + `offset` > 0.

    a et b sont deux ondes triangulaires de [−1, 1], l’une le long de chaque axe ; `bend` décale la première par la
    seconde, ce qui brise des rayures en chevrons.
    """

    along: float = 0.0
    across: float = 0.0
    both: float = 0.0
    bend: float = 0.0
    offset: float = 0.0


TEXTURES: MappingProxyType[str, Texture] = MappingProxyType(
    {
        "uni": Texture(),
        "rayures": Texture(along=1.0),
        "damier": Texture(both=2.0),
        "pois": Texture(along=1.0, across=1.0, offset=-0.8),
        "filet": Texture(along=1.0, across=1.0, offset=0.8),
        "chevrons": Texture(along=1.0, bend=0.35),
    }
)
"""Le nom de chaque texture et son motif."""

SHARPNESS = 4.0
"""La pente du passage entre clair et foncé : assez raide pour un motif net, assez douce pour un pixel."""


def rows_of(names: tuple[str, ...], device: torch.device) -> Tensor:
    """Les nombres des textures nommées : textures × 5."""
    return torch.tensor([astuple(TEXTURES[name]) for name in names], dtype=torch.float32, device=device)


def triangle_wave(x: Tensor) -> Tensor:
    """De période 1, entre −1 et 1, sur place ; elle vaut 1 en 0."""
    return x.frac_().abs_().sub_(0.5).abs_().mul_(4).sub_(1)


def pattern(u: Tensor, v: Tensor, rows: Tensor, gains: Tensor) -> Tensor:
    """Le motif de chaque image, entre −`gains`/2 (foncé) et `gains`/2 (clair) ; `u` et `v` sont écrasés.

    Args:
        u: la première coordonnée, en périodes : … × hauteur × largeur.
        v: la seconde.
        rows: la texture : … × 5.
        gains: l’amplitude, de forme `…`.
    """
    along, across, both, bend, offset = (rows * SHARPNESS)[..., None, None].unbind(-3)
    b = triangle_wave(v)
    a = triangle_wave(u.add_(b * (bend / SHARPNESS)))
    mixed = (a * b).mul_(both).add_(a.mul_(along)).add_(b.mul_(across)).add_(offset)
    return mixed.clamp_(-0.5, 0.5).mul_(gains[..., None, None])
