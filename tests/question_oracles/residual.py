"""Réseaux résiduels et denses."""

import torch
from torch import nn

TRUE = (
    "Le gradient atteint les premières couches par les raccourcis, sans traverser de convolution.",
    "Un bloc dont les poids sont nuls laisse passer son entrée.",
)


def subnets(blocks, removed):
    """Des blocs linéaires x + x : chaque chemin apporte 1 à la sortie."""
    x = torch.ones((), dtype=torch.float64)
    for _ in range(blocks - removed):
        x = x + x
    return int(x)


def identity_weights(channels, filters, stride):
    x = torch.empty(1, channels, 8, 8, device="meta")
    y = nn.Conv2d(channels, filters, 3, stride, 1, device="meta")(x)
    return x.shape == y.shape


def true_statements():
    x = torch.randn(1, 2, 4, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    block = nn.Conv2d(2, 2, 3, padding=1)
    for p in block.parameters():
        nn.init.zeros_(p)
    y = block(x) + x
    y.sum().backward()
    assert torch.equal(y, x)
    assert torch.equal(x.grad, torch.ones_like(x))
    return TRUE


ORACLES = {
    "resnet.subnets": subnets,
    "resnet.identity_weights": identity_weights,
    "resnet.true_statements": true_statements,
}
