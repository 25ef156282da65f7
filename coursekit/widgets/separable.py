"""L’explorateur depthwise separable : ce que coûte une convolution, et sa factorisation."""

from __future__ import annotations

from itertools import pairwise
from math import isqrt

from coursekit.afm import Widget
from coursekit.arithmetic import conv_macs, walk
from coursekit.errors import ArgumentError
from coursekit.layers import Row, whole
from coursekit.questions.text import NBSP, number_text
from coursekit.tables import find
from coursekit.widgets.charts import bars
from coursekit.widgets.still import still

NETWORK = "mobilenet-v1"


def explore_separable(block: int = 2) -> Widget:
    """Un explorateur : le lecteur règle H = W, M, N et K, et compare les deux coûts (Howard et al., 2017, section 3.1).

    `block` est le premier bloc de MobileNet v1 montré, compté à partir de 1.

    Raises:
        ArgumentError: MobileNet v1 n’a pas ce bloc.
    """
    layers = separable_layers()
    if whole(block, "Le numéro du bloc") > len(layers):
        raise ArgumentError(
            f"MobileNet v1 a {len(layers)} blocs : donnez un numéro de 1 à {len(layers)}, et non {block}."
        )
    return Widget("separable", {"layers": layers, "layer": block}, _still(block, layers[block - 1]))


def separable_layers() -> list[dict[str, int]]:
    """Les blocs de MobileNet v1 : côté de la sortie, canaux lus et rendus, côté du filtre."""
    entry = find(NETWORK)
    convs = [row for row in walk(entry.unroll(1000), entry.input) if row.kind == "Conv"]
    return [
        _layer(depthwise, pointwise)
        for depthwise, pointwise in pairwise(convs)
        if depthwise.name.endswith("depthwise")
    ]


def _layer(depthwise: Row, pointwise: Row) -> dict[str, int]:
    """Les deux convolutions d’un bloc ; sans biais, la depthwise a K² poids par canal."""
    return {
        "size": depthwise.output.spatial[0],
        "inputs": depthwise.input.channels,
        "outputs": pointwise.output.channels,
        "kernel": isqrt(depthwise.parameters // depthwise.input.channels),
    }


def _still(block: int, layer: dict[str, int]) -> str:
    """Les multiplications de la convolution ordinaire, et celles des deux qui la remplacent."""
    size, inputs, outputs, kernel = layer.values()
    standard = conv_macs(inputs, outputs, kernel, size)
    depthwise, pointwise = (
        conv_macs(inputs, inputs, kernel, size, groups=inputs),
        conv_macs(inputs, outputs, 1, size),
    )
    costs = {
        "Standard": standard,
        "Depthwise": depthwise,
        "Pointwise": pointwise,
        "Separable": depthwise + pointwise,
    }
    rows = [(name, macs, f"{number_text(round(macs / 1e6, 1))}{NBSP}M") for name, macs in costs.items()]
    picture = bars(f"Multiplications du bloc {block} de MobileNet v1", rows)
    sentence = (
        f"Filtrer chaque canal seul ({kernel} × {kernel}), puis mélanger les {inputs} canaux en chaque pixel, coûte "
        f"1/{outputs} + 1/{kernel**2} de la convolution ordinaire{NBSP}: "
        f"{number_text(standard / costs['Separable'], 2)} fois moins."
    )
    return still("Standard contre depthwise separable", picture, sentence)
