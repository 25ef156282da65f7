"""Les suites de couches que plusieurs tables ont en commun. Sans PyTorch."""

from __future__ import annotations

from coursekit.layers import Activation, AdaptivePool, Branches, Chain, Conv, Dropout, Layer, Linear, Norm


def dense_classifier(num_classes: int) -> Chain:
    """Les trois couches denses d’AlexNet, que ZFNet et VGG gardent telles quelles."""
    return Chain(
        (
            Linear(4096, name="fc6"),
            Activation(name="relu6"),
            Dropout(0.5, name="drop6"),
            Linear(4096, name="fc7"),
            Activation(name="relu7"),
            Dropout(0.5, name="drop7"),
            Linear(num_classes, name="fc8"),
        ),
        name="classifier",
    )


def conv_norm(
    out_channels: int, kernel_size: int, *, stride: int = 1, groups: int = 1, act: str = "", name: str
) -> Chain:
    """Convolution sans biais, de même taille à pas 1, normalisation par lot, et non-linéarité s’il y en a une."""
    conv = Conv(
        out_channels,
        kernel_size,
        stride=stride,
        padding=kernel_size // 2,
        groups=groups,
        bias=False,
        name="conv",
    )
    layers: tuple[Layer, ...] = (conv, Norm("batch", name="bn"))
    return Chain((*layers, Activation(act, name="act")) if act else layers, name=name)


def squeeze_excite(channels: int, squeezed: int, act: str = "relu", name: str = "se") -> Branches:
    """Hu et al. (2018), figure 1 : une porte par canal, tirée des moyennes de tous les canaux.

    Les deux couches denses de l’article s’écrivent comme des convolutions 1×1, ce qu’elles sont sur une carte 1×1.
    """
    gate = (
        AdaptivePool("avg", name="avgpool"),
        Conv(squeezed, 1, name="fc1"),
        Activation(act, name="act"),
        Conv(channels, 1, name="fc2"),
        Activation("sigmoid", name="gate"),
    )
    return Branches((Chain(()), Chain(gate)), "scale", name=name)
