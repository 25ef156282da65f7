"""L’explorateur du réseau entier calcule comme PyTorch, et se conduit au clavier comme au doigt."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from explorer_page import Explored, explored
from torch import Tensor, nn
from train_explorer_network import FORMES, measure, quantize, read, scores
from widget_node import run_node

from coursekit.afm import text_of
from coursekit.data import TEST, sample
from coursekit.errors import UnknownNameError
from coursekit.widgets.network import described, explore_network, facts, trained

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NETWORK = trained()
CLASSES = NETWORK["classes"]
SIDE = 32
MOST_OCTETS = 60_000
PHONE = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
GENERATOR = torch.Generator().manual_seed(0)

FORWARD = """
import { fields, forward, softmax, terms, unpacked } from "./network_rules.js";
const results = data.map(({ layers, image, side, cut = [], units = [] }) => {
  const ready = layers.map(unpacked);
  const levels = forward(ready, { depth: image.length / side ** 2, side, values: image }, new Set(cut));
  return {
    maps: levels.slice(1).map(({ values }) => Array.from(values)),
    shares: softmax(levels.at(-1).values),
    reads: units.map(([level, channel, i, j]) => terms(ready[level - 1], levels[level - 1], channel, i, j)),
    fields: units.map(([level, channel, i, j]) => fields(ready, level, i, j)),
  };
});
console.log(JSON.stringify(results));
"""


def every_level(network: nn.Sequential, image: Tensor, cut: tuple[tuple[int, int], ...] = ()) -> list[Tensor]:
    """Les cartes de PyTorch après chaque couche ; les canaux (niveau, canal) coupés valent 0."""
    levels, maps = [], image[None]
    with torch.inference_mode():
        for level, layer in enumerate(network, start=1):
            maps = layer(maps).clone()
            for where, channel in cut:
                if where == level:
                    maps[:, channel] = 0
            levels.append(maps[0])
    return levels


def same_everywhere(found: dict[str, Any], expected: list[Tensor]) -> None:
    for mine, theirs in zip(found["maps"], expected, strict=True):
        torch.testing.assert_close(
            torch.tensor(mine, dtype=torch.float32), theirs.flatten(), atol=1e-4, rtol=0
        )
    torch.testing.assert_close(
        torch.tensor(found["shares"]), expected[-1].flatten().softmax(0), atol=1e-4, rtol=0
    )


def pixels(number: int) -> Tensor:
    octets = b64decode(NETWORK["samples"][number]["pixels"])
    return torch.frombuffer(bytearray(octets), dtype=torch.uint8).view(3, SIDE, SIDE) / 255


IMAGES = [
    *map(pixels, range(len(NETWORK["samples"]))),
    *sample(FORMES, 20, start=TEST).x,
    *torch.rand(4, 3, SIDE, SIDE, generator=GENERATOR),
    torch.zeros(3, SIDE, SIDE),
]


def test_every_map_of_every_layer_is_that_of_pytorch(tmp_path: Path) -> None:
    network = read(NETWORK["layers"])
    cases = [{"layers": NETWORK["layers"], "image": x.flatten().tolist(), "side": SIDE} for x in IMAGES]
    for found, image in zip(run_node(tmp_path, FORWARD, cases), IMAGES, strict=True):
        same_everywhere(found, every_level(network, image))


CUTS = [((1, 0),), ((1, 3), (3, 7)), ((4, 5), (7, 15)), tuple((3, channel) for channel in range(16))]


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_a_cut_filter_sends_zeros_as_in_pytorch(tmp_path: Path, cut: tuple[tuple[int, int], ...]) -> None:
    case = {
        "layers": NETWORK["layers"],
        "image": IMAGES[0].flatten().tolist(),
        "side": SIDE,
        "cut": [f"{level}:{channel}" for level, channel in cut],
    }
    (found,) = run_node(tmp_path, FORWARD, [case])
    same_everywhere(found, every_level(read(NETWORK["layers"]), IMAGES[0], cut))


def draw(low: int, high: int) -> int:
    return int(torch.randint(low, high + 1, (), generator=GENERATOR))


def random_network(side: int) -> list[dict[str, Any]]:
    """Des couches au hasard, tant que l’image le permet : filtres de 1 à 5, pas de 1 à 3, deux poolings."""
    layers, depth = [], 3
    for _ in range(draw(1, 5)):
        kernel, stride = min(draw(1, 5), side), draw(1, 3)
        if draw(0, 2):
            padding, outputs = draw(0, 2), draw(1, 5)
            convolution = nn.Conv2d(depth, outputs, kernel)
            for part in convolution.parameters():
                nn.init.normal_(part, std=0.5, generator=GENERATOR)
            kind, depth = ("conv", "linear")[draw(0, 1)], outputs
            layers.append({"kind": kind, "padding": padding, **quantize(convolution)})
        else:
            padding = 0
            layers.append({"kind": ("max", "mean")[draw(0, 1)], "padding": padding})
        layers[-1] |= {"kernel": kernel, "stride": stride}
        side = (side + 2 * padding - kernel) // stride + 1
    return layers


def test_random_networks_compute_as_pytorch(tmp_path: Path) -> None:
    sides = [draw(4, 14) for _ in range(150)]
    networks = [random_network(side) for side in sides]
    images = [torch.rand(3, side, side, generator=GENERATOR) for side in sides]
    cases = [
        {"layers": layers, "image": image.flatten().tolist(), "side": len(image[0])}
        for layers, image in zip(networks, images, strict=True)
    ]
    found = run_node(tmp_path, FORWARD, cases)
    for mine, layers, image in zip(found, networks, images, strict=True):
        levels = every_level(read(layers), image)
        scale = max(1.0, *(float(maps.abs().max()) for maps in levels))
        for one, theirs in zip(mine["maps"], levels, strict=True):
            torch.testing.assert_close(
                torch.tensor(one, dtype=torch.float32), theirs.flatten(), atol=1e-4 * scale, rtol=0
            )


UNITS = [
    (level, channel, i, j)
    for level, layer in enumerate(described(NETWORK), start=1)
    for channel in {0, layer["depth"] - 1}
    for i in {0, layer["side"] // 2, layer["side"] - 1}
    for j in {0, layer["side"] // 3, layer["side"] - 1}
]


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    case = {
        "layers": NETWORK["layers"], "image": IMAGES[0].flatten().tolist(), "side": SIDE, "units": UNITS,
    }  # fmt: skip
    (found,) = run_node(tmp_path_factory.mktemp("node"), FORWARD, [case])
    return found


def value_from(read: list[dict[str, Any]], layer: dict[str, Any], channel: int) -> float:
    """La valeur d’une unité, d’après les seules cases que la page montre."""
    cells = [cell["value"] for one in read for cell in one["cells"]]
    if layer["kind"] == "max":
        return max(cells)
    if layer["kind"] == "mean":
        return sum(cells) / len(cells)
    total = sum(cell["value"] * cell["weight"] for one in read for cell in one["cells"])
    assert sum(one["sum"] for one in read) == pytest.approx(total)
    total += layer["bias"][channel]
    return max(total, 0) if layer["kind"] == "conv" else total


def test_the_sum_that_is_shown_makes_the_unit(one_run: dict[str, Any]) -> None:
    levels = every_level(read(NETWORK["layers"]), IMAGES[0])
    for (level, channel, i, j), terms in zip(UNITS, one_run["reads"], strict=True):
        made = value_from(terms, NETWORK["layers"][level - 1], channel)
        assert made == pytest.approx(float(levels[level - 1][channel, i, j]), abs=1e-4)


def reached(level: int, i: int, j: int) -> list[tuple[int, int, int, int]]:
    """Les lignes et les colonnes dont dépend une unité, niveau par niveau, d’après les gradients de PyTorch.

    Tous les poids valent 1 et la moyenne remplace le maximum, qui ne laisserait passer qu’un gradient par fenêtre.
    """
    maps = [torch.ones(1, 1, SIDE, SIDE, requires_grad=True)]
    for layer in NETWORK["layers"][:level]:
        kernel, stride, padding = (layer[name] for name in ("kernel", "stride", "padding"))
        maps.append(nn.functional.avg_pool2d(maps[-1], kernel, stride, padding))
        maps[-1].retain_grad()
    maps[-1][0, 0, i, j].backward()
    places = [one.grad[0, 0].nonzero() for one in maps]
    return [(*place.amin(0).tolist(), *place.amax(0).tolist()) for place in places]


def test_the_frames_are_what_the_unit_depends_on(one_run: dict[str, Any]) -> None:
    sides = [SIDE, *(layer["side"] for layer in described(NETWORK))]
    for (level, _, i, j), squares in zip(UNITS, one_run["fields"], strict=True):
        found = [
            (*(max(start, 0) for start in starts), *(min(start + one["size"], side) - 1 for start in starts))
            for one, side in zip(squares, sides, strict=False)
            for starts in [(one["top"], one["left"])]
        ]
        assert found == reached(level, i, j)


def test_the_network_is_as_good_as_it_says() -> None:
    training = NETWORK["training"]
    assert measure(NETWORK["layers"]).accuracy == pytest.approx(training["accuracy"], abs=5e-4)
    assert training["accuracy"] >= 0.9
    assert f"{100 * training['accuracy']:.1f}".replace(".", ",") in facts(NETWORK)
    assert str(sum(part.numel() for part in read(NETWORK["layers"]).parameters())) in facts(NETWORK)


def test_the_examples_are_test_images_of_formes() -> None:
    network = read(NETWORK["layers"])
    found = [(example, sample(FORMES, 1, start=TEST + example["number"])) for example in NETWORK["samples"]]
    for rank, (example, image) in enumerate(found):
        assert (pixels(rank) - image.x[0]).abs().max() <= 0.5 / 255 + 1e-6
        assert example["label"] == int(image.y)
    right = [
        int(scores(network, pixels(rank)[None]).argmax()) == one["label"]
        for rank, (one, _) in enumerate(found)
    ]
    assert right == [True] * len(CLASSES) + [False] * 2


def test_the_weights_are_light() -> None:
    assert len(json.dumps(NETWORK["layers"])) <= MOST_OCTETS
    assert "weights" in text_of("network.json")


def probabilities(explorer: Explored) -> list[str]:
    """Les textes des classes."""
    return [text for (text,) in explorer.table("10 nombres")]


def expected(image: Tensor, cut: tuple[tuple[int, int], ...] = ()) -> list[float]:
    return every_level(read(NETWORK["layers"]), image, cut)[-1].flatten().softmax(0).tolist()


def said_share(text: str) -> float:
    """« disque 97 % » → 0,97."""
    return float(text.split("\u00a0%")[0].split()[-1].replace(",", ".")) / 100


def agrees(explorer: Explored, image: Tensor, cut: tuple[tuple[int, int], ...] = ()) -> str:
    """La page et PyTorch donnent les mêmes probabilités ; rend la classe gagnante."""
    shares = expected(image, cut)
    assert [said_share(text) for text in probabilities(explorer)] == pytest.approx(shares, abs=0.0051)
    winner = CLASSES[shares.index(max(shares))]
    assert f"répond «\u202f{winner}\u202f»" in explorer.said
    return winner


COPY = """(canvas) => {
  const { width, height } = canvas;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return Array.from(context.getImageData(0, 0, width, height).data);
}"""


def painted(explorer: Explored) -> Tensor:
    """L’image telle que la page la montre."""
    data = explorer.page.locator(".drawing canvas").first.evaluate(COPY)
    return torch.tensor(data).view(SIDE, SIDE, 4)[..., :3].movedim(-1, 0) / 255


BLANK = "feuille vierge"
CANVAS = "L’image, à dessiner"
GREY = 225 / 255


def test_the_reader_picks_an_image(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network("étoile")) as explorer:
        assert agrees(explorer, pixels(CLASSES.index("étoile"))) == "étoile"
        explorer.page.get_by_role("radio", name="croix").focus()
        explorer.page.keyboard.press("Space")
        assert agrees(explorer, pixels(CLASSES.index("croix"))) == "croix"
        assert "c’est juste" in explorer.said


def test_the_keyboard_draws_and_erases(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network()) as explorer:
        explorer.choose(BLANK)
        assert torch.equal(painted(explorer), torch.full((3, SIDE, SIDE), GREY))
        explorer.tab_to(CANVAS)
        for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Space"):
            explorer.page.keyboard.press(key)
        assert inked(explorer) == {(i, j) for i in range(3) for j in range(1, 4)}
        for _ in range(3):
            explorer.page.keyboard.press("Shift+ArrowDown")
        assert inked(explorer) == {(i, j) for i in range(6) for j in range(1, 4)}
        agrees(explorer, painted(explorer))
        assert "juste" not in explorer.said
        explorer.choose("gomme")
        explorer.control(CANVAS).focus()
        explorer.page.keyboard.press("Space")
        assert inked(explorer) == {(i, j) for i in range(3) for j in range(1, 4)}
        explorer.page.get_by_text("Effacer mes traits").press("Enter")
        assert inked(explorer) == set()


def inked(explorer: Explored) -> set[tuple[int, int]]:
    """Les pixels qui ne sont plus de la couleur de la feuille."""
    return {(i, j) for i, j in (painted(explorer) != GREY).any(0).nonzero().tolist()}


def drag(explorer: Explored, *places: tuple[float, float]) -> None:
    """Un trait de souris, d’un pixel (ligne, colonne) de l’image à l’autre."""
    box = explorer.control(CANVAS).bounding_box()
    assert box is not None
    mouse, unit = explorer.page.mouse, box["width"] / SIDE
    for rank, (i, j) in enumerate(places):
        mouse.move(box["x"] + (j + 0.5) * unit, box["y"] + (i + 0.5) * unit)
        if rank == 0:
            mouse.down()
    mouse.up()


def test_the_mouse_draws_a_cross_that_the_network_knows(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network()) as explorer:
        explorer.choose(BLANK)
        for shift in (-2, 0, 2):
            drag(explorer, (6, 15 + shift), (25, 15 + shift))
            drag(explorer, (15 + shift, 6), (15 + shift, 25))
        assert agrees(explorer, painted(explorer)) == "croix"
        assert {(i, 15) for i in range(5, 27)} <= inked(explorer)


def test_a_stroke_on_an_example_stays_on_it(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network("carré")) as explorer:
        before = painted(explorer)
        drag(explorer, (4, 4), (4, 28))
        changed = (painted(explorer) != before).any(0)
        assert changed[3:6, 3:30].all()
        assert int(changed.sum()) == 3 * 27
        assert agrees(explorer, painted(explorer)) in CLASSES


SOME_CUTS = {"croix": ((6, 1),), "anneau": ((6, 2),), "carré": ((4, 2),)}


@pytest.mark.parametrize(("example", "cut"), SOME_CUTS.items())
def test_cutting_a_filter(
    browser: Browser, tmp_path: Path, example: str, cut: tuple[tuple[int, int], ...]
) -> None:
    image = pixels(CLASSES.index(example))
    with explored(browser, tmp_path, explore_network(example)) as explorer:
        whole = agrees(explorer, image)
        for level, channel in cut:
            map_of(explorer, level, channel).click()
            explorer.choose("Couper ce filtre")
        left = agrees(explorer, image, cut)
        assert ("la coupe change la réponse" in explorer.said) == (left != whole)
        assert ("la coupe ne change pas la réponse" in explorer.said) == (left == whole)
        explorer.page.get_by_text("Rétablir tous les filtres").press("Enter")
        assert agrees(explorer, image) == whole
        assert "coupe" not in explorer.said


def map_of(explorer: Explored, level: int, channel: int) -> Any:
    cells = explorer.page.get_by_role("grid", name=f"{level}. ").get_by_role("gridcell")
    return cells.nth(channel)


def answer(image: Tensor, *cut: tuple[int, int]) -> str:
    shares = expected(image, cut)
    return CLASSES[shares.index(max(shares))]


FILTERS = [
    (level, k)
    for level, one in enumerate(NETWORK["layers"], 1)
    if one["kind"] == "conv"
    for k in range(one["outputs"])
]


def test_one_cut_fools_the_cross_and_no_single_one_fools_the_square() -> None:
    cross, square = pixels(CLASSES.index("croix")), pixels(CLASSES.index("carré"))
    assert answer(cross) == "croix"
    assert "trèfle" in {answer(cross, one) for one in FILTERS}
    assert {answer(square, one) for one in FILTERS} == {"carré"}
    assert answer(square, (4, 1), (4, 2)) == "demi-disque"


def test_a_thin_circle_is_a_ring_only_once_thickened() -> None:
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    distance = ((y - 15.5) ** 2 + (x - 15.5) ** 2).sqrt()

    def circle(width: float) -> Tensor:
        ink = (distance <= 10) & (distance > 10 - width)
        return torch.where(ink, 20 / 255, GREY).expand(3, SIDE, SIDE)

    assert answer(circle(3)) != "anneau"
    assert answer(circle(6)) == "anneau"


def test_the_finger_follows_a_unit_down_to_the_image(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network(), **PHONE) as explorer:
        map_of(explorer, 5, 12).tap()
        levels = every_level(read(NETWORK["layers"]), pixels(0))
        window = levels[3][12]
        best = int(levels[4][12].argmax())
        i, j = divmod(best, 8)
        kept = window[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].flatten()
        written = [french(value) for value in kept.tolist()]
        assert f"max({SEMICOLON.join(written)}) = {french(float(kept.max()))}" in explorer.said
        assert explorer.page.locator(".nine .chosen").all_inner_texts() == [french(float(kept.max()))]
        assert "14 × 14 pixels" in explorer.said


def test_the_finger_paints(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network(), **PHONE) as explorer:
        explorer.page.get_by_text(BLANK).tap()
        explorer.page.get_by_text("bleue", exact=True).tap()
        explorer.control(CANVAS).tap()
        assert len(inked(explorer)) == 9
        (colour,) = {tuple(painted(explorer)[:, i, j].mul(255).int().tolist()) for i, j in inked(explorer)}
        assert colour[2] == max(colour)
        agrees(explorer, painted(explorer))


SEMICOLON = "\u202f; "


def french(value: float) -> str:
    """Deux décimales au plus, comme la page les écrit."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",").replace("-", "−")


