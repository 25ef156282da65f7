"""Les quiz et les explorateurs, là où le lecteur les trouve : dans les pages du livre construit."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from book_visits import page_names
from local_server import served
from quiz_player import Player, right, wrong

from coursekit.widgets.explorers import EXPLORERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MENTION = re.compile(r'data-afm="(\w+)"')
ALONE = """index => {
  const chosen = document.querySelectorAll('[data-afm="quiz"]')[index];
  document.body.replaceChildren(chosen);
  return chosen.querySelector('script[type="application/json"]').textContent;
}"""
AWAKE = """() => [...document.querySelectorAll("[data-afm]")].every((place) => place.hasAttribute("data-ready"))"""


def widgets_of(folder: Path) -> dict[str, list[str]]:
    """Les objets de chaque page qui en a."""
    found = {
        name: MENTION.findall((folder / name).read_text(encoding="utf-8")) for name in page_names(folder)
    }
    return {name: widgets for name, widgets in found.items() if widgets}


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_every_widget_of_the_book_wakes_up(browser: Browser, built_book: Path, scheme: str) -> None:
    with served(built_book) as address:
        root = built_book.as_uri() + "/" if scheme == "file" else address
        for name in widgets_of(built_book):
            page = browser.new_page()
            page.goto(root + name)
            page.wait_for_function(AWAKE)
            page.close()


def test_every_explorer_has_its_place_in_the_book(built_book: Path) -> None:
    shown = {widget for widgets in widgets_of(built_book).values() for widget in widgets}
    assert shown == {"quiz", *EXPLORERS}


def test_every_chapter_has_a_quiz_and_an_explorer(built_book: Path) -> None:
    found = widgets_of(built_book)
    for chapter in (name for name in page_names(built_book) if name.startswith("bases/")):
        assert "quiz" in found[chapter], chapter
        assert set(found[chapter]) & set(EXPLORERS), chapter


def answer_all(page: Page, questions: list[dict]) -> None:
    """Répond à chaque question, d’abord de travers, puis juste."""
    player = Player(page)
    for place, question in enumerate(questions):
        data = question["variants"][0]
        bad, say = wrong(data)
        player.answer(data, bad)
        sort, text = player.verdict
        assert sort == "wrong", question["title"]
        assert player.plain(say) in text, question["title"]
        player.answer(data, right(data))
        assert player.verdict[0] == "right", question["title"]
        if place + 1 < len(questions):
            player.click("Suivante")
    assert f"sur {len(questions)}" in page.locator(".score").inner_text()
    assert page.locator(".marks .right").count() == len(questions)


def test_every_quiz_of_the_book_is_answered_wrong_then_right(browser: Browser, built_book: Path) -> None:
    quizzes = {name: widgets.count("quiz") for name, widgets in widgets_of(built_book).items()}
    assert sum(quizzes.values()) >= 3
    for name, count in quizzes.items():
        for index in range(count):
            page = browser.new_page()
            page.set_default_timeout(10_000)
            page.goto((built_book / name).as_uri())
            page.wait_for_function(AWAKE)
            answer_all(page, json.loads(page.evaluate(ALONE, index))["questions"])
            page.close()
