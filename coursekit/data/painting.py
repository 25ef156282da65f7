"""Peindre *Formes* : des scènes aux pixels, par blocs, là où sont les numéros demandés.

Un bloc peint d’abord ses formes et ses motifs, sorte par sorte : chacune n’est calculée que pour les siens. Il peint
ensuite ses images, par tranches. Les fils de PyTorch se partagent chaque opération : s’ils peignaient chacun leurs
images, ils s’attendraient au verrou de Python entre deux opérations, qui sont brèves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from coursekit.data.factors import draw_factors
from coursekit.data.formes import Formes
from coursekit.data.pixels import Pixels, pixels_of
from coursekit.data.scene import Frames, Scene, compose
from coursekit.data.shapes import SHAPES
from coursekit.data.textures import TEXTURES, pattern

SLICE = 1 << 17
"""Pixels peints ensemble par un fil : assez pour qu’il n’attende guère les autres, assez peu pour son cache."""

LARGE_SLICE = 1 << 23
"""Pixels peints ensemble ailleurs que sur CPU."""

SLICES = 4
"""Tranches d’un bloc : assez pour bien des images de chaque sorte, assez peu pour que la mémoire serve de nouveau."""


@dataclass(frozen=True)
class Sheets:
    """Des cartes rangées par sorte : la carte numéro i est `maps[places[i]]`."""

    maps: Tensor
    places: Tensor


def render(formes: Formes, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Les images de ces numéros et leurs étiquettes : N × 3 × size × size (`float32`, de 0 à 1) et N (`int64`)."""
    images = torch.empty(len(indices), 3, formes.size, formes.size, device=indices.device)
    labels = torch.empty(len(indices), dtype=torch.int64, device=indices.device)
    pixels = pixels_of(formes.size, indices.device)
    width = SLICES * _width(formes, indices.device)
    blocks = (torch.split(given, width) for given in (indices, images, labels))
    for numbers, painted, classes in zip(*blocks, strict=True):
        factors = draw_factors(formes, numbers)
        classes.copy_(factors.labels)
        _paint(formes, compose(formes, factors), pixels, painted)
    return images, labels


def masks(formes: Formes, indices: Tensor) -> Tensor:
    """Où est la forme dans chaque image : N × size × size, de 0 (dehors) à 1 (dedans)."""
    pixels = pixels_of(formes.size, indices.device)
    covered = []
    for numbers in torch.split(indices, SLICES * _width(formes, indices.device)):
        covers = _covers(formes, compose(formes, draw_factors(formes, numbers)), pixels)
        covered.append(_softened(covers.maps[covers.places]))
    return torch.cat(covered)


def _width(formes: Formes, device: torch.device) -> int:
    """Le nombre d’images d’une tranche."""
    pixels = SLICE * torch.get_num_threads() if device.type == "cpu" else LARGE_SLICE
    return max(1, pixels // formes.size**2)


def _paint(formes: Formes, scene: Scene, pixels: Pixels, images: Tensor) -> None:
    """Peint un bloc dans `images`."""
    width = _width(formes, images.device)
    reach = formes.noise * 12**0.5
    covers, patterns = _covers(formes, scene, pixels), _patterns(formes, scene, pixels)
    slices = zip(
        torch.split(images, width),
        torch.split(covers.places, width),
        torch.split(patterns.places, 2 * width),
        pixels.seen_from(scene.objects, width),
        torch.split(scene.outlines, width),
        torch.split(scene.back - reach / 2, width),
        torch.split(scene.layers, width),
        torch.split(scene.noise, width),
        strict=True,
    )
    for canvas, shapes, motifs, (u, v), outlines, back, layers, noise in slices:
        cover = _softened(covers.maps.index_select(0, shapes))
        _blend(canvas, cover, patterns.maps.index_select(0, motifs), _objects(u, v, outlines), back, layers)
        if reach:
            pixels.add_noise(canvas, reach, noise)
        canvas.clamp_(0, 1)


def _blend(
    canvas: Tensor, cover: Tensor, motifs: Tensor, objects: Sequence[Tensor], back: Tensor, layers: Tensor
) -> None:
    """Superpose la forme, les objets et le fond : chacun compte pour la part qu’on en voit, le plus proche d’abord.

    Les couleurs se comptent à partir de celle du fond ; les motifs ne changent que la luminance. Tout est écrasé.
    """
    motif, behind = motifs.view(len(cover), 2, *cover.shape[1:]).unbind(1)
    left, seen = 1 - cover, [cover]
    luminance = motif.mul_(cover)
    for covered in reversed(objects):
        seen.append(covered.mul_(left))
        left.sub_(covered)
    luminance.addcmul_(left, behind)
    torch.add(luminance[:, None], back, out=canvas)
    for share, color in zip(seen, layers.unbind(1), strict=True):
        canvas.addcmul_(share[:, None], color)


def _objects(u: Tensor, v: Tensor, outlines: Tensor) -> tuple[Tensor, ...]:
    """La part de chaque pixel que couvre chaque objet parasite, un bâton ; les coordonnées sont écrasées."""
    longer, edge = outlines.unbind(2)
    distance = torch.maximum(u.abs_().sub_(longer), v.abs_(), out=u)
    return torch.sub(edge, distance, out=distance).clamp_(0, 1).unbind(1)


def _softened(distance: Tensor) -> Tensor:
    """Couvert à moitié sur le contour, tout à fait un demi-pixel plus loin ; sur place."""
    return distance.add_(0.5).clamp_(0, 1)


def _covers(formes: Formes, scene: Scene, pixels: Pixels) -> Sheets:
    """La distance de chaque pixel au contour de la forme, en pixels, positive dedans."""
    distances = [SHAPES[name] for name in formes.shapes]
    gains = scene.radius * (-formes.size / 2)
    return _by_kind(formes, distances, scene.shapes, scene.shape, gains, pixels)


def _patterns(formes: Formes, scene: Scene, pixels: Pixels) -> Sheets:
    """Ce que le motif de la forme et celui du fond, tour à tour, ajoutent à la luminance."""
    patterns = [partial(pattern, texture=TEXTURES[name]) for name in formes.textures]
    return _by_kind(formes, patterns, scene.textures, scene.patterns, scene.gains, pixels)


def _by_kind(
    formes: Formes,
    draws: Sequence[Callable[[Tensor, Tensor], Tensor]],
    kinds: Tensor,
    frames: Frames,
    gains: Tensor,
    pixels: Pixels,
) -> Sheets:
    """Une carte par repère : `draws[kind]` des coordonnées des pixels, fois le gain."""
    order = kinds.argsort(stable=True)
    counts = kinds.bincount(minlength=len(draws)).tolist()
    width = _width(formes, kinds.device)
    groups = [
        (draw, min(width, count - start))
        for draw, count in zip(draws, counts, strict=True)
        for start in range(0, count, width)
    ]
    sizes = [size for _, size in groups]
    maps = torch.empty(len(kinds), formes.size, formes.size, device=kinds.device)
    parts = zip(
        groups,
        pixels.seen_from(frames[order], sizes),
        torch.split(gains[order, None, None], sizes),
        torch.split(maps, sizes),
        strict=True,
    )
    for (draw, _), (u, v), gain, result in parts:
        torch.mul(draw(u, v), gain, out=result)
    places = torch.empty_like(order)
    places[order] = torch.arange(len(order), device=order.device)
    return Sheets(maps, places)
