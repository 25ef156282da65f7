"""Les figures des questions en TikZ : un document LaTeX les porte alors en lui, sans fichier ni programme de plus.

Ne sont traduits que les éléments SVG dont les figures du cours se servent (`KNOWN`) ; une autre figure n’est pas
devinée, et son texte de remplacement la remplace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from xml.etree import ElementTree

from coursekit.questions.family import Figure
from coursekit.questions.styles import escape_latex

POINTS_PER_PIXEL = 0.75

Attributes = Mapping[str, str]

_NAMED = {"white": "#ffffff", "black": "#000000", "none": "none"}
_ANCHORS = {"middle": "base", "start": "base west", "end": "base east"}
_INHERITED = ("fill", "stroke", "stroke-width", "font-size", "text-anchor", "font-weight", "stroke-dasharray")


class UntranslatableError(ValueError):
    """Un élément ou une valeur que ce module ne sait pas traduire."""


@lru_cache(maxsize=512)
def tikz(figure: Figure) -> str | None:
    """La figure en TikZ, ou `None` si elle a un élément qu’on ne sait pas traduire."""
    try:
        lines = _translated(ElementTree.fromstring(figure.svg), {"font-size": "16", "fill": "#000000"})
    except (UntranslatableError, KeyError):
        return None
    scale = f"xscale={POINTS_PER_PIXEL},yscale=-{POINTS_PER_PIXEL}"
    return "\n".join([rf"\begin{{tikzpicture}}[{scale}]", *lines, r"\end{tikzpicture}"])


def _translated(element: ElementTree.Element, above: Attributes) -> list[str]:
    given = {**above, **{k: v for k, v in element.attrib.items() if k in _INHERITED}}
    name = element.tag.rpartition("}")[2]
    if name in ("svg", "g"):
        if "transform" in element.attrib:
            raise UntranslatableError(name)
        return [line for child in element for line in _translated(child, given)]
    if name == "title":
        return []
    if name not in KNOWN or "transform" in element.attrib:
        raise UntranslatableError(name)
    return [KNOWN[name]({**given, **element.attrib, "": "".join(element.itertext())})]


def _color(value: str) -> str:
    """« #abc » ou « #aabbcc » pour xcolor."""
    value = _NAMED.get(value, value)
    digits = value[1:] if len(value) == 7 else "".join(2 * digit for digit in value[1:])
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise UntranslatableError(value)
    red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


def _ink(given: Attributes) -> str:
    """Ce qui se trace et ce qui se remplit."""
    options = []
    if given.get("stroke", "none") != "none":
        width = float(given.get("stroke-width", "1")) * POINTS_PER_PIXEL
        options += [f"draw={_color(given['stroke'])}", f"line width={width:g}pt"]
        if given.get("stroke-dasharray", "none") != "none":
            options.append("dashed")
    if given.get("fill", "none") != "none":
        options.append(f"fill={_color(given['fill'])}")
    return ",".join(options)


def _at(x: str, y: str) -> str:
    return f"({float(x):g}pt,{float(y):g}pt)"


def _rect(given: Attributes) -> str:
    x, y = given.get("x", "0"), given.get("y", "0")
    far = _at(str(float(x) + float(given["width"])), str(float(y) + float(given["height"])))
    rounded = f",rounded corners={float(given['rx']) * POINTS_PER_PIXEL:g}pt" if "rx" in given else ""
    return rf"\path[{_ink(given)}{rounded}] {_at(x, y)} rectangle {far};"


def _circle(given: Attributes) -> str:
    return rf"\path[{_ink(given)}] {_at(given['cx'], given['cy'])} circle[radius={float(given['r']):g}pt];"


def _line(given: Attributes) -> str:
    bare = {**given, "fill": "none"}
    return rf"\path[{_ink(bare)}] {_at(given['x1'], given['y1'])} -- {_at(given['x2'], given['y2'])};"


def _points(given: Attributes) -> str:
    numbers = re.split(r"[\s,]+", given["points"].strip())
    return " -- ".join(_at(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))


def _path(given: Attributes) -> str:
    if re.search(r"[aA]", given["d"]):
        # svg.path lit mal les drapeaux collés d’un arc.
        raise UntranslatableError("arc")
    return rf'\path[{_ink(given)}] svg "{given["d"]}";'


def _text(given: Attributes) -> str:
    size = float(given["font-size"].removesuffix("px")) * POINTS_PER_PIXEL
    font = rf"\fontsize{{{size:g}}}{{{1.2 * size:g}}}\selectfont\sffamily"
    bold = r"\bfseries" if given.get("font-weight") == "bold" else ""
    anchor = _ANCHORS[given.get("text-anchor", "start")]
    color = f"text={_color(given['fill'])}"
    place = _at(given.get("x", "0"), given.get("y", "0"))
    return rf"\node[anchor={anchor},inner sep=0pt,{color},font={font}{bold}] at {place} {{{escape_latex(given[''])}}};"


KNOWN: Mapping[str, Callable[[Attributes], str]] = {
    "rect": _rect,
    "circle": _circle,
    "line": _line,
    "polyline": lambda given: rf"\path[{_ink(given)}] {_points(given)};",
    "polygon": lambda given: rf"\path[{_ink(given)}] {_points(given)} -- cycle;",
    "path": _path,
    "text": _text,
}
"""Les éléments traduits."""
