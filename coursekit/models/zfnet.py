"""ZFNet en PyTorch, à lire à côté de la figure 3 de Zeiler et Fergus (2014) et d’AlexNet, dont il change le début."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.arithmetic import output_size, pool_output_size
from coursekit.models.blocks import dense_classifier, named
from coursekit.models.normalization import alexnet_norm


def pool() -> nn.MaxPool2d:
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)


class ZFNet(nn.Module):
    """Des filtres plus petits et des pas plus courts que ceux d’AlexNet, sur des images 3×224×224."""

    def __init__(self, num_classes: int = 1000, in_channels: int = 3, image_size: int = 224) -> None:
        super().__init__()
        self.features = named(
            conv1=nn.Conv2d(in_channels, 96, 7, stride=2, padding=1),  # 96×110×110 ; AlexNet : 11×11, pas 4
            relu1=nn.ReLU(inplace=True),
            pool1=pool(),  # 96×55×55
            norm1=alexnet_norm(),
            conv2=nn.Conv2d(96, 256, 5, stride=2),  # 256×26×26 ; AlexNet : pas 1
            relu2=nn.ReLU(inplace=True),
            pool2=pool(),  # 256×13×13
            norm2=alexnet_norm(),
            conv3=nn.Conv2d(256, 384, 3, padding=1),  # 384×13×13
            relu3=nn.ReLU(inplace=True),
            conv4=nn.Conv2d(384, 384, 3, padding=1),  # 384×13×13
            relu4=nn.ReLU(inplace=True),
            conv5=nn.Conv2d(384, 256, 3, padding=1),  # 256×13×13
            relu5=nn.ReLU(inplace=True),
            pool3=pool(),  # 256×6×6
        )
        self.flatten = nn.Flatten()
        side = last_map_size(image_size)
        self.classifier = dense_classifier(256 * side * side, num_classes)
        self._initialise()

    def _initialise(self) -> None:
        """Section 3 de l’article : poids à 10⁻² (ici, leur écart type), biais nuls."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = self.flatten(x)
        return self.classifier(x)


def last_map_size(image_size: int) -> int:
    """Côté des cartes après pool3 ; conv3, conv4 et conv5 le conservent."""
    side = pool_output_size(output_size(image_size, 7, 2, 1), 3, 2, 0, True)
    side = pool_output_size(output_size(side, 5, 2), 3, 2, 0, True)
    return pool_output_size(side, 3, 2, 0, True)


def make(variant: str, **sizes: int) -> nn.Module:
    return ZFNet(**sizes)
