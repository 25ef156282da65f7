"""La perte autour des poids trouvés, le long de directions normalisées filtre par filtre.

Source : Li, Xu, Taylor, Studer et Goldstein (2018), arXiv:1712.09913, § 4 ; cours CNN II, « lissage de la fonction de
coût ». Chaque filtre de la direction prend la norme du filtre qu’il déplace : sans quoi deux réseaux égaux à un facteur
par couche près n’auraient pas le même paysage. Biais et normalisations ne bougent pas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from coursekit.errors import ArgumentError, require
from coursekit.interpret.probing import classes_of, evaluating, placed, scores_of
from coursekit.training.numbers import comma

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Direction = dict[str, Tensor]
"""Un déplacement de chaque poids, par nom de paramètre."""


@dataclass(frozen=True)
class Landscape:
    """La perte et l’exactitude aux poids θ + α δ + β η.

    Attributes:
        alphas, betas: les valeurs de α et de β.
        loss: la perte moyenne par image : α × β, en double précision.
        accuracy: l’exactitude, de 0 à 1, de même forme.
    """

    alphas: tuple[float, ...]
    betas: tuple[float, ...]
    loss: Tensor
    accuracy: Tensor

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        known = self.loss[self.loss.isfinite()]
        low, high = float(known.min()), float(known.max())
        near = float((self.loss < low + 1).double().mean())
        return (
            f"Perte autour des poids trouvés, pour α de {comma(self.alphas[0])} à {comma(self.alphas[-1])} : de "
            f"{comma(low)} à {comma(high)} ; elle reste à moins de 1 de son minimum sur {100 * near:.0f} % "
            "de la grille."
        )

    def plot(self) -> Figure:
        """Les lignes de niveau de la perte ; avec un seul β, sa courbe.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.landscape import plot_landscape

        return plot_landscape(self.alphas, self.betas, self.loss.tolist())


def spread(reach: float = 1.0, steps: int = 21) -> tuple[float, ...]:
    """`steps` valeurs régulières de −`reach` à `reach`.

    Raises:
        ArgumentError: il y a moins de deux valeurs, ou la portée n’est pas positive.
    """
    if steps < 2 or not reach > 0:
        raise ArgumentError(
            f"reach={reach}, steps={steps} : il faut une portée positive et au moins deux valeurs."
        )
    return tuple(torch.linspace(-reach, reach, steps, dtype=torch.float64).tolist())


def filter_direction(model: nn.Module, generator: torch.Generator) -> Direction:
    """Une direction gaussienne dont chaque filtre (ou neurone) a la norme de celui du réseau ; nulle ailleurs.

    Le tirage se fait sur CPU : la même graine donne la même direction sur tout appareil.
    """
    return {
        name: _like_filters(weight.detach(), torch.randn(weight.shape, generator=generator))
        for name, weight in model.named_parameters()
    }


def _like_filters(weight: Tensor, noise: Tensor) -> Tensor:
    if weight.dim() < 2:
        return torch.zeros_like(weight)
    moved = noise.to(weight)
    others = tuple(range(1, weight.dim()))
    sizes = torch.linalg.vector_norm(weight, dim=others, keepdim=True)
    made: Tensor = sizes * moved / torch.linalg.vector_norm(moved, dim=others, keepdim=True)
    return made


@torch.no_grad()
def loss_landscape(
    model: nn.Module,
    data: Iterable[tuple[Tensor, Tensor]],
    *,
    alphas: Sequence[float] | None = None,
    betas: Sequence[float] | None = None,
    directions: tuple[Direction, Direction] | None = None,
    seed: int = 0,
) -> Landscape:
    """L’entropie croisée moyenne en chaque point d’une grille, en mode d’évaluation ; les poids ne changent pas.

    Args:
        model: un réseau, rendu dans le mode où il était ; les statistiques de normalisation restent les siennes.
        data: des lots (images, étiquettes), lus une fois et gardés sur l’appareil.
        alphas: positions le long de la première direction ; par défaut, `spread()`.
        betas: positions le long de la seconde ; `(0.0,)` donne une courbe. Par défaut, `spread()`.
        directions: deux déplacements ; par défaut, deux `filter_direction` tirés de `seed`.
        seed: la graine des directions.

    Raises:
        ArgumentError: il n’y a aucune image, aucune position, ou une classe n’existe pas.
    """
    alphas = spread() if alphas is None else tuple(alphas)
    betas = spread() if betas is None else tuple(betas)
    lots = list(_lots(model, data))
    if not lots or not alphas or not betas:
        raise ArgumentError("Il faut au moins une image, un α et un β pour mesurer un paysage.")
    if directions is None:
        generator = torch.Generator().manual_seed(seed)
        directions = filter_direction(model, generator), filter_direction(model, generator)
    with evaluating(model):
        points = [
            [_score(model, _moved(model, directions, alpha, beta), lots) for beta in betas]
            for alpha in alphas
        ]
    measured = torch.stack([torch.stack(row) for row in points]).cpu()
    return Landscape(alphas, betas, measured[..., 0], measured[..., 1])


def _lots(model: nn.Module, data: Iterable[tuple[Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
    """Les lots sur l’appareil, leurs classes vérifiées une fois pour toutes."""
    with evaluating(model):
        for images, labels in data:
            pixels = placed(model, images)
            yield pixels, classes_of(labels, scores_of(model, pixels))


def _moved(model: nn.Module, directions: tuple[Direction, Direction], alpha: float, beta: float) -> Direction:
    first, second = directions
    return {
        name: weight if weight.dim() < 2 else weight + alpha * first[name] + beta * second[name]
        for name, weight in model.named_parameters()
    }


def _score(model: nn.Module, weights: Mapping[str, Tensor], lots: list[tuple[Tensor, Tensor]]) -> Tensor:
    """La perte et l’exactitude moyennes du réseau qui a ces poids : deux nombres, laissés sur l’appareil."""
    sums, count = torch.zeros(2, dtype=torch.float64, device=lots[0][0].device), 0
    for images, classes in lots:
        scores = functional_call(model, dict(weights), (images,))
        losses = F.cross_entropy(scores.float(), classes, reduction="none")
        right = scores.argmax(1) == classes
        sums += torch.stack([losses.double().sum(), right.double().sum()])
        count += len(images)
    return sums / count
