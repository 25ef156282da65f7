"""Le français des scripts, des feuilles de style et des gabarits HTML, en passages à relire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, ClassVar

from french_passages import PLACE, Passage, columns, is_sentence, passages_of, readable
from french_prose import TAG
from pygments.lexer import include
from pygments.lexers.css import CssLexer
from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Comment, Punctuation, String

Numbered = Iterator[tuple[int, str]]

COMMENT_EDGE = re.compile(r"^\s*(?:/\*+|//+|\*+/?)\s?|\s*\*+/\s*$")
Token = tuple[int, Any, str]
SPOKEN = frozenset(("alt", "aria-description", "aria-label", "placeholder", "title"))
UNICODE = re.compile(r"\\u([0-9a-f]{4})")
JINJA = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
JINJA_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Templates(JavascriptLexer):
    """Le lexeur de Pygments, qui prendrait la fin d’un bloc pour celle du champ `${…}` où il se trouve."""

    tokens: ClassVar = {
        **JavascriptLexer.tokens,
        "interp-inside": [(r"\{", Punctuation, "block"), *JavascriptLexer.tokens["interp-inside"]],
        "block": [(r"\{", Punctuation, "#push"), (r"\}", Punctuation, "#pop"), include("root")],
    }


def unescaped(text: str) -> str:
    """Le texte, ses `\\u202f` changés en signes."""
    return UNICODE.sub(lambda code: chr(int(code[1], 16)), text)


def javascript_passages(place: str, text: str) -> Iterator[Passage]:
    """Les commentaires et les chaînes d’un module."""
    tokens = [
        (text.count("\n", 0, index) + 1, kind, value)
        for index, kind, value in Templates().get_tokens_unprocessed(text)
    ]
    yield from passages_of(place, comments(tokens))
    for number, value in [*strings(tokens), *templates(tokens)]:
        if is_sentence(value):
            yield from passages_of(place, ((number, part) for part in columns(value)))


def css_passages(place: str, text: str) -> Iterator[Passage]:
    """Les commentaires d’une feuille de style."""
    tokens = [
        (text.count("\n", 0, index) + 1, kind, value)
        for index, kind, value in CssLexer().get_tokens_unprocessed(text)
    ]
    yield from passages_of(place, comments(tokens))


def comments(tokens: list[Token]) -> Numbered:
    for number, kind, value in tokens:
        if kind in Comment:
            for offset, line in enumerate(value.split("\n")):
                yield number + offset, readable(TAG.sub(PLACE, COMMENT_EDGE.sub("", line)))


def strings(tokens: list[Token]) -> Numbered:
    for number, kind, value in tokens:
        if kind in (String.Double, String.Single):
            yield number, unescaped(value[1:-1])


def templates(tokens: list[Token]) -> Numbered:
    """Les gabarits entre accents graves, un par un, même l’un dans l’autre ; un champ `${…}` y vaut un mot."""
    opened: list[tuple[int, list[str]]] = []
    fields: list[int] = []
    for number, kind, value in tokens:
        if kind is String.Interpol and value == "${":
            opened[-1][1].append(PLACE)
            fields.append(len(opened))
        elif kind is String.Interpol:
            fields.pop()
        elif kind is String.Backtick and value != "`":
            opened[-1][1].append(unescaped(value))
        elif kind is String.Backtick and len(opened) > (fields[-1] if fields else 0):
            start, parts = opened.pop()
            yield start, "".join(parts)
        elif kind is String.Backtick:
            opened.append((number, []))


class Spoken(HTMLParser):
    """Ce qu’une page donne à lire : ses textes, et les attributs que prononce un lecteur d’écran."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent = tag in ("script", "style")
        self.found += [(self.getpos()[0], value) for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            first = self.getpos()[0]
            self.found += [(first + offset, line) for offset, line in enumerate(data.split("\n"))]


def html_passages(place: str, text: str) -> Iterator[Passage]:
    """Les textes d’un gabarit Jinja ; une valeur `{{ … }}` y compte pour un mot."""
    parser = Spoken()
    parser.feed(JINJA_VALUE.sub(PLACE, JINJA.sub(lambda found: "  " + "\n" * found[0].count("\n"), text)))
    for number, line in parser.found:
        yield from passages_of(place, ((number, part) for part in columns(line)))
