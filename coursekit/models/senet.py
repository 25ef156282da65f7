"""SENet en PyTorch, à lire à côté des figures 3 et 5 de Hu et al. (2018)."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import SqueezeExcite, named
from coursekit.models.resnet import Bottleneck, ResNet, conv1x1, conv3x3, initialise, stage
from coursekit.tables.resnet import DEPTHS
from coursekit.tables.senet import SENet as Config
from coursekit.tables.senet import SENet154 as Config154


class SEBottleneck(Bottleneck):
    """Le bottleneck de ResNet, dont la porte pondère ce que le chemin résiduel va ajouter : y = ReLU(SE(F(x)) + x)."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        *,
        ratio: int = 16,
        stride_on_3x3: bool = False,
        width: int | None = None,
        groups: int = 1,
    ) -> None:
        super().__init__(
            in_channels, channels, stride, stride_on_3x3=stride_on_3x3, width=width, groups=groups
        )
        gated = self.gated_channels(in_channels, channels, width or channels)
        skip = self.shortcut
        del self.shortcut
        self.se = SqueezeExcite(gated, gated // ratio)
        self.shortcut = skip  # déclaré après la porte, comme dans les poids publiés

    @staticmethod
    def gated_channels(in_channels: int, channels: int, width: int) -> int:
        """Les canaux que voit la porte, là où elle est."""
        return 4 * channels

    def residual(self, x: Tensor) -> Tensor:
        return self.se(super().residual(x))


class SEPre(SEBottleneck):
    """La porte en tête du chemin résiduel : F(SE(x)) + x."""

    @staticmethod
    def gated_channels(in_channels: int, channels: int, width: int) -> int:
        return in_channels

    def residual(self, x: Tensor) -> Tensor:
        return Bottleneck.residual(self, self.se(x))


class SEPost(SEBottleneck):
    """La porte après l’addition et sa ReLU : SE(ReLU(F(x) + x))."""

    def residual(self, x: Tensor) -> Tensor:
        return Bottleneck.residual(self, x)

    def forward(self, x: Tensor) -> Tensor:
        return self.se(super().forward(x))


class SEIdentity(SEBottleneck):
    """La porte sur le raccourci : F(x) + SE(x)."""

    def residual(self, x: Tensor) -> Tensor:
        return Bottleneck.residual(self, x)

    def forward(self, x: Tensor) -> Tensor:
        made = self.residual(x)
        made += self.se(self.shortcut(x))
        return self.relu3(made)


class SEConv3x3(SEBottleneck):
    """La porte après la couche 3×3, où il y a quatre fois moins de canaux."""

    @staticmethod
    def gated_channels(in_channels: int, channels: int, width: int) -> int:
        return width

    def residual(self, x: Tensor) -> Tensor:
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.se(self.relu2(self.bn2(self.conv2(x))))
        return self.bn3(self.conv3(x))


BLOCKS = {
    "standard": SEBottleneck,
    "pre": SEPre,
    "post": SEPost,
    "identity": SEIdentity,
    "conv3x3": SEConv3x3,
}


class SEBottleneck154(SEBottleneck):
    """64 groupes ; la première couche a deux fois moins de canaux, et un raccourci qui réduit filtre en 3×3."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__(in_channels, channels, stride, stride_on_3x3=True, width=4 * channels, groups=64)
        self.conv1 = conv1x1(in_channels, 2 * channels)
        self.bn1 = nn.BatchNorm2d(2 * channels)
        self.conv2 = conv3x3(2 * channels, 4 * channels, stride, groups=64)
        if stride > 1:
            skip = conv3x3(in_channels, 4 * channels, stride)
            self.shortcut = named(conv=skip, bn=nn.BatchNorm2d(4 * channels))


class SENet154(nn.Module):
    """ResNet-152, à blocs SE en groupes ; trois couches 3×3 à l’entrée, un dropout avant la couche dense."""

    def __init__(self, num_classes: int = 1000, in_channels: int = 3) -> None:
        super().__init__()
        self.stem = named(
            conv1=conv3x3(in_channels, 64, stride=2),
            bn1=nn.BatchNorm2d(64),
            relu1=nn.ReLU(inplace=True),
            conv2=conv3x3(64, 64),
            bn2=nn.BatchNorm2d(64),
            relu2=nn.ReLU(inplace=True),
            conv3=conv3x3(64, 128),
            bn3=nn.BatchNorm2d(128),
            relu3=nn.ReLU(inplace=True),
        )  # 128×112×112
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)  # 128×56×56
        depths = DEPTHS[152]
        self.conv2_x = stage(SEBottleneck154, depths[0], 128, 64, 1, 4)  # 256×56×56
        self.conv3_x = stage(SEBottleneck154, depths[1], 256, 128, 2, 4)  # 512×28×28
        self.conv4_x = stage(SEBottleneck154, depths[2], 512, 256, 2, 4)  # 1024×14×14
        self.conv5_x = stage(SEBottleneck154, depths[3], 1024, 512, 2, 4)  # 2048×7×7
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(2048, num_classes)
        initialise(self)

    def features(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.stem(x))
        return self.conv5_x(self.conv4_x(self.conv3_x(self.conv2_x(x))))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        return self.fc(self.dropout(self.flatten(self.avgpool(x))))


def make(config: Config | Config154, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    if isinstance(config, Config154):
        return SENet154(num_classes, in_channels)

    def block(in_channels: int, channels: int, stride: int) -> nn.Module:
        return BLOCKS[config.position](
            in_channels,
            channels,
            stride,
            ratio=config.ratio,
            stride_on_3x3=config.resnext is not None,
            width=config.inner_channels(channels),
            groups=config.groups,
        )

    return ResNet(block, config.depths, 4, num_classes, in_channels)
