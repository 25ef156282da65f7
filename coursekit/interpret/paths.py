"""Le gradient selon la longueur du chemin : un réseau de n blocs résiduels en a 2ⁿ, longs de 0 à n.

Source : Veit, Wilber et Belongie (2016), arXiv:1605.06431, § 4.3 et figure 6 ; cours CNN II, « ResNet : ensemble
implicite ».
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.errors import ArgumentError, ShapeError, require
from coursekit.interpret.lesions import residual_blocks
from coursekit.interpret.probing import (
    classes_of,
    differentiating,
    evaluating,
    layer_named,
    placed,
    scores_of,
    swapped,
)
from coursekit.training.numbers import comma

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class PathGradients:
    """Le gradient qui arrive à l’image par des chemins d’une seule longueur.

    Attributes:
        lengths: 0, 1, …, n : par combien de chemins résiduels on passe ; n est le nombre de blocs.
        norms: la norme qu’apporte un chemin : longueurs × mesures.
        paths: combien de chemins ont chaque longueur : C(n, k).
    """

    lengths: tuple[int, ...]
    norms: Tensor
    paths: tuple[int, ...]

    @property
    def shares(self) -> Tensor:
        """La part de chaque longueur : chemins × norme moyenne d’un chemin, de somme 1 (figure 6 (c))."""
        whole = torch.tensor([float(count) for count in self.paths], dtype=torch.float64)
        made = whole * self.norms.double().mean(1).cpu()
        return made / made.sum()

    def effective(self, share: float = 0.9) -> tuple[int, int]:
        """Les longueurs, de la plus courte à la plus longue, qui portent au centre la part `share` du gradient."""
        running = self.shares.cumsum(0)
        edge = torch.tensor([(1 - share) / 2, (1 + share) / 2], dtype=torch.float64)
        low, high = torch.searchsorted(running, edge).clamp(max=len(self.lengths) - 1).tolist()
        return self.lengths[low], self.lengths[high]

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        low, high = self.effective()
        peak = self.lengths[int(self.shares.argmax())]
        return (
            f"Chemins d’un réseau de {self.lengths[-1]} blocs : longueur {comma(self.lengths[-1] / 2)} en moyenne ; "
            f"le gradient vient surtout de ceux de longueur {peak}, et 90 % vient des longueurs {low} à {high}."
        )

    def plot(self) -> Figure:
        """Les trois cadres de la figure 6 : nombre de chemins, norme d’un chemin, leur produit.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.gradients import plot_paths

        return plot_paths(self.lengths, self.paths, self.norms.cpu().tolist(), self.shares.tolist())


def gradient_by_path_length(
    model: nn.Module, images: Tensor, labels: Tensor, *, repeats: int = 1, seed: int = 0
) -> PathGradients:
    """Pour chaque longueur k, ne laisse remonter le gradient que par k chemins résiduels tirés au hasard.

    L’aller est celui du réseau entier. Au retour, chaque image a son propre chemin : en mode d’évaluation les images
    ne se mêlent pas, et un seul passage donne donc N mesures.

    Args:
        model: un réseau dont les blocs ont un chemin `residual` et un `shortcut` ; rendu dans le mode où il était.
        images: N × C × H × W.
        labels: N classes ; la perte de chaque image est son entropie croisée.
        repeats: passages par longueur ; il y a donc N × `repeats` mesures.
        seed: la graine des chemins.

    Raises:
        ArgumentError: le réseau n’a pas de tels blocs.
        ShapeError: les images ou les étiquettes ne conviennent pas.
    """
    blocks = _gated_blocks(model)
    generator = torch.Generator().manual_seed(seed)
    lengths = range(len(blocks) + 1)
    norms = [
        torch.cat(
            [
                path_gradient(model, images, labels, random_paths(len(images), len(blocks), k, generator))
                .flatten(1)
                .norm(dim=1)
                for _ in range(repeats)
            ]
        )
        for k in lengths
    ]
    return PathGradients(tuple(lengths), torch.stack(norms), tuple(comb(len(blocks), k) for k in lengths))


def random_paths(count: int, blocks: int, length: int, generator: torch.Generator) -> Tensor:
    """`count` chemins de `length` chemins résiduels parmi `blocks` : `count` × `blocks`, en booléens."""
    ranks = torch.rand(count, blocks, generator=generator).argsort(1)
    return ranks < length


def path_gradient(model: nn.Module, images: Tensor, labels: Tensor, paths: Tensor) -> Tensor:
    """Le gradient de la perte de chaque image par rapport à ses pixels, par un seul chemin : N × C × H × W.

    `paths` (N × blocs, en booléens) dit quels blocs l’image traverse par leur chemin résiduel ; les autres, par leur
    raccourci. La somme sur les 2ⁿ chemins est le gradient ordinaire.

    Raises:
        ArgumentError: le réseau n’a pas de blocs résiduels.
        ShapeError: `paths` n’est pas N × blocs, ou les images ou les étiquettes ne conviennent pas.
    """
    blocks = _gated_blocks(model)
    if paths.shape != (len(images), len(blocks)):
        raise ShapeError(
            f"paths={tuple(paths.shape)} : pour {len(images)} images et {len(blocks)} blocs, il faut "
            f"({len(images)}, {len(blocks)})."
        )
    with differentiating(), evaluating(model):
        pixels = placed(model, images).requires_grad_()
        chosen = paths.to(pixels.device)
        gates = {name: one_way(layer_named(model, name), chosen[:, i]) for i, name in enumerate(blocks)}
        with swapped(model, gates):
            scores = scores_of(model, pixels)
        loss = F.cross_entropy(scores, classes_of(labels, scores), reduction="sum")
        (found,) = torch.autograd.grad(loss, pixels, allow_unused=True)
    return torch.zeros_like(pixels) if found is None else found


def one_way(block: nn.Module, residual: Tensor) -> nn.Module:
    """Le même bloc, qui ne dérive que son chemin résiduel là où `residual` est vrai, que son raccourci ailleurs."""
    gated: Any = copy(block)
    gated._modules = dict(block._modules)  # les poids sont partagés ; seul le raccourci de la copie change
    made, skipped = gated.residual, gated.shortcut
    gated.residual = lambda x: passing(made(x), residual)
    gated.shortcut = copy(skipped)  # de la même classe : un bloc peut regarder si c’est une projection
    gated.shortcut.forward = lambda x: passing(skipped(x), ~residual)
    return gated  # type: ignore[no-any-return]


def passing(x: Tensor, chosen: Tensor) -> Tensor:
    """Les mêmes valeurs ; le gradient ne remonte que pour les images choisies."""
    return torch.where(chosen.view(-1, *[1] * (x.dim() - 1)), x, x.detach())


def _gated_blocks(model: nn.Module) -> tuple[str, ...]:
    names = residual_blocks(model)
    for name in names:
        block = layer_named(model, name)
        if not (callable(getattr(block, "residual", None)) and hasattr(block, "shortcut")):
            raise ArgumentError(
                f"Le bloc « {name} » n’a pas residual(x) et shortcut(x) : on ne peut pas y fermer "
                "un chemin sans l’autre."
            )
    return names
