"""Les textures de *Formes* : deux ondes triangulaires, mêlées selon une ligne de nombres par texture."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from types import MappingProxyType

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


def triangle_wave(x: Tensor, height: float = 1) -> Tensor:
    """De période 1, entre −`height` et `height`, sur place ; elle est la plus haute en 0."""
    return x.frac_().abs_().sub_(0.5).abs_().mul_(4 * height).sub_(height)


def pattern(u: Tensor, v: Tensor, texture: Texture) -> Tensor:
    """Le motif, entre −½ (foncé) et ½ (clair), aux points de coordonnées `u` et `v`, en périodes ; il les écrase."""
    if texture == Texture():
        return u.zero_()
    along, across, both, bend, offset = (SHARPNESS * number for number in astuple(texture))
    if across or both or bend:
        triangle_wave(v)
    if bend:
        u.add_(v * texture.bend)
    light = triangle_wave(u).mul_((v * both).add_(along)) if both else triangle_wave(u, along)
    if across:
        light.add_(v, alpha=across)
    if offset:
        light.add_(offset)
    return light.clamp_(-0.5, 0.5)
