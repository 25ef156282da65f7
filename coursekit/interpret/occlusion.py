"""Cacher un carré de l’image, partout où il peut se mettre, et regarder le score baisser.

Source : Zeiler et Fergus (2014), arXiv:1311.2901, § 4.2 et figure 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError, ShapeError, require
from coursekit.interpret.probing import Target, classes_of, evaluating, of_each, placed, scores_of, written
from coursekit.training.numbers import comma

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Occlusion:
    """Ce que devient le score quand un carré est caché.

    Attributes:
        target: la classe suivie dans chaque image, N.
        scores: son score dans l’image entière, N.
        occluded: son score quand le carré est à la position (i, j) : N × lignes × colonnes.
        drops: N × H × W : en chaque pixel, la baisse moyenne du score parmi les carrés qui le cachent.
    """

    target: Tensor
    scores: Tensor
    occluded: Tensor
    drops: Tensor

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        width = self.drops.shape[2]
        parts = []
        for classe, drop in zip(self.target.tolist(), self.drops, strict=True):
            row, column = divmod(int(drop.argmax()), width)
            parts.append(
                f"le score de la classe {classe} baisse le plus, de {comma(float(drop.max()))}, en ligne {row}, "
                f"colonne {column}"
            )
        return f"Occlusion : {' ; '.join(parts)}."

    def plot(self, images: Tensor) -> Figure:
        """Chaque image à côté de la carte de ce que son score y perd.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.inside import show_heat

        return show_heat(images.cpu(), self.drops.cpu(), "baisse du score")


@torch.no_grad()
def occlusion(
    model: nn.Module,
    images: Tensor,
    target: Target = None,
    *,
    window: int = 8,
    stride: int = 4,
    value: float | None = None,
    batch_size: int = 256,
) -> Occlusion:
    """Promène un carré uni sur chaque image.

    Args:
        model: un réseau, évalué tel quel et rendu dans le mode où il était.
        images: N × C × H × W.
        target: une classe, une par image, ou `None` pour celle que l’image entière fait prédire.
        window: côté du carré, en pixels ; il est coupé au bord.
        stride: pas du carré, au plus son côté : chaque pixel est caché au moins une fois.
        value: ce qui remplit le carré ; par défaut, la moyenne de chaque canal de l’image.
        batch_size: images cachées lues à la fois ; la mémoire en dépend, pas le résultat.

    Raises:
        ArgumentError: le carré ou son pas n’ont pas de sens, ou une classe n’existe pas.
        ShapeError: les images ne forment pas un lot, ou le carré est plus grand qu’elles.
    """
    pixels = placed(model, images)
    _check(pixels, window, stride, batch_size)
    grid, masks = _masks(pixels, window, stride)
    with evaluating(model):
        scores = scores_of(model, pixels)
        classes = classes_of(target, scores)
        occluded = torch.stack(
            [
                torch.cat(
                    [
                        of_each(scores_of(model, lot), classe.expand(len(lot)))
                        for lot in _hidden(image, masks, value, batch_size)
                    ]
                )
                for image, classe in zip(pixels, classes, strict=True)
            ]
        )
    kept = of_each(scores, classes)
    falls = kept[:, None] - occluded
    drops = torch.einsum("np,phw->nhw", falls, masks.to(falls)) / masks.sum(0)
    return Occlusion(classes, kept, occluded.reshape(-1, *grid), drops)


def _masks(pixels: Tensor, window: int, stride: int) -> tuple[tuple[int, int], Tensor]:
    """Le nombre de positions par côté, et les pixels que cache chacune : P × H × W, en booléens."""
    height, width = pixels.shape[2:]
    tops, lefts = (range(0, side - window + stride, stride) for side in (height, width))
    masks = torch.zeros(len(tops) * len(lefts), height, width, dtype=torch.bool, device=pixels.device)
    for place, (top, left) in enumerate((top, left) for top in tops for left in lefts):
        masks[place, top : top + window, left : left + window] = True
    return (len(tops), len(lefts)), masks


def _hidden(image: Tensor, masks: Tensor, value: float | None, batch_size: int) -> Iterator[Tensor]:
    """L’image cachée à chaque position, par lots."""
    fill = image.mean((1, 2), keepdim=True) if value is None else torch.full_like(image[:, :1, :1], value)
    for start in range(0, len(masks), batch_size):
        yield torch.where(masks[start : start + batch_size, None], fill, image)


def _check(pixels: Tensor, window: int, stride: int, batch_size: int) -> None:
    side = min(pixels.shape[2:])
    if window < 1 or batch_size < 1:
        raise ArgumentError(f"window={window}, batch_size={batch_size} : il faut au moins 1 de chaque.")
    if window > side:
        raise ShapeError(
            f"Un carré de {window} × {window} ne tient pas dans une image {written(pixels.shape[2:])}."
        )
    if not 1 <= stride <= window:
        raise ArgumentError(
            f"stride={stride} : un pas va de 1 à window={window}, sinon des pixels ne seraient jamais cachés."
        )
