"""L’explorateur des filtres calcule comme PyTorch et SciPy, et la photo du lecteur ne quitte pas la page."""

from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from explorer_page import Explored, explored
from PIL import Image
from scipy import ndimage
from skimage.color import rgb2gray
from torch.nn import functional as F
from widget_node import run_node

from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.filters import KERNELS, box, gaussian, kernel
from coursekit.widgets.photo import explore_photo

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RNG = np.random.default_rng(0)
IMAGES = [RNG.integers(0, 256, shape).astype(float) for shape in ((1, 1), (4, 7), (9, 5), (16, 16))]
WEIGHTS = [
    *(entry.values for entry in KERNELS),
    *(RNG.normal(size=(side, side)) for side in (1, 3, 5, 7, 15)),
]
BORDERS = {"zeros": "constant", "replicate": "replicate"}
SIDES = range(3, 16, 2)

CORRELATE = """
import { correlate } from "./photo_rules.js";
const made = ({ image, weights, border }) => {
  const [height, width] = [image.length, image[0].length];
  return [...correlate({ width, height, values: image.flat() }, weights, border).values];
};
console.log(JSON.stringify(data.map(made)));
"""


def correlated(image: np.ndarray, weights: np.ndarray, border: str) -> torch.Tensor:
    reach = len(weights) // 2
    padded = F.pad(torch.tensor(image)[None, None], (reach,) * 4, mode=BORDERS[border])
    return F.conv2d(padded, torch.tensor(weights, dtype=torch.float64)[None, None])[0, 0]


def test_the_responses_are_those_of_conv2d(tmp_path: Path) -> None:
    settings = [(image, weights, border) for image in IMAGES for weights in WEIGHTS for border in BORDERS]
    cases = [{"image": i.tolist(), "weights": w.tolist(), "border": b} for i, w, b in settings]
    for made, setting in zip(run_node(tmp_path, CORRELATE, cases), settings, strict=True):
        torch.testing.assert_close(torch.tensor(made, dtype=torch.float64), correlated(*setting).ravel())


NORM = """
import { correlate, norm } from "./photo_rules.js";
const image = (rows) => ({ width: rows[0].length, height: rows.length, values: rows.flat() });
console.log(JSON.stringify(data.images.map((rows) =>
  [...norm(...data.pair.map((weights) => correlate(image(rows), weights, "replicate"))).values])));
"""


def test_the_norm_of_the_gradient_is_that_of_scipy(tmp_path: Path) -> None:
    pair = [kernel(name).tolist() for name in explore_photo().state["gradient"]]
    results = run_node(tmp_path, NORM, {"images": [image.tolist() for image in IMAGES], "pair": pair})
    for made, image in zip(results, IMAGES, strict=True):
        expected = np.hypot(*(ndimage.sobel(image, axis=axis, mode="nearest") for axis in (0, 1)))
        np.testing.assert_allclose(made, expected.ravel())


BLURS = """
import { bell, normalized, ones } from "./photo_rules.js";
console.log(JSON.stringify(data.map((side) => [normalized(ones(side)), normalized(bell(side))])));
"""


def test_the_blurs_are_those_of_the_chapter(tmp_path: Path) -> None:
    for side, (mean, bell) in zip(SIDES, run_node(tmp_path, BLURS, list(SIDES)), strict=True):
        np.testing.assert_allclose(mean, box(side))
        np.testing.assert_allclose(bell, gaussian(side / 4, size=side))


NORMALIZED = """
import { normalized } from "./photo_rules.js";
console.log(JSON.stringify(data.map(normalized)));
"""


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([[1, 2], [3, 4]], [[0.1, 0.2], [0.3, 0.4]]),
        ([[-1, 0], [0, -1]], [[0.5, 0], [0, 0.5]]),
        ([[1, 0], [0, -1]], [[1, 0], [0, -1]]),
        ([[0.1, 0.2], [-0.3, 0]], [[0.1, 0.2], [-0.3, 0]]),
    ],
)
def test_weights_are_divided_by_their_sum_unless_it_is_zero(
    tmp_path: Path, weights: Any, expected: Any
) -> None:
    (made,) = run_node(tmp_path, NORMALIZED, [weights])
    np.testing.assert_allclose(made, expected, atol=1e-15)


