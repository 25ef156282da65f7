"""GoogLeNet en PyTorch, à lire à côté de la figure 3 et de la table 1 de Szegedy et al. (2015)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from coursekit.arithmetic import output_size, pool_output_size
from coursekit.models.blocks import glorot, named
from coursekit.models.normalization import alexnet_norm
from coursekit.tables.googlenet import STAGES
from coursekit.tables.googlenet import GoogLeNet as Config
from coursekit.tables.googlenet import Inception as Row


class Logits(NamedTuple):
    """Ce que le réseau rend à l’entraînement, de la sortie vers l’entrée : N×classes pour chacun.

    La perte de l’article est celle de `main`, plus 0,3 fois celle de chaque tête auxiliaire.
    """

    main: Tensor
    aux2: Tensor
    aux1: Tensor


def conv_unit(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, *, batch_norm: bool = False
) -> nn.Sequential:
    """Une convolution qui conserve la taille à pas 1, puis une ReLU, avec ou sans normalisation entre les deux."""
    conv = nn.Conv2d(
        in_channels, out_channels, kernel_size, stride, padding=kernel_size // 2, bias=not batch_norm
    )
    if not batch_norm:
        return named(conv=conv, relu=nn.ReLU(inplace=True))
    return named(conv=conv, bn=nn.BatchNorm2d(out_channels, eps=1e-3), relu=nn.ReLU(inplace=True))


class NaiveInception(nn.Module):
    """Figure 2 (a) : trois tailles de filtre et un pooling, empilés ; les canaux s’accumulent."""

    def __init__(self, in_channels: int, c1x1: int, c3x3: int, c5x5: int) -> None:
        super().__init__()
        self.branch1x1 = conv_unit(in_channels, c1x1, 1)
        self.branch3x3 = conv_unit(in_channels, c3x3, 3)
        self.branch5x5 = conv_unit(in_channels, c5x5, 5)
        self.branch_pool: nn.Module = nn.MaxPool2d(3, stride=1, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch1x1(x), self.branch3x3(x), self.branch5x5(x), self.branch_pool(x)], 1)


class Inception(NaiveInception):
    """Figure 2 (b) : une 1×1 réduit les canaux avant les filtres coûteux, une autre après le pooling."""

    def __init__(
        self, in_channels: int, row: Row, *, batch_norm: bool = False, large_kernel: int = 5
    ) -> None:
        nn.Module.__init__(self)
        unit = partial(conv_unit, batch_norm=batch_norm)
        self.branch1x1 = unit(in_channels, row.c1x1, 1)
        self.branch3x3 = named(
            reduce=unit(in_channels, row.reduce3x3, 1), spatial=unit(row.reduce3x3, row.c3x3, 3)
        )
        self.branch5x5 = named(
            reduce=unit(in_channels, row.reduce5x5, 1), spatial=unit(row.reduce5x5, row.c5x5, large_kernel)
        )
        self.branch_pool = named(
            pool=nn.MaxPool2d(3, stride=1, padding=1), project=unit(in_channels, row.project, 1)
        )


class AuxiliaryHead(nn.Module):
    """Un classificateur branché à mi-hauteur, pour que le gradient y arrive : N×C×14×14 → N×classes."""

    def __init__(self, in_channels: int, num_classes: int, side: int, config: Config) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(4) if config.adaptive_heads else nn.AvgPool2d(5, stride=3)  # 4×4
        self.conv = conv_unit(in_channels, 128, 1, batch_norm=config.batch_norm)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(128 * side * side, 1024)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(1024, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.flatten(self.conv(self.pool(x)))
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


def max_pool(size: int = 3) -> nn.MaxPool2d:
    return nn.MaxPool2d(size, stride=2, ceil_mode=True)


class GoogLeNet(nn.Module):
    """À l’entraînement, `forward` rend trois sorties (`Logits`) ; en évaluation, la principale seule."""

    def __init__(
        self, config: Config, num_classes: int = 1000, in_channels: int = 3, image_size: int = 224
    ) -> None:
        super().__init__()
        unit = partial(conv_unit, batch_norm=config.batch_norm)
        block = partial(Inception, batch_norm=config.batch_norm, large_kernel=config.large_kernel)
        self.conv1 = unit(in_channels, 64, 7, stride=2)  # 64×112×112
        self.pool1 = max_pool()  # 64×56×56
        self.norm1 = nn.Identity() if config.batch_norm else alexnet_norm()
        self.conv2 = unit(64, 64, 1)
        self.conv3 = unit(64, 192, 3)  # 192×56×56
        self.norm2 = nn.Identity() if config.batch_norm else alexnet_norm()
        self.pool2 = max_pool()  # 192×28×28
        self.inception3a = block(192, STAGES["3"]["a"])
        self.inception3b = block(256, STAGES["3"]["b"])  # 480×28×28
        self.pool3 = max_pool()  # 480×14×14
        self.inception4a = block(480, STAGES["4"]["a"])  # 512×14×14
        self.inception4b = block(512, STAGES["4"]["b"])
        self.inception4c = block(512, STAGES["4"]["c"])
        self.inception4d = block(512, STAGES["4"]["d"])  # 528×14×14
        self.inception4e = block(528, STAGES["4"]["e"])  # 832×14×14
        self.pool4 = max_pool(config.last_pool)  # 832×7×7
        self.inception5a = block(832, STAGES["5"]["a"])
        self.inception5b = block(832, STAGES["5"]["b"])  # 1024×7×7
        side = head_side(image_size, config)
        self.aux1 = AuxiliaryHead(512, num_classes, side, config)
        self.aux2 = AuxiliaryHead(528, num_classes, side, config)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(config.dropout)
        self.fc = nn.Linear(1024, num_classes)
        if config.batch_norm:
            self._initialise_as_torchvision()
        else:
            glorot(self)

    def _initialise_as_torchvision(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.01)

    def taps(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Ce que lisent les trois têtes : les dernières cartes, puis celles d’où partent aux1 et aux2."""
        x = self.norm1(self.pool1(self.conv1(x)))
        x = self.pool2(self.norm2(self.conv3(self.conv2(x))))
        x = self.pool3(self.inception3b(self.inception3a(x)))
        after_4a = self.inception4a(x)
        after_4d = self.inception4d(self.inception4c(self.inception4b(after_4a)))
        x = self.pool4(self.inception4e(after_4d))
        return self.inception5b(self.inception5a(x)), after_4a, after_4d

    def features(self, x: Tensor) -> Tensor:
        return self.taps(x)[0]

    def forward(self, x: Tensor) -> Tensor | Logits:
        x, after_4a, after_4d = self.taps(x)
        x = self.flatten(self.avgpool(x))
        if not self.training:
            return self.fc(self.dropout(x))
        aux1, aux2 = self.aux1(after_4a), self.aux2(after_4d)
        return Logits(self.fc(self.dropout(x)), aux2, aux1)


def head_side(image_size: int, config: Config) -> int:
    """Côté des cartes d’une tête auxiliaire : 4 pour une image de 224."""
    if config.adaptive_heads:
        return 4
    side = output_size(image_size, 7, 2, 3)
    for _ in range(3):
        side = pool_output_size(side, 3, 2, 0, True)
    return output_size(side, 5, 3)


make = GoogLeNet
