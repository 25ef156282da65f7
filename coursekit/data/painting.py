"""Peindre *Formes* : des scènes aux pixels, par lots, là où sont les numéros demandés.

L’ordre est celui d’un peintre : le fond et son motif, les objets parasites, la forme et le sien, le bruit. Un lot
est découpé en tranches assez petites pour le cache d’un processeur ; les images y sont rangées par forme, chaque
forme n’étant calculée que pour les siennes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

from coursekit.data.draws import STRIDE, mix, signed
from coursekit.data.factors import draw_factors
from coursekit.data.formes import Formes
from coursekit.data.scene import Scene, compose
from coursekit.data.shapes import SHAPES
from coursekit.data.textures import pattern

SLICE = {"cpu": 1 << 16}
LARGE_SLICE = 1 << 23
"""Pixels peints ensemble : sur CPU, une tranche et ses brouillons tiennent dans le cache L2."""

TEXTURED, SHAPE, OBJECTS = slice(0, 2), 2, slice(3, None)
"""Le rang des repères d’une scène."""


@dataclass(frozen=True)
class Grid:
    """Le centre des pixels, en demi-côtés : les abscisses sont une ligne, les ordonnées une colonne."""

    x: Tensor
    y: Tensor
    pixel: float

    def seen_from(self, scene: Scene, frames: int | slice, axis: int) -> Tensor:
        """La coordonnée `axis` des pixels dans ces repères : images × repères × hauteur × largeur."""
        across, down = scene.axes[:, frames, axis, :, None, None].unbind(-3)
        origin = scene.origins[:, frames, axis, None, None]
        return self.x * across + (self.y * down + origin)


def grid(size: int, device: torch.device) -> Grid:
    steps = (torch.arange(size, dtype=torch.float32, device=device) * 2 + 1) / size - 1
    return Grid(steps[None, :], -steps[:, None], 2 / size)


def render(formes: Formes, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Les images de ces numéros et leurs étiquettes : N × 3 × size × size (`float32`, de 0 à 1) et N (`int64`)."""
    factors = draw_factors(formes, indices)
    scene, pixels = compose(formes, factors), grid(formes.size, indices.device)
    images = torch.empty(len(factors), 3, formes.size, formes.size, device=indices.device)

    def paint(chosen: Tensor, counts: list[int]) -> None:
        images.index_copy_(0, chosen, _paint(formes, scene[chosen], counts, pixels))

    _share(paint, list(_slices(formes, factors.shapes)), indices.device)
    return images, factors.labels


def masks(formes: Formes, indices: Tensor) -> Tensor:
    """Où est la forme dans chaque image : N × size × size, de 0 (dehors) à 1 (dedans)."""
    factors = draw_factors(formes, indices)
    scene, pixels = compose(formes, factors), grid(formes.size, indices.device)
    covered = torch.empty(len(factors), formes.size, formes.size, device=indices.device)
    for chosen, counts in _slices(formes, factors.shapes):
        covered.index_copy_(0, chosen, _cover(formes, scene[chosen], counts, pixels))
    return covered


def _share(
    paint: Callable[[Tensor, list[int]], None], slices: list[tuple[Tensor, list[int]]], device: torch.device
) -> None:
    """Peint les tranches ; sur CPU, un fil par tranche plutôt que tous les fils sur chaque opération.

    Une opération est si brève que deux fils passeraient leur temps à s’attendre, surtout sur une machine occupée.
    """
    threads = torch.get_num_threads()
    workers = min(threads, len(slices)) if device.type == "cpu" else 1
    if workers <= 1:
        for part in slices:
            paint(*part)
        return
    try:
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            list(pool.map(paint, *zip(*slices, strict=True)))
    finally:
        torch.set_num_threads(threads)  # les fils nés plus tard liraient sinon le réglage de ceux-là


def _slices(formes: Formes, shapes: Tensor) -> Iterator[tuple[Tensor, list[int]]]:
    """Des tranches rangées par forme : leurs numéros, et combien d’images y a chaque forme."""
    width = max(1, SLICE.get(shapes.device.type, LARGE_SLICE) // formes.size**2)
    left = shapes.bincount(minlength=len(formes.shapes)).tolist()
    for chosen in torch.split(shapes.argsort(stable=True), width):
        counts, room = [], len(chosen)
        for shape, count in enumerate(left):
            counts.append(min(count, room))
            left[shape] -= counts[-1]
            room -= counts[-1]
        yield chosen, counts


def _paint(formes: Formes, scene: Scene, counts: list[int], pixels: Grid) -> Tensor:
    """Une tranche d’images : n × 3 × hauteur × largeur."""
    u, v = (pixels.seen_from(scene, TEXTURED, axis) for axis in (0, 1))
    textured, behind = pattern(u, v, scene.patterns, scene.gains).unbind(1)
    canvas = scene.back[:, :, None, None] + behind[:, None]
    for covered, color in zip(_objects(scene, pixels), scene.objects.unbind(1), strict=True):
        canvas.lerp_(color[:, :, None, None], covered[:, None])
    colors = scene.shape[:, :, None, None] + textured[:, None]
    canvas.lerp_(colors, _cover(formes, scene, counts, pixels)[:, None])
    if formes.noise:
        _add_noise(canvas, formes.noise, scene.noise)
    return canvas.clamp_(0, 1)


def _objects(scene: Scene, pixels: Grid) -> tuple[Tensor, ...]:
    """La part de chaque pixel que couvre chaque objet parasite, un bâton."""
    width, height = scene.halves[..., None, None].unbind(2)
    u = pixels.seen_from(scene, OBJECTS, 0).abs_().sub_(width)
    v = pixels.seen_from(scene, OBJECTS, 1).abs_().sub_(height)
    return _soft(torch.maximum(u, v, out=u), pixels.pixel).unbind(1)


def _cover(formes: Formes, scene: Scene, counts: list[int], pixels: Grid) -> Tensor:
    """La part de chaque pixel que la forme couvre : n × hauteur × largeur."""
    u, v = (pixels.seen_from(scene, SHAPE, axis) for axis in (0, 1))
    distance = torch.empty_like(u)
    start = 0
    for name, count in zip(formes.shapes, counts, strict=True):
        if count:
            own = slice(start, start + count)
            distance[own] = SHAPES[name](u[own], v[own])
            start += count
    return _soft(distance.mul_(scene.radius[:, None, None]), pixels.pixel)


def _soft(distance: Tensor, pixel: float) -> Tensor:
    """Couvert à moitié sur le contour, tout à fait un demi-pixel plus loin ; sur place."""
    return distance.mul_(-1 / pixel).add_(0.5).clamp_(0, 1)


def _add_noise(canvas: Tensor, deviation: float, keys: Tensor) -> None:
    """Un bruit uniforme d’écart type `deviation`, sur place : un mot par pixel, dix bits par canal."""
    count, _, height, width = canvas.shape
    places = torch.arange(height * width, dtype=torch.int32, device=canvas.device) * signed(STRIDE)
    drawn = mix(places + keys[:, None]).view(count, height, width)
    reach = deviation * 12**0.5
    for channel in range(3):
        bits = (drawn >> 10 * channel).bitwise_and_(1023)
        canvas[:, channel] += bits.to(torch.float32).mul_(reach / 1023).sub_(reach / 2)
