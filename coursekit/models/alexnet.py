"""AlexNet en PyTorch, à lire à côté de la diapositive « AlexNet » ; les trois variantes sont dites dans `tables/`."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.arithmetic import output_size
from coursekit.models.blocks import dense_classifier, named
from coursekit.models.normalization import alexnet_norm


class AlexNet(nn.Module):
    """Le réseau de 2012, sur des images 3×227×227 ; `groups=2` en fait celui des deux cartes graphiques."""

    def __init__(
        self, num_classes: int = 1000, in_channels: int = 3, image_size: int = 227, *, groups: int = 1
    ) -> None:
        super().__init__()
        self.features = named(
            conv1=nn.Conv2d(in_channels, 96, 11, stride=4),  # 96×55×55
            relu1=nn.ReLU(inplace=True),
            norm1=alexnet_norm(),
            pool1=nn.MaxPool2d(3, stride=2),  # 96×27×27
            conv2=nn.Conv2d(96, 256, 5, padding=2, groups=groups),  # 256×27×27
            relu2=nn.ReLU(inplace=True),
            norm2=alexnet_norm(),
            pool2=nn.MaxPool2d(3, stride=2),  # 256×13×13
            conv3=nn.Conv2d(256, 384, 3, padding=1),  # 384×13×13
            relu3=nn.ReLU(inplace=True),
            conv4=nn.Conv2d(384, 384, 3, padding=1, groups=groups),  # 384×13×13
            relu4=nn.ReLU(inplace=True),
            conv5=nn.Conv2d(384, 256, 3, padding=1, groups=groups),  # 256×13×13
            relu5=nn.ReLU(inplace=True),
            pool3=nn.MaxPool2d(3, stride=2),  # 256×6×6
        )
        self.flatten = nn.Flatten()
        side = last_map_size(image_size)
        self.classifier = dense_classifier(256 * side * side, num_classes)
        self._initialise()

    def _initialise(self) -> None:
        """Section 5 de l’article : poids gaussiens d’écart type 0,01 ; biais à 1 là où la ReLU doit démarrer active."""
        for name, module in self.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                active = name.endswith(("conv2", "conv4", "conv5", "fc6", "fc7"))
                nn.init.constant_(module.bias, 1.0 if active else 0.0)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = self.flatten(x)
        return self.classifier(x)


class AlexNet2014(nn.Module):
    """La variante de Krizhevsky (2014) que torchvision appelle `alexnet`, sur des images 3×224×224."""

    def __init__(self, num_classes: int = 1000, in_channels: int = 3, image_size: int = 224) -> None:
        super().__init__()
        self.features = named(
            conv1=nn.Conv2d(in_channels, 64, 11, stride=4, padding=2),  # 64×55×55
            relu1=nn.ReLU(inplace=True),
            pool1=nn.MaxPool2d(3, stride=2),  # 64×27×27
            conv2=nn.Conv2d(64, 192, 5, padding=2),  # 192×27×27
            relu2=nn.ReLU(inplace=True),
            pool2=nn.MaxPool2d(3, stride=2),  # 192×13×13
            conv3=nn.Conv2d(192, 384, 3, padding=1),  # 384×13×13
            relu3=nn.ReLU(inplace=True),
            conv4=nn.Conv2d(384, 256, 3, padding=1),  # 256×13×13
            relu4=nn.ReLU(inplace=True),
            conv5=nn.Conv2d(256, 256, 3, padding=1),  # 256×13×13
            relu5=nn.ReLU(inplace=True),
            pool3=nn.MaxPool2d(3, stride=2),  # 256×6×6
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))  # 256×6×6, quelle que soit la taille de l’image
        self.flatten = nn.Flatten()
        self.classifier = named(
            drop6=nn.Dropout(0.5),
            fc6=nn.Linear(256 * 6 * 6, 4096),
            relu6=nn.ReLU(inplace=True),
            drop7=nn.Dropout(0.5),
            fc7=nn.Linear(4096, 4096),
            relu7=nn.ReLU(inplace=True),
            fc8=nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = self.flatten(self.avgpool(x))
        return self.classifier(x)


def last_map_size(image_size: int) -> int:
    """Côté des cartes après pool3 : conv1 (11, pas 4) puis trois poolings (3, pas 2) ; le reste le conserve."""
    for kernel_size, stride in ((11, 4), (3, 2), (3, 2), (3, 2)):
        image_size = output_size(image_size, kernel_size, stride)
    return image_size


def make(variant: str, **sizes: int) -> nn.Module:
    """La variante « undivided », « groups » ou « torchvision »."""
    if variant == "torchvision":
        return AlexNet2014(**sizes)
    return AlexNet(groups=2 if variant == "groups" else 1, **sizes)
