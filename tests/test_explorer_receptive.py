"""L’explorateur du champ récepteur voit ce que voit le gradient, et compte comme `coursekit.arithmetic`."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from axe import violations
from explorer_page import Explored, explored
from torch import nn
from widget_node import run_node

from coursekit.arithmetic import effective_kernel, jump, receptive_field, walk
from coursekit.errors import ArgumentError, ShapeError
from coursekit.layers import Activation, Chain, Conv, Pool, Shape
from coursekit.widgets.receptive import EXAMPLES, explore_receptive

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHONE = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
Layer = dict[str, Any]


def draw_layer(rng: random.Random) -> Layer:
    kind = rng.choice(["conv", "conv", "pool"])
    dilation = rng.randint(1, 3) if kind == "conv" else 1
    return {"type": kind, "kernel": rng.randint(1, 4), "stride": rng.randint(1, 3), "dilation": dilation}


def draw_case(rng: random.Random) -> dict[str, Any]:
    layers = [draw_layer(rng) for _ in range(rng.randint(1, 5))]
    return {"layers": layers, "size": rng.randint(5, 40), "pick": rng.random()}


CASES = [draw_case(rng) for rng in [random.Random(0)] for _ in range(600)]


def module_of(layer: Layer) -> nn.Module:
    if layer["type"] == "pool":
        return nn.AvgPool1d(layer["kernel"], layer["stride"])
    conv = nn.Conv1d(1, 1, layer["kernel"], layer["stride"], dilation=layer["dilation"], bias=False)
    nn.init.ones_(conv.weight)
    return conv.double()


def chain_of(layers: list[Layer]) -> Chain:
    return Chain(
        tuple(
            Pool("avg", one["kernel"], one["stride"])
            if one["type"] == "pool"
            else Conv(1, one["kernel"], one["stride"], dilation=one["dilation"])
            for one in layers
        )
    )


STACKS = """
import { centerOf, countsOf, fieldsOf, nearest, reachedFrom, windowOf } from "./receptive_rules.js";
import { fieldText } from "./receptive_words.js";
console.log(JSON.stringify(data.map(({ layers, size, pick }) => {
  const [fields, counts] = [fieldsOf(layers), countsOf(size, layers)];
  const level = counts.length - 1;
  const unit = Math.floor(pick * counts[level]);
  const there = nearest(fields[level], counts[level], size, centerOf(fields[level], unit, size));
  return { fields, counts, unit, there, reached: reachedFrom(layers, level, unit), text: fieldText(layers),
           window: windowOf(fields[level], unit) };
})));
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    results: list[Any] = run_node(tmp_path_factory.mktemp("stacks"), STACKS, CASES)
    return results


def test_an_unit_reads_the_pixels_whose_gradient_is_not_null(made: list[Any]) -> None:
    deep = 0
    for case, result in zip(CASES, made, strict=True):
        fitting = case["layers"][: len(result["counts"]) - 1]
        net = nn.Sequential(*(module_of(layer) for layer in fitting))
        image = torch.zeros(1, 1, case["size"], dtype=torch.float64, requires_grad=True)
        output = net(image)
        assert output.shape[-1] == result["counts"][-1]
        output[0, 0, result["unit"]].backward()
        seen = image.grad[0, 0].nonzero().flatten().tolist()
        assert result["reached"][0] == seen
        assert result["window"] == [seen[0], seen[-1]]
        deep += len(fitting) > 2
    assert deep > 100


def test_each_level_is_as_wide_as_that_of_pytorch_until_one_refuses(made: list[Any]) -> None:
    refused = 0
    for case, result in zip(CASES, made, strict=True):
        values, counts = torch.zeros(1, 1, case["size"], dtype=torch.float64), [case["size"]]
        for layer in case["layers"]:
            try:
                values = module_of(layer)(values)
            except RuntimeError:
                refused += 1
                break
            counts.append(values.shape[-1])
        assert result["counts"] == counts
    assert 100 < refused < 500


def test_fields_and_jumps_are_those_of_the_course(made: list[Any]) -> None:
    for case, result in zip(CASES, made, strict=True):
        stack = tuple(
            (effective_kernel(one["kernel"], one["dilation"]), one["stride"]) for one in case["layers"]
        )
        for level in range(len(stack) + 1):
            expected = {"size": receptive_field(stack[:level]), "jump": jump(stack[:level])}
            assert result["fields"][level] == expected
        assert result["text"] == receptive_field.explain(stack)
        if len(result["counts"]) > len(stack):
            rows = walk(chain_of(case["layers"]), Shape(1, (case["size"],)))
            assert [row.fields[0].size for row in rows] == [one["size"] for one in result["fields"][1:]]


def test_a_click_on_a_unit_finds_it(made: list[Any]) -> None:
    assert all(result["there"] == result["unit"] for result in made)


def table(explorer: Explored) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in explorer.page.locator("tbody tr").all()]


def tap_unit(explorer: Explored, share: float, level: int, levels: int) -> None:
    """Touche le dessin à cette part de sa largeur, à la hauteur de ce niveau."""
    box = explorer.page.locator(".pyramid").bounding_box()
    assert box
    explorer.page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + 30 + 58 * (levels - 1 - level))


