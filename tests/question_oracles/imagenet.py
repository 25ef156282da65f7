"""AlexNet, VGG et ImageNet."""

from functools import lru_cache

import torch
from torch import nn

from coursekit import models
from question_oracles.bases import features, weights

LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
WORDS = {"Conv2d": "convolution", "ReLU": "ReLU", "MaxPool2d": "max pooling", "LocalResponseNorm": "LRN"}


def sized(layer, in_channels, width):
    """La même couche, pour ce qu’elle reçoit et la largeur voulue."""
    if isinstance(layer, nn.Conv2d):
        return nn.Conv2d(in_channels, width, layer.kernel_size, layer.stride, layer.padding, device="meta")
    return nn.Linear(in_channels, width, device="meta")


def alexnet_layer(layer, width):
    """On parcourt AlexNet ; chaque couche est refaite à la mesure de ce qui lui arrive."""
    net, x, counts = alexnet(), torch.empty(1, 3, 227, 227, device="meta"), {}
    for name, part in (
        *net.features.named_children(),
        ("flatten", nn.Flatten()),
        *net.classifier.named_children(),
    ):
        if name in LAYERS:
            part = sized(part, x.shape[1], width if name == layer else part.weight.shape[0])
            counts[name] = weights(part)
        x = part(x)
    return counts[LAYERS[LAYERS.index(layer) + 1]]


@lru_cache
def alexnet():
    return models.build("alexnet", device="meta").eval()


@lru_cache
def dense_network(network, classes):
    net = models.build(network, num_classes=classes, device="meta")
    dense = weights(*(m for m in net.modules() if isinstance(m, nn.Linear)))
    return dense, 100 * dense / weights(net)


def layer_order(block):
    words = [WORDS[type(m).__name__] for m in features("alexnet").children()]
    starts = [i for i, word in enumerate(words) if word == "convolution"] + [len(words)]
    return " → ".join(words[starts[block - 1] : starts[block]])


ORACLES = {
    "alexnet.layer": alexnet_layer,
    "network.dense_share": dense_network,
    "alexnet.layer_order": layer_order,
}
