"""VGG en PyTorch, à lire à côté de la table 1 de Simonyan et Zisserman (2015)."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.blocks import named
from coursekit.tables.vgg import COLUMNS


class VGG(nn.Module):
    """Cinq étages de convolutions 3×3, qui conservent la taille ; un max pooling la divise par deux après chacun."""

    def __init__(
        self, column: str, num_classes: int = 1000, in_channels: int = 3, image_size: int = 224
    ) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {}
        for i, stage in enumerate(COLUMNS[column], start=1):
            for j in range(1, stage.convolutions + 1):
                layers[f"conv{i}_{j}"] = nn.Conv2d(in_channels, stage.channels, 3, padding=1)
                layers[f"relu{i}_{j}"] = nn.ReLU(inplace=True)
                in_channels = stage.channels
            layers[f"pool{i}"] = nn.MaxPool2d(2)
        self.features = named(**layers)  # 512×7×7
        self.flatten = nn.Flatten()
        side = image_size // 2 ** len(COLUMNS[column])
        self.classifier = named(
            fc6=nn.Linear(512 * side * side, 4096),
            relu6=nn.ReLU(inplace=True),
            drop6=nn.Dropout(0.5),
            fc7=nn.Linear(4096, 4096),
            relu7=nn.ReLU(inplace=True),
            drop7=nn.Dropout(0.5),
            fc8=nn.Linear(4096, num_classes),
        )
        self._initialise()

    def _initialise(self) -> None:
        """Glorot et Bengio (2010) : l’article note, section 3.1, qu’elle rend le préentraînement inutile."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = self.flatten(x)
        return self.classifier(x)


make = VGG
