"""Le calculateur de tailles compte comme PyTorch, explique comme `coursekit.arithmetic`, et reconnaît les erreurs."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from axe import violations
from explorer_page import explored
from torch import nn
from widget_node import run_node

from coursekit.arithmetic import Formula, output_size, pool_output_size
from coursekit.errors import ArgumentError, ShapeError
from coursekit.widgets.sizes import EXAMPLES, explore_sizes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHONE = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
Layer = dict[str, Any]


def draw(rng: random.Random) -> Layer:
    kind = rng.choice(["conv", "pool"])
    bounds = {"size": (1, 40), "kernel": (1, 9), "stride": (1, 5), "padding": (0, 5), "dilation": (1, 4)}
    layer = {name: rng.randint(*bound) for name, bound in bounds.items()}
    if kind == "pool":
        layer["dilation"] = 1
    return {**layer, "type": kind, "ceil": kind == "pool" and rng.random() < 0.5}


LAYERS = [draw(rng) for rng in [random.Random(0)] for _ in range(3000)]


def formula_of(layer: Layer) -> tuple[Formula[..., int], list[Any]]:
    last = "dilation" if layer["type"] == "conv" else "ceil"
    formula = output_size if layer["type"] == "conv" else pool_output_size
    return formula, [layer[name] for name in ("size", "kernel", "stride", "padding", last)]


def module_of(layer: Layer) -> nn.Module:
    window = (layer["kernel"], layer["stride"], layer["padding"])
    if layer["type"] == "pool":
        return nn.MaxPool1d(*window, ceil_mode=layer["ceil"]).double()
    conv = nn.Conv1d(1, 1, *window, dilation=layer["dilation"], bias=False)
    nn.init.ones_(conv.weight)
    return conv.double()


SIZES = """
import { blind, diagnose, sizeOf, unread, windows } from "./sizes_rules.js";
import { explain, refusal } from "./sizes_words.js";
console.log(JSON.stringify(data.layers.map((layer) => {
  const size = sizeOf(layer);
  const known = data.formulas[layer.type].known;
  const mistakes = data.answers.map((given) => [given, diagnose(layer, given, known)?.id]);
  const answers = size > 0 ? Object.fromEntries(mistakes) : {};
  return { size, unread: unread(layer), blind: blind(layer), starts: windows(layer).map(([first]) => first),
           answers, text: size > 0 ? explain(layer) : refusal(layer) };
})));
"""

ANSWERS = range(-3, 60)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    data = {"layers": LAYERS, "answers": list(ANSWERS), "formulas": explore_sizes().state["formulas"]}
    results: list[Any] = run_node(tmp_path_factory.mktemp("sizes"), SIZES, data)
    return results


def test_sizes_and_refusals_are_those_of_pytorch(made: list[Any]) -> None:
    refused = 0
    for layer, result in zip(LAYERS, made, strict=True):
        image = torch.zeros(1, 1, layer["size"], dtype=torch.float64)
        try:
            measured = module_of(layer)(image).shape[-1]
        except RuntimeError:
            refused += 1
            assert result["size"] < 1, layer
        else:
            assert result["size"] == measured, layer
    assert 300 < refused < 2000


def test_unread_pixels_are_those_whose_gradient_is_null(made: list[Any]) -> None:
    convolutions = [
        (x, y) for x, y in zip(LAYERS, made, strict=True) if x["type"] == "conv" and y["size"] > 0
    ]
    assert sum(bool(result["unread"]) for _, result in convolutions) > 300
    for layer, result in convolutions:
        image = torch.zeros(1, 1, layer["size"], dtype=torch.float64, requires_grad=True)
        module_of(layer)(image).sum().backward()
        assert result["unread"] == (image.grad[0, 0] == 0).nonzero().flatten().tolist()


def test_unread_pixels_of_a_pooling_never_change_its_output(made: list[Any]) -> None:
    for layer, result in zip(LAYERS, made, strict=True):
        if layer["type"] == "pool" and result["size"] > 0:
            spikes = torch.eye(layer["size"], dtype=torch.float64)[:, None]
            seen = module_of(layer)(spikes).amax(dim=(1, 2))
            assert result["unread"] == (seen == 0).nonzero().flatten().tolist()


def test_blind_positions_are_those_that_an_image_never_changes(made: list[Any]) -> None:
    some = 0
    for layer, result in zip(LAYERS, made, strict=True):
        if layer["type"] == "conv" and result["size"] > 0:
            answer = module_of(layer)(torch.ones(1, 1, layer["size"], dtype=torch.float64))
            assert result["blind"] == int((answer == 0).sum())
            some += result["blind"] > 0
    assert some > 100


def test_the_explanation_is_that_of_the_course_word_for_word(made: list[Any]) -> None:
    for layer, result in zip(LAYERS, made, strict=True):
        formula, arguments = formula_of(layer)
        try:
            text = formula.explain(*arguments)
        except ShapeError as error:
            text = str(error)
        assert result["text"] == text, layer


def test_each_wrong_answer_has_the_misconception_of_the_course(made: list[Any]) -> None:
    met = set()
    for layer, result in zip(LAYERS, made, strict=True):
        if result["size"] < 1:
            continue
        formula, arguments = formula_of(layer)
        for given in ANSWERS:
            known = formula.diagnose(given, *arguments)
            name = result["answers"].get(str(given))
            assert name == (known and known.id), (layer, given)
            met.add(name)
    every = {one.id for formula in (output_size, pool_output_size) for one in formula.misconceptions}
    assert met == {None, *every}


@pytest.mark.parametrize("index", range(len(EXAMPLES)))
def test_each_example_is_a_layer_of_the_catalogue(index: int) -> None:
    from coursekit.tables import find

    name, path = EXAMPLES[index]
    example = explore_sizes().state["examples"][index]
    (row,) = (row for row in find(name).rows() if row.name == path)
    formula, arguments = formula_of(example["layer"])
    assert example["title"].endswith(path)
    assert (example["layer"]["size"], formula(*arguments)) == (row.input.spatial[0], row.output.spatial[0])


def test_a_forgotten_plus_one_is_recognised_from_the_keyboard(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_sizes(11, 3, stride=2, padding=1)) as explorer:
        assert "(11 + 2×1 − 3)/2 + 1 = 5 + 1 = 6" in explorer.said
        explorer.tab_to("Votre réponse")
        explorer.page.keyboard.type("5")
        explorer.page.keyboard.press("Enter")
        assert "5\u00a0: non. Vous avez oublié le + 1" in explorer.said
        explorer.page.keyboard.press("Control+A")
        explorer.page.keyboard.type("6")
        explorer.page.keyboard.press("Enter")
        assert "6\u00a0: oui." in explorer.said
        explorer.page.keyboard.type("x")
        explorer.page.keyboard.press("Enter")
        assert "Écrivez un nombre entier" in explorer.said


def test_numbers_enter_the_explanation_and_an_unknown_mistake_recalls_the_formula(
    browser: Browser, tmp_path: Path
) -> None:
    with explored(browser, tmp_path, explore_sizes(20, 5, stride=1, padding=3)) as explorer:
        answer = explorer.control("Votre réponse")
        answer.fill("19")
        answer.press("Enter")
        assert "soit 2P = 2×3" in explorer.said
        answer.fill("1000")
        answer.press("Enter")
        assert "Revoyez «\u202fTaille de sortie d’une convolution\u202f»" in explorer.said


def test_the_finger_guesses_a_hidden_size(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_sizes(), **PHONE) as explorer:
        drawing = explorer.page.get_by_role("img", name="positions du filtre")
        assert drawing.is_visible()
        explorer.page.get_by_text("Cacher le résultat").tap()
        explorer.page.get_by_text("Une couche au hasard").tap()
        assert not drawing.is_visible()
        assert "Quelle est la taille" in explorer.said
        for given in range(30):
            explorer.control("Votre réponse").fill(str(given))
            explorer.page.get_by_text("Vérifier").tap()
            if "oui" in explorer.said:
                break
            assert "W + 2P − F" not in explorer.said.splitlines()[-1]
        assert f"{given}." in explorer.said
        assert drawing.is_visible()
        assert f"{given} positions" in str(drawing.get_attribute("aria-label"))


def test_an_impossible_layer_says_why(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_sizes(3, 3, stride=1, padding=0)) as explorer:
        explorer.slide("Filtre F", 4)
        assert "ne tient pas dans l’entrée" in explorer.said
        explorer.control("Votre réponse").fill("0")
        explorer.control("Votre réponse").press("Enter")
        assert "cette couche est impossible" in explorer.said
        explorer.choose("pooling")
        explorer.slide("Padding P", 3)
        assert "P = 3 dépasse la moitié de la fenêtre" in explorer.said
        explorer.slide("Padding P", 1)
        assert "(3 + 2×1 − 4)/1 + 1 = 2" in explorer.said


def test_pixels_that_no_window_reads_are_named_and_crossed(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_sizes(8, 2, stride=3, padding=0)) as explorer:
        assert "Personne ne lit les pixels 3 et 6" in explorer.said
        assert "Le pas dépasse le filtre" in explorer.said
        assert explorer.page.locator(".line .lost").count() == 2
        assert violations(explorer.page) == []
        explorer.slide("Pas S", 2)
        assert "Personne" not in explorer.said
        assert explorer.page.locator(".line .lost").count() == 0


def test_pooling_has_its_rounding_and_convolution_its_dilation(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_sizes(12, 3, stride=2, padding=0)) as explorer:
        dilation, rounding = explorer.control("Dilatation d"), explorer.control("ceil_mode")
        explorer.slide("Dilatation d", 2)
        assert (dilation.is_visible(), rounding.is_visible()) == (True, False)
        explorer.choose("pooling")
        assert (dilation.is_visible(), rounding.is_visible()) == (False, True)
        assert "= 5, arrondi vers le bas" in explorer.said
        explorer.choose("ceil_mode=True")
        assert "= 6, arrondi vers le haut" in explorer.said
        assert explorer.page.locator(".line .missing").count() == 1


def test_an_example_of_the_catalogue_is_too_long_to_be_drawn(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_sizes()) as explorer:
        examples = explorer.page.get_by_role("combobox", name="Exemple")
        examples.select_option(index=1)
        assert "(227 + 2×0 − 11)/4 + 1 = 54 + 1 = 55" in explorer.said
        assert "trop longue" in explorer.said
        assert explorer.control("Entrée W").input_value() == "227"
        explorer.control("Entrée W").fill("27")
        assert explorer.page.locator(".line").is_visible()
        assert examples.locator("option:checked").inner_text() == "le vôtre"
        explorer.control("Entrée W").fill("1000")
        assert "de 1 à 512" in explorer.said


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"input_size": 513}, ArgumentError, "de 1 à 512"),
        ({"kernel_size": 2.5}, ArgumentError, "entier"),
        ({"padding": -1}, ArgumentError, "au moins 0"),
        ({"input_size": 2, "padding": 0}, ShapeError, "ne tient pas"),
        ({"kind": "max"}, ArgumentError, "choisissez"),
        ({"kind": "pool", "dilation": 2}, ArgumentError, "pas de dilatation"),
        ({"kind": "pool", "padding": 2}, ShapeError, "moitié de la fenêtre"),
        ({"ceil_mode": True}, ArgumentError, "qu’un pooling"),
    ],
)
def test_a_layer_that_cannot_be_shown_is_refused(arguments: Any, error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        explore_sizes(**arguments)
    assert explore_sizes(kind="pool", ceil_mode=True).state["layer"]["ceil"] is True
