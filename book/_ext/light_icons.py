"""Ne garde de Font Awesome que les icônes du livre : quelques dizaines de dessins sur deux mille.

Une icône sert si une page ou un script la nomme (`fa-sun`), ou si une feuille de style l’emploie par son code dans une
autre règle que la sienne. Les autres quittent la feuille du thème et la police : 157 ko de moins à la première lecture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools import subset
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

NAME = re.compile(r"\bfa-([a-z0-9-]+)")
RULE = re.compile(r'((?:\.fa-[\w-]+:{1,2}before,?)+)\{(content|--fa):"\\([0-9a-f]{1,5})"\}')
"""La règle d’une icône, qui peut avoir plusieurs noms, et le code de son dessin."""

CODE = re.compile(r"\\([ef][0-9a-f]{3})\b")


def named(texts: Iterable[str]) -> set[str]:
    """Les noms d’icônes que citent ces pages et ces scripts."""
    return {name for text in texts for name in NAME.findall(text)}


def without_unused(style: str, used: set[str]) -> str:
    """La feuille de style, sans les règles des icônes que rien ne nomme."""
    return RULE.sub(lambda rule: rule[0] if used & set(NAME.findall(rule[1])) else "", style)


def codes(styles: Iterable[str]) -> set[int]:
    """Les codes des dessins dont ces feuilles ont besoin."""
    return {int(code, 16) for style in styles for code in CODE.findall(style)}


def shrink(font: Path, kept: set[int]) -> None:
    """Récrit une police avec ces seuls dessins."""
    options = subset.Options(flavor="woff2")
    loaded = subset.load_font(str(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=kept)
    cutter.subset(loaded)
    subset.save_font(loaded, str(font), options)


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Allège le livre construit."""
    if exception is not None or app.builder.format != "html":
        return
    root = Path(app.outdir)
    static = root / "_static"
    pages = [path for path in root.rglob("*.html") if static not in path.parents]
    used = named(path.read_text(encoding="utf-8") for path in (*pages, *static.rglob("*.js")))
    styles = {path: path.read_text(encoding="utf-8") for path in static.rglob("*.css")}
    lighter = {path: without_unused(text, used) for path, text in styles.items()}
    fonts = sorted((static / "vendor/fontawesome/webfonts").glob("*.woff2"))
    if lighter == styles and not fonts:
        raise ExtensionError("Le thème n’a plus ni règle ni police Font Awesome : light_icons est à revoir.")
    for path, text in lighter.items():
        if text != styles[path]:
            path.write_text(text, encoding="utf-8")
    for font in fonts:
        shrink(font, codes(lighter.values()))


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit quand tout le livre est écrit."""
    app.connect("build-finished", lighten)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
