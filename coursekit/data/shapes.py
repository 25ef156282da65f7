"""Les formes de *Formes* : chacune est sa distance signée, négative dedans et positive dehors.

Une distance lit les coordonnées `x` (vers la droite) et `y` (vers le haut) dans le repère de la forme, où celle-ci
tient dans le disque unité ; elle peut les écraser. Elle n’est exacte que près du contour, où elle sert à adoucir le
bord d’un pixel.

Seules les opérations que tous les appareils arrondissent de même y servent : + − × ÷, racine, minimum, maximum.

Source : les distances d’I. Quilez, iquilezles.org/articles/distfunctions2d.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import torch
from torch import Tensor

Distance = Callable[[Tensor, Tensor], Tensor]

SIN_60 = 0.8660254


def length(x: Tensor, y: Tensor) -> Tensor:
    return (x * x).addcmul_(y, y).sqrt_()


def box(x: Tensor, y: Tensor, half_width: float, half_height: float) -> Tensor:
    return torch.maximum(x.abs().sub_(half_width), y.abs().sub_(half_height))


def disc(x: Tensor, y: Tensor) -> Tensor:
    return length(x, y).sub_(0.8)


def square(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(x.abs_(), y.abs_()).sub_(0.7)


def rectangle(x: Tensor, y: Tensor) -> Tensor:
    return box(x, y, 0.9, 0.43)


def triangle(x: Tensor, y: Tensor) -> Tensor:
    """Équilatéral, les sommets sur le cercle unité."""
    return torch.maximum(x.abs_().mul_(SIN_60).add_(y, alpha=0.5), y.neg_()).sub_(0.5)


def hexagon(x: Tensor, y: Tensor) -> Tensor:
    y.abs_()
    return torch.maximum(x.abs_().mul_(SIN_60).add_(y, alpha=0.5), y).sub_(0.8)


def star(x: Tensor, y: Tensor) -> Tensor:
    """À cinq branches : repliée sur une demi-branche, elle n’est plus qu’un demi-plan."""
    x.abs_()
    for normal_x in (0.809017, -0.809017):
        beyond = (x * normal_x).sub_(y * 0.5877853).clamp_(min=0).mul_(2)
        x.sub_(beyond * normal_x)
        y.add_(beyond.mul_(0.5877853))
    return x.abs_().mul_(0.8910065).add_(y.sub_(1).mul_(0.4539905))


def ring(x: Tensor, y: Tensor) -> Tensor:
    return length(x, y).sub_(0.68).abs_().sub_(0.22)


def cross(x: Tensor, y: Tensor) -> Tensor:
    """Deux barres ; repliées là où x ≥ y ≥ 0, elles n’en font plus qu’une."""
    x.abs_()
    y.abs_()
    return torch.maximum(torch.maximum(x, y).sub_(0.9), torch.minimum(x, y).sub_(0.27))


def crescent(x: Tensor, y: Tensor) -> Tensor:
    """Un disque dont un autre, à droite, cache une partie."""
    whole = length(x, y).sub_(0.95)
    return torch.maximum(whole, length(x.sub_(0.45), y).neg_().add_(0.75))


def half_disc(x: Tensor, y: Tensor) -> Tensor:
    y.add_(0.35)
    return torch.maximum(length(x, y).sub_(0.9), y.neg_())


def bracket(x: Tensor, y: Tensor) -> Tensor:
    """L’équerre : un montant et une base."""
    return torch.minimum(box(x + 0.35, y, 0.22, 0.8), box(x, y + 0.58, 0.57, 0.22))


def clover(x: Tensor, y: Tensor) -> Tensor:
    """Trois disques qui se touchent."""
    top = length(x, y - 0.52)
    return torch.minimum(top, length(x.abs_().sub_(0.45), y.add_(0.26))).sub_(0.43)


SHAPES: MappingProxyType[str, Distance] = MappingProxyType(
    {
        "disque": disc,
        "carré": square,
        "rectangle": rectangle,
        "triangle": triangle,
        "hexagone": hexagon,
        "étoile": star,
        "anneau": ring,
        "croix": cross,
        "croissant": crescent,
        "demi-disque": half_disc,
        "équerre": bracket,
        "trèfle": clover,
    }
)
"""Le nom de chaque forme, qui est celui de sa classe, et sa distance."""
