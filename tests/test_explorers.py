"""Tout explorateur : hors ligne, léger, accessible, sur un téléphone, sur papier, sans script."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe import violations
from explorer_page import explored
from widget_node import node_program

from coursekit import afm
from coursekit.widgets.explorers import EXPLORERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDGETS = Path(afm.__file__).parent / "widgets"
BUDGET = 60_000
"""Octets gzip pour tous les scripts du cours réunis."""

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTLINES = """() => {
  const style = getComputedStyle(document.activeElement);
  return [style.outlineStyle, parseFloat(style.outlineWidth)];
}"""

each_explorer = pytest.mark.parametrize("name", EXPLORERS)


@each_explorer
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_starts_and_axe_finds_nothing(browser: Browser, tmp_path: Path, name: str, scheme: str) -> None:
    with explored(browser, tmp_path, EXPLORERS[name](), color_scheme=scheme) as explorer:
        explorer.page.add_style_tag(content=":root { color-scheme: light dark; }")
        assert explorer.said.strip()
        assert violations(explorer.page) == []


@each_explorer
def test_it_fits_a_phone(browser: Browser, tmp_path: Path, name: str) -> None:
    with explored(browser, tmp_path, EXPLORERS[name](), **PHONE) as explorer:
        assert explorer.page.evaluate(OVERFLOW) <= 0


@each_explorer
def test_every_control_is_reached_by_tab_and_shows_it(browser: Browser, tmp_path: Path, name: str) -> None:
    fields = "input:not([type=radio]), select, button, [role=grid]"
    with explored(browser, tmp_path, EXPLORERS[name]()) as explorer:
        left = explorer.page.locator(fields).filter(visible=True).count()
        assert left
        for _ in range(left):
            explorer.page.keyboard.press("Tab")
            style, width = explorer.page.evaluate(OUTLINES)
            assert style != "none"
            assert width >= 2


@each_explorer
def test_paper_shows_the_still_picture_and_its_sentence(browser: Browser, tmp_path: Path, name: str) -> None:
    with explored(browser, tmp_path, EXPLORERS[name]()) as explorer:
        figure = explorer.page.locator(".coursekit-fallback figure")
        assert not figure.is_visible()
        explorer.page.emulate_media(media="print")
        assert figure.is_visible()
        assert not explorer.page.locator(".coursekit-explorer").is_visible()


@each_explorer
def test_without_script_the_picture_says_what_it_shows(name: str) -> None:
    fallback = EXPLORERS[name]().fallback
    (label,) = re.findall(r'role="img" aria-label="([^"]+)"', fallback)
    assert len(label) > 20
    (sentence,) = re.findall(r"<figcaption>(.+)</figcaption>", fallback)
    assert sentence.endswith(".")


def test_every_module_is_an_explorer_or_the_quiz() -> None:
    rendered = {path.stem for path in WIDGETS.glob("*.js") if "export default" in path.read_text("utf-8")}
    assert rendered == {"quiz", *EXPLORERS}


def test_all_the_scripts_weigh_little() -> None:
    scripts = {afm.SHARED: afm.module(afm.SHARED)}
    for name in ("quiz", *EXPLORERS):
        scripts |= afm.scripts(name)
    assert sum(len(gzip.compress(script.encode())) for script in scripts.values()) <= BUDGET


@each_explorer
def test_jupyter_reads_it_as_one_module_and_the_page_as_scripts(tmp_path: Path, name: str) -> None:
    own, frame = afm.classic(name), afm.scripts(name)[afm.FRAME]
    assert "function frame(" in frame
    assert "function frame(" not in own
    for file, text in {"one.mjs": afm.module(name), "frame.js": frame, "own.js": own}.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
        done = subprocess.run([node_program(), "--check", tmp_path / file], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@each_explorer
def test_two_explorers_of_a_page_share_the_frame(name: str) -> None:
    assert list(afm.scripts(name)) == [afm.FRAME, name]
    assert list(afm.scripts("quiz")) == ["quiz"]
