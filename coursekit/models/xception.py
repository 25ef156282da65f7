"""Xception en PyTorch, à lire à côté de la figure 5 de Chollet (2017)."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import initialise_fan_out, named
from coursekit.tables.xception import EXIT_CHANNELS, FLOW, Module
from coursekit.tables.xception import Xception as Config


class SeparableConv(nn.Module):
    """Filtrer chaque canal (3×3), puis mélanger les canaux (1×1), sans non-linéarité entre les deux (figure 10)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(x))


class Residual(nn.Module):
    """Un module de la figure 5 : des SeparableConv précédées de ReLU, et un raccourci, projeté si la taille change."""

    def __init__(self, in_channels: int, module: Module) -> None:
        super().__init__()
        out_channels = module.channels[-1]
        self.shortcut: nn.Module = nn.Identity()
        if module.pooled:
            self.shortcut = named(
                conv=nn.Conv2d(in_channels, out_channels, 1, stride=2, bias=False),
                bn=nn.BatchNorm2d(out_channels),
            )
        main: dict[str, nn.Module] = {}
        for number, channels in enumerate(module.channels, start=1):
            if number > 1 or module.starts_with_relu:
                main[f"relu{number}"] = nn.ReLU()  # pas sur place : le raccourci lit la même entrée
            main[f"conv{number}"] = SeparableConv(in_channels, channels)
            main[f"bn{number}"] = nn.BatchNorm2d(channels)
            in_channels = channels
        if module.pooled:
            main["pool"] = nn.MaxPool2d(3, stride=2, padding=1)
        self.main = named(**main)

    def forward(self, x: Tensor) -> Tensor:
        made = self.main(x)
        made += self.shortcut(x)  # sur place : une carte de moins en mémoire
        return made


class Xception(nn.Module):
    """Deux couches 3×3, douze modules résiduels, deux SeparableConv, pooling global, une couche dense."""

    def __init__(self, num_classes: int = 1000, in_channels: int = 3) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {
            "conv1": nn.Conv2d(in_channels, 32, 3, stride=2, bias=False),  # 32×149×149
            "bn1": nn.BatchNorm2d(32),
            "relu1": nn.ReLU(inplace=True),
            "conv2": nn.Conv2d(32, 64, 3, bias=False),  # 64×147×147
            "bn2": nn.BatchNorm2d(64),
            "relu2": nn.ReLU(inplace=True),
        }
        channels = 64
        for number, module in enumerate(FLOW, start=1):
            layers[f"block{number}"] = Residual(channels, module)
            channels = module.channels[-1]
        for number, out_channels in enumerate(EXIT_CHANNELS, start=3):
            layers[f"conv{number}"] = SeparableConv(channels, out_channels)
            layers[f"bn{number}"] = nn.BatchNorm2d(out_channels)
            layers[f"relu{number}"] = nn.ReLU(inplace=True)
            channels = out_channels
        self.features = named(**layers)  # 2048×10×10
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = named(fc=nn.Linear(channels, num_classes))
        initialise_fan_out(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return Xception(num_classes, in_channels)
