"""Pooling."""

import torch
from torch import nn
from torch.nn import functional


def volume(image):
    return torch.tensor([[image]], dtype=torch.float64)


def max_values(image):
    return functional.max_pool2d(volume(image), 2)[0, 0].tolist()


def average_values(image):
    return functional.avg_pool2d(volume(image), 2)[0, 0].tolist()


def max_gradient(image, upstream):
    x = volume(image).requires_grad_()
    functional.max_pool2d(x, 2).backward(volume(upstream))
    return x.grad[0, 0].tolist()


def stochastic(region, row, column):
    """La loi que PyTorch fait de ces poids ; l’espérance est un produit scalaire."""
    values = torch.tensor(region, dtype=torch.float64).flatten()
    p = torch.distributions.Categorical(probs=values).probs
    return float(p[2 * row + column]), float(p @ values)


def out(size, channels, kernel, stride):
    x = torch.empty(1, channels, size, size, device="meta")
    depth, height, width = nn.MaxPool2d(kernel, stride)(x).shape[1:]
    return (height, width, depth)


def params(channels, filters, kernel, window):
    block = nn.Sequential(nn.Conv2d(channels, filters, kernel, device="meta"), nn.MaxPool2d(window))
    return sum(p.numel() for p in block.parameters() if p.requires_grad)


def count(last, count, window):
    """On applique des poolings jusqu’à la taille voulue ; `count` n’y sert qu’à faire la taille de départ."""
    size = last * window**count
    x, applied = torch.empty(1, 1, size, size, device="meta"), 0
    while x.shape[-1] > last:
        x, applied = functional.max_pool2d(x, window), applied + 1
    assert x.shape[-1] == last
    return applied


ORACLES = {
    "pool.max_values": max_values,
    "pool.avg_values": average_values,
    "pool.max_gradient": max_gradient,
    "pool.stochastic": stochastic,
    "pool.out": out,
    "pool.params": params,
    "pool.count": count,
}
