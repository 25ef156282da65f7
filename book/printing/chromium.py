"""Chromium : imprimer un document en PDF balisé, et mesurer que rien n’y dépasse de la page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from printing.sources import PrintError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
A4_WIDTH = 210.0
MARGIN = 18.0
"""Millimètres ; `book/_assets/impression.css` répète ce nombre, que CSS ne peut pas lire ici."""

PATIENCE = 300_000
"""Millisecondes laissées à une étape, sur une machine chargée."""

TOO_WIDE = """() => {
  const limit = document.body.getBoundingClientRect().right + 1;
  const cutting = element => ["hidden", "clip", "auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const clipped = element => element.clientWidth > 0 && cutting(element)
    && element.scrollWidth > element.clientWidth + 1;
  return [...document.querySelectorAll(".chapter *")]
    .filter(element => !element.closest(".katex-mathml, svg *, math *"))
    .filter(element => element.getBoundingClientRect().right > limit || clipped(element))
    .map(element => [element.closest(".chapter").id, element.tagName.toLowerCase(), element.className,
                     element.textContent.trim().slice(0, 60)].join(" | "));
}"""

NUMBERS = """numbers => document.querySelectorAll("[data-page]")
  .forEach(place => { place.textContent = numbers[place.dataset.page]; })"""


def program() -> str:
    """Le Chromium du système."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise PrintError(
            "Chromium manque, et c’est lui qui imprime. Installez-le : sudo apt-get install chromium"
        )
    return found


@contextmanager
def on_paper(browser: Browser, html: Path) -> Iterator[Page]:
    """Une page où s’ouvre `html`, vue comme sur du papier, en couleurs claires, à la largeur d’une page A4."""
    page = browser.new_page(viewport={"width": round((A4_WIDTH - 2 * MARGIN) / 25.4 * 96), "height": 990})
    page.set_default_timeout(PATIENCE)
    page.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
    page.goto(html.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    yield page
    page.close()


@contextmanager
def opened(html: Path) -> Iterator[Page]:
    """De même, dans un Chromium lancé pour l’occasion."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise PrintError(
            "playwright manque, qui commande Chromium. Installez-le : pip install -e '.[dev]'"
        ) from None
    with sync_playwright() as session:
        browser = session.chromium.launch(executable_path=program(), args=list(FLAGS))
        with on_paper(browser, html) as page:
            yield page
        browser.close()


def print_pdf(page: Page, target: Path, *, tagged: bool) -> None:
    """Imprime la page ouverte : format, marges, en-têtes et numéros sont dans sa feuille de style.

    Sans balises ni plan, le PDF ne vaut que pour ses numéros de page, et se fait plus vite.
    """
    page.pdf(path=target, tagged=tagged, outline=tagged, prefer_css_page_size=True, print_background=True)


def write_numbers(page: Page, numbers: Mapping[str, int]) -> None:
    """Écrit dans la page ouverte les numéros de page de la table et des renvois."""
    page.evaluate(NUMBERS, dict(numbers))


def too_wide(page: Page) -> list[str]:
    """Ce qui dépasse de la largeur d’une page, ou que son cadre coupe : chapitre, balise, classe et début du texte."""
    return list(page.evaluate(TOO_WIDE))
