"""Ce que devient le gradient de la perte, de la dernière couche à la première (cours CNN II, « ResNet »)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from coursekit.errors import ArgumentError, require
from coursekit.interpret.probing import classes_of, differentiating, evaluating, placed
from coursekit.training.numbers import comma

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class DepthGradients:
    """La norme du gradient de la perte par rapport aux poids de chaque couche, de l’entrée à la sortie.

    Attributes:
        layers: les convolutions et les couches denses, dans l’ordre où le réseau les déclare.
        norms: ‖∂L/∂W‖, une par couche.
        relative: ‖∂L/∂W‖ / ‖W‖, une par couche.
        loss: la perte moyenne du lot.
    """

    layers: tuple[str, ...]
    norms: Tensor
    relative: Tensor
    loss: float

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        first, last = float(self.norms[0]), float(self.norms[-1])
        return (
            f"Norme du gradient des poids de {len(self.layers)} couches : {comma(first)} pour la première "
            f"({self.layers[0]}), {comma(last)} pour la dernière ({self.layers[-1]})."
        )

    def plot(self) -> Figure:
        """Une courbe, de la première couche à la dernière, en échelle logarithmique.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.gradients import plot_depth

        return plot_depth({"": self.norms.tolist()})


def gradient_by_depth(
    model: nn.Module, images: Tensor, labels: Tensor, *, training: bool = True, seed: int = 0
) -> DepthGradients:
    """Le gradient de l’entropie croisée moyenne, sans toucher aux poids, à leur `.grad` ni aux statistiques.

    Args:
        model: un réseau, rendu dans le mode où il était.
        images: N × C × H × W.
        labels: N classes.
        training: calcule comme à l’entraînement (statistiques du lot, dropout) ; sinon, comme à l’évaluation.
        seed: la graine de ce qui est aléatoire à l’entraînement.

    Raises:
        ShapeError: les images ou les étiquettes ne conviennent pas.
        ArgumentError: le réseau n’a aucune couche à poids.
    """
    layers = {
        name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Conv2d | nn.Linear)
    }
    if not layers:
        raise ArgumentError(f"{type(model).__name__} n’a ni convolution ni couche dense.")
    pixels = placed(model, images)
    names = [f"{name}.weight".lstrip(".") for name in layers]
    with differentiating(), evaluating(model), _drawing(pixels, seed):
        model.train(training)
        weights = {name: value.detach().requires_grad_() for name, value in model.named_parameters()}
        states = {name: value.clone() for name, value in model.named_buffers()}
        scores = functional_call(model, {**weights, **states}, (pixels,))
        scores = scores[0] if isinstance(scores, tuple) else scores  # les têtes auxiliaires viennent après
        loss = F.cross_entropy(scores, classes_of(labels, scores))
        found = torch.autograd.grad(loss, [weights[name] for name in names], allow_unused=True)
    zero = loss.new_zeros(())
    norms = torch.stack([zero if slope is None else slope.norm() for slope in found])
    sizes = torch.stack([weights[name].detach().norm() for name in names])
    return DepthGradients(tuple(layers), norms, norms / sizes, float(loss.detach()))


@contextmanager
def _drawing(pixels: Tensor, seed: int) -> Iterator[None]:
    """Le temps du bloc, l’aléa de PyTorch suit `seed` ; il reprend ensuite où il en était."""
    devices = [pixels.device] if pixels.is_cuda else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