def test_the_arrows_move_the_unit_and_its_sum_is_written(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network()) as explorer:
        explorer.tab_to("La carte choisie")
        for key in ["ArrowUp"] * SIDE + ["ArrowLeft"] * SIDE:
            explorer.page.keyboard.press(key)
        assert "Ligne 1, colonne 1" in explorer.said
        assert "padding" in explorer.said
        assert explorer.page.locator(".nine .outside").count() == 5 * 3
        explorer.page.keyboard.press("ArrowDown")
        assert "Ligne 2, colonne 1" in explorer.said
        assert explorer.page.locator(".nine .outside").count() == 3 * 3
        value = float(every_level(read(NETWORK["layers"]), pixels(0))[0][0, 1, 0])
        assert explorer.said.count(f"= {french(value)}.") == 1


def test_a_class_says_its_score_and_its_probability(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_network("étoile")) as explorer:
        explorer.tab_to("ligne 1, colonne 1 : disque")
        for _ in range(CLASSES.index("étoile")):
            explorer.page.keyboard.press("ArrowDown")
        score = float(every_level(read(NETWORK["layers"]), pixels(3))[-1][3])
        assert f"= {french(score)}" in explorer.said
        assert len(explorer.page.locator(".nine").all()) == 16
        assert "toute l’image" in explorer.said


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="hexagone"):
        explore_network("hexagone")
    assert explore_network("croix").state["first"] == CLASSES.index("croix")
