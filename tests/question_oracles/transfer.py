"""Apprentissage par transfert : de vrais réseaux, dont on gèle les paramètres et remplace la tête."""

import re
from functools import cache

import torch
from torch import nn

from coursekit import models

STAGES = ("conv2_x", "conv3_x", "conv4_x", "conv5_x")


@cache
def network_of(name):
    return models.build(name, device="meta")


def last_linear(net):
    return [layer for layer in net.modules() if isinstance(layer, nn.Linear)][-1]


def trained(module):
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def trainable(network, classes):
    net = network_of(network).requires_grad_(False)
    assert not trained(net)
    return trained(nn.Linear(last_linear(net).in_features, classes, device="meta"))


def unfreeze(network, frozen, classes):
    net = network_of(network).requires_grad_(False)
    head = nn.Linear(last_linear(net).in_features, classes, device="meta")
    for stage in STAGES[frozen:]:
        net.get_submodule(stage).requires_grad_(True)
    total = trained(net) + trained(head)
    return trained(head), total, 100 * trained(head) / total


def learning_rate(rate, divisor, groups, rank):
    """Les pas qu’un optimiseur de PyTorch reçoit, groupe par groupe."""
    rates = [float(rate)]
    while len(rates) < groups:
        rates.insert(0, rates[0] / divisor)
    weights = [torch.zeros(1, requires_grad=True, dtype=torch.float64) for _ in rates]
    optimizer = torch.optim.SGD([{"params": [w], "lr": lr} for w, lr in zip(weights, rates, strict=True)])
    sum(weights).sum().backward()
    optimizer.step()
    return -weights[rank - 1].item()


def what_to_freeze(project):
    """Deux critères, lus dans l’énoncé : le nombre d’images, et s’il s’agit de photos comme celles d’ImageNet."""
    count = int("".join(re.match(r"[\d\s]+", project)[0].split()))
    few, near = count < 10_000, "photos" in project
    if not few:
        return "Remplacer la tête, puis réentraîner tout le réseau à petit pas."
    if near:
        return "Geler tout le tronc et n’entraîner qu’une nouvelle tête sur ses dernières cartes."
    return "Ne garder, gelées, que les premières couches, et entraîner une petite tête sur leurs cartes."


ORACLES = {
    "transfer.trainable": trainable,
    "transfer.unfreeze": unfreeze,
    "transfer.learning_rate": learning_rate,
    "transfer.what_to_freeze": what_to_freeze,
}
