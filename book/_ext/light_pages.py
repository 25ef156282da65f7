"""Retire des pages un script qui pèse sans servir.

Le thème joint `fontawesome.js` (1,5 Mo), qui redessine en SVG des icônes que sa police WOFF2 affiche déjà ;
ses `<title>` donnent de plus aux boutons un second nom, anglais, que lisent les lecteurs d’écran. Le
gabarit qui l’appelle est recopié sans lui, donc à jour avec le thème installé.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pydata_sphinx_theme
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ThemeError

SCRIPT = "scripts/fontawesome.js"
MACROS = "static/webpack-macros.html"


def without_script(template: str) -> str:
    """Le gabarit privé des lignes qui appellent le script ; une erreur s’il n’y en a pas."""
    lines = template.splitlines(keepends=True)
    kept = [line for line in lines if SCRIPT not in line]
    if len(kept) == len(lines):
        raise ThemeError(
            f"Le thème n’appelle plus {SCRIPT} dans {MACROS} : l’extension light_pages est à revoir."
        )
    return "".join(kept)


def override_macros(app: Sphinx, config: Config) -> None:
    """Place le gabarit allégé devant celui du thème ; s’il est déjà bon, sa date reste (tout serait réécrit)."""
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
    light = without_script((theme / MACROS).read_text(encoding="utf-8"))
    folder = Path(app.doctreedir).parent / ".templates"
    target = folder / MACROS
    if not target.is_file() or target.read_text(encoding="utf-8") != light:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(light, encoding="utf-8")
    config.templates_path.insert(0, str(folder))


def remove_script(app: Sphinx, exception: Exception | None) -> None:
    """Ôte le fichier du livre construit : plus rien ne le demande."""
    if exception is None and app.builder.format == "html":
        for script in Path(app.outdir, "_static", "scripts").glob("fontawesome.js*"):
            script.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit avant que le constructeur ne charge ses gabarits, puis à la fin."""
    app.connect("config-inited", override_macros)
    app.connect("build-finished", remove_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
