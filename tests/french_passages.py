"""Tout le français du projet, en passages suivis que relisent les correcteurs.

Un passage est une suite de lignes, chacune avec l’endroit d’où elle vient. Ce qui n’est pas de la langue y est
remplacé par `PLACE`, un mot que nul dictionnaire ne connaît : l’orthographe l’ignore et la grammaire n’en dit rien.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from french_prose import ADDRESS, FENCE, INLINE_CODE, INLINE_MATH, TAG, markdown_prose, script_prose

PLACE = "Xq"
SPACES = {"NBSP": "\u00a0", "THIN": "\u202f", "AND": "\u202f; ", "SPACE": "\u202f"}


class Line(NamedTuple):
    """Une ligne à relire."""

    place: str
    text: str


Passage = tuple[Line, ...]
Numbered = Iterable[tuple[int, str]]

CITATION = re.compile(r"(?<=\S)\s+\{cite:p\}`[^`]*`")
NAMED_ROLE = re.compile(r"\{[\w:-]+\}`([^`<]+?)\s*<[^`]*>`|\{term\}`([^`]+)`")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
EMPHASIS = re.compile(r"(?<!\s)\*{1,3}|\*{1,3}(?!\s)")
INLINE_TAG = re.compile(r"</?(?:a|abbr|b|code|em|i|kbd|span|strong|sub|sup|tspan)\b[^<>]*>")
ESCAPE = re.compile(r"\\([\\$`*|_\[\]])")
MARKER = re.compile(r"^\s*(?:(?:[-*+:>]|\d+\.|#+)\s+|\([\w-]+\)=\s*$)")
ATTACHED = re.compile(rf"(?<=[^\W\d_]){PLACE}|{PLACE}(?=[^\W\d_])")
REPEATED = re.compile(rf"(?:{PLACE}){{2,}}")
SECTION = re.compile(r"^\s*(?:Args|Attributes|Example|Raises|Returns|Yields):\s*$")
COMMAND = re.compile(r"^\s{4,}(?:coursekit|make|pip|python) ")
SETTING = re.compile(r"^\s*[\w-]+:(?:\s|$)")
LABEL = re.compile(r"^\s*\*{0,2}\w+(?:, \*{0,2}\w+)*:\s+")
ENGLISH_TERM = re.compile(r"(?<=\n)( {2,})\*[A-Z][^*\n]*\*(?= )")
FORMAT_FIELD = re.compile(r"\{\w*\}")
CODE = re.compile(r"[{;]\s*[\w-]+\s*:[^:;{}]+[;}]|^\w+ = |^from \w+ import|^assert |\\[a-zA-Z]", re.MULTILINE)


FRENCH = re.compile(
    r"\b(?:le|la|les|un|une|des|du|de|et|est|au|aux|en|dans|par|pour|que|qui|ou)\b|[àâçéèêîôùû]"
)
ENGLISH = re.compile(
    r"\b(?:a|an|and|for|from|here|in|is|of|on|the|to|with|networks?|learning|output)\b", re.IGNORECASE
)
ITALIC = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")


def is_english(text: str) -> bool:
    """Un titre ou une citation en anglais : ses petits mots le sont, et aucun n’est français."""
    return bool(ENGLISH.search(text)) and not FRENCH.search(text)


def readable(text: str) -> str:
    """Ce que lit le lecteur d’une ligne de MyST ou de balisage d’énoncé."""
    text = CITATION.sub("", text)
    text = NAMED_ROLE.sub(lambda found: found[1] or found[2], text)
    for pattern in (INLINE_CODE, INLINE_MATH):
        text = pattern.sub(PLACE, text)
    text = ADDRESS.sub(PLACE, LINK.sub(r"\1", text))
    text = TAG.sub("  ", INLINE_TAG.sub("", text))
    text = ITALIC.sub(lambda found: PLACE if is_english(found[1]) else found[0], text)
    return ESCAPE.sub(r"\1", EMPHASIS.sub("", text))


def passages_of(place: str, numbered: Numbered) -> Iterator[Passage]:
    """Les lignes réunies en passages : un saut, un titre, une puce ou une case de tableau en ouvre un autre."""
    passage: list[Line] = []
    last = -1
    for number, text in numbered:
        marker = MARKER.match(text)
        line = Line(f"{place}:{number}", text[marker.end() :].strip() if marker else text.strip())
        is_row = line.text.startswith("|")
        if passage and (marker or is_row or not line.text or number not in (last, last + 1)):
            yield tuple(passage)
            passage = []
        last = number
        if is_row:
            yield from ((Line(line.place, cell.strip()),) for cell in re.split(r"(?<!\\)\|", line.text))
        elif line.text:
            passage.append(line)
    if passage:
        yield tuple(passage)


def markdown_passages(place: str, text: str) -> Iterator[Passage]:
    """Une page MyST : sa prose, et ce que disent ses cellules de code."""
    text = ENGLISH_TERM.sub(r"\1:", text)
    yield from passages_of(place, markdown_prose(text, readable))
    for number, code in code_cells(text):
        yield from python_passages(place, code, number)


def code_cells(text: str) -> Iterator[tuple[int, str]]:
    """Le code Python de chaque cellule, sans ses options, et le numéro de la ligne qui le précède."""
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines):
        fence = FENCE.match(line)
        if start is None and fence and fence[2] == "{code-cell}":
            start = number + 1
        elif start is not None and line.strip() == "```":
            body = lines[start:number]
            options = body.index("---", 1) + 1 if body[:1] == ["---"] else 0
            while options < len(body) and body[options].startswith(":"):
                options += 1
            yield start + options, "\n".join(body[options:])
            start = None


def python_passages(place: str, text: str, above: int = 0) -> Iterator[Passage]:
    """Un programme : docstrings, messages et commentaires ; ceux d’une cellule Markdown en sont la prose."""
    inside_fields = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            inside_fields |= {id(value) for value in node.values}
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and id(node) not in inside_fields
        ):
            yield from passages_of(place, string_lines(node, above))
    yield from passages_of(place, comment_lines(text, above))


def string_lines(node: ast.JoinedStr | ast.Constant, above: int) -> Iterator[tuple[int, str]]:
    """Les lignes d’une chaîne qui est une phrase, sans ses exemples `>>>`."""
    text = "".join(map(written, node.values)) if isinstance(node, ast.JoinedStr) else str(node.value)
    if not is_sentence(text):
        return
    example = False
    for offset, line in enumerate(text.split("\n")):
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        number = above + min(node.lineno + offset, node.end_lineno or node.lineno)
        label = LABEL.match(line)
        silent = example or SECTION.match(line) or COMMAND.match(line)
        if silent or label:
            yield number, ""
        if not silent:
            yield from ((number, part) for part in columns(line[label.end() if label else 0 :]))


def written(part: ast.expr) -> str:
    """Ce qu’écrit un morceau de gabarit : son texte, l’espace que nomme `{NBSP}`, ou un mot quelconque."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    value = part.value if isinstance(part, ast.FormattedValue) else part
    return SPACES.get(value.id, PLACE) if isinstance(value, ast.Name) else PLACE


