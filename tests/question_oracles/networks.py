"""Les réseaux de PyTorch, leurs couches vraiment changées."""

from functools import lru_cache

import torch
from torch import nn

from coursekit import models
from question_oracles.costs import count, multiplications
from question_oracles.receptive import width


@lru_cache
def features(network):
    with torch.device("meta"):
        return models.build(network).features


def convolutions(network):
    return [layer for layer in features(network).modules() if isinstance(layer, nn.Conv2d)]


def with_filters(network, place, added):
    """Les convolutions reconstruites, l’une avec des filtres de plus : la suivante doit les lire."""
    channels, built = 3, []
    for i, layer in enumerate(convolutions(network)):
        filters = layer.out_channels + (added if i == place else 0)
        built.append(nn.Conv2d(channels, filters, layer.kernel_size, device="meta"))
        channels = filters
    return built


def more_filters(network, place, added):
    after, before = with_filters(network, place, added), with_filters(network, place, 0)
    assert sum(map(count, before)) == sum(map(count, convolutions(network)))
    return sum(map(count, after)) - sum(map(count, before))


def receptive_field(network, changed, stride, last):
    """Le gradient à travers les mêmes fenêtres, en une dimension."""
    layers = [m for m in features(network).modules() if isinstance(m, nn.Conv2d | nn.MaxPool2d)]
    stack = []
    for i, layer in enumerate(layers[: last + 1]):
        kernel, step = layer.kernel_size, layer.stride
        kernel, step = (v if isinstance(v, int) else v[0] for v in (kernel, step))
        stack.append((kernel, stride if i == changed else step, 1))
    return width(stack)


@lru_cache
def shares(network, side):
    """La part de chaque convolution, comptée par PyTorch sur ce qu’elle reçoit."""
    x, counts = torch.empty(1, 3, side, side, device="meta"), []
    for layer in features(network):
        if isinstance(layer, nn.Conv2d):
            counts.append(multiplications(layer, x))
        x = layer(x)
    return [100 * c / sum(counts) for c in counts]


def macs_share(network, side, place):
    return shares(network, side)[place]


ORACLES = {
    "network.more_filters": more_filters,
    "network.receptive_field": receptive_field,
    "network.macs_share": macs_share,
}
