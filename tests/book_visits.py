"""Visiter les pages du livre construit dans un vrai navigateur, et noter ce qui s’y passe."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOCAL = ("data:", "blob:", "about:")

ATTRIBUTES = ["title", "aria-label", "placeholder", "data-tooltip", "data-bs-title"]
NOT_INTERFACE = "article, script, style, noscript, nav.bd-docs-nav, .prev-next-area"
TITLES = ".admonition-title, figcaption .caption-number, summary"
INTERFACE = """
([attributes, notInterface, titles]) => {
  const hints = attributes.flatMap(name => [...document.querySelectorAll(`[${name}]`)].map(e => e.getAttribute(name)));
  const labels = [...document.querySelectorAll(titles)].map(e => e.textContent);
  const around = document.body.cloneNode(true);
  around.querySelectorAll(notInterface).forEach(e => e.remove());
  return [...hints, ...labels, ...around.textContent.split("\\n")].map(text => text.trim()).filter(Boolean);
}
"""
IMAGES = "() => [...document.images].map(image => [image.getAttribute('src'), image.getAttribute('alt')])"


SETTLED = """() => {
  const toggle = document.querySelector(".sidebar-toggle[data-bs-toggle]");
  const scrolling = "article :is(pre, .cell_output > .output, .pst-scrollable-table-container)";
  const zones = [...document.querySelectorAll(scrolling)];
  return (!toggle || toggle.hasAttribute("data-bs-original-title"))
    && zones.every((zone) => zone.scrollWidth <= zone.clientWidth || zone.tabIndex === 0);
}"""


def settle(page: Page) -> None:
    """Attend que le script du thème ait fait son travail : boutons, zones à défilement. Il y revient 300 ms après."""
    page.evaluate("document.fonts.ready.then(() => window.dispatchEvent(new Event('resize')))")
    page.wait_for_function(SETTLED)


@dataclass
class Visit:
    """Une page, telle qu’un navigateur l’a vue."""

    name: str
    url: str
    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    lang: str = ""
    interface: list[str] = field(default_factory=list)
    images: list[tuple[str, str | None]] = field(default_factory=list)

    def outside(self, root: str) -> list[str]:
        """Les requêtes qui sortent du livre, dont toutes les adresses commencent par `root`."""
        return [url for url in self.requests if not url.startswith((root, *LOCAL))]


def page_names(folder: Path) -> list[str]:
    """Les pages d’un livre construit, par leur chemin."""
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return [name for name in pages if not name.startswith("_")]


def visit(browser: Browser, root: str, name: str) -> Visit:
    """Ouvre une page dans une session neuve, et attend qu’elle ne demande plus rien."""
    seen = Visit(name, root + name)
    page = browser.new_page()
    listen(page, seen)
    page.goto(seen.url, wait_until="networkidle")
    seen.lang = page.evaluate("document.documentElement.lang")
    seen.interface = page.evaluate(INTERFACE, [ATTRIBUTES, NOT_INTERFACE, TITLES])
    seen.images = [tuple(pair) for pair in page.evaluate(IMAGES)]
    page.close()
    return seen


def listen(page: Page, seen: Visit) -> None:
    """Note requêtes, échecs et messages d’une page."""
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.failures.append(f"{request.url} : {request.failure}"))
    page.on(
        "response",
        lambda answer: answer.status >= 400 and seen.failures.append(f"{answer.url} : {answer.status}"),
    )
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on(
        "console",
        lambda message: message.type in ("error", "warning") and seen.console.append(message.text),
    )
