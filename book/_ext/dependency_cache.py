"""Réexécuter un chapitre quand ce dont il dépend a changé, et seulement alors.

jupyter-cache reconnaît un carnet à ses cellules et à ses métadonnées `kernelspec`, jamais au code qu’il
importe. On y inscrit donc, à la lecture du chapitre, le condensé de ses dépendances (`dependency_hash`) :
la clef du cache en tient compte, sans rien changer à jupyter-cache. Comme Sphinx ne relit que les sources
modifiées, on lui désigne aussi les chapitres dont le condensé a changé. Une page sans cellule n’a ni
condensé ni exécution.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from dependency_hash import Package, digest, files_of
from IPython.core.inputtransformer2 import TransformerManager
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util import logging

logger = logging.getLogger(__name__)

FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---[ \t]*\n", re.DOTALL)
LITERAL_INCLUDE = re.compile(r"^[ \t]*(?:`{3,}|:{3,})\{literalinclude\}[ \t]+(\S+)", re.MULTILINE)
KEY = "dependencies"


class MissingKernelspecError(ValueError):
    """L’en-tête d’un chapitre n’a pas de `kernelspec` où inscrire le condensé."""


def find_package(name: str) -> Package:
    """Le paquet installé d’un nom donné, sans l’importer."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(f"dependency_packages nomme {name!r}, qui n’est pas un paquet installé ici.")
    return Package(name, Path(spec.submodule_search_locations[0]))


def code_cells(env: BuildEnvironment, docname: str, text: str) -> list[str]:
    """Le code des cellules d’une page, magies d’IPython traduites ; rien si la page n’est pas un carnet."""
    reader = create_nb_reader(str(env.doc2path(docname)), env.myst_config, env.mystnb_config, text)
    if reader is None:
        return []
    to_python = TransformerManager().transform_cell
    return [to_python(cell.source) for cell in reader.read(text).cells if cell.cell_type == "code"]


def included_files(env: BuildEnvironment, docname: str, text: str) -> Iterator[Path]:
    """Les fichiers qu’une page montre par `literalinclude` et qui existent."""
    for name in LITERAL_INCLUDE.findall(text):
        path = Path(env.relfn2path(name, docname)[1])
        if path.is_file():
            yield path


def dependency_digest(app: Sphinx, docname: str, text: str) -> str | None:
    """Le condensé des dépendances d’une page ; `None` si elle n’a pas de cellule de code."""
    cells = code_cells(app.env, docname, text)
    if not cells:
        return None
    files = set(included_files(app.env, docname, text))
    files |= {(Path(app.confdir) / name).resolve() for name in app.config.dependency_files}
    for package in app.config.dependency_packages:
        files |= files_of(parseable(cells), find_package(package))
    return digest(files, "python {}.{}".format(*sys.version_info))


def parseable(cells: Iterable[str]) -> Iterator[str]:
    """Écarte les cellules fautives : leur exécution dira la faute mieux que nous."""
    for cell in cells:
        with suppress(SyntaxError):
            ast.parse(cell)
            yield cell


def inscribe(text: str, value: str) -> str:
    """Ajoute le condensé au `kernelspec` d’un chapitre, sans déplacer une seule ligne.

    L’en-tête est réécrit en JSON (donc en YAML) sur une ligne, suivi d’autant de lignes vides qu’il en
    perd : les messages d’erreur gardent leurs numéros de ligne.
    """
    header = FRONT_MATTER.match(text)
    metadata = yaml.safe_load(header[1]) if header else None
    if header is None or not isinstance(metadata, dict) or not isinstance(metadata.get("kernelspec"), dict):
        raise MissingKernelspecError
    metadata["kernelspec"][KEY] = value
    line = json.dumps(metadata, ensure_ascii=False, default=str)
    padding = "\n" * header[1].count("\n")
    return f"---\n{line}{padding}---\n{text[header.end() :]}"


def on_source_read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Calcule, retient et inscrit le condensé d’une page que Sphinx lit."""
    value = dependency_digest(app, docname, source[0])
    if value is None:
        return
    digests_of(app.env)[docname] = value
    try:
        source[0] = inscribe(source[0], value)
    except MissingKernelspecError:
        logger.warning(
            "l’en-tête n’a pas de kernelspec : ses sorties ne suivraient pas le code. "
            "Ajoutez « kernelspec: {display_name: Python 3, name: python3} »",
            location=docname,
            type="dependances",
        )


def on_get_outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Les pages dont les dépendances ont changé depuis leur dernière lecture."""
    known = {name: value for name, value in digests_of(env).items() if name not in added | changed | removed}
    stale = [name for name, value in known.items() if _current_digest(app, name) != value]
    if stale:
        logger.info("dépendances changées, à réexécuter : %s", ", ".join(sorted(stale)))
    return stale


def _current_digest(app: Sphinx, docname: str) -> str | None:
    text = Path(app.env.doc2path(docname)).read_text(encoding="utf-8")
    return dependency_digest(app, docname, text)


def digests_of(env: BuildEnvironment) -> dict[str, str]:
    """Les condensés retenus d’une construction à l’autre, par page."""
    if not hasattr(env, "dependency_digests"):
        env.dependency_digests = {}
    return env.dependency_digests


def on_purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Oublie une page disparue ou à relire."""
    digests_of(env).pop(docname, None)


def on_merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Réunit les condensés des processus de lecture."""
    digests_of(env).update(digests_of(other))


def setup(app: Sphinx) -> dict[str, Any]:
    """Deux réglages : les paquets à suivre, et les fichiers dont dépend toute exécution (depuis `book/`)."""
    app.add_config_value("dependency_packages", [], "env", list)
    app.add_config_value("dependency_files", [], "env", list)
    app.connect("source-read", on_source_read)
    app.connect("env-get-outdated", on_get_outdated)
    app.connect("env-purge-doc", on_purge)
    app.connect("env-merge-info", on_merge)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
