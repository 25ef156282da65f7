"""Wide ResNet en PyTorch, à lire à côté de la figure 1 et de la table 1 de Zagoruyko et Komodakis (2016)."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn

from coursekit.models.preact import BasicUnit, CifarPreactResNet
from coursekit.models.resnet import Bottleneck, ResNet
from coursekit.tables.wide_resnet import WideBottleneck as BottleneckConfig
from coursekit.tables.wide_resnet import WideResNet as Config


class WideUnit(BasicUnit):
    """L’unité à pré-activation, `width` fois plus large, avec un dropout entre ses deux convolutions."""

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, *, width: int, dropout: float = 0.0
    ) -> None:
        super().__init__(in_channels, width * channels, stride)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def residual(self, activated: Tensor) -> Tensor:
        x = self.relu2(self.bn2(self.conv1(activated)))
        return self.conv2(self.dropout(x))


class WideBottleneck(Bottleneck):
    """Le bottleneck de ResNet, `width` fois plus large en son milieu ; il rend autant de canaux."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, width: int = 2) -> None:
        super().__init__(in_channels, channels, stride, stride_on_3x3=True, width=width * channels)


def make(config: Config | BottleneckConfig, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    if isinstance(config, BottleneckConfig):
        block = partial(WideBottleneck, width=config.width)
        return ResNet(block, config.depths, 4, num_classes, in_channels)
    unit = partial(WideUnit, width=config.width, dropout=config.dropout)
    return CifarPreactResNet(unit, (config.units,) * 3, config.width, num_classes, in_channels)
