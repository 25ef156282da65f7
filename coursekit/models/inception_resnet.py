"""Inception-ResNet en PyTorch, à lire à côté des figures 3, 7 et 10 à 20 de Szegedy et al. (2017)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from coursekit.models.blocks import initialise_fan_out, named
from coursekit.models.bn_inception import Concat, conv_unit
from coursekit.models.inception_v3 import conv1x7, conv7x1, pool_branch
from coursekit.tables.inception_resnet import SCALES
from coursekit.tables.inception_resnet import InceptionResNet as Config


class Residual(nn.Module):
    """y = ReLU(x + s·W·Inception(x)) : `expand` rend aux branches les canaux de x, et s calme l’apprentissage."""

    def __init__(
        self, branches: nn.Module, made: int, channels: int, scale: float = 1.0, *, relu: bool = True
    ) -> None:
        super().__init__()
        self.scale = scale
        self.branches = branches
        self.expand = nn.Conv2d(made, channels, 1)
        self.relu = nn.ReLU(inplace=True) if relu else nn.Identity()

    def residual(self, x: Tensor) -> Tensor:
        return self.expand(self.branches(x))

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(torch.add(x, self.residual(x), alpha=self.scale))

    def extra_repr(self) -> str:
        return f"scale={self.scale}"


MakeBlock = Callable[..., Residual]
"""Ce qui fait un bloc de ses branches, de leurs canaux, de ceux de l’entrée et du facteur."""


def branches_a(config: Config, in_channels: int) -> tuple[Concat, int]:
    """35×35, figures 10 et 16 : les branches, et les canaux qu’elles rendent ensemble."""
    reduce, first, second = config.a_double
    branches = Concat(
        branch1x1=conv_unit(in_channels, 32, 1),
        branch3x3=named(reduce=conv_unit(in_channels, 32, 1), spatial=conv_unit(32, 32, 3)),
        branch_double=named(
            reduce=conv_unit(in_channels, reduce, 1),
            spatial1=conv_unit(reduce, first, 3),
            spatial2=conv_unit(first, second, 3),
        ),
    )
    return branches, 64 + second


def branches_b(config: Config, in_channels: int) -> tuple[Concat, int]:
    """17×17, figures 11 et 17."""
    reduce, horizontal, vertical = config.b_7x7
    branches = Concat(
        branch1x1=conv_unit(in_channels, config.b_1x1, 1),
        branch7x7=named(
            reduce=conv_unit(in_channels, reduce, 1),
            horizontal=conv1x7(reduce, horizontal),
            vertical=conv7x1(horizontal, vertical),
        ),
    )
    return branches, config.b_1x1 + vertical


def branches_c(config: Config, in_channels: int) -> tuple[Concat, int]:
    """8×8, figures 13 et 19."""
    reduce, horizontal, vertical = config.c_3x3
    branches = Concat(
        branch1x1=conv_unit(in_channels, 192, 1),
        branch3x3=named(
            reduce=conv_unit(in_channels, reduce, 1),
            horizontal=conv_unit(reduce, horizontal, (1, 3)),
            vertical=conv_unit(horizontal, vertical, (3, 1)),
        ),
    )
    return branches, 192 + vertical


class ReductionA(Concat):
    """35×35 → 17×17, figure 7."""

    def __init__(self, config: Config, in_channels: int) -> None:
        reduce, first, second = config.reduction_a
        super().__init__(
            branch3x3=conv_unit(in_channels, 384, 3, stride=2, valid=True),
            branch_double=named(
                reduce=conv_unit(in_channels, reduce, 1),
                spatial1=conv_unit(reduce, first, 3),
                spatial2=conv_unit(first, second, 3, stride=2, valid=True),
            ),
            branch_pool=nn.MaxPool2d(3, stride=2),
        )


class ReductionB(Concat):
    """17×17 → 8×8, figures 12 et 18."""

    def __init__(self, config: Config, in_channels: int) -> None:
        (reduce_a, last_a), (reduce_b, last_b), (reduce, first, second) = config.reduction_b
        super().__init__(
            branch3x3a=named(
                reduce=conv_unit(in_channels, reduce_a, 1),
                spatial=conv_unit(reduce_a, last_a, 3, stride=2, valid=True),
            ),
            branch3x3b=named(
                reduce=conv_unit(in_channels, reduce_b, 1),
                spatial=conv_unit(reduce_b, last_b, 3, stride=2, valid=True),
            ),
            branch_double=named(
                reduce=conv_unit(in_channels, reduce, 1),
                spatial1=conv_unit(reduce, first, 3),
                spatial2=conv_unit(first, second, 3, stride=2, valid=True),
            ),
            branch_pool=nn.MaxPool2d(3, stride=2),
        )


def start(in_channels: int) -> dict[str, nn.Module]:
    """Les trois 3×3 que les trois entrées ont en commun : 64×147×147."""
    return {
        "conv1": conv_unit(in_channels, 32, 3, stride=2, valid=True),
        "conv2": conv_unit(32, 32, 3, valid=True),
        "conv3": conv_unit(32, 64, 3),
    }


def stem_v1(in_channels: int) -> nn.Sequential:
    """Figure 14 : 3×299×299 → 256×35×35."""
    return named(
        **start(in_channels),
        pool1=nn.MaxPool2d(3, stride=2),  # 64×73×73
        conv4=conv_unit(64, 80, 1),
        conv5=conv_unit(80, 192, 3, valid=True),  # 192×71×71
        conv6=conv_unit(192, 256, 3, stride=2, valid=True),
    )


def stem_v2(in_channels: int) -> nn.Sequential:
    """Figure 3 : 3×299×299 → 384×35×35 ; chaque réduction met un pooling et un filtre côte à côte."""
    return named(
        **start(in_channels),
        mixed1=Concat(
            branch_pool=nn.MaxPool2d(3, stride=2), branch3x3=conv_unit(64, 96, 3, stride=2, valid=True)
        ),  # 160×73×73
        mixed2=Concat(
            branch3x3=named(reduce=conv_unit(160, 64, 1), spatial=conv_unit(64, 96, 3, valid=True)),
            branch7x7=named(
                reduce=conv_unit(160, 64, 1),
                vertical=conv7x1(64, 64),
                horizontal=conv1x7(64, 64),
                spatial=conv_unit(64, 96, 3, valid=True),
            ),
        ),  # 192×71×71
        mixed3=Concat(
            branch3x3=conv_unit(192, 192, 3, stride=2, valid=True), branch_pool=nn.MaxPool2d(3, stride=2)
        ),
    )


def stem_code(in_channels: int) -> nn.Sequential:
    """Le début d’Inception-v3, et un module à quatre branches : 3×299×299 → 320×35×35."""
    return named(
        **start(in_channels),
        pool1=nn.MaxPool2d(3, stride=2),
        conv4=conv_unit(64, 80, 1),
        conv5=conv_unit(80, 192, 3, valid=True),
        pool2=nn.MaxPool2d(3, stride=2),  # 192×35×35
        inception=Concat(
            branch1x1=conv_unit(192, 96, 1),
            branch5x5=named(reduce=conv_unit(192, 48, 1), spatial=conv_unit(48, 64, 5)),
            branch_double=named(
                reduce=conv_unit(192, 64, 1), spatial1=conv_unit(64, 96, 3), spatial2=conv_unit(96, 96, 3)
            ),
            branch_pool=pool_branch(192, 64, count_include_pad=False),
        ),
    )


STEMS = {"figure 14": stem_v1, "figure 3": stem_v2, "code": stem_code}


class InceptionResNet(nn.Module):
    """Figure 15 : trois étages de blocs résiduels, et une réduction entre eux ; tailles d’une image de 299."""

    def __init__(
        self, config: Config, num_classes: int = 1000, in_channels: int = 3, block: MakeBlock = Residual
    ) -> None:
        super().__init__()
        a, b, c = config.depths
        a_channels, b_channels, c_channels = config.stage_channels
        scale_a, scale_b, scale_c = SCALES
        self.stem = STEMS[config.stem](in_channels)  # 35×35
        self.blocks_a = nn.Sequential(
            *(block(*branches_a(config, a_channels), a_channels, scale_a) for _ in range(a))
        )
        self.reduction_a = ReductionA(config, a_channels)  # 17×17
        self.blocks_b = nn.Sequential(
            *(block(*branches_b(config, b_channels), b_channels, scale_b) for _ in range(b))
        )
        self.reduction_b = ReductionB(config, b_channels)  # 8×8
        self.blocks_c = nn.Sequential(
            *(block(*branches_c(config, c_channels), c_channels, scale_c) for _ in range(c))
        )
        self.last_block: nn.Module = nn.Identity()
        self.last_conv: nn.Module = nn.Identity()
        if config.end:
            self.last_block = block(*branches_c(config, c_channels), c_channels, relu=False)
            self.last_conv = conv_unit(c_channels, config.end, 1)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(config.end or c_channels, num_classes)
        initialise_fan_out(self)

    def features(self, x: Tensor) -> Tensor:
        x = self.blocks_a(self.stem(x))
        x = self.blocks_b(self.reduction_a(x))
        x = self.blocks_c(self.reduction_b(x))
        return self.last_conv(self.last_block(x))

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))
        return self.fc(self.dropout(self.flatten(x)))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return InceptionResNet(config, num_classes, in_channels)
