"""VGG en PyTorch, à lire à côté de la table 1 de Simonyan et Zisserman (2015)."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import dense_classifier, glorot, named
from coursekit.tables.vgg import COLUMNS, Configuration


class VGG(nn.Module):
    """Cinq étages de convolutions 3×3, qui conservent la taille ; un max pooling la divise par deux après chacun.

    La colonne C finit ses trois derniers étages par une convolution 1×1 ; `batch_norm` normalise chaque convolution.
    """

    def __init__(
        self,
        column: str,
        num_classes: int = 1000,
        in_channels: int = 3,
        image_size: int = 224,
        *,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {}
        for i, stage in enumerate(COLUMNS[column], start=1):
            for j in range(1, stage.convolutions + 1):
                kernel_size = stage.last_kernel if j == stage.convolutions else 3
                layers[f"conv{i}_{j}"] = nn.Conv2d(
                    in_channels, stage.channels, kernel_size, padding=kernel_size // 2
                )
                if batch_norm:
                    layers[f"bn{i}_{j}"] = nn.BatchNorm2d(stage.channels)
                layers[f"relu{i}_{j}"] = nn.ReLU(inplace=True)
                in_channels = stage.channels
            layers[f"pool{i}"] = nn.MaxPool2d(2)
        self.features = named(**layers)  # 512×7×7
        self.flatten = nn.Flatten()
        side = image_size // 2 ** len(COLUMNS[column])
        self.classifier = dense_classifier(512 * side * side, num_classes)
        glorot(self)  # la section 3.1 note qu’elle rend le préentraînement inutile

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = self.flatten(x)
        return self.classifier(x)


def make(config: Configuration, **sizes: int) -> nn.Module:
    return VGG(config.column, batch_norm=config.batch_norm, **sizes)
