"""Les liens du livre construit : le fichier existe, l’ancre aussi, et aucune ne sert deux fois dans une page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from book_visits import page_names
from bs4 import BeautifulSoup

OUTSIDE = ("http", "https", "mailto", "data", "javascript")


@pytest.fixture(scope="module")
def pages(built_book: Path) -> dict[Path, BeautifulSoup]:
    return {
        (built_book / name).resolve(): BeautifulSoup(
            (built_book / name).read_text(encoding="utf-8"), "html.parser"
        )
        for name in page_names(built_book)
    }


def ids(page: BeautifulSoup) -> list[str]:
    return [element["id"] for element in page.find_all(id=True)]


def targets(page: BeautifulSoup) -> set[str]:
    """Les adresses internes d’une page."""
    found = {
        element.get(name)
        for name in ("href", "src")
        for element in page.find_all(attrs={name: True})
        if element.name != "base"
    }
    return {address for address in found if address and urlsplit(address).scheme not in OUTSIDE}


def broken(address: str, here: Path, anchors: dict[Path, set[str]]) -> bool:
    """Cette adresse ne mène-t-elle nulle part ?"""
    parts = urlsplit(address)
    path = (here.parent / unquote(parts.path)).resolve() if parts.path else here
    if path.is_dir():
        path /= "index.html"
    if not path.is_file():
        return True
    anchor = unquote(parts.fragment)
    return bool(anchor) and anchor not in anchors.get(path, {anchor})


def test_every_internal_link_leads_somewhere(pages: dict[Path, BeautifulSoup]) -> None:
    anchors = {path: set(ids(page)) for path, page in pages.items()}
    followed = {path: targets(page) for path, page in pages.items()}
    assert sum(map(len, followed.values())) > 500
    dead = {
        path.name: lost
        for path, addresses in followed.items()
        if (lost := sorted(address for address in addresses if broken(address, path, anchors)))
    }
    assert dead == {}


def test_a_dead_link_is_seen(pages: dict[Path, BeautifulSoup]) -> None:
    here = next(path for path in pages if path.name == "index.html")
    anchors = {path: set(ids(page)) for path, page in pages.items()}
    assert not broken("glossaire.html", here, anchors)
    assert broken("glossaires.html", here, anchors)
    assert broken("glossaire.html#rien-de-tel", here, anchors)


def test_no_anchor_serves_twice(pages: dict[Path, BeautifulSoup]) -> None:
    twice = {
        path.name: repeated
        for path, page in pages.items()
        if (repeated := [name for name, count in Counter(ids(page)).items() if count > 1])
    }
    assert twice == {}
