"""L’explorateur squeeze-and-excite calcule comme le module PyTorch du cours, et compte comme les tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from explorer_page import explored
from widget_node import run_node

from coursekit.arithmetic import count
from coursekit.errors import ArgumentError
from coursekit.models.blocks import SqueezeExcite
from coursekit.tables import find
from coursekit.tables.resnet import DEPTHS
from coursekit.tables.senet import SENet, unroll
from coursekit.widgets.se import explore_se, gates

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOUCH = {"has_touch": True, "viewport": {"width": 390, "height": 844}}

GATE = """
import { excite, rescale, squeeze } from "./se_rules.js";
console.log(JSON.stringify(data.map(({ maps, layers }) => {
  const { gates } = excite(maps.map(squeeze), layers);
  return maps.map((map, c) => rescale(map, gates[c]));
})));
"""


def layers_of(module: SqueezeExcite) -> dict[str, Any]:
    pair = {"first": module.fc1, "second": module.fc2}
    return {
        name: {"weight": conv.weight[:, :, 0, 0].tolist(), "bias": conv.bias.tolist()}
        for name, conv in pair.items()
    }


def test_the_gate_is_that_of_the_module(tmp_path: Path) -> None:
    torch.manual_seed(0)
    modules = [SqueezeExcite(8, hidden).double() for hidden in (1, 2, 4, 8) for _ in range(25)]
    images = [torch.randint(0, 10, (8, 4, 4)).double() for _ in modules]
    cases = [
        {"maps": x.tolist(), "layers": layers_of(module)} for x, module in zip(images, modules, strict=True)
    ]
    for made, x, module in zip(run_node(tmp_path, GATE, cases), images, modules, strict=True):
        with torch.no_grad():
            expected = module(x[None])[0]
        torch.testing.assert_close(torch.tensor(made, dtype=torch.float64), expected)


PRICE = """
import { added, squeezed } from "./se_rules.js";
console.log(JSON.stringify(data.map(({ stages, ratio }) => [added(stages, ratio), squeezed(8, ratio)])));
"""


def test_the_price_of_every_ratio_is_that_of_the_tables(tmp_path: Path) -> None:
    base, ratios = find("resnet50"), range(2, 33)
    stages = gates()
    made = run_node(tmp_path, PRICE, [{"stages": stages, "ratio": ratio} for ratio in ratios])
    for ratio, (price, hidden) in zip(ratios, made, strict=True):
        _, parameters, _ = count(unroll(SENet(DEPTHS[50], ratio=ratio), 1000), base.input)
        assert price["weights"] + price["biases"] == parameters - base.totals()[0]
        assert hidden == max(1, 8 // ratio)
    squares = sum(stage["blocks"] * stage["channels"] ** 2 for stage in stages)
    assert {r: p["weights"] for r, (p, _) in zip(ratios, made, strict=True) if r in (2, 4, 8, 16, 32)} == {
        r: 2 * squares // r for r in (2, 4, 8, 16, 32)
    }


def test_the_gates_of_the_state_are_those_of_the_catalogue() -> None:
    stages = gates()
    assert sum(stage["blocks"] for stage in stages) == sum(DEPTHS[50])
    assert explore_se().state["base"] == find("resnet50").totals()[0]


def weights_of(explorer: Any) -> list[str]:
    return [text.strip("▲▼ ") for text in explorer.page.locator("td.gauge").all_inner_texts()]


def expected_weights(state: Any, hidden: int, **change: int) -> list[str]:
    """Les poids du module PyTorch pour l’état de la page, où le premier canal a changé."""
    module = SqueezeExcite(8, hidden).double()
    channels = [{**state["channels"][0], **change}, *state["channels"][1:]]
    means = torch.tensor([4 * one["intensity"] / 16 for one in channels]).double()
    first, second = state["first"], state["second"]
    with torch.no_grad():
        module.fc1.weight[:, :, 0, 0] = torch.tensor(first["weight"]).double()[:hidden]
        module.fc1.bias[:] = torch.tensor(first["bias"]).double()[:hidden]
        module.fc2.weight[:, :, 0, 0] = torch.tensor(second["weight"]).double()[:, :hidden]
        module.fc2.bias[:] = torch.tensor(second["bias"]).double()
        gates = module(means[None, :, None, None])[0, :, 0, 0] / means
    return [f"{gate:.2f}".rstrip("0").rstrip(".").replace(".", ",") for gate in gates.tolist()]


def test_the_keyboard_changes_an_intensity_and_every_weight_follows(browser: Browser, tmp_path: Path) -> None:
    widget = explore_se()
    with explored(browser, tmp_path, widget) as explorer:
        assert weights_of(explorer) == expected_weights(widget.state, 2)
        explorer.slide("Intensité de la tache", 3)
        assert weights_of(explorer) == expected_weights(widget.state, 2, intensity=3)
        assert "4 × 3/16 = 0,75" in explorer.said
        assert "8 des 8 poids ont changé" in explorer.said


def test_moving_the_blob_changes_no_weight(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_se()) as explorer:
        before, filled = weights_of(explorer), explorer.table("La carte choisie")
        explorer.tab_to("ligne 1, colonne 1")
        assert explorer.table("La carte choisie") == filled
        explorer.page.keyboard.press("ArrowDown")
        explorer.page.keyboard.press("ArrowRight")
        table = explorer.table("La carte choisie")
        assert [row[0] for row in table] == ["0"] * 4
        assert table[1] == table[2] == ["0", "8", "8", "0"]
        assert weights_of(explorer) == before
        assert "poids ont changé" not in explorer.said


def test_the_finger_chooses_a_channel_and_places_its_blob(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_se(), **TOUCH) as explorer:
        explorer.page.locator(".lines tbody tr").nth(4).tap()
        assert explorer.control("Canal choisi").input_value() == "5"
        assert "la moyenne du canal 5" in explorer.said
        explorer.cell("La carte choisie", 3, 3).tap()
        table = explorer.table("La carte choisie")
        assert table[0] == table[1] == ["0"] * 4
        assert table[2] == table[3] == ["0", "0", "7", "7"]


def test_the_ratio_leaves_fewer_neurons_and_costs_less(browser: Browser, tmp_path: Path) -> None:
    widget = explore_se()
    with explored(browser, tmp_path, widget) as explorer:
        assert "= 10\u202f059\u202f776 poids et 18\u202f880 biais" in explorer.said
        explorer.slide("Ratio r", 4)
        assert "8/16 < 1\u00a0: on en garde un" in explorer.said
        assert "= 2\u202f514\u202f944 poids et 16\u202f048 biais\u00a0: 9,9\u00a0%" in explorer.said
        assert weights_of(explorer) == expected_weights(widget.state, 1)
        explorer.slide("Ratio r", 1)
        assert "(C/r = 4)" in explorer.said
        assert weights_of(explorer) == expected_weights(widget.state, 4)


@pytest.mark.parametrize("dead", [True, False])
def test_a_dead_middle_layer_is_explained(browser: Browser, tmp_path: Path, dead: bool) -> None:
    """Cartes nulles : le seul neurone que laisse r = 8 ne vaut plus que ReLU(b₁)."""
    widgets = (explore_se(ratio=8, seed=seed) for seed in range(100))
    chosen = next(widget for widget in widgets if (widget.state["first"]["bias"][0] <= 0) == dead)
    with explored(browser, tmp_path, chosen) as explorer:
        for channel in range(1, 9):
            explorer.slide("Canal choisi", channel)
            explorer.slide("Intensité de la tache", 0)
        assert ("ne tiennent plus qu’aux biais" in explorer.said) == dead


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"ratio": 3}, "r = 3"),
        ({"ratio": 64}, "2, 4, 8, 16, 32"),
        ({"seed": -1}, "au moins 0"),
        ({"seed": 1.5}, "entier"),
    ],
)
def test_a_gate_that_cannot_be_shown_is_refused(arguments: Any, match: str) -> None:
    with pytest.raises(ArgumentError, match=match):
        explore_se(**arguments)
    assert explore_se(ratio=16, seed=0).state["ratio"] == 16
