"""Ouvrir un explorateur seul dans une page, sans réseau, et s’en servir au clavier comme au doigt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from book_visits import LOCAL

from coursekit.afm import Widget

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

MOST_TABS = 200
NAMED = "e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent"


@dataclass
class Explored:
    """Un explorateur ouvert, et ce qu’il a dit d’anormal."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Sa phrase, telle qu’on la lit."""
        return self.page.locator(".said").inner_text()

    def control(self, name: str) -> Locator:
        """Le réglage de ce nom."""
        return self.page.get_by_label(name)

    def slide(self, name: str, value: float) -> None:
        """Amène une glissière à cette valeur, avec les flèches du clavier."""
        control = self.control(name)
        control.focus()
        step = float(control.get_attribute("step") or 1)
        for _ in range(1000):
            now = float(control.input_value())
            if abs(now - value) < step / 2:
                return
            self.page.keyboard.press("ArrowRight" if now < value else "ArrowLeft")
            assert float(control.input_value()) != now, f"{name} : {value} est hors des bornes"

    def choose(self, name: str) -> None:
        """Choisit cette option, ou coche cette case, avec la barre d’espace."""
        self.page.get_by_label(name, exact=True).focus()
        self.page.keyboard.press("Space")

    def tab_to(self, name: str) -> None:
        """Atteint un élément par la touche Tab seule."""
        self.page.evaluate("document.activeElement.blur()")
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if name in self.page.evaluate(f"({NAMED})(document.activeElement)"):
                return
        raise AssertionError(f"Tab n’atteint pas « {name} ».")

    def table(self, label: str) -> list[list[str]]:
        """Les textes d’une grille."""
        rows = self.page.get_by_role("grid", name=label).get_by_role("row")
        return [row.get_by_role("gridcell").all_inner_texts() for row in rows.all()]

    def cell(self, label: str, i: int, j: int) -> Locator:
        """Une case d’une grille ; lignes et colonnes se comptent à partir de 0."""
        row = self.page.get_by_role("grid", name=label).get_by_role("row").nth(i)
        return row.get_by_role("gridcell").nth(j)


@contextmanager
def explored(browser: Browser, folder: Path, widget: Widget, **context: Any) -> Iterator[Explored]:
    """L’explorateur, lu sur le disque ; à la sortie, rien d’anormal ne doit s’être passé."""
    file = folder / f"{widget.name}.html"
    file.write_text(widget.page(widget.name), encoding="utf-8")
    page = browser.new_page(**context)
    seen = Explored(page)
    page.on("request", lambda request: outside(request.url, file.as_uri(), seen.troubles))
    page.on("pageerror", lambda error: seen.troubles.append(str(error)))
    page.on("console", lambda message: seen.troubles.append(message.text))
    page.goto(file.as_uri())
    page.wait_for_selector("[data-ready]")
    yield seen
    assert seen.troubles == []
    page.close()


def outside(url: str, here: str, troubles: list[str]) -> None:
    if not url.startswith((here, *LOCAL)):
        troubles.append(url)
