"""Inception-v3 en PyTorch, à lire à côté des figures 5, 6, 7 et 10 de Szegedy et al. (2016)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from coursekit.models.blocks import named
from coursekit.models.bn_inception import Concat, conv_unit
from coursekit.tables.inception_v3 import CHANNELS_7X7, POOL_CHANNELS
from coursekit.tables.inception_v3 import InceptionV3 as Config


class Logits(NamedTuple):
    """Ce que le réseau rend à l’entraînement : N×classes pour chacun ; la perte de `aux` compte pour 0,4."""

    main: Tensor
    aux: Tensor


conv1x7 = partial(conv_unit, kernel_size=(1, 7))
conv7x1 = partial(conv_unit, kernel_size=(7, 1))


def pool_branch(in_channels: int, out_channels: int, *, count_include_pad: bool = True) -> nn.Sequential:
    """Une moyenne 3×3 à pas 1, qui compte ou non les zéros du bord, puis sa projection."""
    pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=count_include_pad)
    return named(pool=pool, project=conv_unit(in_channels, out_channels, 1))


class InceptionA(Concat):
    """35×35, figure 5."""

    def __init__(self, in_channels: int, pool_channels: int) -> None:
        super().__init__(
            branch1x1=conv_unit(in_channels, 64, 1),
            branch5x5=named(reduce=conv_unit(in_channels, 48, 1), spatial=conv_unit(48, 64, 5)),
            branch_double=named(
                reduce=conv_unit(in_channels, 64, 1),
                spatial1=conv_unit(64, 96, 3),
                spatial2=conv_unit(96, 96, 3),
            ),
            branch_pool=pool_branch(in_channels, pool_channels),
        )


class ReductionA(Concat):
    """35×35 → 17×17, figure 10 : le pooling et les filtres à pas 2, côte à côte."""

    def __init__(self, in_channels: int) -> None:
        super().__init__(
            branch3x3=conv_unit(in_channels, 384, 3, stride=2, valid=True),
            branch_double=named(
                reduce=conv_unit(in_channels, 64, 1),
                spatial1=conv_unit(64, 96, 3),
                spatial2=conv_unit(96, 96, 3, stride=2, valid=True),
            ),
            branch_pool=nn.MaxPool2d(3, stride=2),
        )


class InceptionB(Concat):
    """17×17, figure 6 : 1×7 puis 7×1 au lieu de 7×7, 14 poids au lieu de 49."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__(
            branch1x1=conv_unit(in_channels, 192, 1),
            branch7x7=named(
                reduce=conv_unit(in_channels, channels, 1),
                horizontal=conv1x7(channels, channels),
                vertical=conv7x1(channels, 192),
            ),
            branch_double=named(
                reduce=conv_unit(in_channels, channels, 1),
                vertical1=conv7x1(channels, channels),
                horizontal1=conv1x7(channels, channels),
                vertical2=conv7x1(channels, channels),
                horizontal2=conv1x7(channels, 192),
            ),
            branch_pool=pool_branch(in_channels, 192),
        )


class ReductionB(Concat):
    """17×17 → 8×8, figure 10."""

    def __init__(self, in_channels: int) -> None:
        super().__init__(
            branch3x3=named(
                reduce=conv_unit(in_channels, 192, 1),
                spatial=conv_unit(192, 320, 3, stride=2, valid=True),
            ),
            branch7x7=named(
                reduce=conv_unit(in_channels, 192, 1),
                horizontal=conv1x7(192, 192),
                vertical=conv7x1(192, 192),
                spatial=conv_unit(192, 192, 3, stride=2, valid=True),
            ),
            branch_pool=nn.MaxPool2d(3, stride=2),
        )


def fork() -> Concat:
    """1×3 et 3×1 sur la même entrée : 384×8×8 → 768×8×8."""
    return Concat(horizontal=conv_unit(384, 384, (1, 3)), vertical=conv_unit(384, 384, (3, 1)))


