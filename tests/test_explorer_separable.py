"""L’explorateur depthwise separable compte comme les formules, et comme les couches de PyTorch mesurées."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import torch
from explorer_page import explored
from torch import nn
from widget_node import run_node

from coursekit.arithmetic import conv_macs, conv_parameters, totals, walk
from coursekit.errors import ArgumentError
from coursekit.layers import Shape
from coursekit.measure import measure
from coursekit.tables import find
from coursekit.tables.mobilenet import V1_BODY
from coursekit.widgets.separable import explore_separable, separable_layers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RNG = Random(0)
REAL = separable_layers()
DRAWN = [
    {
        "size": RNG.randrange(1, 60),
        "inputs": RNG.randrange(1, 300),
        "outputs": RNG.randrange(1, 300),
        "kernel": k,
    }
    for k in (1, 3, 5, 7)
    for _ in range(8)
]
LAYERS = REAL + DRAWN

COSTS = """
import { costs, ratio } from "./separable_rules.js";
console.log(JSON.stringify(data.map((layer) => ({ costs: costs(layer), ratio: ratio(layer) }))));
"""


def test_every_cost_is_that_of_the_formulas(tmp_path: Path) -> None:
    for made, layer in zip(run_node(tmp_path, COSTS, LAYERS), LAYERS, strict=True):
        m, n, k, size = (layer[name] for name in ("inputs", "outputs", "kernel", "size"))
        arguments = {"standard": (m, n, k, 1), "depthwise": (m, m, k, m), "pointwise": (m, n, 1, 1)}
        for kind, (inputs, outputs, kernel, groups) in arguments.items():
            one = made["costs"][kind]
            assert one["macs"] == conv_macs(inputs, outputs, kernel, size, groups)
            assert one["parameters"] == conv_parameters(inputs, outputs, kernel, groups, bias=False)
            assert (one["read"], one["count"]) == (kernel**2 * inputs // groups, outputs)


def pair(layer: dict[str, int]) -> tuple[nn.Module, nn.Module]:
    """La convolution ordinaire, et les deux qui la remplacent."""
    m, n, k = layer["inputs"], layer["outputs"], layer["kernel"]
    with torch.device("meta"):
        standard = nn.Conv2d(m, n, k, padding=k // 2, bias=False)
        depthwise = nn.Conv2d(m, m, k, padding=k // 2, groups=m, bias=False)
        return nn.Sequential(standard), nn.Sequential(depthwise, nn.Conv2d(m, n, 1, bias=False))


def test_every_cost_is_that_of_measured_layers(tmp_path: Path) -> None:
    for made, layer in zip(run_node(tmp_path, COSTS, LAYERS), LAYERS, strict=True):
        shape = Shape(layer["inputs"], (layer["size"],) * 2)
        measured = [totals(measure(module, shape)) for module in pair(layer)]
        for kind, counted in zip(("standard", "both"), measured, strict=True):
            assert (made["costs"][kind]["parameters"], made["costs"][kind]["macs"]) == counted
        for standard, separable in zip(*measured, strict=True):
            assert made["ratio"] == pytest.approx(separable / standard)


def test_the_layers_are_those_of_mobilenet() -> None:
    assert [layer["outputs"] for layer in REAL] == [row.channels for row in V1_BODY]
    assert [layer["inputs"] for layer in REAL[1:]] == [layer["outputs"] for layer in REAL[:-1]]
    entry = find("mobilenet-v1")
    rows = [
        row for row in walk(entry.unroll(1000), entry.input) if ".block" in row.name and row.kind == "Conv"
    ]
    per_layer = [(row.output.spatial[0], row.macs, row.parameters) for row in rows]
    counted = []
    for layer in REAL:
        m, n, k, size = (layer[name] for name in ("inputs", "outputs", "kernel", "size"))
        counted.append((size, conv_macs(m, m, k, size, m), conv_parameters(m, m, k, m, bias=False)))
        counted.append((size, conv_macs(m, n, 1, size), conv_parameters(m, n, 1, bias=False)))
    assert counted == per_layer


def test_the_keyboard_changes_a_layer(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_separable()) as explorer:
        assert "56×56×3×3×64×128 = 231,2\u00a0M" in explorer.said
        assert "Les 13 blocs de MobileNet v1" in explorer.said
        explorer.tab_to("Filtre K")
        explorer.slide("Filtre K", 5)
        assert explorer.page.get_by_role("combobox").input_value() == "own"
        assert "1/128 + 1/25 = 0,048" in explorer.said
        assert "13 blocs" not in explorer.said
        explorer.slide("Filtre K", 1)
        assert "il n’y a pas de voisinage à filtrer" in explorer.said
        explorer.slide("Filtre K", 3)
        explorer.slide("Canaux de sortie N", 1)
        assert "la factorisation n’épargne rien" in explorer.said


def test_the_finger_counts_parameters_and_the_drawings_follow(browser: Browser, tmp_path: Path) -> None:
    touch = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
    with explored(browser, tmp_path, explore_separable(8), **touch) as explorer:
        explorer.page.get_by_text("paramètres", exact=True).tap()
        assert "3×3×512×512 = 2,4\u00a0M" in explorer.said
        explorer.page.get_by_role("combobox").select_option("13")
        assert "3×3×1024×1024 = 9,4\u00a0M" in explorer.said
        labels = [svg.get_attribute("aria-label") for svg in explorer.page.locator(".stage svg").all()]
        assert "3 × 3 pixels dans chacun des 1024 canaux. Il y a 1024 filtres." in labels[0]
        assert "dans un seul canal" in labels[1]
        assert "Depthwise\u00a0: 9216" in labels[3].replace("\u202f", "")
        drawings = explorer.page.locator(".stage svg")
        assert [drawings.nth(i).locator(".reads").count() for i in range(3)] == [4, 1, 4]


@pytest.mark.parametrize(("block", "match"), [(14, "13 blocs"), (0, "0"), (1.5, "1.5")])
def test_a_block_that_mobilenet_lacks_is_refused(block: Any, match: str) -> None:
    with pytest.raises(ArgumentError, match=match):
        explore_separable(block)
    assert explore_separable(13).state["layer"] == 13
