"""Le document entier : page de titre, table des matières, chapitres, solutions."""

from __future__ import annotations

import os
from html import escape
from itertools import groupby
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from printing import anchors, paper, solutions
from printing.sources import Chapter, Place, PrintError, Settings, read_chapter, stylesheets

FOREWORD = "Présentation"
"""Le titre de la page d’accueil : le sien, celui du livre, est déjà sur la page de titre."""

CONTENTS = "Table des matières"


def assemble(settings: Settings, places: list[Place], pages: Path, folder: Path) -> BeautifulSoup:
    """Le document, à écrire dans `folder`, d’après les pages construites du dossier `pages`.

    Raises:
        PrintError: une page manque, ou un lien interne ne mène à rien.
    """
    chapters = [read_chapter(pages, place) for place in places]
    prefix = f"{Path(os.path.relpath(pages, folder)).as_posix()}/"
    chapters[0].body.find("h1").string = FOREWORD
    end = _transform(chapters, prefix)
    bodies = [*(chapter.body for chapter in chapters), end]
    document = _empty(settings, stylesheets(chapters), prefix, _running_heads(bodies))
    document.body.extend([_title_page(settings), _contents(chapters), *bodies])
    if lost := anchors.broken(document.body):
        raise PrintError(f"Des liens du livre ne mènent à rien : {', '.join(lost[:5])}.")
    return document


def _transform(chapters: list[Chapter], prefix: str) -> Tag:
    """Met les chapitres sur papier, et rend celui des solutions qu’on en a retirées."""
    names = {chapter.name for chapter in chapters}
    for chapter in chapters:
        anchors.make_unique(chapter)
        anchors.resolve(chapter, names, prefix)
        chapter.body["class"] = ["bd-article", "chapter"]
    for chapter in chapters:
        for link in chapter.body.select("a.headerlink"):
            link.decompose()
    end = solutions.solutions_chapter([(chapter, solutions.take_solutions(chapter)) for chapter in chapters])
    for body in (*(chapter.body for chapter in chapters), end):
        paper.prepare(body)
        body["style"] = f"page: {body['id']}"  # la sorte de page dont l’en-tête porte son titre
    return end


def _empty(settings: Settings, sheets: list[tuple[str, str]], prefix: str, style: str) -> BeautifulSoup:
    """Un document clair et sans script, avec les feuilles de style du livre et `style`."""
    links = "".join(
        f'<link rel="stylesheet" href="{prefix}{href}" media="{media}">' for href, media in sheets
    )
    return BeautifulSoup(
        '<!doctype html><html lang="fr" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
        f"<title>{escape(settings.title)}</title>{links}<style>{style}</style></head>"
        '<body class="printed-book"></body></html>',
        "html.parser",
    )


def _title_page(settings: Settings) -> Tag:
    """Le titre n’y est pas un `h1` : le plan du document ne nomme que ses chapitres."""
    return solutions.element(
        f'<header class="title-page"><p class="book-title">{escape(settings.title)}</p>'
        f'<p class="author">{escape(settings.author)}</p><p class="year">{escape(settings.year)}</p>'
        f'<div class="licence">{settings.licence}</div></header>'
    )


def _contents(chapters: list[Chapter]) -> Tag:
    """La table des matières, partie par partie."""
    parts = (
        (f'<p class="part">{escape(part)}</p>' if part else "") + f"<ol>{''.join(map(_entry, group))}</ol>"
        for part, group in groupby(chapters, lambda chapter: chapter.place.part)
    )
    last = f"<ol><li>{_line(solutions.ANCHOR, solutions.TITLE)}</li></ol>"
    return solutions.element(
        f'<nav class="book-contents"><p class="book-contents-title">{CONTENTS}</p>{"".join(parts)}{last}</nav>'
    )


def _entry(chapter: Chapter) -> str:
    """Un chapitre et ses rubriques."""
    headings = (
        (section, section.find("h2", recursive=False)) for section in chapter.body.select("section[id]")
    )
    lines = (f"<li>{_line(section['id'], _text(heading))}</li>" for section, heading in headings if heading)
    return f"<li>{_line(chapter.body['id'], chapter.title)}<ol>{''.join(lines)}</ol></li>"


def _line(target: str, text: str) -> str:
    return f'<a href="#{target}"><span>{escape(text)}</span><span data-page="{target}"></span></a>'


def _text(heading: Tag) -> str:
    return " ".join(heading.get_text().split())


def _running_heads(bodies: list[Tag]) -> str:
    """Les règles CSS qui mettent en tête de chaque page le titre de son chapitre."""
    titles = (
        (body["id"], _text(body.find("h1")).replace("\\", r"\\").replace('"', r"\"")) for body in bodies
    )
    return "\n".join(f'@page {name} {{ @top-right {{ content: "{title}" }} }}' for name, title in titles)
