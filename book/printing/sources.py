"""Ce qu’il y a à imprimer : le titre du livre, ses pages dans l’ordre du sommaire, leur contenu construit."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag
from sphinx_external_toc.api import Document, SiteMap
from sphinx_external_toc.parsing import parse_toc_yaml


class PrintError(Exception):
    """Le livre ne peut pas être imprimé ; le message dit pourquoi, et que faire."""


@dataclass(frozen=True)
class Place:
    """Une page dans le sommaire : son nom, sans extension, et la partie où elle se trouve."""

    name: str
    part: str | None


@dataclass(frozen=True)
class Chapter:
    """Une page construite : sa place, le contenu de son article, les feuilles de style qu’elle demande."""

    place: Place
    body: Tag
    styles: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def slug(self) -> str:
        """Le préfixe de ses ancres."""
        return self.name.replace("/", "-")

    @property
    def title(self) -> str:
        return " ".join(self.body.find("h1").get_text().split())


@dataclass(frozen=True)
class Settings:
    """Ce que dit la page de titre."""

    title: str
    author: str
    year: str
    licence: str


def read_settings(config: Path) -> Settings:
    """Le titre et les auteurs, tels que `_config.yml` les donne au livre à l’écran."""
    data = yaml.safe_load(config.read_text(encoding="utf-8"))
    theme = data["sphinx"]["config"]["html_theme_options"]
    return Settings(data["title"], data["author"], str(data["copyright"]), theme["extra_footer"])


def read_toc(toc: Path) -> list[Place]:
    """Toutes les pages de `_toc.yml`, dans l’ordre de lecture."""
    site = parse_toc_yaml(toc)
    return list(_places(site, site.root, None))


def _places(site: SiteMap, document: Document, part: str | None) -> Iterator[Place]:
    yield Place(document.docname, part)
    for tree in document.subtrees:
        for item in tree.items:
            if item in site:
                yield from _places(site, site[item], tree.caption or part)


def read_chapter(pages: Path, place: Place) -> Chapter:
    """Une page construite, lue dans le dossier du livre."""
    path = pages / f"{place.name}.html"
    if not path.is_file():
        raise PrintError(
            f"La page « {place.name} » est au sommaire, mais {path} n’existe pas : construisez le livre (make livre)."
        )
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    body = page.select_one("article.bd-article")
    if body is None or body.find("h1") is None:
        raise PrintError(f"{path} n’a pas d’article titré : le thème a changé, ce programme est à revoir.")
    folder = posixpath.dirname(place.name)
    links = page.select('link[rel~="stylesheet"]')
    styles = (
        (posixpath.normpath(posixpath.join(folder, link["href"])), link.get("media", "all")) for link in links
    )
    return Chapter(place, body, tuple(styles))


def stylesheets(chapters: list[Chapter]) -> list[tuple[str, str]]:
    """Les feuilles de toutes les pages, chacune une fois.

    Une page peut en demander une que la précédente n’a pas : elle se place alors avant celle qui la suit dans sa page.
    """
    ordered: list[tuple[str, str]] = []
    for chapter in chapters:
        place = len(ordered)
        for sheet in reversed(chapter.styles):
            if sheet in ordered:
                place = ordered.index(sheet)
            else:
                ordered.insert(place, sheet)
    return ordered
