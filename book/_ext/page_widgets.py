"""Les objets interactifs (`coursekit.afm`) dans les pages : leurs scripts, une fois pour tout le livre, et seulement là
où il en faut.

Une page contient l’objet sous forme d’HTML et de données ; cette extension lui ajoute, s’il y en a, `afm/host.js`, un
script par sorte d’objet, et une fois le cadre des explorateurs. Ce sont des scripts ordinaires, différés : un module ne
se charge pas depuis le disque (`file://`). Aucune page sans objet ne charge rien.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from coursekit import afm

FOLDER = "afm"
MENTION = re.compile(r'data-afm="(\w+)"')
AFTER_THEME, LAST = 600, 900


def write_if_new(path: Path, text: str) -> None:
    """Écrit un fichier si son contenu change : sa date, donc son adresse en cache, reste sinon la même."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def install(app: Sphinx, name: str) -> None:
    """Place dans le livre les fichiers d’un objet, et ceux que tous partagent."""
    folder = Path(app.outdir, "_static", FOLDER)
    for script, text in {**afm.scripts(name), afm.SHARED: afm.module(afm.SHARED)}.items():
        write_if_new(folder / f"{script}.js", text)
    write_if_new(folder / f"{name}.css", afm.style(name))


def add_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Ajoute à une page les scripts des objets qu’elle contient."""
    names = sorted(set(MENTION.findall(context.get("body") or "")))
    for name in names:
        install(app, name)
        app.add_css_file(f"{FOLDER}/{name}.css", priority=AFTER_THEME)
    for script in dict.fromkeys(script for name in names for script in afm.scripts(name)):
        app.add_js_file(f"{FOLDER}/{script}.js", priority=AFTER_THEME, loading_method="defer")
    if names:
        app.add_js_file(f"{FOLDER}/{afm.SHARED}.js", priority=LAST, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Demande aux cellules des objets qui vivent sans noyau, et pose leurs scripts."""
    os.environ[afm.STATIC] = "static"
    app.connect("html-page-context", add_scripts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
