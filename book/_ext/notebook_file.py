"""Écrire le notebook d’un chapitre, et copier celui de son devoir."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebook_code import shown_cells, unreachable
from notebook_text import Code, pieces
from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)

ASSIGNMENTS = "devoirs"


def code_cells(doctree: nodes.document) -> list[int]:
    """Le rang, dans la source, de chaque cellule que la page contient."""
    containers = doctree.findall(nodes.container)
    return [node["cell_index"] for node in containers if node.get("nb_element") == "cell_code"]


def chapter_notebook(
    source: Path, page: str, body: str, doctree: nodes.document, preface: str, install: str
) -> Any:
    """Le notebook d’un chapitre, sans sorties.

    Raises:
        ExtensionError: le corps de la page et son arbre n’ont pas les mêmes cellules.
    """
    cells = read_myst_markdown_notebook(
        source.read_text(encoding="utf-8"), MdParserConfig(), path=str(source)
    ).cells
    order = code_cells(doctree)
    shown = shown_cells(cells, set(order))
    code = [each.source for group in shown.values() for each in group]
    if names := unreachable(cells, code):
        logger.warning(
            "des cellules montrées emploient %s, que seule une cellule « remove-cell » définit : le notebook du "
            "chapitre ne pourrait pas s’exécuter",
            ", ".join(sorted(names)),
            location=page,
            type="notebook",
        )
    written = [new_markdown_cell(preface), *(install_cell(install))]
    for piece in pieces(body):
        if not isinstance(piece, Code):
            written.append(new_markdown_cell(piece.markdown))
        elif piece.rank >= len(order):
            raise ExtensionError(f"{page} : la page a plus de cellules que sa source.")
        else:
            written += [code_cell(each.source, folded=each.folded) for each in shown[order[piece.rank]]]
    return finished(written, page)


def code_cell(source: str, *, folded: bool) -> Any:
    """Une cellule de code ; repliée dans JupyterLab si la page la replie ou n’en montre que le résultat."""
    return new_code_cell(source, metadata={"jupyter": {"source_hidden": True}} if folded else {})


def install_cell(requirement: str) -> list[Any]:
    """La cellule qui installe le cours sur un serveur qui ne l’a pas, s’il faut l’y installer."""
    return [new_code_cell(f'%pip install --quiet "{requirement}"', id="installation")] if requirement else []


def finished(cells: list[Any], page: str) -> Any:
    """Le notebook, avec des identifiants de cellules qui ne changent pas d’une construction à l’autre."""
    for rank, cell in enumerate(cells):
        cell["id"] = f"{rank}-{page.replace('/', '-')}"[:64]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def write(notebook: Any, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(notebook)
    target.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def copy_assignment(notebook: Path, folder: Path, requirement: str) -> str:
    """Copie un devoir avec les fichiers qui l’accompagnent ; rend son chemin dans `folder`."""
    target = folder / ASSIGNMENTS / notebook.parent.name
    shutil.copytree(notebook.parent, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    if requirement:
        copied = nbformat.read(notebook, as_version=4)
        copied.cells[:0] = install_cell(requirement)
        write(copied, target / notebook.name)
    return f"{ASSIGNMENTS}/{notebook.parent.name}/{notebook.name}"


def write_twin(notebook: Path, target: Path) -> None:
    """Le script qui donne ce notebook à `notebooks.js`, dans un livre lu depuis le disque."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(notebook.read_text(encoding="utf-8"), ensure_ascii=False)
    target.write_text(f"saveNotebook({json.dumps(notebook.name)}, {content});\n", encoding="utf-8")
