"""L’explorateur d’Inception compte comme le parcours de la table, et comme PyTorch mesuré."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import torch
from explorer_page import explored
from widget_node import run_node

from coursekit.arithmetic import count, totals, walk
from coursekit.errors import UnknownNameError
from coursekit.layers import Branches, Shape
from coursekit.measure import measure
from coursekit.models.googlenet import Inception as Module
from coursekit.models.googlenet import NaiveInception
from coursekit.tables import find
from coursekit.tables.googlenet import (
    SLIDE_INPUT,
    SLIDE_ROW,
    STAGES,
    Inception,
    inception,
    naive_inception,
)
from coursekit.widgets.inception import explore_inception, known_modules

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RNG = Random(0)
KNOWN = [(one.input, one.row) for one in known_modules()]
DRAWN = [
    (Shape(RNG.randrange(1, 600), (side, side)), Inception(*(RNG.randrange(1, 400) for _ in range(6))))
    for side in (1, 7, 14, 28)
    for _ in range(5)
]
CASES = [(shape, row, naive) for shape, row in KNOWN + DRAWN for naive in (False, True)]


def built(row: Inception, naive: bool) -> Branches:
    return naive_inception(row) if naive else inception(row)


def sent(shape: Shape, row: Inception, naive: bool) -> dict[str, Any]:
    module = {"channels": shape.channels, "size": shape.spatial[0], "widths": asdict(row)}
    return {"module": module, "naive": naive}


COUNT = """
import { all, BRANCHES, convolutions, depth, stacked, sum } from "./inception_rules.js";
const both = (convs) => ["parameters", "macs"].map((measure) => sum(convs, measure));
console.log(JSON.stringify(data.map(({ module, naive }) => ({
  depth: depth(module, naive),
  totals: both(all(module, naive)),
  branches: BRANCHES.map((branch) => both(convolutions(branch, module, naive))),
  stacked: stacked(module, naive, 3).map(({ depth, parameters, macs }) => [depth, parameters, macs]),
}))));
"""


def test_every_count_is_that_of_the_walk(tmp_path: Path) -> None:
    results = run_node(tmp_path, COUNT, [sent(*case) for case in CASES])
    for made, (shape, row, naive) in zip(results, CASES, strict=True):
        net = built(row, naive)
        rows = walk(net, shape)
        assert made["totals"] == list(totals(rows))
        assert made["depth"] == rows[-1].output.channels
        assert made["branches"] == [list(count(branch, shape)[1:]) for branch in net.branches]


def test_a_stack_is_the_walk_of_each_module_in_turn(tmp_path: Path) -> None:
    results = run_node(tmp_path, COUNT, [sent(*case) for case in CASES])
    for made, (first, row, naive) in zip(results, CASES, strict=True):
        shape, floors = first, []
        for _ in range(3):
            shape, parameters, macs = count(built(row, naive), shape)
            floors.append([shape.channels, parameters, macs])
        assert made["stacked"] == floors


def test_the_counts_are_those_of_measured_modules(tmp_path: Path) -> None:
    results = run_node(tmp_path, COUNT, [sent(*case) for case in CASES])
    for made, (shape, row, naive) in zip(results, CASES, strict=True):
        with torch.device("meta"):
            bare = NaiveInception(shape.channels, row.c1x1, row.c3x3, row.c5x5)
            module = bare if naive else Module(shape.channels, row)
        assert made["totals"] == list(totals(measure(module, shape)))


EVEN = """
import { breakEven, BRANCHES } from "./inception_rules.js";
console.log(JSON.stringify(data.map(({ module }) =>
  BRANCHES.filter(({ reduce }) => reduce).map((branch) => Math.ceil(breakEven(branch, module))))));
"""


def test_below_the_break_even_a_reduction_saves_multiplications(tmp_path: Path) -> None:
    def macs(row: Inception, shape: Shape, branch: int, naive: bool) -> int:
        return count(built(row, naive).branches[branch], shape)[2]

    for (shape, row), limits in zip(
        KNOWN, run_node(tmp_path, EVEN, [sent(*one, False) for one in KNOWN]), strict=True
    ):
        for branch, name, limit in ((1, "reduce3x3", limits[0]), (2, "reduce5x5", limits[1])):
            without = macs(row, shape, branch, True)
            just_below, at = (Inception(**{**asdict(row), name: channels}) for channels in (limit - 1, limit))
            assert macs(just_below, shape, branch, False) < without
            assert macs(at, shape, branch, False) >= without


def test_the_modules_are_the_nine_of_the_network_and_that_of_the_slide() -> None:
    modules = list(known_modules())
    names = [stage + key for stage, rows in STAGES.items() for key in rows]
    assert [one.name for one in modules] == [*names, "slide"]
    assert (modules[-1].input, modules[-1].row) == (SLIDE_INPUT, SLIDE_ROW)
    entry = find("googlenet")
    rows = {row.name: row for row in walk(entry.unroll(1000), entry.input)}
    for one in modules[:-1]:
        spatial = rows[f"inception{one.name}.branch5x5.reduce.conv"]
        assert (spatial.input, spatial.output.channels) == (one.input, one.row.reduce5x5)


def test_the_keyboard_widens_a_branch_and_sees_its_cost(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_inception("slide")) as explorer:
        assert "271,4\u00a0M multiplications au lieu de 854,2\u00a0M" in explorer.said
        explorer.tab_to("Réduction avant 5×5")
        explorer.slide("Réduction avant 5×5", 72)
        assert "28×28×256×72 + 28×28×5×5×72×96" in explorer.said
        assert "coûte plus" not in explorer.said
        explorer.slide("Réduction avant 5×5", 240)
        assert "réduisez à moins de 232 canaux" in explorer.said
        explorer.choose("paramètres")
        assert "(256 + 1)×240 + (5×5×240 + 1)×96" in explorer.said


def test_the_finger_shows_the_naive_module_and_its_depth(browser: Browser, tmp_path: Path) -> None:
    touch = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
    with explored(browser, tmp_path, explore_inception("slide"), **touch) as explorer:
        assert "128 + 192 + 96 + 64 = 480" in explorer.said
        explorer.page.get_by_text("naïf", exact=True).tap()
        assert "128 + 192 + 96 + 256 = 672" in explorer.said
        assert not explorer.control("Projection du pooling").is_visible()
        tower = explorer.page.locator("svg").last.get_attribute("aria-label")
        assert "3\u00a0: 1\u202f504 canaux" in tower
        total = explorer.page.get_by_role("row").last
        assert total.inner_text().split("\t")[1] == "854\u202f196\u202f224"
        explorer.page.get_by_role("combobox").select_option("5b")
        assert "384 + 384 + 128 + 832 = 1728" in explorer.said


def test_an_unknown_module_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="3a"):
        explore_inception("3c")
    assert explore_inception("5b", naive=True).state["module"] == "5b"
