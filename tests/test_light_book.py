"""Ce que le livre retire de ses pages pour peser moins, et ce qu’il ne doit pas en retirer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from light_icons import codes, named, without_unused
from light_images import LARGEST_LOSSLESS, convert, lazily
from PIL import Image
from quick_scroll_check import SCRIPT, measured_first
from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STYLE = '.fa-sun:before{content:"\\f185"}.fa-bed:before,.fa-hotel:before{content:"\\f236"}.tip:before{content:"\\f0eb"}'
LOADED = "() => [...document.images].filter((image) => image.complete && image.naturalWidth).length"


def test_only_the_icons_that_something_names_stay() -> None:
    used = named(['<i class="fa-solid fa-sun"></i>', 'icon.classList.add("fa-hotel")'])
    assert without_unused(STYLE, used) == STYLE
    lighter = without_unused(STYLE, named(['<i class="fa-solid fa-sun">']))
    assert lighter == STYLE.replace('.fa-bed:before,.fa-hotel:before{content:"\\f236"}', "")
    assert codes([lighter]) == {0xF185, 0xF0EB}


def test_the_fonts_of_the_book_draw_every_icon_it_uses(built_book: Path) -> None:
    static = built_book / "_static"
    needed = codes(path.read_text(encoding="utf-8") for path in static.rglob("*.css"))
    fonts = (static / "vendor/fontawesome/webfonts").glob("*.woff2")
    drawn = {code for font in fonts for code in TTFont(font).getBestCmap() or ()}
    pages = named(path.read_text(encoding="utf-8") for path in built_book.glob("*.html"))
    assert {"sun", "moon", "magnifying-glass"} <= pages
    assert needed
    assert [hex(code) for code in needed - drawn] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<img alt="Un chat" src="../_images/chat.png" width="3" />',
            '<img loading="lazy" alt="Un chat" src="../_images/chat.webp" width="3" />',
        ),
        ('<img alt="Un logo" src="_static/logo.png" />', '<img alt="Un logo" src="_static/logo.png" />'),
        ('<img src="_images/plan.svg" />', '<img src="_images/plan.svg" />'),
    ],
)
def test_images_wait_to_be_seen(body: str, expected: str) -> None:
    assert lazily(body) == expected


def test_the_theme_measures_before_it_writes() -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    quick = measured_first(script)
    assert ".tabIndex=" in script
    assert re.search(r"(\w+)\.tabIndex=\1\.scrollWidth", script)
    assert not re.search(r"(\w+)\.tabIndex=\1\.scrollWidth", quick)
    with pytest.raises(ExtensionError, match="à revoir"):
        measured_first(quick)


RIGHT = """() => [...document.querySelectorAll("article pre")]
  .every((zone) => (zone.scrollWidth > zone.clientWidth) === (zone.tabIndex === 0))"""
FAR = """() => [...document.querySelectorAll("article pre")]
  .filter((zone) => !zone.checkVisibility({ contentVisibilityAuto: true }))
  .map((zone) => zone.scrollWidth > zone.clientWidth)"""


def test_a_zone_that_scrolls_is_reached_by_tab_and_no_other(browser: Browser, built_book: Path) -> None:
    """Même une zone dont le lecteur est loin, et que le navigateur n’a pas mise en page."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((built_book / "bases" / "tailles.html").as_uri(), wait_until="networkidle")
    assert {True, False} <= set(page.evaluate(FAR))
    page.wait_for_function(RIGHT)
    page.close()


def picture(folder: Path, pixels: np.ndarray) -> Path:
    path = folder / "image.png"
    Image.fromarray(pixels.astype("uint8")).save(path)
    return path


def test_a_diagram_loses_nothing_and_a_photograph_little(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    diagram = np.kron(rng.integers(0, 2, (20, 20)) * 255, np.ones((10, 10)))
    made = np.asarray(Image.open(convert(picture(tmp_path, diagram))).convert("L"))
    assert (made == diagram).all()

    waves = np.add.outer(np.sin(np.arange(500) / 30), np.cos(np.arange(500) / 40)) * 60 + 128
    photograph = waves + rng.normal(0, 6, waves.shape)
    source = picture(tmp_path, photograph.clip(0, 255))
    (tmp_path / "image.webp").unlink()
    made = convert(source)
    assert made.stat().st_size < source.stat().st_size / 2
    assert source.stat().st_size > LARGEST_LOSSLESS
    assert np.abs(np.asarray(Image.open(made).convert("L")) - photograph).mean() < 8


def test_printing_loads_the_images_that_were_waiting(
    browser: Browser, built_book: Path, tmp_path: Path
) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in built_book.rglob("*.html")}
    chapter = max(pages, key=lambda path: len(re.findall(r'loading="lazy"', pages[path])))
    page = browser.new_page()
    page.goto(chapter.as_uri(), wait_until="networkidle")
    total = page.locator("img").count()
    assert page.evaluate(LOADED) < total
    page.pdf(path=tmp_path / "chapitre.pdf")
    assert page.evaluate(LOADED) == total
    page.close()
