"""EfficientNet en PyTorch, à lire à côté de la table 1 de Tan et Le (2019)."""

from __future__ import annotations

from functools import partial
from math import sqrt

from torch import Tensor, nn

from coursekit.models.blocks import DropPath, SqueezeExcite, conv_norm, initialise_fan_out, named
from coursekit.tables.efficientnet import SE_RATIO, STRIDES, Stage
from coursekit.tables.efficientnet import EfficientNet as Config


class MBConv(nn.Module):
    """Le bloc inversé de MobileNet v2, plus trois choses : SiLU, une porte SE avant la projection, et DropPath."""

    def __init__(
        self, in_channels: int, stage: Stage, stride: int, drop_path: float, norm: partial[nn.BatchNorm2d]
    ) -> None:
        super().__init__()
        hidden = stage.expansion * in_channels
        widen = conv_norm(in_channels, hidden, 1, act=nn.SiLU, norm=norm)
        self.expand = widen if stage.expansion > 1 else nn.Identity()
        self.depthwise = conv_norm(
            hidden, hidden, stage.kernel_size, stride=stride, groups=hidden, act=nn.SiLU, norm=norm
        )
        self.se = SqueezeExcite(hidden, max(1, in_channels // SE_RATIO), act=nn.SiLU)
        self.project = conv_norm(hidden, stage.channels, 1, norm=norm)
        self.has_shortcut = stride == 1 and in_channels == stage.channels
        self.drop_path = DropPath(drop_path) if self.has_shortcut else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        made = self.project(self.se(self.depthwise(self.expand(x))))
        if self.has_shortcut:
            made = self.drop_path(made)
            made += x  # sur place : une carte de moins en mémoire
        return made


def initialise(network: nn.Module) -> None:
    """Code des auteurs : He pour les convolutions ; ±1/√N, uniforme, pour la couche dense de N sorties."""
    initialise_fan_out(network)
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            bound = 1 / sqrt(layer.out_features)
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.zeros_(layer.bias)


class EfficientNet(nn.Module):
    """Une couche 3×3, sept étages de MBConv, une couche 1×1 qui élargit, pooling global, une couche dense."""

    def __init__(self, config: Config, num_classes: int = 1000, in_channels: int = 3) -> None:
        super().__init__()
        norm = partial(nn.BatchNorm2d, eps=config.norm_eps, momentum=config.norm_momentum)
        drop_paths = iter(config.drop_paths())
        layers: dict[str, nn.Module] = {}
        channels = in_channels
        for i, (stage, stride) in enumerate(zip(config.stages(), STRIDES, strict=True), start=1):
            if stage.expansion:
                first = MBConv(channels, stage, stride, next(drop_paths), norm)
                others = [
                    MBConv(stage.channels, stage, 1, next(drop_paths), norm) for _ in range(stage.layers - 1)
                ]
                layers[f"stage{i}"] = nn.Sequential(first, *others)
            else:
                layers[f"stage{i}"] = conv_norm(
                    channels, stage.channels, stage.kernel_size, stride=stride, act=nn.SiLU, norm=norm
                )
            channels = stage.channels
        self.features = named(**layers)  # B0 : 1280×7×7
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = named(dropout=nn.Dropout(config.dropout), fc=nn.Linear(channels, num_classes))
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return EfficientNet(config, num_classes, in_channels)
