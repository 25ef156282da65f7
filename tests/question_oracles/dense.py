"""DenseNet : de vrais blocs, où les cartes se concatènent."""

from functools import cache

import torch
from torch import nn

TRUE = (
    "Une couche lit les cartes des couches précédentes telles qu’elles ont été produites.",
    "Les volumes concaténés doivent avoir la même hauteur et la même largeur.",
    "Le nombre de canaux lus augmente d’une couche à la suivante.",
)
DEPTHS = {
    "densenet121": (6, 12, 24, 16),
    "densenet169": (6, 12, 32, 32),
    "densenet201": (6, 12, 48, 32),
    "densenet161": (6, 12, 36, 24),
}


def connections(layers):
    """Chaque couche somme ce qu’elle lit : la dérivée par rapport à chaque source compte ses connexions."""
    sources = [torch.zeros(1, requires_grad=True)]
    read = 0
    for _ in range(layers):
        maps = torch.cat(sources)
        read += maps.numel()
        sources.append(maps.sum(0, keepdim=True))
    return read


@cache
def conv(channels, filters, kernel):
    return nn.Conv2d(channels, filters, kernel, padding=kernel // 2, bias=False, device="meta")


def dense_block(x, layers, growth):
    """Le volume final, et ce qu’a lu chaque couche."""
    read = []
    for _ in range(layers):
        read.append(x.shape[1])
        x = torch.cat([x, conv(x.shape[1], growth, 3)(x)], 1)
    return x, read


def channels(entering, growth, rank):
    return dense_block(torch.empty(1, entering, 2, 2, device="meta"), rank, growth)[1][-1]


def transition(entering, layers, growth, theta):
    x, _ = dense_block(torch.empty(1, entering, 4, 4, device="meta"), layers, growth)
    compress = nn.Conv2d(x.shape[1], int(theta * x.shape[1]), 1, bias=False, device="meta")
    y = nn.functional.avg_pool2d(compress(x), 2)
    assert y.shape[-1] == 2
    return x.shape[1], y.shape[1], compress.weight.numel()


@cache
def changed_growth(network, growth, compression):
    x = torch.empty(1, 96 if network == "densenet161" else 64, 8, 8, device="meta")
    for i, depth in enumerate(DEPTHS[network]):
        if i:
            x = nn.functional.avg_pool2d(conv(x.shape[1], int(compression * x.shape[1]), 1)(x), 2)
        x, _ = dense_block(x, depth, growth)
    return x.shape[1]


def true_statements():
    x = torch.randn(1, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    layer = nn.Conv2d(3, 2, 3, padding=1)
    y = torch.cat([x, layer(x)], 1)
    assert torch.equal(y[:, :3], x)
    assert y.shape[1] == 5
    try:
        torch.cat([x, nn.functional.avg_pool2d(layer(x), 2)], 1)
    except RuntimeError:
        return TRUE
    raise AssertionError("concaténer des cartes de tailles différentes devrait échouer")


ORACLES = {
    "densenet.connections": connections,
    "densenet.channels": channels,
    "densenet.transition": transition,
    "network.changed_growth": changed_growth,
    "densenet.true_statements": true_statements,
}
