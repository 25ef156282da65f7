"""Le thème clair ou sombre, la recherche et la navigation, au clavier seul, dans une page du livre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from book_visits import settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHAPTER = "bases/tailles.html"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
THEME = "document.documentElement.dataset.theme"
FOCUS = """() => {
  const shown = document.activeElement;
  const style = getComputedStyle(shown), around = shown.closest("label, .focus-ring") ?? shown;
  const ring = getComputedStyle(around);
  const visible = [style, ring].some((one) =>
    (one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== "none");
  return [shown.tagName, visible, (shown.getAttribute("aria-label") ?? shown.textContent).trim().slice(0, 40)];
}"""


@pytest.fixture
def page(browser: Browser, built_book: Path) -> Iterator[Page]:
    context = browser.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.goto((built_book / CHAPTER).as_uri(), wait_until="networkidle")
    settle(made)
    yield made
    context.close()


def switch(page: Page) -> str:
    """Le thème suivant, choisi au clavier."""
    page.locator(".theme-switch-button").first.focus()
    page.keyboard.press("Enter")
    return str(page.evaluate(THEME))


def test_the_theme_changes_and_is_remembered(page: Page) -> None:
    assert page.evaluate(THEME) == "light"
    light = page.evaluate(BACKGROUND)
    assert switch(page) == "dark"
    assert page.evaluate(BACKGROUND) != light
    page.reload()
    settle(page)
    assert page.evaluate(THEME) == "dark"
    assert {switch(page) for _ in range(2)} == {"light"}, "clair, puis celui du système, qui est clair"
    assert page.evaluate(BACKGROUND) == light


def test_the_search_opens_by_a_shortcut_and_finds_without_accents(page: Page) -> None:
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("champ recepteur")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a", has_text="Tailles").count() > 0


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    assert "contenu" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_the_focus_is_seen_wherever_tab_leads(page: Page) -> None:
    hidden = []
    for _ in range(120):
        page.keyboard.press("Tab")
        tag, visible, name = page.evaluate(FOCUS)
        if tag != "BODY" and not visible:
            hidden.append((tag, name))
    assert hidden == []
