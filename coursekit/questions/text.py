"""Le balisage des énoncés : un sous-ensemble de Markdown, que Jupyter affiche tel quel et que chaque export traduit.

Paragraphes séparés par une ligne vide ; `$…$` pour le LaTeX, `$$…$$` seul pour une formule centrée ; `` `code` `` ;
`**gras**` ; listes de lignes « - » ; tables à barres « | » dont la deuxième ligne est « |---| ». Pour écrire l’un des
signes `$ * | \\` ou un accent grave, on le fait précéder de `\\`.

Les nombres s’écrivent comme en Python : `tidy` leur donne leur forme française selon l’endroit (« 19 273 856 » et
« 3,5 » dans une phrase, `19\\,273\\,856` et `3{,}5` dans une formule) et laisse le code intact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

THIN, NBSP = "\u202f", "\u00a0"

_SPLIT = re.compile(r"(\$\$[^$]+\$\$|(?<!\\)\$[^$\n]+\$|`[^`\n]+`)")
_PROSE_NUMBER = re.compile(
    r"(?<![\w.,\u202f])(\d+)\.(\d+)(?!\w|\.\d)|(?<![\w.,\u202f])(\d{5,})(?!\w)|(?<![\w)\u202f–-])-(?=\d)"
)
_MATH_NUMBER = re.compile(r"(?:(?<![\w.])|(?<=\\times)|(?<=\\cdot))(\d+)[.,](\d+)|(\d{5,})|[\u202f\u00a0−×]")
_TOUCHED = re.compile(r"[0-9$]")
_MATH_SIGNS = {THIN: r"\,", NBSP: "~", "−": "-", "×": r"\times "}


def grouped(digits: str, space: str = THIN) -> str:
    """`"19273856" → "19 273 856"` ; jusqu’à quatre chiffres, rien ne change."""
    if len(digits) < 5:
        return digits
    return f"{int(digits):,}".replace(",", space) if digits[0] != "0" else digits


def number_text(value: float, digits: int | None = None) -> str:
    """Un nombre comme on l’écrit en France ; `digits`, le nombre de chiffres significatifs d’un réel."""
    if isinstance(value, int):
        if 0 <= value < 10_000:
            return str(value)
        return ("−" if value < 0 else "") + grouped(str(abs(value)))
    text = significant(abs(float(value)), digits or 6)
    whole, _, decimals = text.partition(".")
    return ("−" if value < 0 else "") + grouped(whole) + (f",{decimals}" if decimals else "")


def significant(value: float, digits: int) -> str:
    """`value` ≥ 0 à `digits` chiffres significatifs, sans exposant ni zéros inutiles : `44.898 → "44.9"`."""
    if value == 0:
        return "0"
    text = f"{value:.{digits - 1}e}"
    exponent = int(text.partition("e")[2])
    fixed = f"{float(text):.{max(digits - 1 - exponent, 0)}f}"
    return fixed.rstrip("0").rstrip(".") if "." in fixed else fixed


@lru_cache(maxsize=4096)
def tidy(source: str) -> str:
    """Le même texte, ses nombres écrits à la française ; `tidy(tidy(s)) == tidy(s)`."""
    if _TOUCHED.search(source) is None:
        return source
    parts = _SPLIT.split(source)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            parts[i] = _PROSE_NUMBER.sub(_prose, part)
        elif part[0] == "$":
            parts[i] = _MATH_NUMBER.sub(_math, part)
    return "".join(parts)


def _prose(found: re.Match[str]) -> str:
    if found[1]:
        return f"{grouped(found[1])},{found[2]}"
    return grouped(found[3]) if found[3] else "−"


def _math(found: re.Match[str]) -> str:
    if found[1]:
        return f"{grouped(found[1], chr(92) + ',')}{{,}}{found[2]}"
    return grouped(found[3], r"\,") if found[3] else _MATH_SIGNS[found[0]]


Kind = Literal["text", "math", "code", "bold"]
Spans = tuple[tuple[Kind, str], ...]


@dataclass(frozen=True)
class Block:
    """Un bloc lu : `rows` a une ligne d’une cellule pour un paragraphe, une par élément de liste ou ligne de table.

    La première ligne d’une table est son en-tête ; « display » est une formule centrée.
    """

    kind: Literal["paragraph", "display", "list", "table"]
    rows: tuple[tuple[Spans, ...], ...]


_SPAN = re.compile(r"\$([^$\n]+)\$|`([^`\n]+)`|\*\*([^*\n]+)\*\*|\\([\\$`*|])")
_CELL = re.compile(r"\|((?:\$[^$\n]+\$|`[^`\n]+`|\\[\\$`*|]|[^|])*)")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")


@lru_cache(maxsize=2048)
def parse(source: str) -> tuple[Block, ...]:
    """Les blocs d’un texte."""
    return tuple(_block(part) for part in re.split(r"\n[ \t]*\n", source.strip()) if part.strip())


def _block(source: str) -> Block:
    lines = [line.strip() for line in source.strip().splitlines()]
    text = "\n".join(lines)
    if text.startswith("$$") and text.endswith("$$") and len(text) > 4:
        return Block("display", (((("math", text[2:-2].strip()),),),))
    if all(line.startswith("- ") for line in lines):
        return Block("list", tuple((_spans(line[2:]),) for line in lines))
    if len(lines) > 1 and lines[0].startswith("|") and _RULE.fullmatch(lines[1]):
        return Block("table", tuple(_row(line) for line in (lines[0], *lines[2:])))
    return Block("paragraph", ((_spans(" ".join(lines)),),))


def _row(line: str) -> tuple[Spans, ...]:
    return tuple(_spans(cell.strip()) for cell in _CELL.findall(line)[:-1])


def _spans(text: str) -> Spans:
    spans: list[tuple[Kind, str]] = []
    end = 0
    for found in _SPAN.finditer(text):
        if found.start() > end:
            spans.append(("text", text[end : found.start()]))
        kinds: tuple[Kind, ...] = ("math", "code", "bold", "text")
        spans.append((kinds[(found.lastindex or 1) - 1], found[found.lastindex or 1]))
        end = found.end()
    if end < len(text):
        spans.append(("text", text[end:]))
    return tuple(spans)


def escape(text: str) -> str:
    """Un texte quelconque, protégé : il s’affichera tel quel."""
    return re.sub(r"([\\$`*|])", r"\\\1", text)
