"""Les pièces que plusieurs diapositives dessinent comme une seule boîte."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn


def named(**modules: nn.Module) -> nn.Sequential:
    """Un `nn.Sequential` dont chaque étape porte le nom de la diapositive."""
    return nn.Sequential(OrderedDict(modules))


def dense_classifier(in_features: int, num_classes: int) -> nn.Sequential:
    """Les trois couches denses d’AlexNet, que ZFNet et VGG gardent telles quelles."""
    return named(
        fc6=nn.Linear(in_features, 4096),
        relu6=nn.ReLU(inplace=True),
        drop6=nn.Dropout(0.5),
        fc7=nn.Linear(4096, 4096),
        relu7=nn.ReLU(inplace=True),
        drop7=nn.Dropout(0.5),
        fc8=nn.Linear(4096, num_classes),
    )


def glorot(module: nn.Module) -> None:
    """Glorot et Bengio (2010) : poids uniformes selon le nombre d’entrées et de sorties, biais nuls."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
