"""Un highway network convolutif en PyTorch, à lire à côté des équations 2 et 3 de Srivastava et al. (2015)."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import named
from coursekit.tables.highway import Highway as Config


class HighwayLayer(nn.Module):
    """y = H(x) · T(x) + x · (1 − T(x)), où la porte T = σ(convolution) est apprise comme H."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.transform = nn.Conv2d(channels, channels, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.gate = nn.Conv2d(channels, channels, 3, padding=1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        h = self.relu(self.transform(x))
        t = self.sigmoid(self.gate(x))
        return h * t + x * (1 - t)


def stage(in_channels: int, channels: int, layers: int) -> nn.Sequential:
    """Une couche ordinaire, qui change le nombre de canaux, puis `layers` couches à porte, qui le gardent."""
    return named(
        conv=nn.Conv2d(in_channels, channels, 3, padding=1),
        relu=nn.ReLU(inplace=True),
        **{f"highway{i}": HighwayLayer(channels) for i in range(1, layers + 1)},
    )


class Highway(nn.Module):
    """Des étages séparés par un max pooling, un pooling global, une couche dense."""

    def __init__(self, config: Config, num_classes: int = 10, in_channels: int = 3) -> None:
        super().__init__()
        parts: dict[str, nn.Module] = {}
        for i, (channels, layers) in enumerate(zip(config.channels, config.layers, strict=True)):
            if i > 0:
                parts[f"pool{i}"] = nn.MaxPool2d(2)
            parts[f"stage{i + 1}"] = stage(in_channels, channels, layers)
            in_channels = channels
        self.features = named(**parts)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(in_channels, num_classes)
        self._initialise(config.gate_bias)

    def _initialise(self, gate_bias: float) -> None:
        """He et al. (2015) pour les poids ; le biais négatif des portes laisse d’abord passer l’entrée."""
        for name, layer in self.named_modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.constant_(layer.bias, gate_bias if name.endswith("gate") else 0.0)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        return self.classifier(self.flatten(self.avgpool(x)))


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    return Highway(config, num_classes, in_channels)
