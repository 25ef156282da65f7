"""Paramètres et multiplications : les tenseurs que PyTorch crée, et ce qu’une couche multiplie vraiment."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def image(channels, height, width):
    return torch.empty(1, channels, height, width, device="meta")


def count(layer):
    return sum(p.numel() for p in layer.parameters())


def flatten_size(height, width, channels):
    return nn.Flatten()(image(channels, height, width)).shape[1]


def conv(channels, filters, kernel, **settings):
    return nn.Conv2d(channels, filters, kernel, **settings, device="meta")


def conv_params(channels, kernel, filters):
    return count(conv(channels, filters, kernel))


def fc_equivalent(size, channels, kernel, filters):
    x = image(channels, size, size)
    y = conv(channels, filters, kernel)(x)
    return count(nn.Linear(x.numel(), y.numel(), device="meta"))


def fc_ratio(size, channels, kernel, filters):
    return fc_equivalent(size, channels, kernel, filters) / conv_params(channels, kernel, filters)


def multiplications(layer, x):
    """PyTorch compte deux opérations par multiplication-addition."""
    with FlopCounterMode(display=False) as counter:
        layer(x)
    return counter.get_total_flops() // 2


def conv_macs(size, channels, kernel, stride, filters):
    layer = conv(channels, filters, kernel, stride=stride, padding=kernel // 2, bias=False)
    return multiplications(layer, image(channels, size, size))


ORACLES = {
    "flatten.size": flatten_size,
    "conv.params": conv_params,
    "fc.params_equivalent": fc_equivalent,
    "conv.fc_ratio": fc_ratio,
    "conv.macs": conv_macs,
}
