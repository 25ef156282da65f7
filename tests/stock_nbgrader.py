"""nbgrader tel qu’il est, sans ses commandes : ses préprocesseurs, dans l’ordre où il les enchaîne.

`generate_assignment` et `autograde` coûtent des secondes et un dossier de cours ; ce qu’ils font aux cellules, non.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import preprocessors as stock
from nbgrader.api import Gradebook
from traitlets.config import Config

from coursekit.grading import Recorded

ASSIGNMENT = "devoir"
RELEASING = (
    stock.LockCells,
    stock.ClearSolutions,
    stock.ClearOutput,
    stock.CheckCellMetadata,
    stock.ComputeChecksums,
    stock.SaveCells,
    stock.ClearHiddenTests,
    stock.ClearMarkScheme,
    stock.ComputeChecksums,
    stock.CheckCellMetadata,
)
SANITIZING = (
    stock.ClearOutput,
    stock.DeduplicateIds,
    stock.OverwriteKernelspec,
    stock.OverwriteCells,
    stock.CheckCellMetadata,
)


@dataclass(frozen=True)
class StockNbgrader:
    """Un devoir distribué par nbgrader, notebook par notebook, et ce que nbgrader fait des copies."""

    url: str

    @classmethod
    def create(cls, folder: Path, url: str = "") -> StockNbgrader:
        """Un carnet de notes vide. nbgrader y lance `alembic`, qu’il cherche dans le PATH."""
        made = cls(url or f"sqlite:///{folder / 'gradebook.db'}")
        with Gradebook(made.url) as gradebook:
            gradebook.add_assignment(ASSIGNMENT)
        return made

    def release(self, name: str, source: bytes, config: Any = None) -> bytes:
        """Le notebook distribué ; `config` a les réglages du cours."""
        return nbformat.writes(self._through(RELEASING, name, source, config)).encode()

    def sanitize(self, name: str, submitted: bytes) -> Any:
        """La copie telle que nbgrader l’exécuterait."""
        return self._through(SANITIZING, name, submitted)

    def recorded(self, name: str) -> dict[str, Recorded]:
        """Ce que le carnet de notes sait des cellules de l’enseignant."""
        with Gradebook(self.url) as gradebook:
            cells = gradebook.find_notebook(name, ASSIGNMENT).source_cells
            return {cell.name: Recorded(cell.source, cell.cell_type) for cell in cells}

    def _through(self, chain: tuple[type, ...], name: str, data: bytes, config: Any = None) -> Any:
        notebook = nbformat.reads(data.decode(), as_version=4)
        about = {"notebook": name, "assignment": ASSIGNMENT, "student": "eleve", "db_url": self.url}
        resources = {"nbgrader": about}
        for preprocessor in chain:
            made = preprocessor(config=Config(config or {}))
            made.log.setLevel(logging.CRITICAL)
            notebook, resources = made.preprocess(notebook, resources)
        return notebook
