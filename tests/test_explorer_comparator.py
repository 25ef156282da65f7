"""L’explorateur qui compare : les chiffres du catalogue, une frontière que nul ne bat, un nuage que l’on parcourt."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from explorer_page import explored
from widget_node import run_node

from coursekit.cli.compare import compare_networks
from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.tables import CATALOGUE, find
from coursekit.tables.charts import CHARTED
from coursekit.widgets.comparator import COSTS, explore_comparator

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOUCH = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
POINTS = explore_comparator().state["points"]
BY_NAME = {point["name"]: point for point in POINTS}


def test_the_points_are_what_the_compare_command_says() -> None:
    for network in compare_networks(list(BY_NAME)):
        data, point = network.as_data(), BY_NAME[network.entry.name]
        assert {key: point[key] for key in ("parameters", "macs", "proven", "top1", "top5", "source")} == {
            key: data[key] for key in ("parameters", "macs", "proven", "top1", "top5", "source")
        }
        assert f"{point['judged']}, {point['protocol']}" == data["accuracy_source"]
        assert point["input"] == str(network.entry.input)


def test_only_twins_are_left_out() -> None:
    """Toute entrée jugée est là, sauf celle qui est, sous un autre nom, un réseau déjà là."""
    judged = {entry.name for entry in CATALOGUE if entry.accuracy} | {network.name for network in CHARTED}
    assert judged - set(BY_NAME) == {"resnext50-1x64d"}
    twin, kept = find("resnext50-1x64d"), find("resnet50-v1.5")
    assert (twin.totals(), twin.accuracy) == (kept.totals(), kept.accuracy)


def test_every_family_of_the_state_has_its_points() -> None:
    named = [family["name"] for family in explore_comparator().state["families"]]
    assert {point["family"] for point in POINTS} == set(named)


RULES = """
import { along, frontier, labels, nearest, next, ticks } from "./comparator_rules.js";
const { clouds, bounds, placed } = data;
console.log(JSON.stringify({
  frontiers: clouds.map((cloud) => frontier(cloud, "macs").map(({ name }) => name)),
  ticks: bounds.map(([low, high]) => ticks(low, high).map((value) => [value, along(value, low, high)])),
  walk: clouds.map((cloud) => {
    const seen = [];
    for (let here = next(cloud, undefined, (one) => one.macs, 1), before; here !== before;) {
      seen.push(here.name);
      [before, here] = [here, next(cloud, here, (one) => one.macs, 1)];
    }
    return seen;
  }),
  near: placed.map(({ cloud, x, y }) => nearest(cloud, x, y, 24)?.text ?? null),
  labels: placed.map(({ cloud }) => labels(cloud, { left: 30, right: 300 })),
}));
"""


def random_cloud(rng: Random, size: int) -> list[dict[str, Any]]:
    """Des points dont plusieurs ont même coût ou même justesse."""
    return [{"name": f"n{i}", "macs": rng.randint(1, 12), "top1": rng.randint(60, 70)} for i in range(size)]


def on_page(rng: Random, size: int) -> dict[str, Any]:
    cloud = [
        {"text": f"réseau-{i}", "x": rng.uniform(60, 270), "y": rng.uniform(0, 200), "forced": i == 0}
        for i in range(size)
    ]
    return {"cloud": cloud, "x": rng.uniform(30, 300), "y": rng.uniform(0, 200)}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Des nuages tirés au sort, et ce que la page en fait."""
    rng = Random(0)
    data = {
        "clouds": [random_cloud(rng, size) for size in range(1, 40)],
        "bounds": [(10.0 ** rng.uniform(-3, 6), ratio) for ratio in (3, 10, 100, 1e4)],
        "placed": [on_page(rng, size) for size in range(1, 40)],
    }
    data["bounds"] = [(low, low * ratio) for low, ratio in data["bounds"]]
    return data, run_node(tmp_path_factory.mktemp("node"), RULES, data)


def beats(one: dict[str, Any], other: dict[str, Any]) -> bool:
    no_worse = one["macs"] <= other["macs"] and one["top1"] >= other["top1"]
    return no_worse and (one["macs"], one["top1"]) != (other["macs"], other["top1"])


