"""Les têtes."""

import torch
from torch import nn

from question_oracles.bases import features, weights


def head_params(side, channels, classes):
    x = torch.empty(1, channels, side, side, device="meta")
    dense = nn.Linear(nn.Flatten()(x).shape[1], classes, device="meta")
    pooled = nn.Linear(nn.Flatten()(nn.AdaptiveAvgPool2d(1)(x)).shape[1], classes, device="meta")
    return weights(dense), weights(pooled), weights(dense) / weights(pooled)


def conv1x1(channels, filters):
    return weights(nn.Conv2d(channels, filters, 1, device="meta"))


def head_size(network, side):
    maps = features(network)(torch.empty(1, 3, side, side, device="meta"))
    flat = nn.Linear(maps[0].numel(), 4096, device="meta")
    pooled = nn.Linear(maps.mean((2, 3)).shape[1], 4096, device="meta")
    return maps.shape[-1], weights(flat), weights(pooled)


ORACLES = {"gap.head_params": head_params, "conv1x1.params": conv1x1, "network.head_size": head_size}
