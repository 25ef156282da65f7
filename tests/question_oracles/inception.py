"""Inception et GoogLeNet : des couches exécutées, dont un crochet compte les multiplications."""

from dataclasses import replace

import torch
from torch import nn

from coursekit.models.googlenet import Inception, NaiveInception
from coursekit.tables.googlenet import STAGES
from coursekit.tables.googlenet import Inception as Row
from question_oracles.bases import weights


def ran(module, side, channels):
    """(multiplications des convolutions, canaux rendus), le module exécuté sur une image."""
    counted = []

    def count(layer, inputs, output):
        counted.append(output[0].numel() * layer.weight[0].numel())

    hooks = [m.register_forward_hook(count) for m in module.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        depth = module(torch.empty(1, channels, side, side, device="meta")).shape[1]
    for hook in hooks:
        hook.remove()
    return sum(counted), depth


def naive(channels, k1, k3, k5):
    with torch.device("meta"):
        return NaiveInception(channels, k1, k3, k5)


def reduced(channels, k1, k3, k5, reduce3, reduce5, project):
    with torch.device("meta"):
        return Inception(channels, Row(k1, reduce3, k3, reduce5, k5, project))


def concat_depth(side, channels, k1, k3, k5, project):
    small = (
        reduced(channels, k1, k3, k5, k3 // 2, k5 // 4, project) if project else naive(channels, k1, k3, k5)
    )
    return ran(small, side, channels)[1]


def naive_macs(side, channels, k1, k3, k5):
    return ran(naive(channels, k1, k3, k5), side, channels)[0] / 1e6


def bottleneck_macs(side, channels, k1, k3, k5, reduce):
    before = naive_macs(side, channels, k1, k3, k5)
    after = ran(reduced(channels, k1, k3, k5, reduce, reduce, reduce), side, channels)[0] / 1e6
    return before, after, 100 - 100 * after / before


def changed_module(pair, branch, width):
    """Les deux modules de PyTorch, l’un à la suite de l’autre ; la profondeur de l’entrée n’y change rien."""
    first, second = pair.split()
    rows = STAGES[first[0]]
    x = torch.empty(1, 8, 14, 14, device="meta")
    with torch.device("meta"):
        changed = Inception(8, replace(rows[first[1]], **{branch: width}))
        y = changed(x)
        following = Inception(y.shape[1], rows[second[1]])
        following(y)
    return y.shape[1], weights(following.branch3x3.reduce)


def auxiliary_loss(main, first, second):
    """Trois classificateurs à deux classes dont l’entropie croisée est la valeur voulue ; poids de la section 5."""
    wanted = torch.tensor([main, first, second], dtype=torch.float64) / 100
    logits = torch.stack([torch.zeros(3, dtype=torch.float64), torch.expm1(wanted).log()], dim=1)
    losses = nn.functional.cross_entropy(logits, torch.zeros(3, dtype=torch.long), reduction="none")
    return float(losses @ torch.tensor([1, 0.3, 0.3], dtype=torch.float64))


ORACLES = {
    "inception.concat_depth": concat_depth,
    "inception.naive_macs": naive_macs,
    "inception.bottleneck_macs": bottleneck_macs,
    "googlenet.changed_module": changed_module,
    "inception.auxiliary_loss": auxiliary_loss,
}
