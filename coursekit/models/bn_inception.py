"""BN-Inception en PyTorch, à lire à côté de la figure 5 de Ioffe et Szegedy (2015)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from coursekit.models.blocks import initialise_fan_out, named
from coursekit.models.googlenet import max_pool
from coursekit.tables.bn_inception import MODULES, KernelSize
from coursekit.tables.bn_inception import BNInception as Config
from coursekit.tables.bn_inception import Inception as Row


def conv_unit(
    in_channels: int,
    out_channels: int,
    kernel_size: KernelSize,
    stride: int = 1,
    *,
    valid: bool = False,
) -> nn.Sequential:
    """Convolution sans biais, normalisation, ReLU ; elle conserve la taille à pas 1, sauf si elle est `valid`."""
    height, width = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    padding = (0, 0) if valid else (height // 2, width // 2)
    conv = nn.Conv2d(in_channels, out_channels, (height, width), stride, padding, bias=False)
    return named(conv=conv, bn=nn.BatchNorm2d(out_channels, eps=1e-3), relu=nn.ReLU(inplace=True))


class Concat(nn.Module):
    """Des branches lues sur la même entrée, dont les canaux s’empilent : N×C×H×W → N×(C₁ + … + Cₙ)×H×W."""

    def __init__(self, **branches: nn.Module) -> None:
        super().__init__()
        self.branches = tuple(branches)
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.get_submodule(name)(x) for name in self.branches], 1)


class Inception(Concat):
    """Le 5×5 de GoogLeNet est devenu deux 3×3."""

    def __init__(self, in_channels: int, row: Row) -> None:
        super().__init__(
            branch1x1=conv_unit(in_channels, row.c1x1, 1),
            branch3x3=named(
                reduce=conv_unit(in_channels, row.reduce3x3, 1),
                spatial=conv_unit(row.reduce3x3, row.c3x3, 3),
            ),
            branch_double=named(
                reduce=conv_unit(in_channels, row.reduce_double, 1),
                spatial1=conv_unit(row.reduce_double, row.double, 3),
                spatial2=conv_unit(row.double, row.double, 3),
            ),
            branch_pool=named(
                pool={"avg": nn.AvgPool2d, "max": nn.MaxPool2d}[row.pool](3, stride=1, padding=1),
                project=conv_unit(in_channels, row.project, 1),
            ),
        )


class Reduction(Concat):
    """Le module qui divise la taille par deux : des pas de 2, pas de branche 1×1, un pooling qui passe tel quel."""

    def __init__(self, in_channels: int, row: Row) -> None:
        super().__init__(
            branch3x3=named(
                reduce=conv_unit(in_channels, row.reduce3x3, 1),
                spatial=conv_unit(row.reduce3x3, row.c3x3, 3, stride=2),
            ),
            branch_double=named(
                reduce=conv_unit(in_channels, row.reduce_double, 1),
                spatial1=conv_unit(row.reduce_double, row.double, 3),
                spatial2=conv_unit(row.double, row.double, 3, stride=2),
            ),
            branch_pool=named(pool=nn.MaxPool2d(3, stride=2, padding=1)),
        )


def block(in_channels: int, row: Row) -> Concat:
    """Le module que dit la ligne de la figure 5."""
    return Inception(in_channels, row) if row.project else Reduction(in_channels, row)


class BNInception(nn.Module):
    """GoogLeNet normalisé ; ni normalisation locale, ni dropout, ni têtes auxiliaires."""

    def __init__(
        self, num_classes: int = 1000, in_channels: int = 3, block: Callable[[int, Row], nn.Module] = block
    ) -> None:
        super().__init__()
        self.conv1 = conv_unit(in_channels, 64, 7, stride=2)  # 64×112×112
        self.pool1 = max_pool()  # 64×56×56
        self.conv2 = conv_unit(64, 64, 1)
        self.conv3 = conv_unit(64, 192, 3)  # 192×56×56
        self.pool2 = max_pool()  # 192×28×28
        self.inception3a = block(192, MODULES["3a"])  # 256×28×28
        self.inception3b = block(256, MODULES["3b"])
        self.inception3c = block(320, MODULES["3c"])  # 576×14×14
        self.inception4a = block(576, MODULES["4a"])
        self.inception4b = block(576, MODULES["4b"])
        self.inception4c = block(576, MODULES["4c"])  # 608×14×14
        self.inception4d = block(608, MODULES["4d"])
        self.inception4e = block(608, MODULES["4e"])  # 1056×7×7
        self.inception5a = block(1056, MODULES["5a"])
        self.inception5b = block(1024, MODULES["5b"])  # 1024×7×7
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(1024, num_classes)
        initialise_fan_out(self)

    def features(self, x: Tensor) -> Tensor:
        x = self.pool1(self.conv1(x))
        x = self.pool2(self.conv3(self.conv2(x)))
        x = self.inception3c(self.inception3b(self.inception3a(x)))
        x = self.inception4c(self.inception4b(self.inception4a(x)))
        x = self.inception4e(self.inception4d(x))
        return self.inception5b(self.inception5a(x))

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.flatten(self.avgpool(self.features(x))))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return BNInception(num_classes, in_channels)
