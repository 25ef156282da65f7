"""Les suites de couches que plusieurs tables ont en commun. Sans PyTorch."""

from __future__ import annotations

from coursekit.layers import Activation, Chain, Dropout, Linear


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
