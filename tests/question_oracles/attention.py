"""Squeeze-and-Excite : de vraies couches denses sur des moyennes globales."""

import torch
from torch import nn

DEPTHS = {"se-resnet50": (3, 4, 6, 3), "se-resnet101": (3, 4, 23, 3), "se-resnet152": (3, 8, 36, 3)}


def gate(channels, ratio):
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(channels, channels // ratio, bias=False, device="meta"),
        nn.ReLU(),
        nn.Linear(channels // ratio, channels, bias=False, device="meta"),
        nn.Sigmoid(),
    )


def weights(module):
    return sum(p.numel() for p in module.parameters())


def params(channels, ratio, size):
    module = gate(channels, ratio)
    assert module(torch.empty(1, channels, size, size, device="meta")).shape == (1, channels)
    return weights(module)


def shapes(size, channels, ratio, place):
    x, seen = torch.empty(1, channels, size, size, device="meta"), []
    value = x
    for layer in gate(channels, ratio):
        value = layer(value)
        seen.append(value)
    squeezed, reduced, restored = seen[0][:, :, 0, 0], seen[2], seen[5]
    scaled = x * restored[:, :, None, None]
    if place == "scaled":
        return (*scaled.shape[2:], scaled.shape[1])
    return (1, 1, {"squeezed": squeezed, "reduced": reduced, "restored": restored}[place].shape[1])


def stage_share(network, ratio, stage, depth):
    depths = [depth if i == stage else n for i, n in enumerate(DEPTHS[network])]
    counts = [n * weights(gate(256 * 2**i, ratio)) for i, n in enumerate(depths)]
    return counts[-1], sum(counts), 100 * counts[-1] / sum(counts)


ORACLES = {"se.params": params, "se.shapes": shapes, "se.stage_share": stage_share}