def test_the_frontier_holds_the_points_that_none_beats(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    data, made = drawn
    for cloud, names in zip(data["clouds"], made["frontiers"], strict=True):
        unbeaten = {one["name"] for one in cloud if not any(beats(other, one) for other in cloud)}
        assert set(names) == unbeaten
        costs = [next(one["macs"] for one in cloud if one["name"] == name) for name in names]
        assert costs == sorted(costs)


def test_ticks_are_round_and_evenly_spread(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    data, made = drawn
    for (low, high), ticks in zip(data["bounds"], made["ticks"], strict=True):
        assert ticks
        assert all(low <= value <= high and 0 <= place <= 1 for value, place in ticks)
        assert all(
            float(f"{value:.0e}") == pytest.approx(value) and f"{value:.0e}"[0] in "125" for value, _ in ticks
        )
        assert all(2 <= round(after / before, 6) <= 2.5 for (before, _), (after, _) in pairwise(ticks))


def test_walking_right_meets_every_point_once(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    data, made = drawn
    for cloud, walk in zip(data["clouds"], made["walk"], strict=True):
        assert walk == [one["name"] for one in sorted(cloud, key=lambda one: one["macs"])]


def test_a_tap_takes_the_nearest_point_within_reach(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    data, made = drawn
    found = 0
    for case, name in zip(data["placed"], made["near"], strict=True):
        away = {
            one["text"]: ((one["x"] - case["x"]) ** 2 + (one["y"] - case["y"]) ** 2) ** 0.5
            for one in case["cloud"]
        }
        closest = min(away, key=away.__getitem__)
        assert name == (closest if away[closest] <= 24 else None)
        found += name is not None
    assert 0 < found < len(made["near"])


def test_names_never_overlap_and_the_chosen_one_is_always_written(
    drawn: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    _, made = drawn
    for labels in made["labels"]:
        assert labels[0]["text"] == "réseau-0"
        for i, one in enumerate(labels):
            assert 30 <= one["x"] <= 300 - 6.2 * len(one["text"])
            for other in labels[:i]:
                apart = abs(one["x"] - other["x"]) >= 6.2 * min(len(one["text"]), len(other["text"]))
                assert apart or abs(one["y"] - other["y"]) >= 12 - 1e-9
    assert any(
        len(labels) < len(case["cloud"])
        for labels, case in zip(made["labels"], drawn[0]["placed"], strict=True)
    )


def option(explorer: Any, title: str) -> Any:
    return explorer.page.locator(f"[role=option][aria-label^='{title}\u00a0:']")


def test_the_keyboard_walks_the_cloud_and_picks_a_network(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_comparator()) as explorer:
        assert "4,83 fois moins de paramètres et 10,6 fois moins de MAC" in explorer.said
        assert "77,69 − 76,13 = 1,56" in explorer.said
        explorer.tab_to("Le nuage des réseaux")
        explorer.page.keyboard.press("ArrowRight")
        by_cost = sorted(POINTS, key=lambda point: point["macs"])
        after = by_cost[by_cost.index(BY_NAME["resnet50-v1.5"]) + 1]
        active = explorer.page.evaluate(
            "document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).ariaLabel"
        )
        assert active.startswith(after["title"])
        explorer.page.keyboard.press("Enter")
        assert f"{after['title']} (B)" in explorer.said
        assert "EfficientNet-B0 (A)" in explorer.said
        assert explorer.control("Réseau B").input_value() == after["name"]
        assert explorer.page.locator("[aria-selected=true]").count() == 2


def test_the_finger_picks_a_point_and_hides_a_family(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_comparator(), **TOUCH) as explorer:
        option(explorer, BY_NAME["mobilenet-v2"]["title"]).tap()
        assert "MobileNet v2 (B)" in explorer.said
        shown = explorer.page.get_by_role("option").filter(has=explorer.page.locator("path")).count()
        assert shown == len(POINTS)
        explorer.page.get_by_text("Tracer la frontière").tap()
        assert "plus juste que mobilenet-v2, efficientnet-b0" in explorer.said
        explorer.page.get_by_text("EfficientNet", exact=True).tap()
        left = [point for point in POINTS if point["family"] != "EfficientNet"]
        assert explorer.page.get_by_role("option").filter(has=explorer.page.locator("path")).count() == len(
            left
        )
        usual = [point for point in left if point["protocol"] == "une vue"]
        best = [one for one in usual if not any(beats(other, one) for other in usual)]
        names = ", ".join(point["name"] for point in sorted(best, key=lambda point: point["macs"]))
        assert f"plus juste que {names}." in explorer.said


def test_what_cannot_be_compared_is_said(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_comparator()) as explorer:
        assert "Même protocole et même source" in explorer.said
        explorer.control("Réseau A").select_option("resnet50")
        assert "A est mesuré sur «\u202fdix vues\u202f», B sur «\u202fune vue\u202f»" in explorer.said
        explorer.control("Réseau A").select_option("nasnet-a")
        assert "les deux justesses n’ont pas la même source" in explorer.said
        cells = explorer.page.locator(".facts tr").filter(has_text="Coûts").locator("td").all_inner_texts()
        assert cells == ["publiés\u00a0: Zoph et al. (2018), table 2", "calculés ici"]
        explorer.control("Réseau A").select_option("efficientnet-b0")
        assert "Choisissez deux réseaux différents" in explorer.said


def test_the_other_axis_moves_the_points(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_comparator()) as explorer:
        place = option(explorer, BY_NAME["alexnet-torchvision"]["title"])
        before = place.get_attribute("transform")
        explorer.choose("Paramètres")
        assert place.get_attribute("transform") != before
        assert "61,1\u202fM" in place.get_attribute("aria-label")


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"first": "resnet"}, UnknownNameError, "resnet"),
        ({"second": "senet154"}, ArgumentError, "justesse n’est pas publiée"),
        ({"cost": "latence"}, ArgumentError, "latence"),
    ],
)
def test_a_comparison_that_cannot_be_made_is_refused(arguments: Any, error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        explore_comparator(**arguments)
    for cost in COSTS:
        assert explore_comparator("vgg16", "amoebanet-c", cost).state["chosen"] == ["vgg16", "amoebanet-c"]
