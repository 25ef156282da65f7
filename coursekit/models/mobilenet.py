"""MobileNet en PyTorch, à lire à côté de Howard et al. (2017), table 1, et de Sandler et al. (2018), table 2."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import conv_norm, initialise_fan_out, named
from coursekit.tables.mobilenet import STEM_CHANNELS, V1, V1_BODY, V2, V2_BODY, V2_DROPOUT, V2_LAST_CHANNELS


class DepthwiseSeparable(nn.Module):
    """Une convolution 3×3 en deux temps : filtrer chaque canal seul, puis mélanger les canaux en chaque pixel."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            in_channels, in_channels, 3, stride=stride, padding=1, groups=in_channels, bias=False
        )
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu1(self.bn1(self.depthwise(x)))
        return self.relu2(self.bn2(self.pointwise(x)))


class MobileNetV1(nn.Module):
    """Une couche 3×3, treize blocs depthwise separable, pooling global, une couche dense."""

    def __init__(self, config: V1, num_classes: int = 1000, in_channels: int = 3) -> None:
        super().__init__()
        channels = config.channels(STEM_CHANNELS)
        layers: dict[str, nn.Module] = {"stem": conv_norm(in_channels, channels, 3, stride=2, act=nn.ReLU)}
        for i, row in enumerate(V1_BODY, start=1):
            out_channels = config.channels(row.channels)
            layers[f"block{i}"] = DepthwiseSeparable(channels, out_channels, row.stride)
            channels = out_channels
        self.features = named(**layers)  # 1024×7×7
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = named(fc=nn.Linear(channels, num_classes))
        initialise_fan_out(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


class InvertedResidual(nn.Module):
    """Large au milieu, étroit aux bouts ; la projection est linéaire, et le raccourci relie les deux bouts étroits."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = expansion * in_channels
        widen = conv_norm(in_channels, hidden, 1, act=nn.ReLU6)
        self.expand = widen if expansion > 1 else nn.Identity()
        self.depthwise = conv_norm(hidden, hidden, 3, stride=stride, groups=hidden, act=nn.ReLU6)
        self.project = conv_norm(hidden, out_channels, 1)
        self.has_shortcut = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        made = self.project(self.depthwise(self.expand(x)))
        if self.has_shortcut:
            made += x  # sur place : une carte de moins en mémoire
        return made


class MobileNetV2(nn.Module):
    """Une couche 3×3, sept étages de blocs inversés, une couche 1×1 qui élargit, pooling global, une couche dense."""

    def __init__(self, num_classes: int = 1000, in_channels: int = 3) -> None:
        super().__init__()
        channels = STEM_CHANNELS
        layers: dict[str, nn.Module] = {"stem": conv_norm(in_channels, channels, 3, stride=2, act=nn.ReLU6)}
        for i, row in enumerate(V2_BODY, start=1):
            blocks = []
            for j in range(row.repeats):
                stride = row.stride if j == 0 else 1
                blocks.append(InvertedResidual(channels, row.channels, stride, row.expansion))
                channels = row.channels
            layers[f"stage{i}"] = nn.Sequential(*blocks)
        layers["last"] = conv_norm(channels, V2_LAST_CHANNELS, 1, act=nn.ReLU6)
        self.features = named(**layers)  # 1280×7×7
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = named(
            dropout=nn.Dropout(V2_DROPOUT),
            fc=nn.Linear(V2_LAST_CHANNELS, num_classes),
        )
        initialise_fan_out(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def make(config: V1 | V2, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    if isinstance(config, V1):
        return MobileNetV1(config, num_classes, in_channels)
    return MobileNetV2(num_classes, in_channels)
