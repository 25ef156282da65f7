"""Paramètres et multiplications : les tenseurs que PyTorch crée, et ce qu’une couche multiplie vraiment."""

from functools import lru_cache

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


TRUE = (
    "Son nombre de paramètres ne dépend pas de la taille de l’image.",
    "Si l’image se décale d’un pixel, ses cartes se décalent d’un pixel, bords exceptés.",
    "On pourrait la remplacer par une couche fully-connected qui calcule la même chose.",
)


@lru_cache
def true_statements():
    """Chaque affirmation, vraie ou fausse, essayée sur une couche tirée au sort."""
    torch.manual_seed(0)
    layer = nn.Conv2d(2, 3, 3).double()
    x = torch.randn(1, 2, 6, 6, dtype=torch.float64, requires_grad=True)
    y = layer(x)
    assert layer(torch.randn(1, 2, 9, 11, dtype=torch.float64)).shape[1:] == (3, 7, 9)
    assert torch.allclose(layer(x.roll(1, dims=3))[..., 1:], y[..., :-1])
    dense = torch.autograd.functional.jacobian(lambda image: layer(image).flatten(), x).flatten(1)
    assert torch.allclose(dense @ x.flatten() + layer.bias.repeat_interleave(16), y.flatten())
    y[0, 0, 0, 0].backward()
    assert not x.grad[..., -1, -1].any()
    assert x.grad[0, 0, :3, :3].all()
    assert x.grad[0, 1, :3, :3].all()
    shuffled = x[..., torch.randperm(6), :]
    assert not torch.allclose(layer(shuffled).sort().values, y.sort().values)
    return TRUE


ORACLES = {
    "conv.true_statements": true_statements,
    "flatten.size": flatten_size,
    "conv.params": conv_params,
    "fc.params_equivalent": fc_equivalent,
    "conv.fc_ratio": fc_ratio,
    "conv.macs": conv_macs,
}