class InceptionC(Concat):
    """8×8, figure 7 : la branche s’ouvre en deux à la fin."""

    def __init__(self, in_channels: int) -> None:
        super().__init__(
            branch1x1=conv_unit(in_channels, 320, 1),
            branch3x3=named(reduce=conv_unit(in_channels, 384, 1), fork=fork()),
            branch_double=named(
                reduce=conv_unit(in_channels, 448, 1), spatial=conv_unit(448, 384, 3), fork=fork()
            ),
            branch_pool=pool_branch(in_channels, 192),
        )


class AuxiliaryHead(nn.Sequential):
    """Branchée sur la dernière carte 17×17 : N×768×17×17 → N×classes."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(5, stride=3)  # 768×5×5
        self.conv1 = conv_unit(in_channels, 128, 1)
        self.conv2 = conv_unit(128, 768, 5, valid=True)  # 768×1×1
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(768, num_classes)


class InceptionV3(nn.Module):
    """À l’entraînement, `forward` rend deux sorties (`Logits`) ; en évaluation, la principale seule."""

    def __init__(self, num_classes: int = 1000, in_channels: int = 3) -> None:
        super().__init__()
        self.conv1 = conv_unit(in_channels, 32, 3, stride=2, valid=True)  # 32×149×149
        self.conv2 = conv_unit(32, 32, 3, valid=True)  # 32×147×147
        self.conv3 = conv_unit(32, 64, 3)
        self.pool1 = nn.MaxPool2d(3, stride=2)  # 64×73×73
        self.conv4 = conv_unit(64, 80, 1)
        self.conv5 = conv_unit(80, 192, 3, valid=True)  # 192×71×71
        self.pool2 = nn.MaxPool2d(3, stride=2)  # 192×35×35
        self.inception5b = InceptionA(192, POOL_CHANNELS["5b"])
        self.inception5c = InceptionA(256, POOL_CHANNELS["5c"])
        self.inception5d = InceptionA(288, POOL_CHANNELS["5d"])  # 288×35×35
        self.inception6a = ReductionA(288)  # 768×17×17
        self.inception6b = InceptionB(768, CHANNELS_7X7["6b"])
        self.inception6c = InceptionB(768, CHANNELS_7X7["6c"])
        self.inception6d = InceptionB(768, CHANNELS_7X7["6d"])
        self.inception6e = InceptionB(768, CHANNELS_7X7["6e"])  # 768×17×17
        self.aux = AuxiliaryHead(768, num_classes)
        self.inception7a = ReductionB(768)  # 1280×8×8
        self.inception7b = InceptionC(1280)
        self.inception7c = InceptionC(2048)  # 2048×8×8
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(2048, num_classes)
        initialise(self)
        initialise(self.aux.conv2, std=0.01)
        initialise(self.aux.fc, std=0.001)

    def before_head(self, x: Tensor) -> Tensor:
        """Jusqu’à la dernière carte 17×17, que lit aussi la tête auxiliaire."""
        x = self.pool1(self.conv3(self.conv2(self.conv1(x))))
        x = self.pool2(self.conv5(self.conv4(x)))
        x = self.inception5d(self.inception5c(self.inception5b(x)))
        x = self.inception6c(self.inception6b(self.inception6a(x)))
        return self.inception6e(self.inception6d(x))

    def after_head(self, after_6e: Tensor) -> Tensor:
        return self.inception7c(self.inception7b(self.inception7a(after_6e)))

    def features(self, x: Tensor) -> Tensor:
        return self.after_head(self.before_head(x))

    def forward(self, x: Tensor) -> Tensor | Logits:
        after_6e = self.before_head(x)
        x = self.after_head(after_6e)
        x = self.fc(self.dropout(self.flatten(self.avgpool(x))))
        return Logits(x, self.aux(after_6e)) if self.training else x


def initialise(module: nn.Module, std: float = 0.1) -> None:
    """Des gaussiennes tronquées, comme dans torchvision."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=std)


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return InceptionV3(num_classes, in_channels)
