"""SE-BN-Inception et SE-Inception-ResNet-v2 en PyTorch, à lire à côté des figures 2 et 3 de Hu et al. (2018)."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import SqueezeExcite
from coursekit.models.bn_inception import BNInception, Concat, block
from coursekit.models.inception_resnet import InceptionResNet, Residual
from coursekit.tables.bn_inception import Inception as Row
from coursekit.tables.se_inception import RATIO
from coursekit.tables.se_inception import SEInception as Config


class SEInception(Concat):
    """Figure 2 : la porte pondère les canaux que les branches du module ont empilés."""

    def __init__(self, in_channels: int, row: Row) -> None:
        super().__init__(**dict(block(in_channels, row).named_children()))
        channels = row.out_channels(in_channels)
        self.se = SqueezeExcite(channels, channels // RATIO)

    def forward(self, x: Tensor) -> Tensor:
        return self.se(super().forward(x))


class SEResidual(Residual):
    """Figure 3 : la porte pondère ce que le chemin résiduel va ajouter : y = ReLU(x + s·SE(F(x)))."""

    def __init__(
        self, branches: nn.Module, made: int, channels: int, scale: float = 1.0, *, relu: bool = True
    ) -> None:
        super().__init__(branches, made, channels, scale, relu=relu)
        self.se = SqueezeExcite(channels, channels // RATIO)

    def residual(self, x: Tensor) -> Tensor:
        return self.se(super().residual(x))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    if config.residual is None:
        return BNInception(num_classes, in_channels, SEInception)
    return InceptionResNet(config.residual, num_classes, in_channels, SEResidual)
