"""Champ récepteur : les pixels qui reçoivent un gradient, sur une ligne de pixels et des filtres de uns."""

import torch
from torch.nn import functional


def seen(layers, unit, size=2000):
    """Les pixels dont dépend l’unité `unit` après des couches (F, S, dilatation)."""
    x = torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel, stride, dilation in layers:
        y = functional.conv1d(
            y, torch.ones(1, 1, kernel, dtype=torch.float64), stride=stride, dilation=dilation
        )
    y[0, 0, unit].backward()
    return x.grad[0, 0].nonzero()[:, 0].tolist()


def width(layers):
    pixels = seen(layers, 3)
    return pixels[-1] - pixels[0] + 1


def three(first, stride, pool, last, last_stride):
    return ((first, stride, 1), (pool, pool, 1), (last, last_stride, 1))


def stack(first, stride, pool, last, last_stride):
    return width(three(first, stride, pool, last, last_stride))


def jump(first, stride, pool, last, last_stride):
    layers = three(first, stride, pool, last, last_stride)
    return seen(layers, 4)[0] - seen(layers, 3)[0]


def stack_depth(layers, small):
    target = width([(small, 1, 1)] * layers)
    found = [n for n in range(1, 15) if width([(small, 1, 1)] * n) == target]
    single = width([(target, 1, 1)])
    assert single == target
    return found[0]


def dilated(kernel_size, dilation, channels):
    pixels = seen([(kernel_size, 1, dilation)], 0)
    layer = torch.nn.Conv2d(channels, 1, kernel_size, dilation=dilation, bias=False, device="meta")
    assert len(pixels) == kernel_size
    return pixels[-1] - pixels[0] + 1, layer.weight.numel()


ORACLES = {"rf.stack": stack, "rf.jump": jump, "rf.stack_depth": stack_depth, "rf.dilated": dilated}