LEVELS = """
import { cut, levels } from "./photo_rules.js";
console.log(JSON.stringify(data.map(([values, mode]) => [[...levels(values, mode)], cut(values)])));
"""


@pytest.mark.parametrize(
    ("values", "mode", "expected", "lost"),
    [
        ([-300, 0, 100, 300], "clip", [0, 0, 100, 255], 0.5),
        ([0, 255], "clip", [0, 255], 0),
        ([-300, 0, 150], "absolute", [255, 0, 128], 1 / 3),
        ([-300, 0, 150, 300], "signed", [0, 128, 191, 255], 0.5),
        ([0, 0], "signed", [128, 128], 0),
        ([0, 0], "absolute", [0, 0], 0),
    ],
)
def test_a_response_becomes_a_grey(
    tmp_path: Path, values: list[float], mode: str, expected: list[int], lost: float
) -> None:
    ((greys, share),) = run_node(tmp_path, LEVELS, [[values, mode]])
    assert greys == expected
    assert share == pytest.approx(lost)


PIXELS = """
import { fitted, luminances } from "./photo_rules.js";
const sizes = data.sizes.map(([width, height]) => fitted(width, height, 256));
console.log(JSON.stringify([[...luminances(data.pixels)], sizes]));
"""
SIZES = {(192, 100): [192, 100], (4000, 3000): [256, 192], (300, 600): [128, 256], (5000, 2): [256, 1]}


def test_photos_become_grey_as_in_the_chapter_and_small(tmp_path: Path) -> None:
    colours = RNG.integers(0, 256, (500, 3))
    opaque = np.column_stack([colours, np.full(len(colours), 255)])
    data = {"pixels": opaque.ravel().tolist(), "sizes": list(SIZES)}
    greys, sizes = run_node(tmp_path, PIXELS, data)
    np.testing.assert_array_equal(greys, np.round(255 * rgb2gray(colours / 255)))
    assert sizes == list(SIZES.values())


READ = """(canvas) => {
  const { width, height } = canvas;
  const copy = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  return [height, width, Array.from({ length: width * height }, (_, k) => data[4 * k])];
}"""


def shown(explorer: Explored, which: int) -> np.ndarray:
    """Les gris d’un canevas : 0, l’entrée ; 1, la sortie."""
    height, width, values = explorer.page.locator("canvas").nth(which).evaluate(READ)
    return np.array(values, dtype=float).reshape(height, width)


def test_the_page_shows_what_conv2d_computes(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_photo("sharpen", "zeros")) as explorer:
        explorer.slide("Ligne du pixel", 1)
        explorer.slide("Colonne du pixel", 1)
        image, output = shown(explorer, 0), shown(explorer, 1)
        expected = correlated(image, kernel("sharpen"), "zeros").numpy().clip(0, 255)
        assert image.shape == (192, 192)
        assert np.ptp(image) > 200
        # Le carré qui entoure le pixel choisi cache le coin.
        np.testing.assert_allclose(output[8:, 8:], expected[8:, 8:], atol=0.5)


def test_the_keyboard_chooses_a_filter_and_changes_a_weight(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_photo("identity")) as explorer:
        assert "100×1 = 100\u00a0: la luminosité est gardée" in explorer.said
        explorer.tab_to("Poids, ligne 1, colonne 1")
        explorer.page.keyboard.press("ControlOrMeta+a")
        explorer.page.keyboard.type("2")
        assert explorer.page.get_by_role("combobox").input_value() == "own"
        assert "100×3 = 300\u00a0: divisez par la somme" in explorer.said
        explorer.choose("Diviser par la somme")
        assert "ramenée à 3 / 3 = 1" in explorer.said
        explorer.tab_to("Poids, ligne 3, colonne 3")
        explorer.page.keyboard.press("ControlOrMeta+a")
        explorer.page.keyboard.type("-3")
        assert "On ne divise pas par 0" in explorer.said


