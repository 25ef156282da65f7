"""Convolutions depthwise separable et blocs MBConv : de vrais modules, dont on compte poids et multiplications."""

from functools import cache

import torch
from torch import nn


def conv(channels, filters, kernel, groups=1, stride=1):
    return nn.Conv2d(channels, filters, kernel, stride, kernel // 2, groups=groups, bias=False, device="meta")


def separable(kernel, channels, filters, stride=1):
    return nn.Sequential(conv(channels, channels, kernel, channels, stride), conv(channels, filters, 1))


def weights(module):
    return sum(p.numel() for p in module.parameters())


def multiplications(module, x):
    """Chaque valeur de sortie d’une convolution coûte autant de multiplications qu’un de ses filtres a de poids."""
    count = 0
    for layer in module:
        x = layer(x)
        count += x.numel() * layer.weight[0].numel()
    return count


def params(kernel, channels, filters):
    return weights(separable(kernel, channels, filters))


def macs(size, kernel, channels, filters):
    x = torch.empty(1, channels, size, size, device="meta")
    return multiplications(separable(kernel, channels, filters), x)


@cache
def ratio(kernel, filters):
    x = torch.empty(1, 8, 10, 10, device="meta")
    ordinary = nn.Sequential(conv(8, filters, kernel))
    return 100 * multiplications(separable(kernel, 8, filters), x) / multiplications(ordinary, x)


def out_channels(kernel, channels):
    depthwise = conv(channels, channels, kernel, groups=channels)
    assert depthwise.weight.shape[:2] == (channels, 1)
    return depthwise(torch.empty(1, channels, 4, 4, device="meta")).shape[1]


def mbconv(kernel, channels, expansion, filters):
    wide = expansion * channels
    return conv(channels, wide, 1), conv(wide, wide, kernel, groups=wide), conv(wide, filters, 1)


def expand_depth(kernel, channels, expansion, filters):
    expand = mbconv(kernel, channels, expansion, filters)[0]
    return expand(torch.empty(1, channels, 4, 4, device="meta")).shape[1]


def mbconv_params(kernel, channels, expansion, filters):
    block = mbconv(kernel, channels, expansion, filters)
    return block[1].in_channels, weights(block[1]), sum(map(weights, block))


BODY = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


@cache
def width_cost(width, size, block):
    """MobileNet v1, de la table 1 de l’article, jusqu’au bloc demandé."""
    channels = int(32 * width)
    x = conv(3, channels, 3, stride=2)(torch.empty(1, 3, size, size, device="meta"))
    for filters, stride in BODY[:block]:
        depthwise, pointwise = separable(3, channels, int(filters * width), stride)
        read = depthwise(x)
        x, channels = pointwise(read), int(filters * width)
    return multiplications([pointwise], read)


ORACLES = {
    "dwsep.params": params,
    "dwsep.macs": macs,
    "dwsep.ratio": ratio,
    "dw.out_channels": out_channels,
    "mbconv.expand_depth": expand_depth,
    "mbconv.params": mbconv_params,
    "mobilenet.width_cost": width_cost,
}
