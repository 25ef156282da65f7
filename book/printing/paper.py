"""Ce qui change d’une page entre l’écran et le papier.

Rien ne s’y déplie : les encadrés repliables et le code masqué sont ouverts. Ce code aurait pu être omis, mais les
cellules suivantes s’en servent, et le lecteur d’un livre imprimé n’a pas d’autre moyen de le voir.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

SCREEN_ONLY = "a.headerlink, script, style, button, noscript, .toctree-wrapper"
TAGS = re.compile(r"</?(\w+)[^>]*>")


def prepare(body: Tag) -> None:
    """Met une page sur papier."""
    for tag in body.select(SCREEN_ONLY):
        tag.decompose()
    for image in body.select("img[loading]"):
        del image["loading"]  # rien ne défile : une image remise à plus tard ne viendrait jamais
    _drop_empty_sections(body)
    for fold in body.select("details"):
        unfold(fold)
    for block in body.select("pre"):
        split_lines(block)


def _drop_empty_sections(body: Tag) -> None:
    """Ôte les rubriques qui n’ont plus que leur titre : le sommaire à l’écran, que la table des matières remplace."""
    for section in body.select("section"):
        children = section.find_all(True, recursive=False)
        if len(children) == 1 and children[0].name in ("h2", "h3"):
            section.decompose()


def unfold(fold: Tag) -> None:
    """Fait d’un repli un bloc ouvert, titré s’il a un vrai titre : « Afficher le code » n’en est pas un."""
    summary = fold.find("summary", recursive=False)
    if summary is not None:
        if "hide" in fold.get("class", []):
            summary.decompose()
        else:
            summary.name = "p"
    if "hide" in fold.get("class", []):
        fold.unwrap()
    else:
        fold.name = "div"


def is_balanced(line: str) -> bool:
    """Une ligne de HTML ferme-t-elle tout ce qu’elle ouvre ?"""
    opened: list[str] = []
    for tag in TAGS.finditer(line):
        if not tag[0].startswith("</"):
            opened.append(tag[1])
        elif not opened or opened.pop() != tag[1]:
            return False
    return not opened


def indent_of(line: str) -> int:
    """Les espaces au début du texte d’une ligne de HTML."""
    text = TAGS.sub("", line)
    return len(text) - len(text.lstrip(" "))


def split_lines(block: Tag) -> None:
    """Met chaque ligne d’un programme dans son bloc : trop longue, elle continue dessous, avec un signe en marge.

    Pygments ferme ses balises à chaque fin de ligne ; un bloc qui ne le ferait pas est laissé tel quel.
    """
    lines = block.decode_contents().removesuffix("\n").split("\n")
    if not all(map(is_balanced, lines)):
        return
    html = "".join(
        f'<span class="code-line" style="--indent: {indent_of(line)}ch">{line}</span>' for line in lines
    )
    parsed = BeautifulSoup(f"<pre>{html}</pre>", "html.parser")  # hors d’un <pre>, il réduirait les espaces
    block.clear()
    block.extend(list(parsed.pre.contents))
