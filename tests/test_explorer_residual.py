"""L’explorateur du bloc résiduel compte les chemins qu’énumère itertools, et leur somme est la sortie de PyTorch."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import torch
from explorer_page import explored
from torch import nn
from widget_node import run_node

from coursekit.errors import ArgumentError
from coursekit.widgets.residual import explore_residual

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOUCH = {"has_touch": True, "viewport": {"width": 390, "height": 844}}

COUNT = """
import { binomial, contributions, kept, paths, plain, residual } from "./residual_rules.js";
const { range } = await import("./dom.js");
console.log(JSON.stringify(data.map(({ cut, weights }) => {
  const blocks = kept(cut.length, cut);
  return {
    paths: range(blocks.length + 2).map((k) => paths(blocks, k)),
    counts: range(blocks.length + 2).map((k) => binomial(blocks.length, k)),
    shares: contributions(blocks, weights),
    residual: residual(blocks, weights),
    plain: plain(cut.length, cut, weights),
  };
})));
"""


def every_cut() -> list[list[bool]]:
    """Toutes les façons de couper les blocs d’une pile d’un à huit blocs."""
    return [list(cut) for count in range(1, 9) for cut in product((False, True), repeat=count)]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Chaque cas, et ce qu’en dit la page."""
    rng = Random(0)
    cases = [{"cut": cut, "weights": [rng.uniform(-1, 1) for _ in cut]} for cut in every_cut()]
    return list(zip(cases, run_node(tmp_path_factory.mktemp("node"), COUNT, cases), strict=True))


def test_paths_are_those_that_itertools_enumerates(
    counted: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    assert len(counted) == 2**9 - 2
    for case, made in counted:
        left = [i for i, gone in enumerate(case["cut"]) if not gone]
        crossed = [path for k in range(len(left) + 2) for path in combinations(left, k)]
        assert [tuple(path) for same in made["paths"] for path in same] == crossed
        assert [len(same) for same in made["paths"]] == made["counts"]
        assert sum(made["counts"]) == 2 ** len(left)


class Stack(nn.Module):
    """Des couches linéaires 1 → 1 en suite, avec ou sans raccourci ; un bloc coupé n’envoie rien."""

    def __init__(self, cut: list[bool], weights: list[float], shortcut: bool) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(nn.Linear(1, 1, bias=False).double() for _ in cut)
        self.cut, self.shortcut = cut, shortcut
        for block, weight in zip(self.blocks, weights, strict=True):
            nn.init.constant_(block.weight, weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block, gone in zip(self.blocks, self.cut, strict=True):
            branch = torch.zeros_like(x) if gone else block(x)
            x = x + branch if self.shortcut else branch
        return x


def test_the_sum_over_the_paths_is_the_output(counted: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    one = torch.ones(1, 1, dtype=torch.float64)
    for case, made in counted:
        with torch.no_grad():
            residual = Stack(case["cut"], case["weights"], shortcut=True)(one).item()
            plain = Stack(case["cut"], case["weights"], shortcut=False)(one).item()
        assert sum(made["shares"]) == pytest.approx(residual)
        assert made["residual"] == pytest.approx(residual)
        assert made["plain"] == pytest.approx(plain)


def test_a_cut_kills_the_plain_stack_and_halves_the_paths_of_the_other(
    counted: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for case, made in counted:
        assert (made["plain"] == 0) == any(case["cut"])
        assert sum(made["counts"]) * 2 ** sum(case["cut"]) == 2 ** len(case["cut"])


def bars_of(explorer: Any, label: str) -> str:
    return explorer.page.locator(f"svg[aria-label^='{label}']").get_attribute("aria-label")


def test_the_keyboard_cuts_blocks_and_follows_a_path(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_residual()) as explorer:
        assert "24 = 16 chemins" in explorer.said
        explorer.slide("Blocs L", 6)
        explorer.tab_to("bloc 2")
        explorer.page.keyboard.press("Space")
        assert "25 = 32 sur 64" in explorer.said
        assert "il passait par f₂" in explorer.said
        explorer.slide("Blocs traversés k", 3)
        assert "C(5, 3) = 10" in explorer.said
        explorer.slide("Chemin montré", 2)
        assert "f₁ puis f₃ puis f₅" in explorer.said
        assert "k = 3\u00a0: 10\u202f;" in bars_of(explorer, "Nombre de chemins")
        explorer.choose("bloc 2")
        assert "26 = 64 chemins" in explorer.said


def test_the_finger_cuts_a_block_on_the_picture(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_residual(), **TOUCH) as explorer:
        picture = explorer.page.locator("svg[aria-label^='4 blocs en suite']")
        picture.locator(".residual-block").nth(2).tap()
        assert explorer.control("bloc 3").is_checked()
        assert "(1 + 0,5)3 = 3,375" in explorer.said
        assert "Sans raccourcis : 0" in explorer.said.replace("\u00a0", " ")
        explorer.page.get_by_text("bloc 3", exact=True).tap()
        assert "(1 + 0,5)4 = 5,063" in explorer.said
        assert "Sans raccourcis : 0,063" in explorer.said.replace("\u00a0", " ")


def test_a_shorter_stack_forgets_the_blocks_it_no_longer_has(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_residual(8, cut=[8])) as explorer:
        explorer.slide("Blocs traversés k", 7)
        assert "27 = 128 sur 256" in explorer.said
        explorer.slide("Blocs L", 3)
        assert "23 = 8 chemins" in explorer.said
        assert "C(3, 3) = 1" in explorer.said
        assert not explorer.control("bloc 8").is_visible()
        assert explorer.control("bloc 3").is_visible()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"blocks": 1}, "au moins 2"),
        ({"blocks": 9}, "2\\^9 = 512"),
        ({"blocks": 3, "cut": [4]}, "bloc 4 d’une pile de 3"),
        ({"weight": 0}, "weight = 0"),
        ({"weight": 1.5}, "weight = 1,5"),
    ],
)
def test_a_stack_that_cannot_be_shown_is_refused(arguments: Any, match: str) -> None:
    with pytest.raises(ArgumentError, match=match):
        explore_residual(**arguments)
    assert explore_residual(3, cut=[3, 3]).state["cut"] == [3]
