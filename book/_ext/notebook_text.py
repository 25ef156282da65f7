"""Le texte d’une page construite, en Markdown que Jupyter et Colab savent lire.

La source d’un chapitre est du MyST : ses rôles et ses directives n’y seraient que du texte brut. La page, elle, est
résolue : les nombres y sont calculés, les renvois numérotés. On en repart donc, et l’on reprend aux formules le LaTeX
que KaTeX y a laissé.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from markdownify import ATX, MarkdownConverter

NOT_TEXT = "a.headerlink, script, style, .toctree-wrapper"
SOLUTIONS = "Solutions"
LANGUAGE = re.compile(r"highlight-(\w+)")
PIECE = re.compile(r"⟦(\d*)⟧")
"""Une coupure du texte ; avec un nombre, la place d’une cellule de code."""


@dataclass(frozen=True)
class Text:
    """Une cellule de texte."""

    markdown: str


@dataclass(frozen=True)
class Code:
    """La place d’une cellule de code : son rang parmi celles de la page."""

    rank: int


class Prose(MarkdownConverter):
    """Du HTML de la page au Markdown ; `tex`, `quote` et `cut` sont les balises que `simplify` y met."""

    def convert_tex(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        if "display" not in tag.attrs:
            return f"${tag['source']}$"
        number = f" \\tag{{{tag['number']}}}" if tag["number"] else ""
        return f"\n\n$$\n{tag['source']}{number}\n$$\n\n"

    def convert_quote(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        lines = text.strip().split("\n")
        return "\n\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"

    def convert_cut(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n⟦{tag.get('cell', '')}⟧\n\n"

    def convert_dt(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n**{text.strip()}**\n\n"

    def convert_dd(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip()}\n\n"


def language_of(block: Tag) -> str:
    """Le langage d’un programme montré dans le texte."""
    outer = block.find_parent("div", class_=LANGUAGE)
    found = LANGUAGE.search(" ".join(outer["class"])) if outer else None
    return found[1] if found else ""


def pieces(body: str) -> Iterator[Text | Code]:
    """Les cellules d’une page, dans l’ordre, les solutions à la fin."""
    page = BeautifulSoup(body, "html.parser")
    simplify(page)
    writer = Prose(heading_style=ATX, bullets="-", code_language_callback=language_of, escape_misc=False)
    start = 0
    markdown = writer.convert_soup(page)
    for cut in PIECE.finditer(markdown):
        yield from _text(markdown[start : cut.start()])
        if cut[1]:
            yield Code(int(cut[1]))
        start = cut.end()
    yield from _text(markdown[start:])


def _text(markdown: str) -> Iterator[Text]:
    tidy = re.sub(r"\n{3,}", "\n\n", markdown.strip())
    if tidy:
        yield Text(tidy)


def simplify(page: BeautifulSoup) -> None:
    """Ne laisse dans la page que ce que Markdown sait dire."""
    for tag in page.select(NOT_TEXT):
        tag.decompose()
    for rank, cell in enumerate(page.select("div.cell")):
        _mark(page, cell, rank)
    for formula in page.select(".katex"):
        _write_formula(page, formula)
    _move_solutions(page)
    for box in page.select(".admonition"):
        _quote(box)
    for link in page.select("a[href]"):
        _keep_outside(link)
    for heading in page.select("h1, h2, h3"):
        heading.insert_before(page.new_tag("cut"))


def _mark(page: BeautifulSoup, cell: Tag, rank: int) -> None:
    """Remplace une cellule par sa place, suivie de ses légendes : la figure, elle, naîtra de la cellule."""
    captions = cell.select("figcaption")
    for number in cell.select("figcaption .caption-number"):
        number.name = "strong"
    cell.insert_before(page.new_tag("cut", attrs={"cell": str(rank)}))
    for caption in captions:
        caption.name = "p"
        cell.insert_before(caption.extract())
    cell.decompose()


def _write_formula(page: BeautifulSoup, formula: Tag) -> None:
    """Remplace une formule composée par son LaTeX."""
    source = formula.select_one('annotation[encoding="application/x-tex"]').get_text().strip()
    display = formula.find_parent(class_="katex-display")
    if display is None:
        formula.replace_with(page.new_tag("tex", attrs={"source": source}))
        return
    label = display.find_previous_sibling(class_="eqno")
    number = label.get_text().strip("()") if label else ""
    if label:
        label.decompose()
    display.replace_with(page.new_tag("tex", attrs={"source": source, "display": "", "number": number}))


def _move_solutions(page: BeautifulSoup) -> None:
    """Rassemble à la fin les solutions des exercices, chacune sous le titre du sien."""
    solutions = page.select("details.solution")
    if not solutions:
        return
    heading = page.new_tag("h2")
    heading.string = SOLUTIONS
    page.append(heading)
    for solution in solutions:
        exercise = solution.find_previous("div", class_="exercise")
        title = solution.find("summary")
        title.name, title.attrs = "h3", {}
        title.string = " ".join(exercise.select_one(".admonition-title").get_text().split())
        solution.name, solution["class"] = "div", []
        page.append(solution.extract())


def _quote(box: Tag) -> None:
    """Un encadré devient une citation titrée ; un exercice, une rubrique ; du code masqué, du code."""
    title = box.find(class_="admonition-title", recursive=False) or box.find("summary", recursive=False)
    if "exercise" in box["class"] and title is not None:
        title.name = "h3"
    else:
        box.name = "quote"
        if title is not None:
            title.name = "p"
            title.string = " ".join(title.get_text().split())
            title.string.wrap(BeautifulSoup("", "html.parser").new_tag("strong"))


def _keep_outside(link: Tag) -> None:
    """Un lien vers le livre, que le notebook ne suivrait pas, devient du texte ; un fichier y garde son nom."""
    if re.match(r"\w+:", link["href"]):
        return
    if "download" in link.get("class", []):
        link.append(f" ({posixpath.basename(link['href'])})")
    link.unwrap()