def test_the_keyboard_follows_a_unit_and_a_layer(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_receptive()) as explorer:
        assert "L’unité 3 de la couche 3 voit les pixels 5 à 13" in explorer.said
        assert "couche 3\u00a0: 5 + (3 − 1)×2 = 9" in explorer.said
        explorer.tab_to("Unité suivie")
        explorer.page.keyboard.press("End")
        assert "L’unité 5 de la couche 3 voit les pixels 9 à 17" in explorer.said
        explorer.slide("Couche suivie", 1)
        assert "de la couche 1" in explorer.said
        assert "un champ de 3." in explorer.said
        drawing = explorer.page.get_by_role("img", name="De haut en bas")
        assert "couche 3, 5 unités" in str(drawing.get_attribute("aria-label"))
        assert "lit les pixels 8, 9, 10." in str(drawing.get_attribute("aria-label"))


def test_the_finger_follows_the_unit_that_it_touches(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_receptive(), **PHONE) as explorer:
        tap_unit(explorer, 4.5 / 17, 3, 4)
        assert "L’unité 1 de la couche 3 voit les pixels 1 à 9" in explorer.said
        tap_unit(explorer, 16 / 17, 1, 4)
        assert "L’unité 15 de la couche 1 voit les pixels 15 à 17" in explorer.said
        assert explorer.control("Couche suivie").input_value() == "1"
        tap_unit(explorer, 0, 0, 4)
        assert "L’unité 1 de la couche 1" in explorer.said


def test_a_stride_widens_the_following_layers_only(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_receptive()) as explorer:
        assert [row[5] for row in table(explorer)] == ["3", "5", "9"]
        explorer.choose("Régler la couche 2")
        explorer.slide("Pas S", 3)
        assert [row[5] for row in table(explorer)] == ["3", "5", "11"]
        assert [row[6] for row in table(explorer)] == ["1", "3", "3"]
        picked = explorer.page.get_by_role("combobox", name="Pile").locator("option:checked")
        assert picked.inner_text() == "la vôtre"


def test_layers_are_added_and_removed(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_receptive()) as explorer:
        add, remove = (explorer.page.get_by_text(name) for name in ("Ajouter une couche", "Retirer la"))
        add.click()
        assert [row[5] for row in table(explorer)] == ["3", "5", "9", "13"]
        assert "de la couche 4" in explorer.said
        explorer.choose("pooling")
        explorer.slide("Filtre F", 2)
        assert table(explorer)[3] == ["pool.", "2", "1", "1", "4", "11", "2"]
        assert not explorer.control("Dilatation d").is_visible()
        add.click()
        assert add.get_attribute("aria-disabled") == "true"
        add.press("Enter")
        assert len(table(explorer)) == 5
        for _ in range(6):
            remove.press("Enter")
        assert (len(table(explorer)), remove.get_attribute("aria-disabled")) == (1, "true")


def test_holes_in_the_field_are_crossed_and_counted(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_receptive()) as explorer:
        assert explorer.page.locator(".skipped").count() == 0
        explorer.page.get_by_role("combobox", name="Pile").select_option("À trous\u00a0: 2, 2, 2")
        assert "Elle n’en lit que 7 sur 13" in explorer.said
        assert "Couche 1\u00a0: F = 2×(3 − 1) + 1 = 5" in explorer.said
        assert explorer.page.locator(".skipped").count() == 6
        assert violations(explorer.page) == []
        explorer.page.get_by_role("combobox", name="Pile").select_option("À trous\u00a0: 1, 2, 4")
        assert "un champ de 15." in explorer.said
        assert "n’en lit que" not in explorer.said


def test_a_layer_that_does_not_fit_says_which_and_why(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_receptive()) as explorer:
        explorer.slide("Pixels de l’entrée", 7)
        assert "La couche 3 ne tient pas" in explorer.said
        assert "3 unités et la couche 2 n’en a que 2" in explorer.said
        assert table(explorer)[2][4:] == ["–", "–", "–"]
        assert "de la couche 2 voit" in explorer.said
        explorer.slide("Pixels de l’entrée", 10)
        assert "de la couche 3 voit" in explorer.said
        explorer.slide("Pixels de l’entrée", 5)
        explorer.choose("Régler la couche 1")
        explorer.slide("Filtre F", 6)
        assert "La couche 1 ne tient pas" in explorer.said
        assert "l’entrée n’en a que 5" in explorer.said


def test_every_proposed_stack_fits_the_ordinary_input() -> None:
    for title, chain in EXAMPLES:
        assert explore_receptive(chain).state["examples"][0]["title"] != "Celle du départ", title


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"net": Chain(())}, ArgumentError, "de 1 à 5 couches"),
        ({"net": Chain((Conv(1, 3),) * 6)}, ArgumentError, "de 1 à 5 couches"),
        ({"net": Chain((Conv(1, 3, padding=1),))}, ArgumentError, "sans padding"),
        ({"net": Chain((Conv(1, 9),))}, ArgumentError, "de 1 à 7"),
        ({"net": Chain((Activation(),))}, ArgumentError, "convolutions et des poolings"),
        ({"input_size": 41}, ArgumentError, "de 5 à 40"),
        ({"input_size": 6}, ShapeError, "ne tient pas"),
    ],
)
def test_a_stack_that_cannot_be_shown_is_refused(arguments: Any, error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        explore_receptive(**arguments)
    own = explore_receptive(Chain((Conv(1, 3), Pool("max", 3))), 12).state
    assert own["examples"][own["example"]]["title"] == "Celle du départ"
