"""Une cellule en échec fait échouer la construction, et le message dit laquelle.

MyST-NB sait s’arrêter au premier échec (`nb_execution_raise_on_error`), mais ne nomme que le fichier, et en
tait les suivants. On fait mieux avec ses propres données : chaque échec donne le chapitre, la ligne, le
numéro de la cellule, sa première ligne et l’erreur, la lecture continue, et la construction finit en échec,
que l’option -W soit donnée ou non.
"""

from __future__ import annotations

import re
import time
from functools import partial
from typing import Any

import myst_nb.core.execute
from myst_nb.core.execute import ExecutionResult, NotebookClientCache, cache
from myst_nb.sphinx_ import NbMetadataCollector
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

ANSI = re.compile(r"\x1b\[[0-9;]*m")
LAST_LINES = 12
STARTED = "started"
UNFINISHED = {
    "CellTimeoutError": "elle n’a pas fini dans le délai (execute.timeout dans _config.yml)",
    "DeadKernelError": "le noyau s’est arrêté pendant qu’elle s’exécutait (mémoire épuisée, sortie brutale…)",
}


def mark_started(cell: NotebookNode, cell_index: int) -> None:
    """Marque la cellule commencée : si le noyau meurt ou si le délai passe, elle n’aura rien d’autre."""
    cell.metadata[STARTED] = True


def mark_done(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
    """Retire la marque : les métadonnées d’une cellule entrent dans la clef du cache."""
    cell.metadata.pop(STARTED, None)


def failing_cell(notebook: NotebookNode) -> tuple[int, str]:
    """L’indice de la cellule en échec, et son erreur telle qu’IPython l’a imprimée (vide si elle n’a pas fini)."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                lines = ANSI.sub("", "\n".join(output.traceback)).splitlines()
                return index, "\n".join(lines[-LAST_LINES:])
        if cell.metadata.pop(STARTED, False):
            return index, ""
    raise ValueError("aucune cellule de ce carnet n’a échoué")


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
        try:
            super().start_client()
        except DeadKernelError:
            self.exec_metadata = self._dead_kernel()
        if self.exec_metadata is None or self.exec_metadata["succeeded"]:
            return
        index, error = failing_cell(self.notebook)
        line = self.cell_line(index)
        reason = UNFINISHED.get(self.exec_metadata["error"], "")
        message = describe(self.notebook, index, line, f"{error}\n{reason}".strip())
        logger.warning("%s", message, location=f"{self.path}:{line}", type="cellule")

    def _dead_kernel(self) -> ExecutionResult:
        """Ce que jupyter-cache aurait noté, s’il prévoyait qu’un noyau meure."""
        return {
            "mtime": time.time(),
            "runtime": None,
            "method": self.nb_config.execution_mode,
            "succeeded": False,
            "error": "DeadKernelError",
            "traceback": None,
        }


def fail_build(app: Sphinx, exception: Exception | None) -> None:
    """Donne un code de retour non nul à une construction où une cellule a échoué."""
    runs = (data.get("exec_data") for data in NbMetadataCollector.get_doc_data(app.env).values())
    if exception is None and any(run and not run["succeeded"] for run in runs):
        app.statuscode = 1


def setup(app: Sphinx) -> dict[str, Any]:
    """Remplace le client du cache de MyST-NB, que rien ne permet de choisir autrement, et suit chaque cellule."""
    myst_nb.core.execute.NotebookClientCache = ReportingClient
    cache.single_nb_execution = partial(
        cache.single_nb_execution, on_cell_execute=mark_started, on_cell_executed=mark_done
    )
    app.connect("build-finished", fail_build)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
