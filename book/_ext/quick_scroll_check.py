"""Accélère le script du thème qui rend accessibles au clavier les zones à défilement.

Pour chaque programme ou tableau de la page, il mesure la zone, puis écrit son `tabIndex` ; chaque écriture oblige la
mesure suivante à refaire la mise en page. Il recommence à chaque changement de la page, donc à chaque geste dans un
explorateur. Mesurer d’abord tout, puis n’écrire que ce qui change, donne le même résultat sans ce travail.

Il mesure aussi, avant de rendre la main, les sections que le navigateur n’a pas encore mises en page parce que le
lecteur en est loin (`content-visibility`) : c’était un cinquième du temps de chargement. Elles se mesurent ici par
petits lots, quand la page n’a rien d’autre à faire.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pydata_sphinx_theme
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
SCRIPT = THEME / "static" / "scripts" / "pydata-sphinx-theme.js"
ONE_BY_ONE = re.compile(
    r'document\.querySelectorAll\((?P<zones>\[[^\]]*\]\.join\(", "\))\)'
    r"\.forEach\((?P<e>\w+)=>\{(?P=e)\.tabIndex=(?P<scrolls>[^?{}]*)\?0:-1\}\)"
)
TOGETHER = Path(__file__).with_suffix(".js")
CALL = r"makeScrollable(document.querySelectorAll(\g<zones>),\g<e>=>\g<scrolls>)"


def measured_first(script: str) -> str:
    """Le script du thème, qui mesure toutes les zones avant d’en écrire une ; une erreur s’il a changé."""
    quick, found = ONE_BY_ONE.subn(CALL, script)
    if found != 1:
        raise ExtensionError(
            f"Le thème ne mesure plus ainsi dans {SCRIPT.name} : quick_scroll_check est à revoir."
        )
    return TOGETHER.read_text(encoding="utf-8") + quick


def quicken(app: Sphinx, exception: Exception | None) -> None:
    """Écrit dans le livre construit le script du thème, récrit."""
    if exception is None and app.builder.format == "html":
        script = measured_first(SCRIPT.read_text(encoding="utf-8"))
        Path(app.outdir, "_static", "scripts", SCRIPT.name).write_text(script, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit quand tout le livre est écrit."""
    app.connect("build-finished", quicken)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
