"""Rendre inoffensives les sorties d’un élève avant de les écrire : formgrader les affiche telles quelles.

Un texte garde ses couleurs et perd ce qui agirait sur un terminal ou renverserait l’écriture ; une image reste, pas un
dessin qui contient du code ; le HTML est filtré ; le reste est remplacé par une mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Output = dict[str, Any]

_LONGEST_HTML = 100_000
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_UNSAFE_LATEX = re.compile(r"\\(?:href|style|class|cssId|require|includegraphics|unicode)\b|<")
_COLOUR = r"\x1b\[[0-9;]{0,32}m"
_CONTROLS = re.compile(
    rf"(?P<colour>{_COLOUR})|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|(?P<shown>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff])"
)
_NAMES = "b|i|u|em|strong|sub|sup|br|hr|p|div|span|details|summary|pre|code|kbd|blockquote|h[1-6]"
_TABLES = "ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|caption|figure|figcaption|img|a|center|font"
_ATTRIBUTES = (
    r"(?:class|align|width|height|alt|title|colspan|rowspan|border|scope|color|size|open)(?:=\"[\w\s#%.,;:!?'’()/-]*\")?"
    r"|(?:src|href)=\"(?:https?://|attachment:|#)[^\"<>\s]*\"|style=\"[\w\s:;#.%,-]*\""
)
_TAG = re.compile(rf"</?(?:{_NAMES}|{_TABLES})(?:\s+(?:{_ATTRIBUTES}))*\s*/?>", re.IGNORECASE)
_BLOCKS = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_OVERLAY = re.compile(r"position\s*:", re.IGNORECASE)


def harmless(outputs: Iterable[Mapping[str, Any]]) -> list[Output]:
    """Les sorties d’une cellule, au format 4 des notebooks ; ce qui n’a pas cette forme disparaît."""
    return [made for output in outputs if (made := _output(output))]


def text(value: object) -> str:
    """Un texte qui n’agit sur rien : ce qui ne s’afficherait pas est écrit en toutes lettres."""
    joined = "".join(map(str, value)) if isinstance(value, list) else str(value)
    return _CONTROLS.sub(_shown, joined)


def markdown(source: str) -> str:
    """Un texte Markdown dont toute balise hors des plus simples s’affiche au lieu d’agir.

    nbgrader l’affiche sans filtre. Seuls les `<` en cause changent : le texte se lit toujours comme l’élève l’a écrit.
    """
    kept: list[str] = []
    end = 0
    for opening in _OPENING.finditer(source):
        if opening.start() < end:
            continue
        kept.append(source[end : opening.start()])
        tag = _TAG.match(source, opening.start())
        if tag and not _OVERLAY.search(tag[0]):
            kept.append(tag[0])
            end = tag.end()
        else:
            kept.append("&lt;")
            end = opening.end()
    return "".join(kept) + source[end:]


def _shown(match: re.Match[str]) -> str:
    if match["colour"]:
        return match["colour"]
    return match["shown"].encode("unicode_escape", "surrogatepass").decode() if match["shown"] else ""


def _output(output: Mapping[str, Any]) -> Output | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": text(output.get("text", ""))}
    if kind == "error":
        lines = output.get("traceback")
        return {
            "output_type": kind,
            "ename": text(output.get("ename", "")),
            "evalue": text(output.get("evalue", "")),
            "traceback": [text(line) for line in lines] if isinstance(lines, list) else [],
        }
    if kind in ("display_data", "execute_result"):
        made: Output = {"output_type": kind, "data": _data(output.get("data")), "metadata": {}}
        return made | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def _data(given: object) -> dict[str, Any]:
    bundle = given if isinstance(given, Mapping) else {}
    kept: dict[str, Any] = {}
    for mime, value in bundle.items():
        content = "".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(content, str) and (safe := _representation(str(mime), content)):
            kept[str(mime)] = safe
    if not kept:
        kinds = ", ".join(sorted(text(mime)[:60] for mime in bundle)) or "vide"
        kept["text/plain"] = f"(sortie non affichée : {kinds})"
    return kept


def _representation(mime: str, content: str) -> str:
    if mime == "text/plain":
        return text(content)
    if mime in _IMAGES:
        return content if _BASE64.fullmatch(content) else ""
    if mime == "text/markdown":
        return markdown(text(content))
    if mime == "text/latex":
        return "" if _UNSAFE_LATEX.search(content) else text(content)
    if mime == "text/html" and len(content) <= _LONGEST_HTML:
        return markdown(_BLOCKS.sub("", re.sub(_COLOUR, "", text(content))))
    return ""
