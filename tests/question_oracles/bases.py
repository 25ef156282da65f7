"""LeNet, AlexNet, VGG."""

from functools import lru_cache

import torch
from torch import nn

from coursekit import models

LAYERS = {
    "alexnet": ("conv1", "conv2", "conv3"),
    "vgg16": ("conv1_1", "conv2_1", "conv3_1", "conv4_1"),
    "vgg11": ("conv1_1", "conv2_1", "conv3_1"),
}


def weights(*layers):
    return sum(p.numel() for layer in layers for p in layer.parameters())


def stack_params(layers, channels):
    def conv(size):
        return nn.Conv2d(channels, channels, size, bias=False, device="meta")

    stack, single = weights(*(conv(3) for _ in range(layers))), weights(conv(2 * layers + 1))
    return stack, single, 100 - 100 * stack / single


@lru_cache
def features(network):
    return models.build(network, device="meta").features


def changed_stride(network, place, stride, padding):
    net = features(network)
    size = 227 if network == "alexnet" else 224
    layer = net.get_submodule(LAYERS[network][place])
    before = layer.stride, layer.padding
    layer.stride, layer.padding = (stride, stride), (padding, padding)
    try:
        depth, height, width = net(torch.empty(1, 3, size, size, device="meta")).shape[1:]
    finally:
        layer.stride, layer.padding = before
    return (height, width, depth)


ORACLES = {"vgg.stack_params": stack_params, "network.changed_stride": changed_stride}
