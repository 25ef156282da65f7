"""Les poolings qui tirent au sort : stochastique (quelle valeur d’une région) et fractionnaire (quelles régions).

Le hasard vient du générateur donné, ou à défaut de celui de PyTorch. Diapositives « Stochastic Pooling » et
« Fractional Max Pooling » du cours CNN I.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.arithmetic import pool_output_size
from coursekit.errors import ArgumentError
from coursekit.layers import Size, per_dimension


class StochasticPool2d(nn.Module):
    """Zeiler et Fergus (2013) : la sortie d’une région est l’une de ses valeurs, tirée avec la probabilité p = a / Σa.

    À l’entraînement, N×C×H×W donne N×C×h×w valeurs tirées, et le gradient ne remonte que vers
    elles. À l’évaluation, la sortie est la moyenne que pondèrent les mêmes probabilités, Σ p·a. Une région
    nulle donne 0. Sans `stride`, les régions sont jointives.

    Raises:
        ArgumentError: `kernel_size` ou `stride` n’est pas fait d’entiers positifs, ou une activation est négative.
        ShapeError: la région ne tient pas dans l’image.
    """

    def __init__(
        self, kernel_size: Size, stride: Size | None = None, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.kernel_size = per_dimension(kernel_size, 2, "La taille de fenêtre F")
        self.stride = self.kernel_size if stride is None else per_dimension(stride, 2, "Le pas S")
        self.generator = generator

    def forward(self, x: Tensor) -> Tensor:
        regions = self._regions(x)  # N×C×h×w×F²
        total = regions.sum(-1, keepdim=True)
        probabilities = regions / total.masked_fill(total == 0, 1)
        if not self.training:
            return (probabilities * regions).sum(-1)
        # Des durées exponentielles de taux p : la plus courte désigne la valeur i avec la probabilité p_i.
        durations = torch.empty(regions.shape, device=x.device).exponential_(generator=self.generator)
        drawn = (probabilities / durations).argmax(-1, keepdim=True)
        return regions.gather(-1, drawn).squeeze(-1)

    def _regions(self, x: Tensor) -> Tensor:
        _refuse_negative(x)
        (height, width), (down, right) = self.kernel_size, self.stride
        pool_output_size(x.shape[-2], height, down)
        pool_output_size(x.shape[-1], width, right)
        return x.unfold(-2, height, down).unfold(-2, width, right).flatten(-2)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}"


def _refuse_negative(x: Tensor) -> None:
    """Un tenseur « meta », ou un réseau qu’on compile, n’a pas encore de valeurs à vérifier."""
    if not (x.is_meta or torch.compiler.is_compiling()) and x.numel() and (lowest := x.min().item()) < 0:
        raise ArgumentError(
            "Le pooling stochastique demande des activations positives : placez-le après une ReLU. "
            f"La plus petite vaut {lowest:.3g}."
        )


class FractionalMaxPool2d(nn.Module):
    """Graham (2014) : un max pooling qui réduit d’un facteur quelconque (√2…) : ses régions sont placées au sort.

    Le calcul est celui de PyTorch, qui tire un décalage u par image et par canal : la région i commence au pixel
    ⌊(i + u)·a⌋ − ⌊u·a⌋, où a est le pas moyen, et la dernière finit au bord. Il n’en accepte le hasard que figé
    (`_random_samples`) ou global ; ici, un générateur le rend reproductible. L’article tire aussi à l’évaluation, et
    moyenne plusieurs passages.

    N×C×H×W donne N×C×⌊r·H⌋×⌊r·W⌋, où r est `output_ratio`. Des régions de `kernel_size` pixels se chevauchent si
    r dépasse 1/`kernel_size`, et sont disjointes sinon.

    Raises:
        ArgumentError: `output_ratio` n’est pas strictement entre 0 et 1, ou `kernel_size` n’est pas un entier positif.
        ShapeError: la région ne tient pas dans l’image.
    """

    def __init__(
        self, output_ratio: float, kernel_size: int = 2, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        if not 0 < output_ratio < 1:
            raise ArgumentError(f"La réduction demande 0 < r < 1 ; vous avez donné r = {output_ratio}.")
        (self.kernel_size,) = per_dimension(kernel_size, 1, "La taille de fenêtre F")
        self.output_ratio = output_ratio
        self.generator = generator

    def forward(self, x: Tensor) -> Tensor:
        for side in x.shape[-2:]:
            pool_output_size(side, self.kernel_size)
        offsets = torch.rand(*x.shape[:2], 2, dtype=x.dtype, device=x.device, generator=self.generator)
        ratio = (self.output_ratio, self.output_ratio)
        return F.fractional_max_pool2d(x, self.kernel_size, output_ratio=ratio, _random_samples=offsets)

    def extra_repr(self) -> str:
        return f"output_ratio={self.output_ratio:.3g}, kernel_size={self.kernel_size}"
