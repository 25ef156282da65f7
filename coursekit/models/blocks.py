"""Les pièces que plusieurs diapositives dessinent comme une seule boîte."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import sqrt

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError


def named(**modules: nn.Module) -> nn.Sequential:
    """Un `nn.Sequential` dont chaque étape porte le nom de la diapositive."""
    return nn.Sequential(OrderedDict(modules))


def dense_classifier(in_features: int, num_classes: int) -> nn.Sequential:
    """Les trois couches denses d’AlexNet, que ZFNet et VGG gardent telles quelles."""
    return named(
        fc6=nn.Linear(in_features, 4096),
        relu6=nn.ReLU(inplace=True),
        drop6=nn.Dropout(0.5),
        fc7=nn.Linear(4096, 4096),
        relu7=nn.ReLU(inplace=True),
        drop7=nn.Dropout(0.5),
        fc8=nn.Linear(4096, num_classes),
    )


def glorot(module: nn.Module) -> None:
    """Glorot et Bengio (2010) : poids uniformes selon le nombre d’entrées et de sorties, biais nuls."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


def initialise_fan_out(module: nn.Module) -> None:
    """He et al. (2015) : des gaussiennes de variance 2 / (F²·K/g) ; un filtre depthwise ne nourrit qu’une carte."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            fan_out = layer.weight[0, 0].numel() * layer.out_channels // layer.groups
            nn.init.normal_(layer.weight, std=sqrt(2 / fan_out))
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def conv_norm(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    *,
    stride: int = 1,
    groups: int = 1,
    act: Callable[..., nn.Module] | None = None,
    norm: Callable[[int], nn.Module] = nn.BatchNorm2d,
) -> nn.Sequential:
    """Convolution sans biais, de même taille à pas 1, normalisation par lot, et non-linéarité s’il y en a une."""
    conv = nn.Conv2d(
        in_channels, out_channels, kernel_size, stride, kernel_size // 2, groups=groups, bias=False
    )
    if act is None:
        return named(conv=conv, bn=norm(out_channels))
    return named(conv=conv, bn=norm(out_channels), act=act(inplace=True))


class SqueezeExcite(nn.Module):
    """Hu et al. (2018), figure 1 : chaque canal est pondéré selon ce que l’image entière montre à tous les canaux."""

    def __init__(self, channels: int, squeezed: int, act: Callable[..., nn.Module] = nn.ReLU) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.act = act(inplace=True)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.gate = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        squeezed = self.avgpool(x)  # C×1×1
        return x * self.gate(self.fc2(self.act(self.fc1(squeezed))))


class DropPath(nn.Module):
    """Huang et al. (2016) : à l’entraînement, ôte le chemin entier d’une image avec la probabilité `p`.

    Ce qui reste est divisé par 1 − p : l’espérance ne change pas, et il n’y a rien à faire à l’évaluation.

    Raises:
        ArgumentError: `p` n’est pas une probabilité inférieure à 1.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ArgumentError(f"DropPath demande 0 ≤ p < 1 ; vous avez donné p = {p}.")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        kept = torch.empty(len(x), *[1] * (x.dim() - 1), dtype=x.dtype, device=x.device)
        return x * kept.bernoulli_(1 - self.p).div_(1 - self.p)

    def extra_repr(self) -> str:
        return f"p={self.p:.3g}"
