"""Network in Network en PyTorch, à lire à côté de la figure 2 de Lin, Chen et Yan (2014)."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import named
from coursekit.tables.nin import IMAGENET
from coursekit.tables.nin import MlpConv as Config


class MlpConv(nn.Sequential):
    """Une convolution, puis deux couches denses partagées par toutes les positions : des convolutions 1×1."""

    def __init__(self, in_channels: int, row: Config, out_channels: int) -> None:
        super().__init__()
        hidden = row.mlp[0]
        self.conv = nn.Conv2d(in_channels, row.channels, row.kernel_size, row.stride, row.padding)
        self.relu1 = nn.ReLU(inplace=True)
        self.mlp1 = nn.Conv2d(row.channels, hidden, 1)
        self.relu2 = nn.ReLU(inplace=True)
        self.mlp2 = nn.Conv2d(hidden, out_channels, 1)
        self.relu3 = nn.ReLU(inplace=True)


class NiN(nn.Module):
    """Des mlpconv séparés par des max poolings ; la sortie est la moyenne de chaque dernière carte, une par classe."""

    def __init__(self, rows: tuple[Config, ...], num_classes: int = 10, in_channels: int = 3) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {}
        for i, row in enumerate(rows, start=1):
            out_channels = row.mlp[1] or num_classes
            layers[f"mlpconv{i}"] = MlpConv(in_channels, row, out_channels)
            if i < len(rows):
                layers[f"pool{i}"] = nn.MaxPool2d(3, stride=2, ceil_mode=True)
            if row.dropout:
                layers[f"drop{i}"] = nn.Dropout(0.5)
            in_channels = out_channels
        self.features = named(**layers)  # une carte par classe : 10×8×8 pour CIFAR-10, 1000×6×6 pour ImageNet
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        initialise(self, narrow=IMAGENET_NARROW if rows == IMAGENET else ())

    def forward(self, x: Tensor) -> Tensor:
        return self.flatten(self.gap(self.features(x)))


IMAGENET_NARROW = ("mlpconv1.conv", "mlpconv3.conv", "mlpconv4.mlp2")
"""Les couches que la configuration d’ImageNet initialise avec un écart type de 0,01."""


def initialise(module: nn.Module, narrow: tuple[str, ...]) -> None:
    """Poids gaussiens d’écart type 0,05, ou 0,01 pour les couches `narrow` ; biais nuls."""
    for name, layer in module.named_modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, std=0.01 if name.endswith(narrow) else 0.05)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


def make(rows: tuple[Config, ...], num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return NiN(rows, num_classes, in_channels)
