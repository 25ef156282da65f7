"""L’explorateur de la corrélation calcule comme PyTorch, et se conduit au clavier comme au doigt."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from axe import violations
from explorer_page import explored
from torch.nn import functional as F
from widget_node import run_node

from coursekit.arithmetic import output_size
from coursekit.errors import ArgumentError, ShapeError, UnknownNameError
from coursekit.filters import KERNELS, correlate, kernel
from coursekit.widgets.correlation import EXAMPLE, explore_correlation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GENERATOR = torch.Generator().manual_seed(0)
PHONE = {"has_touch": True, "viewport": {"width": 390, "height": 844}}


def draw(low: int, high: int, *shape: int) -> torch.Tensor:
    return torch.randint(low, high + 1, shape, generator=GENERATOR).double()


IMAGES = [draw(0, 255, height, width) for height in (3, 4, 7) for width in (3, 5, 7)]
WEIGHTS = [draw(-9, 9, 3, 3), draw(-9, 9, 2, 3), draw(-9, 9, 1, 1)]
SETTINGS = list(product((1, 2, 3), (0, 1, 2), (1, 2, 3)))


def fits(image: torch.Tensor, weights: torch.Tensor, padding: int, dilation: int) -> bool:
    sides = zip(image.shape, weights.shape, strict=True)
    return all(side + 2 * padding > dilation * (reach - 1) for side, reach in sides)


CASES = [(x, w, s, p, d) for x, w, (s, p, d) in product(IMAGES, WEIGHTS, SETTINGS)]
POSSIBLE = [case for case in CASES if fits(case[0], case[1], *case[3:])]
IMPOSSIBLE = [case for case in CASES if not fits(case[0], case[1], *case[3:])]

CORRELATE = """
import { correlate, flip, outputSides, products } from "./correlation_rules.js";
console.log(JSON.stringify(data.map(({ image, kernel, divisor, ...settings }) => {
  const sides = outputSides(image, kernel, settings);
  const values = correlate(image, kernel, settings, divisor);
  const first = Math.min(...sides) ? products(image, kernel, settings, sides.map((side) => side - 1)) : [];
  return { sides, values, last: first.map(({ value }) => value), flipped: flip(kernel) };
})));
"""


def in_node(folder: Path, cases: list[Any], divisor: int = 1) -> list[Any]:
    data = [
        {
            "image": x.tolist(),
            "kernel": w.tolist(),
            "divisor": divisor,
            "stride": s,
            "padding": p,
            "dilation": d,
        }
        for x, w, s, p, d in cases
    ]
    made: list[Any] = run_node(folder, CORRELATE, data)
    return made


@pytest.mark.parametrize("divisor", [1, 9])
def test_every_output_is_that_of_pytorch(tmp_path: Path, divisor: int) -> None:
    assert len(POSSIBLE) > 500
    for (x, w, s, p, d), made in zip(POSSIBLE, in_node(tmp_path, POSSIBLE, divisor), strict=True):
        expected = F.conv2d(x[None, None], w[None, None] / divisor, stride=s, padding=p, dilation=d)[0, 0]
        torch.testing.assert_close(torch.tensor(made["values"], dtype=torch.float64), expected)
        assert made["sides"] == list(expected.shape)


def test_the_products_read_the_window_that_pytorch_reads(tmp_path: Path) -> None:
    for (x, w, s, p, d), made in zip(POSSIBLE, in_node(tmp_path, POSSIBLE), strict=True):
        columns = F.unfold(x[None, None], w.shape, stride=s, padding=p, dilation=d)[0]
        assert made["last"] == columns[:, -1].tolist()


def test_a_filter_that_does_not_fit_gives_nothing_where_pytorch_refuses(tmp_path: Path) -> None:
    assert len(IMPOSSIBLE) > 50
    for (x, w, s, p, d), made in zip(IMPOSSIBLE, in_node(tmp_path, IMPOSSIBLE), strict=True):
        assert min(made["sides"]) == 0
        with pytest.raises(RuntimeError, match="size"):
            F.conv2d(x[None, None], w[None, None], stride=s, padding=p, dilation=d)


def test_flipping_is_a_half_turn(tmp_path: Path) -> None:
    (made,) = in_node(tmp_path, [POSSIBLE[0]])
    assert made["flipped"] == POSSIBLE[0][1].flip((0, 1)).tolist()


@pytest.mark.parametrize("entry", [*KERNELS, None], ids=lambda entry: entry.name if entry else "mean")
def test_each_named_filter_is_that_of_the_course(entry: Any) -> None:
    name, values = (entry.name, entry.values) if entry else ("mean", torch.full((3, 3), 1 / 9))
    (one,) = [one for one in explore_correlation(kernel=name).state["kernels"] if one["name"] == name]
    made = torch.tensor(one["rows"], dtype=torch.float64) / one["divisor"]
    torch.testing.assert_close(made, torch.as_tensor(values, dtype=torch.float64), atol=1e-8, rtol=0)


def test_the_next_step_fills_the_output_and_writes_its_sum(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_correlation()) as explorer:
        assert explorer.table("La sortie") == [["−26", "", "", "", ""], [""] * 5]
        sum_of_nine = "−1×207 + 0×210 + 1×195 − 2×204 + 0×212 + 2×197 − 1×202 + 0×198 + 1×202 = −26"
        assert sum_of_nine in explorer.said
        explorer.tab_to("Pas suivant")
        explorer.page.keyboard.press("Enter")
        assert explorer.table("La sortie")[0] == ["−26", "−533", "", "", ""]
        assert explorer.cell("La sortie", 0, 1).get_attribute("aria-selected") == "true"
        for _ in range(8):
            explorer.page.keyboard.press("Enter")
        answer = correlate(EXAMPLE, kernel("sobel-vertical"))
        whole = [[f"{value:.0f}".replace("-", "−") for value in row] for row in answer]
        assert explorer.table("La sortie") == whole
        explorer.page.get_by_text("Recommencer").press("Enter")
        assert explorer.table("La sortie") == [["−26", "", "", "", ""], [""] * 5]


def test_arrows_lead_through_the_output(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_correlation()) as explorer:
        explorer.tab_to("ligne 1, colonne 1 : −26")
        for key in ("ArrowDown", "ArrowRight"):
            explorer.page.keyboard.press(key)
        assert explorer.table("La sortie") == [["−26", "", "", "", ""], ["−29", "−505", "", "", ""]]
        assert "Sortie (2, 2)" in explorer.said


def test_the_finger_fills_everything_changes_a_pixel_and_follows_a_weight(
    browser: Browser, tmp_path: Path
) -> None:
    with explored(browser, tmp_path, explore_correlation(), **PHONE) as explorer:
        explorer.page.get_by_text("Tout remplir").tap()
        assert explorer.table("La sortie")[1][4] == "−10"
        explorer.cell("Le filtre", 1, 2).tap()
        assert "2×197" in explorer.page.locator(".said strong").first.inner_text()
        assert "chosen" in str(explorer.cell("L’image entourée", 1, 2).get_attribute("class"))
        explorer.cell("L’image entourée", 0, 0).tap()
        explorer.slide("Case choisie", 200)
        assert explorer.table("La sortie")[0][0] == "−19"


def test_digits_change_a_weight_and_the_filter_becomes_the_reader_s(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_correlation(kernel="identity")) as explorer:
        assert explorer.table("La sortie")[0][0] == "212"
        explorer.cell("Le filtre", 1, 1).click()
        for key in ("2", "+", "-", "-", "-", "-"):
            explorer.page.keyboard.press(key)
        assert explorer.table("Le filtre")[1][1] == "−1"
        assert explorer.table("La sortie")[0][0] == "−212"
        assert (
            explorer.page.get_by_role("combobox", name="Filtre").locator("option:checked").inner_text()
            == "le vôtre"
        )
        assert "est multipliée par −1" in explorer.page.locator(".note").inner_text()
        explorer.page.get_by_role("combobox", name="Filtre").select_option("mean")
        corner = sum(sum(row[:3]) for row in EXAMPLE[:3])
        assert f")/9 = {corner}/9 = {corner // 9}" in explorer.said.replace("\u202f", "")


def test_padding_stride_and_dilation_change_the_window(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_correlation()) as explorer:
        explorer.slide("Padding P", 1)
        assert (len(explorer.table("L’image entourée")), len(explorer.table("La sortie"))) == (6, 4)
        assert "5 zéros du padding" in explorer.said
        assert violations(explorer.page) == []
        explorer.slide("Pas S", 2)
        assert "⌊(4 + 2×1 − 3)/2⌋ + 1 = 2 lignes" in explorer.said
        assert "aucune fenêtre ne lit la dernière ligne" in explorer.said
        explorer.slide("Dilatation d", 2)
        assert "2×(3 − 1) + 1 = 5 cases" in explorer.said
        assert len(explorer.table("La sortie")) == output_size(4, 3, 2, 1, 2)


def test_a_filter_too_wide_is_explained_then_fits_again(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_correlation()) as explorer:
        explorer.slide("Dilatation d", 2)
        assert "ne tient pas" in explorer.said
        assert "4 + 2×0 = 4 lignes" in explorer.said
        assert not explorer.page.get_by_text("Pas suivant").is_visible()
        explorer.slide("Padding P", 1)
        assert "Sortie (1, 1)" in explorer.said


def test_the_answer_to_a_point_is_the_filter_turned_until_it_is_flipped(
    browser: Browser, tmp_path: Path
) -> None:
    with explored(browser, tmp_path, explore_correlation()) as explorer:
        explorer.page.get_by_role("combobox", name="Image").select_option("Un point isolé")
        explorer.page.get_by_text("Tout remplir").click()

        def answer() -> list[list[str]]:
            return [row[1:4] for row in explorer.table("La sortie")[1:4]]

        weights = explorer.table("Le filtre")
        assert answer() == [row[::-1] for row in weights[::-1]]
        explorer.page.get_by_text("Retourner le filtre").click()
        assert answer() == weights


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"image": [[1, 2], [3, 4]]}, ArgumentError, "de 3 à 7"),
        ({"image": [[1, 2, 3], [4, 5], [7, 8, 9]]}, ArgumentError, "colonnes partout"),
        ({"image": [[1, 2, 3], [4, 5, 6], [7, 8, 256]]}, ArgumentError, "256"),
        ({"kernel": "sobel"}, UnknownNameError, "sobel-vertical"),
        ({"stride": 4}, ArgumentError, "de 1 à 3"),
        ({"padding": -1}, ArgumentError, "au moins 0"),
        ({"dilation": 2}, ShapeError, "ne tient pas"),
    ],
)
def test_what_cannot_be_shown_is_refused(arguments: Any, error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        explore_correlation(**arguments)
    assert explore_correlation(EXAMPLE, dilation=2, padding=1).state["settings"]["dilation"] == 2
