"""Agrandir un réseau : une pile de couches assez grande pour que son coût se mesure, et la racine d’une équation."""

from functools import cache

import numpy as np
import torch
from torch import nn

LAYERS, CHANNELS, SIDE = 8, 80, 80
BASES = {"depth": 1.2, "width": 1.1, "resolution": 1.15}
START = {
    "depth": {3: 2, 4: 3, 5: 3, 6: 4},
    "width": {3: 40, 4: 80, 5: 112, 6: 192},
    "resolution": dict.fromkeys(range(3, 7), 224),
}


@cache
def cost(layers, channels, side):
    """Les multiplications d’une pile de convolutions 3×3."""
    layer = nn.Conv2d(channels, channels, 3, padding=1, bias=False, device="meta")
    x, count = torch.empty(1, channels, side, side, device="meta"), 0
    for _ in range(layers):
        x = layer(x)
        count += x.numel() * layer.weight[0].numel()
    return count


def combined_cost(depth, width, resolution):
    grown = cost(int(LAYERS * depth), int(CHANNELS * width), int(SIDE * resolution))
    return grown / cost(LAYERS, CHANNELS, SIDE)


def steps(base, phi):
    return float(np.prod(np.full(phi, base, dtype=np.longdouble)))


def scale(alpha, beta, gamma, phi):
    return steps(alpha, phi) * steps(beta, phi) ** 2 * steps(gamma, phi) ** 2


def dims(which, stage, phi):
    return START[which][stage] * steps(BASES[which], phi)


def phi(budget, alpha, beta, gamma):
    """Par dichotomie, sans logarithme."""
    low, high = 0.0, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        enough = alpha**middle * (beta**middle * gamma**middle) ** 2 >= budget
        low, high = (low, middle) if enough else (middle, high)
    return low


ORACLES = {
    "effnet.combined_cost": combined_cost,
    "effnet.scale": scale,
    "effnet.dims": dims,
    "effnet.phi": phi,
}
