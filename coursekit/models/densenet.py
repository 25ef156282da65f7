"""DenseNet en PyTorch, à lire à côté de la figure 1 et de la table 1 de Huang et al. (2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coursekit.models.blocks import named
from coursekit.models.resnet import conv1x1, conv3x3, initialise
from coursekit.tables.densenet import DenseNet as Config


class DenseLayer(nn.Module):
    """x ↦ [x, H(x)] : la couche lit tout ce qui la précède, et y concatène ses `growth` cartes."""

    def __init__(self, in_channels: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = conv3x3(in_channels, growth)

    def new_maps(self, x: Tensor) -> Tensor:
        return self.conv1(self.relu1(self.norm1(x)))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.new_maps(x)], 1)


class BottleneckLayer(DenseLayer):
    """La même, où une couche 1×1 ramène d’abord ce qu’elle lit à 4 × `growth` canaux (« B »)."""

    def __init__(self, in_channels: int, growth: int) -> None:
        super().__init__(in_channels, growth)
        self.conv1 = conv1x1(in_channels, 4 * growth)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(4 * growth, growth)

    def new_maps(self, x: Tensor) -> Tensor:
        x = self.conv1(self.relu1(self.norm1(x)))
        return self.conv2(self.relu2(self.norm2(x)))


def dense_block(config: Config, depth: int, in_channels: int) -> nn.Sequential:
    """`depth` couches ; la i-ième reçoit `in_channels` + (i − 1) × `growth` canaux."""
    layer = BottleneckLayer if config.bottleneck else DenseLayer
    return named(
        **{f"denselayer{i + 1}": layer(in_channels + i * config.growth, config.growth) for i in range(depth)}
    )


def transition(in_channels: int, out_channels: int) -> nn.Sequential:
    """Entre deux blocs : moins de canaux (1×1), puis une taille divisée par deux."""
    return named(
        norm=nn.BatchNorm2d(in_channels),
        relu=nn.ReLU(inplace=True),
        conv=conv1x1(in_channels, out_channels),
        pool=nn.AvgPool2d(2),
    )


def make_stem(config: Config, in_channels: int) -> dict[str, nn.Module]:
    if config.is_cifar:
        return {"conv0": conv3x3(in_channels, config.stem_channels)}
    return {
        "conv0": nn.Conv2d(in_channels, config.stem_channels, 7, stride=2, padding=3, bias=False),
        "norm0": nn.BatchNorm2d(config.stem_channels),
        "relu0": nn.ReLU(inplace=True),
        "pool0": nn.MaxPool2d(3, stride=2, padding=1),
    }


class DenseNet(nn.Module):
    """Des blocs denses séparés par des transitions, une activation, un pooling global, une couche dense."""

    def __init__(self, config: Config, num_classes: int = 1000, in_channels: int = 3) -> None:
        super().__init__()
        layers, channels = make_stem(config, in_channels), config.stem_channels
        for i, depth in enumerate(config.depths, start=1):
            layers[f"denseblock{i}"] = dense_block(config, depth, channels)
            channels += depth * config.growth
            if i < len(config.depths):
                layers[f"transition{i}"] = transition(channels, config.compressed(channels))
                channels = config.compressed(channels)
        layers["norm_last"] = nn.BatchNorm2d(channels)
        layers["relu_last"] = nn.ReLU(inplace=True)
        self.features = named(**layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(channels, num_classes)
        initialise(self)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        return self.classifier(self.flatten(self.avgpool(x)))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return DenseNet(config, num_classes, in_channels)
