"""Blocs et réseaux résiduels : construits, et exécutés quand il s’agit de formes."""

from functools import lru_cache, partial

import numpy as np
import torch
from torch import nn

from coursekit import models
from coursekit.models.resnet import BasicBlock, Bottleneck, ResNet, stage
from coursekit.questions.bank.residual_depth import errors
from question_oracles.bases import weights


def residual_shape(height, width, channels):
    """La seule forme que PyTorch additionne à x sans la changer ni rien diffuser."""
    x = torch.empty(channels, height, width, device="meta")
    depth, rows, columns = (x + torch.empty_like(x)).shape
    return (rows, columns, depth)


def projection(side, channels, filters, stride):
    with torch.device("meta"):
        block = BasicBlock(channels, filters, stride)
        y = block(torch.empty(1, channels, side, side))
    return (*y.shape[2:], y.shape[1]), weights(block.shortcut.conv)


def convolutions(net):
    return weights(*(m for m in net.modules() if isinstance(m, nn.Conv2d)))


def bottleneck_params(channels, inner):
    with torch.device("meta"):
        small = Bottleneck(channels, channels // 4, width=inner, shortcut="A")
        large = BasicBlock(channels, channels)
    return convolutions(small), convolutions(large), convolutions(large) / convolutions(small)


@lru_cache
def resnet18():
    return models.build("resnet18", device="meta").eval()


def stage_sizes(side, stage, stem):
    net = resnet18()
    strides = net.conv1.stride, net.maxpool.stride
    if stem:
        getattr(net, stem).stride = 1 if stem == "maxpool" else (1, 1)
    try:
        x = net.maxpool(net.relu1(net.bn1(net.conv1(torch.empty(1, 3, side, side, device="meta")))))
        for number in range(2, stage + 1):
            x = getattr(net, f"conv{number}_x")(x)
    finally:
        net.conv1.stride, net.maxpool.stride = strides
    return x.shape[-1]


def depth(block, first, second, third, fourth):
    made, expansion = (BasicBlock, 1) if block == "basic" else (Bottleneck, 4)
    with torch.device("meta"):
        net = ResNet(made, (first, second, third, fourth), expansion)
    layers = (name for name, m in net.named_modules() if isinstance(m, nn.Conv2d | nn.Linear))
    return sum("shortcut" not in name for name in layers)


STAGES = {
    "resnet20-cifar-b": (BasicBlock, 1, (3, 3, 3)),
    "resnet56-cifar-b": (BasicBlock, 1, (9, 9, 9)),
    "resnet18": (BasicBlock, 1, (2, 2, 2, 2)),
    "resnet34": (BasicBlock, 1, (3, 4, 6, 3)),
    "resnet50": (Bottleneck, 4, (3, 4, 6, 3)),
    "resnet101": (Bottleneck, 4, (3, 4, 23, 3)),
}


def shortcut_options(network, width):
    block, expansion, depths = STAGES[network]
    counted, in_channels = 0, width
    for number, blocks in enumerate(depths):
        channels = width * 2**number
        with torch.device("meta"):
            made = stage(
                partial(block, shortcut="B"), blocks, in_channels, channels, 1 + (number > 0), expansion
            )
        counted += sum(convolutions(part.shortcut) for part in made)
        in_channels = expansion * channels
    return counted


def resnext_params(channels, cardinality, width):
    """Les chemins, un par un, et leur somme."""
    with torch.device("meta"):
        paths = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels, width, 1, bias=False),
                nn.Conv2d(width, width, 3, padding=1, bias=False),
                nn.Conv2d(width, channels, 1, bias=False),
            )
            for _ in range(cardinality)
        )
        x = torch.empty(1, channels, 4, 4)
        assert sum(path(x) for path in paths).shape == x.shape
    return weights(paths)


SAID = {
    (
        True,
        True,
    ): "Une dégradation : le réseau profond s’optimise moins bien, déjà sur les images d’entraînement.",
    (
        False,
        True,
    ): "Un surapprentissage : le réseau profond retient mieux les images d’entraînement, mais généralise "
    "moins bien.",
    (False, False): "Un progrès : la profondeur aide à l’entraînement comme au test.",
}


def degradation(case, train, gap, change):
    """Le signe des écarts entre les deux lignes de la table que voit l’élève."""
    worse = np.diff(np.array(errors(case, train, gap, change)), axis=0)[0] > 0
    return SAID[tuple(bool(w) for w in worse)]


def stochastic_depth(blocks, block, last):
    """Une droite de 1 (l’entrée) à p_L (le dernier bloc), en blocs + 1 points."""
    kept = torch.linspace(1, last / 10, blocks + 1, dtype=torch.float64)[1:]
    return float(kept[block - 1]), float(kept.sum())


ORACLES = {
    "resnet.residual_shape": residual_shape,
    "resnet.projection": projection,
    "resnet.bottleneck_params": bottleneck_params,
    "resnet.stage_sizes": stage_sizes,
    "resnet.depth": depth,
    "resnet.shortcut_options": shortcut_options,
    "resnext.params": resnext_params,
    "resnet.degradation": degradation,
    "stochdepth.expected": stochastic_depth,
}