def columns(line: str) -> Iterator[str]:
    """Ce qu’une ligne de message dit, colonne par colonne : deux espaces alignent, et séparent."""
    parts = re.split(
        r"(?<=\S) {2,}(?=\S)", ATTACHED.sub("", REPEATED.sub(PLACE, readable(FORMAT_FIELD.sub(PLACE, line))))
    )
    for place, part in enumerate(parts):
        yield from ("", part) if place else (part,)


def comment_lines(text: str, above: int) -> Iterator[tuple[int, str]]:
    """Les commentaires ; dans un texte *percent*, une cellule Markdown est une suite de commentaires."""
    comments = {
        token.start[0]: token.string.removeprefix("#").removeprefix(" ")
        for token in tokenize.generate_tokens(StringIO(text).readline)
        if token.type == tokenize.COMMENT
        and not re.match(r"#!|# (?:type|noqa|fmt|%%|coding)|###", token.string)
    }
    if not comments:
        return
    blank = [comments.get(number, "") for number in range(1, max(comments) + 1)]
    prose = dict(markdown_prose("\n".join(blank), readable))
    yield from ((above + number, prose[number]) for number in comments if number in prose)


FUNCTION_WORD = re.compile(
    r"\b(?:le|la|les|l’|un|une|des|du|de|d’|et|est|sont|à|au|aux|en|dans|par|pour|sur|que|qu’|qui|ne|n’|pas|ou|vous"
    r"|votre|vos|ce|cette|ces|son|sa|ses|avec|sans|plus|il|elle|ici)(?:\b|(?<=’))",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]{2,}")
ACCENT = re.compile("[àâçéèêëîïôœùûÀÂÇÉÈÊËÎÏÔŒÙÛ]")


def is_sentence(text: str) -> bool:
    """Une chaîne que quelqu’un lira, et non une clé, du code ou du LaTeX."""
    text = readable(text).replace(PLACE, "")
    if CODE.search(text):
        return False
    words = len(WORD.findall(text))
    return bool(ACCENT.search(text)) or (words > 1 and bool(FUNCTION_WORD.search(text)))


def script_passages(place: str, text: str) -> Iterator[Passage]:
    """Les commentaires d’un Makefile, d’un YAML ou d’un script, et ce qu’il affiche."""
    lines = script_prose(text, readable)
    return passages_of(place, ((number, "" if SETTING.match(line) else line) for number, line in lines))
