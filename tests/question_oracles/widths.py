"""Largeur et cardinalité : de vraies convolutions groupées, dont on compte les poids."""

from functools import cache

from torch import nn


def weights(*layers):
    return sum(p.numel() for layer in layers for p in layer.parameters())


def group_params(kernel, channels, filters, groups):
    return weights(nn.Conv2d(channels, filters, kernel, groups=groups, bias=False, device="meta"))


@cache
def block(channels, width, paths):
    """Un bloc de ResNeXt sous sa forme groupée (figure 3c de l’article)."""
    inner = width * paths
    return weights(
        nn.Conv2d(channels, inner, 1, bias=False, device="meta"),
        nn.Conv2d(inner, inner, 3, groups=paths, bias=False, device="meta"),
        nn.Conv2d(inner, channels, 1, bias=False, device="meta"),
    )


def width_for_budget(channels, bottleneck, paths):
    gaps = [abs(block(channels, d, paths) - block(channels, bottleneck, 1)) for d in range(1, bottleneck + 1)]
    assert gaps.count(min(gaps)) == 1
    return 1 + gaps.index(min(gaps))


def wide_block(channels, widening):
    wide = channels * widening
    return weights(*(nn.Conv2d(wide, wide, 3, padding=1, bias=False, device="meta") for _ in range(2)))


ORACLES = {
    "resnext.group_params": group_params,
    "resnext.width_for_budget": width_for_budget,
    "wrn.block_params": wide_block,
}