def test_each_filter_comes_with_what_suits_it(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_photo()) as explorer:
        chosen = {}
        for name in ("mean", "norm", "laplacian", "sharpen"):
            explorer.page.get_by_role("combobox").select_option(name)
            mode = explorer.page.locator("fieldset", has_text="Montrer").locator(":checked")
            divided = explorer.page.get_by_label("Diviser par la somme")
            chosen[name] = (mode.get_attribute("value"), divided.is_visible() and divided.is_checked())
        assert chosen == {
            "mean": ("clip", True),
            "norm": ("absolute", False),
            "laplacian": ("signed", False),
            "sharpen": ("clip", False),
        }
        explorer.page.get_by_role("combobox").select_option("gaussian")
        explorer.slide("Taille F", 7)
        assert "49 produits" in explorer.said
        assert not explorer.control("Poids, ligne 1, colonne 1").is_visible()


def test_the_finger_picks_a_pixel_and_a_border(browser: Browser, tmp_path: Path) -> None:
    touch = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
    with explored(browser, tmp_path, explore_photo("sobel-vertical"), **touch) as explorer:
        canvas = explorer.page.locator("canvas").first
        canvas.tap(position={"x": 2, "y": 2})
        assert "pourtour" not in explorer.said
        row, column = (
            int(explorer.control(name).input_value()) for name in ("Ligne du pixel", "Colonne du pixel")
        )
        assert row <= 6
        assert column <= 6
        explorer.slide("Ligne du pixel", 1)
        explorer.slide("Colonne du pixel", 1)
        flat = explorer.said.splitlines()[0]
        explorer.page.get_by_text("des zéros").tap()
        assert "(−1)×0 + 1×0 + (−2)×0 + 2×" in explorer.said
        assert "(−1)×0 + 1×0" not in flat
        assert "pourtour" in explorer.said
        label = explorer.page.locator("canvas").last.get_attribute("aria-label")
        assert label.startswith("Sortie du filtre «\u202fSobel, bordures verticales\u202f»")
        assert "Ligne 1, colonne 1" in label


def sideways_photo() -> bytes:
    """Un JPEG de 600 × 300, blanc à gauche, que son orientation EXIF dit de tourner d’un quart de tour à droite."""
    pixels = np.zeros((300, 600), np.uint8)
    pixels[:, :300] = 255
    image, file = Image.fromarray(pixels), io.BytesIO()
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_the_reader_s_photo_is_turned_reduced_and_stays_in_the_page(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_photo()) as explorer:
        with explorer.page.expect_file_chooser() as chooser:
            explorer.page.get_by_role("button", name="Votre photo…").click()
        chooser.value.set_files(
            files=[{"name": "vacances.jpg", "mimeType": "image/jpeg", "buffer": sideways_photo()}]
        )
        back = explorer.page.get_by_role("button", name="Reprendre la photo du cours")
        back.wait_for()
        image = shown(explorer, 0)
        assert image.shape == (256, 128)
        assert np.median(image[:100]) > 240
        assert np.median(image[-100:]) < 15
        assert "votre photo, 128 × 256 pixels" in explorer.page.locator("canvas").first.get_attribute(
            "aria-label"
        )
        back.click()
        assert shown(explorer, 0).shape == (192, 192)
        assert not back.is_visible()


DROP = """([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type }));
  const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector(".stage").dispatchEvent(event);
}"""


def drop(explorer: Explored, name: str, kind: str, content: bytes) -> None:
    explorer.page.evaluate(DROP, [name, kind, b64encode(content).decode()])


def test_a_dropped_photo_is_read_and_another_file_is_explained(browser: Browser, tmp_path: Path) -> None:
    with explored(browser, tmp_path, explore_photo()) as explorer:
        before = shown(explorer, 0)
        drop(explorer, "notes.txt", "text/plain", b"bonjour")
        explorer.page.get_by_text("ne lit pas «\u202fnotes.txt\u202f» comme une image").wait_for()
        np.testing.assert_array_equal(shown(explorer, 0), before)
        drop(explorer, "photo.jpg", "image/jpeg", sideways_photo())
        explorer.page.get_by_role("button", name="Reprendre la photo du cours").wait_for()
        assert shown(explorer, 0).shape == (256, 128)


def test_the_picture_weighs_little() -> None:
    assert len(explore_photo()._repr_html_()) <= 12_000


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"kernel": "sobel"}, UnknownNameError, "sobel-vertical"),
        ({"border": "reflect"}, ArgumentError, "reflect"),
    ],
)
def test_an_unknown_filter_or_border_is_refused(arguments: Any, error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        explore_photo(**arguments)
    assert explore_photo("norm", "zeros").state["kernel"] == "norm"
