"""ResNet en PyTorch, à lire à côté de la figure 5 et de la table 1 de He et al. (2016)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.models.blocks import named
from coursekit.tables.resnet import ResNet as Config


def conv3x3(in_channels: int, out_channels: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, groups=groups, bias=False)


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)


class PadShortcut(nn.Module):
    """Option A : un pixel sur `stride`, et des canaux nuls ajoutés au bout ; aucun paramètre."""

    def __init__(self, extra_channels: int, stride: int) -> None:
        super().__init__()
        self.extra_channels = extra_channels
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.extra_channels))

    def extra_repr(self) -> str:
        return f"extra_channels={self.extra_channels}, stride={self.stride}"


def make_shortcut(kind: str, in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """L’identité, ou ce qui la remplace quand la forme change."""
    if in_channels == out_channels and stride == 1:
        return nn.Identity()
    if kind == "A":
        return PadShortcut(out_channels - in_channels, stride)
    return named(conv=conv1x1(in_channels, out_channels, stride), bn=nn.BatchNorm2d(out_channels))


class BasicBlock(nn.Module):
    """y = ReLU(F(x) + x), où F est faite de deux couches 3×3."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, shortcut: str = "B") -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = make_shortcut(shortcut, in_channels, channels, stride)
        self.relu2 = nn.ReLU(inplace=True)

    def residual(self, x: Tensor) -> Tensor:
        x = self.relu1(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(x))

    def forward(self, x: Tensor) -> Tensor:
        made = self.residual(x)
        made += self.shortcut(x)  # sur place : une carte de moins en mémoire
        return self.relu2(made)


class Bottleneck(nn.Module):
    """Le même, où F réduit les canaux (1×1), filtre (3×3), puis en rend quatre fois plus (1×1)."""

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        *,
        shortcut: str = "B",
        stride_on_3x3: bool = False,
        width: int | None = None,
        groups: int = 1,
    ) -> None:
        super().__init__()
        width = width or channels
        first, second = (1, stride) if stride_on_3x3 else (stride, 1)
        self.conv1 = conv1x1(in_channels, width, first)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(width, width, second, groups)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = conv1x1(width, 4 * channels)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        self.shortcut = make_shortcut(shortcut, in_channels, 4 * channels, stride)
        self.relu3 = nn.ReLU(inplace=True)

    def residual(self, x: Tensor) -> Tensor:
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.relu2(self.bn2(self.conv2(x)))
        return self.bn3(self.conv3(x))

    def forward(self, x: Tensor) -> Tensor:
        made = self.residual(x)
        made += self.shortcut(x)
        return self.relu3(made)


class PlainBasicBlock(BasicBlock):
    """Les mêmes couches sans le raccourci : y = ReLU(F(x))."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__(in_channels, channels, stride)
        del self.shortcut

    def forward(self, x: Tensor) -> Tensor:
        return self.relu2(self.residual(x))


class PlainBottleneck(Bottleneck):
    """Les mêmes couches sans le raccourci : y = ReLU(F(x))."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__(in_channels, channels, stride)
        del self.shortcut

    def forward(self, x: Tensor) -> Tensor:
        return self.relu3(self.residual(x))


Block = Callable[[int, int, int], nn.Module]
"""Ce qui construit un bloc : (canaux d’entrée, largeur de l’étage, pas) → module."""


def stage(
    block: Block, depth: int, in_channels: int, channels: int, stride: int, expansion: int
) -> nn.Sequential:
    """`depth` blocs ; le premier porte le pas et le changement de canaux."""
    first = block(in_channels, channels, stride)
    others = [block(expansion * channels, channels, 1) for _ in range(depth - 1)]
    return nn.Sequential(first, *others)


def initialise(module: nn.Module) -> None:
    """He et al. (2015) : la variance de la sortie est conservée à travers une ReLU."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")


class ResNet(nn.Module):
    """ImageNet : une couche 7×7, un max pooling, quatre étages, pooling global, une couche dense."""

    def __init__(
        self,
        block: Block,
        depths: Sequence[int],
        expansion: int,
        num_classes: int = 1000,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)  # 64×112×112
        self.bn1 = nn.BatchNorm2d(64)
        self.relu1 = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)  # 64×56×56
        self.conv2_x = stage(block, depths[0], 64, 64, 1, expansion)  # 56×56
        self.conv3_x = stage(block, depths[1], 64 * expansion, 128, 2, expansion)  # 28×28
        self.conv4_x = stage(block, depths[2], 128 * expansion, 256, 2, expansion)  # 14×14
        self.conv5_x = stage(block, depths[3], 256 * expansion, 512, 2, expansion)  # 7×7
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(512 * expansion, num_classes)
        initialise(self)

    def features(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu1(self.bn1(self.conv1(x))))
        return self.conv5_x(self.conv4_x(self.conv3_x(self.conv2_x(x))))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        return self.fc(self.flatten(self.avgpool(x)))


class CifarResNet(nn.Module):
    """CIFAR-10 : une couche 3×3, trois étages de 16, 32 et 64 canaux, pooling global, une couche dense."""

    def __init__(
        self,
        block: Block,
        depths: Sequence[int],
        expansion: int,
        num_classes: int = 10,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, 16)  # 16×32×32
        self.bn1 = nn.BatchNorm2d(16)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2_x = stage(block, depths[0], 16, 16, 1, expansion)  # 32×32
        self.conv3_x = stage(block, depths[1], 16 * expansion, 32, 2, expansion)  # 16×16
        self.conv4_x = stage(block, depths[2], 32 * expansion, 64, 2, expansion)  # 8×8
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(64 * expansion, num_classes)
        initialise(self)

    def features(self, x: Tensor) -> Tensor:
        x = self.relu1(self.bn1(self.conv1(x)))
        return self.conv4_x(self.conv3_x(self.conv2_x(x)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        return self.fc(self.flatten(self.avgpool(x)))


def make_block(config: Config) -> tuple[Block, int]:
    """Le bloc que dit la configuration, et par combien il multiplie la largeur de l’étage."""
    if config.block == "basic":
        return (
            PlainBasicBlock if config.shortcut == "none" else partial(BasicBlock, shortcut=config.shortcut)
        ), 1
    if config.shortcut == "none":
        return PlainBottleneck, 4
    return partial(Bottleneck, shortcut=config.shortcut, stride_on_3x3=config.stride_on_3x3), 4


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    block, expansion = make_block(config)
    network = CifarResNet if config.is_cifar else ResNet
    return network(block, config.depths, expansion, num_classes, in_channels)
