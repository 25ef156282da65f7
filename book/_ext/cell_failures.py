"""Une cellule en échec fait échouer la construction, et le message dit laquelle.

MyST-NB sait s’arrêter au premier échec (`nb_execution_raise_on_error`), mais ne nomme que le fichier, et en
tait les suivants. On fait mieux avec ses propres données : chaque échec donne le chapitre, la ligne, le
numéro de la cellule, sa première ligne et l’erreur, la lecture continue, et la construction finit en échec,
que l’option -W soit donnée ou non.
"""

from __future__ import annotations

import re
from typing import Any

import myst_nb.core.execute
from myst_nb.core.execute import NotebookClientCache
from myst_nb.sphinx_ import NbMetadataCollector
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

ANSI = re.compile(r"\x1b\[[0-9;]*m")
LAST_LINES = 12


def failing_cell(notebook: NotebookNode) -> tuple[int, str] | None:
    """L’indice de la cellule en échec et son erreur, telle qu’IPython l’a imprimée ; rien si toutes ont réussi.

    Une cellule interrompue (délai dépassé) n’a pas d’erreur en sortie : c’est alors la dernière commencée.
    """
    started = None
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                lines = ANSI.sub("", "\n".join(output.traceback)).splitlines()
                return index, "\n".join(lines[-LAST_LINES:])
        if cell.execution_count is not None or cell.metadata.get("execution"):
            started = index
    return None if started is None else (started, "")


def describe(notebook: NotebookNode, index: int, line: int, error: str) -> str:
    """Le message d’une cellule en échec.

    `index` compte toutes les cellules ; le message ne compte que celles de code, à partir de 1.
    """
    codes = [position for position, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    source = notebook.cells[index].source.strip()
    first_line = source.splitlines()[0] if source else "(vide)"
    indented = "\n".join(f"    {text}" for text in error.splitlines())
    return (
        f"la cellule {codes.index(index) + 1} (sur {len(codes)}, ligne {line}) a échoué\n"
        f"  première ligne\N{NO-BREAK SPACE}: {first_line}\n"
        f"{indented}"
    )


class ReportingClient(NotebookClientCache):
    """Le client du cache, qui raconte l’échec d’une cellule."""

    def start_client(self) -> None:
        """Exécute ou reprend du cache, puis signale la cellule en échec s’il y en a une."""
        super().start_client()
        if self.exec_metadata is None or self.exec_metadata["succeeded"]:
            return
        index, error = failing_cell(self.notebook) or (0, "")
        line = self.cell_line(index)
        message = describe(self.notebook, index, line, error or str(self.exec_metadata["error"]))
        logger.warning("%s", message, location=f"{self.path}:{line}", type="cellule")


def fail_build(app: Sphinx, exception: Exception | None) -> None:
    """Donne un code de retour non nul à une construction où une cellule a échoué."""
    runs = (data.get("exec_data") for data in NbMetadataCollector.get_doc_data(app.env).values())
    if exception is None and any(run and not run["succeeded"] for run in runs):
        app.statuscode = 1


def setup(app: Sphinx) -> dict[str, Any]:
    """Remplace le client du cache de MyST-NB, que rien ne permet de choisir autrement."""
    myst_nb.core.execute.NotebookClientCache = ReportingClient
    app.connect("build-finished", fail_build)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
