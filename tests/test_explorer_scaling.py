"""L’explorateur de la mise à l’échelle calcule comme `coursekit.tables.efficientnet`, et compte comme le catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from explorer_page import explored
from widget_node import run_node

from coursekit.errors import ArgumentError
from coursekit.tables import find
from coursekit.tables.efficientnet import (
    ALPHA,
    BETA,
    COEFFICIENTS,
    GAMMA,
    by_rule,
    closest_phi,
    compound_scaling,
    implied_phi,
)
from coursekit.widgets.scaling import explore_scaling

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOUCH = {"has_touch": True, "viewport": {"width": 390, "height": 844}}

SCALE = """
import { compound, cost, implied } from "./scaling_rules.js";
const { cases, published } = data;
console.log(JSON.stringify(cases.map(({ phi, bases, scaling }) => {
  const made = scaling ?? compound(phi, bases);
  return [made.depth, made.width, made.resolution, cost(made), implied(made, published)];
})));
"""


def scaled(folder: Path, cases: list[dict[str, Any]]) -> Any:
    return run_node(folder, SCALE, {"cases": cases, "published": explore_scaling().state["published"]})


def spoken(scaling: Any) -> Any:
    numbers = [scaling.depth, scaling.width, scaling.resolution, scaling.cost]
    return [*map(pytest.approx, numbers), pytest.approx(implied_phi(scaling))]


def test_the_rule_is_that_of_the_tables(tmp_path: Path) -> None:
    settings = [
        (phi / 2, alpha, beta, gamma)
        for phi in range(15)
        for alpha in (1, 1.2, 1.55, 2)
        for beta in (1, 1.1, 1.5)
        for gamma in (1, 1.15, 1.4)
    ]
    cases = [{"phi": phi, "bases": {"alpha": a, "beta": b, "gamma": c}} for phi, a, b, c in settings]
    for made, setting in zip(scaled(tmp_path, cases), settings, strict=True):
        assert made == spoken(compound_scaling(*setting))


def test_the_exponents_of_the_published_networks_are_those_of_the_tables(tmp_path: Path) -> None:
    published = [config.scaling for config in COEFFICIENTS]
    cases = [{"scaling": {"depth": s.depth, "width": s.width, "resolution": s.resolution}} for s in published]
    for made, scaling in zip(scaled(tmp_path, cases), published, strict=True):
        assert made == spoken(scaling)


def test_the_state_holds_the_counts_of_the_catalogue() -> None:
    state = explore_scaling().state
    assert state["published"] == {"alpha": ALPHA, "beta": BETA, "gamma": GAMMA}
    for index, one in enumerate(state["networks"]):
        assert (one["parameters"], one["macs"]) == find(f"efficientnet-b{index}").totals()
        assert one["phi"] == closest_phi(COEFFICIENTS[index])
        assert by_rule(one["phi"]).resolution == pytest.approx(one["resolution"], rel=0.08)
        if index:
            assert one["ruled"] == find(f"efficientnet-b{index}-rule").totals()[1]


def french(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".").replace(".", ",")


def test_the_keyboard_sets_the_exponent_and_the_sentence_computes(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_scaling()) as explorer:
        assert "α·β²·γ² = 1,2 × 1,1² × 1,15² = 1,92 ≈ 2" in explorer.said
        explorer.slide("Coefficient φ", 3)
        made = compound_scaling(3)
        assert f"profondeur 1,23 = {french(made.depth)}, largeur 1,13 = {french(made.width)}" in explorer.said
        gigamacs = made.cost * find("efficientnet-b0").totals()[1] / 1e9
        assert f"soit {french(gigamacs)} milliards de MAC" in explorer.said
        chart = explorer.page.locator("svg[aria-label^='MAC (milliards)']").get_attribute("aria-label")
        assert f"règle\u00a0: {french(gigamacs)}\u202f;" in chart


def test_a_rule_that_breaks_the_constraint_is_explained_and_repaired(
    browser: Browser, tmp_path: Path
) -> None:
    with explored(browser, tmp_path, explore_scaling()) as explorer:
        explorer.slide("Largeur β", 1.4)
        assert f"= {french(1.2 * 1.4**2 * 1.15**2)}, et non 2" in explorer.said
        explorer.tab_to("α, β, γ de l’article")
        explorer.page.keyboard.press("Enter")
        assert explorer.control("Largeur β").input_value() == "1.1"
        assert "≈ 2" in explorer.said
        for name, value in (("Profondeur α", 2), ("Largeur β", 1), ("Résolution γ", 1)):
            explorer.slide(name, value)
        assert "Une seule dimension grandit" in explorer.said


def test_the_finger_picks_a_published_network(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_scaling(), **TOUCH) as explorer:
        assert "B0 est le point de départ" in explorer.said
        explorer.page.locator(".lines tbody tr").nth(4).tap()
        assert explorer.control("Comparer à").input_value() == "4"
        exponents = [french(phi) for phi in implied_phi(COEFFICIENTS[4].scaling)]
        assert all(exponent in explorer.said for exponent in exponents)
        assert "aucun φ ne donne les trois" in explorer.said
        explorer.control("Comparer à").select_option("B2")
        assert "c’est, à peu près, φ = 1" in explorer.said
        explorer.page.get_by_text("Paramètres (millions)").tap()
        chart = explorer.page.locator("svg[aria-label^='Paramètres']").get_attribute("aria-label")
        assert "règle" not in chart
        assert chart.endswith(f"B7\u00a0: {french(find('efficientnet-b7').totals()[0] / 1e6)}.")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"phi": 8}, "φ = 8"),
        ({"phi": -1}, "φ = −1"),
        ({"alpha": 2.5}, "α = 2,5"),
        ({"beta": 0.5}, "β ≥ 1"),
        ({"gamma": 1.6}, "jusqu’à 1,5"),
    ],
)
def test_a_rule_out_of_bounds_is_refused(arguments: Any, match: str) -> None:
    with pytest.raises(ArgumentError, match=match):
        explore_scaling(**arguments)
    assert explore_scaling(phi=7, alpha=2).state["phi"] == 7
