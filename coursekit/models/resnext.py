"""ResNeXt en PyTorch, à lire à côté de la figure 3 (c) et de la table 1 de Xie et al. (2017)."""

from __future__ import annotations

from functools import partial

from torch import nn

from coursekit.models.resnet import Bottleneck, ResNet
from coursekit.tables.resnext import ResNeXt as Config


class ResNeXtBottleneck(Bottleneck):
    """Le bottleneck de ResNet, plus large en son milieu, où la couche 3×3 est divisée en `cardinality` groupes.

    Chaque groupe est l’une des branches de la figure 3 (a) : une convolution en groupes les calcule toutes à la fois.
    """

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, *, cardinality: int = 32, width: int = 4
    ) -> None:
        super().__init__(
            in_channels,
            channels,
            stride,
            stride_on_3x3=True,
            width=cardinality * width * channels // 64,
            groups=cardinality,
        )


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    block = partial(ResNeXtBottleneck, cardinality=config.cardinality, width=config.width)
    return ResNet(block, config.depths, 4, num_classes, in_channels)
