"""Accélère le script du thème qui rend accessibles au clavier les zones à défilement.

Pour chaque programme ou tableau de la page, il mesure la zone, puis écrit son `tabIndex` ; chaque écriture oblige la
mesure suivante à refaire la mise en page. Il recommence à chaque changement de la page, donc à chaque geste dans un
explorateur. Mesurer d’abord tout, puis n’écrire que ce qui change, donne le même résultat sans ce travail.

Il mesure aussi les sections que le navigateur n’a pas encore mises en page, parce que le lecteur en est loin
(`content-visibility`) : c’était un cinquième du temps de chargement. Elles attendent ici que le lecteur s’en approche.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

SCRIPT = "scripts/pydata-sphinx-theme.js"
ONE_BY_ONE = re.compile(
    r'document\.querySelectorAll\((?P<zones>\[[^\]]*\]\.join\(", "\))\)'
    r"\.forEach\((?P<e>\w+)=>\{(?P=e)\.tabIndex=(?P<scrolls>[^?{}]*)\?0:-1\}\)"
    r"(?P<between>.{,40}?)window\.addEventListener\(\"resize\",(?P<again>\w+)\)"
)
TOGETHER = (
    r"[...document.querySelectorAll(\g<zones>)].filter(\g<e>=>\g<e>.checkVisibility?.({contentVisibilityAuto:true})??true)"
    r".map(\g<e>=>[\g<e>,\g<scrolls>?0:-1])"
    r".forEach(([zone,index])=>{zone.tabIndex!==index&&(zone.tabIndex=index)})"
    r'\g<between>document.addEventListener("contentvisibilityautostatechange",\g<again>),'
    r'window.addEventListener("resize",\g<again>)'
)


MARK = "([zone,index])"
"""Ce qui distingue un script déjà récrit : une construction sans changement ne le recopie pas."""


def measured_first(script: str) -> str:
    """Le script du thème, qui mesure toutes les zones avant d’en écrire une ; une erreur s’il a changé."""
    quick, found = ONE_BY_ONE.subn(TOGETHER, script)
    if found != 1:
        raise ExtensionError(
            f"Le thème ne mesure plus ainsi dans {SCRIPT} : quick_scroll_check est à revoir."
        )
    return quick


def quicken(app: Sphinx, exception: Exception | None) -> None:
    """Récrit le script du livre construit."""
    if exception is None and app.builder.format == "html":
        script = Path(app.outdir, "_static", SCRIPT)
        written = script.read_text(encoding="utf-8")
        if MARK not in written:
            script.write_text(measured_first(written), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit quand tout le livre est écrit."""
    app.connect("build-finished", quicken)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
