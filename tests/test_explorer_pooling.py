"""L’explorateur du pooling calcule comme PyTorch, et se conduit au clavier comme au doigt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from explorer_page import explored
from torch.nn import functional as F
from widget_node import run_node

from coursekit.arithmetic import stochastic_probabilities
from coursekit.errors import ArgumentError, ShapeError
from coursekit.widgets.pooling import EXAMPLE, explore_pooling

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GENERATOR = torch.Generator().manual_seed(0)
MAPS = [torch.randint(0, 10, (side, side), generator=GENERATOR).double() for side in (4, 5, 6, 7, 8)]
SAMPLES = (0.0, 0.2, 0.5, 0.9)

POOL = """
import { fractional, gradient, pool, regular } from "./pooling_rules.js";
const results = data.map(({ map, kind, kernel, stride, count, u }) => {
  const places = u === undefined ? regular(map.length, kernel, stride) : fractional(map.length, kernel, count, u);
  const windows = pool(map, { kind, kernel, tops: places, lefts: places });
  return [windows.map((row) => row.map(({ value }) => value)), gradient(map, windows)];
});
console.log(JSON.stringify(results));
"""


def with_gradient(image: torch.Tensor, pooling: Any) -> tuple[torch.Tensor, torch.Tensor]:
    x = image.clone().requires_grad_()
    out = pooling(x[None, None])[0, 0]
    out.sum().backward()
    return out.detach(), x.grad


def compare(
    folder: Path, cases: list[dict[str, Any]], expected: list[tuple[torch.Tensor, torch.Tensor]]
) -> None:
    for made, (values, gradient) in zip(run_node(folder, POOL, cases), expected, strict=True):
        torch.testing.assert_close(torch.tensor(made[0], dtype=torch.float64), values)
        torch.testing.assert_close(torch.tensor(made[1], dtype=torch.float64), gradient)


@pytest.mark.parametrize(("kind", "pooling"), [("max", F.max_pool2d), ("average", F.avg_pool2d)])
def test_values_and_gradients_are_those_of_pytorch(tmp_path: Path, kind: str, pooling: Any) -> None:
    settings = [(image, f, s) for image in MAPS for f in (1, 2, 3, 4) for s in (1, 2, 3, 4)]
    cases = [{"map": x.tolist(), "kind": kind, "kernel": f, "stride": s} for x, f, s in settings]
    compare(tmp_path, cases, [with_gradient(x, lambda y, f=f, s=s: pooling(y, f, s)) for x, f, s in settings])


def test_fractional_regions_are_those_of_pytorch(tmp_path: Path) -> None:
    settings = [(x, f, n, u) for x in MAPS for f in (2, 3) for n in range(2, len(x) - f + 2) for u in SAMPLES]
    cases = [{"map": x.tolist(), "kind": "max", "kernel": f, "count": n, "u": u} for x, f, n, u in settings]

    def fractional(f: int, n: int, u: float) -> Any:
        samples = torch.full((1, 1, 2), u, dtype=torch.float64)
        return lambda y: F.fractional_max_pool2d(y, f, output_size=n, _random_samples=samples)

    compare(tmp_path, cases, [with_gradient(x, fractional(f, n, u)) for x, f, n, u in settings])


STOCHASTIC = """
import { KINDS } from "./pooling_rules.js";
const of = (values, u) => KINDS.stochastic(values.map((value) => ({ value })), u);
console.log(JSON.stringify(data.map(({ values, u }) => of(values, u))));
"""


def test_stochastic_draws_each_value_with_its_probability(tmp_path: Path) -> None:
    values, draws = [1, 0, 3, 6], [(i + 0.5) / 1000 for i in range(1000)]
    made = run_node(tmp_path, STOCHASTIC, [{"values": values, "u": u} for u in draws])
    odds = [float(p) for p in stochastic_probabilities(values)]
    assert made[0]["odds"] == pytest.approx(odds)
    assert made[0]["expected"] == pytest.approx(sum(p * a for p, a in zip(odds, values, strict=True)))
    shares = [sum(one["winner"] == k for one in made) / len(made) for k in range(len(values))]
    assert shares == pytest.approx(odds, abs=1e-3)
    (nothing,) = run_node(tmp_path, STOCHASTIC, [{"values": [0, 0], "u": 0.5}])
    assert (nothing["value"], nothing["shares"]) == (0, [0, 0])


def test_the_keyboard_changes_a_value_and_the_output_follows(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_pooling()) as explorer:
        assert explorer.table("La sortie") == [["5", "9"], ["4", "3"]]
        explorer.tab_to("ligne 1, colonne 1")
        for key in ("ArrowRight", "ArrowDown", "8"):
            explorer.page.keyboard.press(key)
        assert explorer.table("La carte d’entrée")[1][1] == "8"
        assert explorer.table("La sortie") == [["8", "9"], ["4", "3"]]
        assert "max(5\u202f; 3\u202f; 4\u202f; 8) = 8" in explorer.said
        explorer.page.keyboard.press("-")
        assert explorer.table("La sortie")[0][0] == "7"


def test_the_finger_chooses_a_window_a_kind_and_the_gradient(browser: Browser, tmp_path: Path) -> None:
    touch = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
    with explored(browser, tmp_path, explore_pooling(), **touch) as explorer:
        explorer.cell("La sortie", 0, 1).tap()
        assert "max(0\u202f; 3\u202f; 9\u202f; 4) = 9" in explorer.said
        explorer.page.get_by_text("moyenne", exact=True).tap()
        assert "(0 + 3 + 9 + 4) / 4 = 4" in explorer.said
        explorer.page.get_by_text("Montrer le gradient").tap()
        assert explorer.table("La carte d’entrée")[0] == ["0,25"] * 4 + ["0"]
        explorer.page.get_by_text("maximum", exact=True).tap()
        assert explorer.table("La carte d’entrée")[0] == ["1", "0", "0", "0", "0"]


def test_sliders_change_the_windows(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_pooling()) as explorer:
        assert "9 cases ne sont dans aucune fenêtre" in explorer.said
        explorer.slide("Fenêtre F", 3)
        assert len(explorer.table("La sortie")) == 2
        assert "aucune fenêtre" not in explorer.said
        explorer.slide("Pas S", 1)
        assert len(explorer.table("La sortie")) == 3


def test_each_draw_is_another(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_pooling()) as explorer:
        assert not explorer.page.get_by_text("Tirer de nouveau").is_visible()
        explorer.choose("stochastique")
        drawn = set()
        for _ in range(20):
            explorer.page.get_by_text("Tirer de nouveau").click()
            drawn.add(str(explorer.table("La sortie")))
        assert len(drawn) > 5
        explorer.choose("fractionnaire")
        explorer.slide("Côté de la sortie", 4)
        assert len(explorer.table("La sortie")) == 4


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"feature_map": [[1, 2], [3, 4]]}, ArgumentError, "de 3 à 8 cases"),
        ({"feature_map": [[1, 2, 3], [4, 5, 6], [7, 8, -9]]}, ArgumentError, "-9"),
        ({"kernel_size": 6}, ShapeError, "6"),
    ],
)
def test_a_map_that_cannot_be_shown_is_refused(arguments: Any, error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        explore_pooling(**arguments)
    assert explore_pooling(EXAMPLE).state["kernel"] == 2
