"""ResNet à pré-activation en PyTorch, à lire à côté de la figure 1 (b) de He et al. (ECCV 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from torch import Tensor, nn

from coursekit.models.resnet import Block, CifarResNet, PadShortcut, ResNet, conv1x1, conv3x3
from coursekit.tables.preact import PreactResNet as Config


def make_shortcut(kind: str, in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """L’identité, ou ce qui la remplace quand la forme change ; la projection n’est pas normalisée."""
    if in_channels == out_channels and stride == 1:
        return nn.Identity()
    if kind == "A":
        return PadShortcut(out_channels - in_channels, stride)
    return conv1x1(in_channels, out_channels, stride)


class PreactUnit(nn.Module):
    """y = F(activation(x)) + x : plus rien après l’addition, le raccourci est l’identité d’un bout à l’autre.

    Quand la forme change, la projection part elle aussi de l’entrée activée.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, *, shortcut: str = "B") -> None:
        super().__init__()
        self.bn1: nn.Module = nn.BatchNorm2d(in_channels)
        self.relu1: nn.Module = nn.ReLU(inplace=True)
        self.shortcut = make_shortcut(shortcut, in_channels, out_channels, stride)

    def residual(self, activated: Tensor) -> Tensor:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        activated = self.relu1(self.bn1(x))
        projects = isinstance(self.shortcut, nn.Conv2d)
        made = self.residual(activated)
        made += self.shortcut(activated if projects else x)  # sur place : une carte de moins en mémoire
        return made


class BasicUnit(PreactUnit):
    """Deux couches 3×3."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, shortcut: str = "B") -> None:
        super().__init__(in_channels, channels, stride, shortcut=shortcut)
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels)

    def residual(self, activated: Tensor) -> Tensor:
        x = self.conv1(activated)
        return self.conv2(self.relu2(self.bn2(x)))


class BottleneckUnit(PreactUnit):
    """1×1 qui réduit, 3×3, 1×1 qui rend quatre fois plus de canaux."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, shortcut: str = "B") -> None:
        super().__init__(in_channels, 4 * channels, stride, shortcut=shortcut)
        self.conv1 = conv1x1(in_channels, channels, stride)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels)
        self.bn3 = nn.BatchNorm2d(channels)
        self.relu3 = nn.ReLU(inplace=True)
        self.conv3 = conv1x1(channels, 4 * channels)

    def residual(self, activated: Tensor) -> Tensor:
        x = self.conv1(activated)
        x = self.conv2(self.relu2(self.bn2(x)))
        return self.conv3(self.relu3(self.bn3(x)))


def activate_ends(network: ResNet | CifarResNet) -> None:
    """Les deux bouts (annexe de l’article) : la première unité prend l’activation qui suit conv1 ; une autre, la
    dernière, vient avant le pooling global."""
    first: Any = network.conv2_x[0]
    first.bn1 = first.relu1 = nn.Identity()
    network.bn_last = nn.BatchNorm2d(network.fc.in_features)
    network.relu_last = nn.ReLU(inplace=True)


class PreactResNet(ResNet):
    """ResNet pour ImageNet, fait d’unités à pré-activation."""

    bn_last: nn.BatchNorm2d
    relu_last: nn.ReLU

    def __init__(
        self,
        unit: Block,
        depths: Sequence[int],
        expansion: int,
        num_classes: int = 1000,
        in_channels: int = 3,
    ) -> None:
        super().__init__(unit, depths, expansion, num_classes, in_channels)
        activate_ends(self)

    def features(self, x: Tensor) -> Tensor:
        return self.relu_last(self.bn_last(super().features(x)))


class CifarPreactResNet(CifarResNet):
    """Le même pour CIFAR-10, en trois étages."""

    bn_last: nn.BatchNorm2d
    relu_last: nn.ReLU

    def __init__(
        self, unit: Block, depths: Sequence[int], expansion: int, num_classes: int = 10, in_channels: int = 3
    ) -> None:
        super().__init__(unit, depths, expansion, num_classes, in_channels)
        activate_ends(self)

    def features(self, x: Tensor) -> Tensor:
        return self.relu_last(self.bn_last(super().features(x)))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    unit, expansion = (BasicUnit, 1) if config.block == "basic" else (BottleneckUnit, 4)
    network = CifarPreactResNet if config.is_cifar else PreactResNet
    return network(
        partial(unit, shortcut=config.shortcut), config.depths, expansion, num_classes, in_channels
    )
