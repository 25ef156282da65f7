"""Les portes dans un bloc résiduel : les canaux se lisent sur de vraies couches."""

from functools import cache

import torch
from torch import nn

TRUE = (
    "Tous les pixels d’un canal sont multipliés par le même poids.",
    "Les poids des canaux dépendent de l’image d’entrée.",
    "On peut l’ajouter à ResNet, à Inception ou à ResNeXt sans changer la forme des volumes.",
)


@cache
def place_cost(inner, ratio, position):
    x = torch.empty(1, 4 * inner, 2, 2, device="meta")
    path = (
        nn.Conv2d(4 * inner, inner, 1, device="meta"),
        nn.Conv2d(inner, inner, 3, padding=1, device="meta"),
        nn.Conv2d(inner, 4 * inner, 1, device="meta"),
    )
    volumes = [x]
    for layer in path:
        volumes.append(layer(volumes[-1]))
    channels = volumes[{"pre": 0, "identity": 0, "conv3x3": 2, "standard": 3}[position]].shape[1]
    reduce, restore = (
        nn.Linear(channels, channels // ratio, bias=False, device="meta"),
        nn.Linear(channels // ratio, channels, bias=False, device="meta"),
    )
    return reduce.weight.numel() + restore.weight.numel()


def squeeze_excite(x, reduce, restore):
    return x * torch.sigmoid(restore(torch.relu(reduce(x.mean((2, 3))))))[:, :, None, None]


def true_statements():
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(2, 4, 3, 3, generator=generator) + 0.5
    layers = nn.Linear(4, 2), nn.Linear(2, 4)
    for layer in layers:
        nn.init.uniform_(layer.weight, 0, 1, generator=generator)
    y = squeeze_excite(x, *layers)
    gains = y / x
    assert y.shape == x.shape
    assert torch.allclose(gains, gains[:, :, :1, :1])
    assert not torch.allclose(gains[0], gains[1])
    assert not torch.allclose(gains[:, :, 0, 0].sum(1), torch.ones(2))
    return TRUE


def mix(residual, entering, tenths):
    gate = torch.tensor(tenths / 10, dtype=torch.float64)
    return torch.lerp(
        torch.tensor(float(entering), dtype=torch.float64), torch.tensor(float(residual)).double(), gate
    ).item()


ORACLES = {"se.place_cost": place_cost, "se.true_statements": true_statements, "highway.mix": mix}
