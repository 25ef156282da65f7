"""D’un devoir vérifié au notebook source de nbgrader : les clés courtes deviennent ses métadonnées complètes.

Rien n’y dépend de l’heure ni du hasard : le même texte donne toujours les mêmes octets.
"""

from __future__ import annotations

from typing import Any

from coursekit.course.cells import ANSWER, HINT, LOCKED, MANUAL, PLAIN, TESTS, Assignment, Cell
from coursekit.errors import require

NBGRADER_SCHEMA = 3
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_HINT = "<details>\n<summary><strong>Indice</strong></summary>\n\n{text}\n\n</details>"


def to_notebook(assignment: Assignment) -> str:
    """Le notebook source, solutions et tests cachés compris, au format que lit nbgrader (JSON, nbformat 4.5)."""
    require("nbformat", "course")
    import nbformat

    notebook = nbformat.from_dict(
        {
            "cells": [_cell(cell) for cell in assignment.cells],
            "metadata": {"kernelspec": KERNEL},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n"


def _cell(cell: Cell) -> dict[str, Any]:
    source = _HINT.format(text=cell.source) if cell.kind is HINT else cell.source
    common = {"cell_type": cell.cell_type, "id": cell.id, "metadata": metadata(cell), "source": source}
    return common | ({"execution_count": None, "outputs": []} if cell.cell_type == "code" else {})


def metadata(cell: Cell) -> dict[str, Any]:
    """Les métadonnées de Jupyter et de nbgrader que la clé courte résume."""
    if cell.kind is PLAIN:
        return {}
    if cell.kind is HINT:
        # Hors de nbgrader : un indice ne se note pas, Jupyter suffit à le protéger.
        return {"deletable": False, "editable": False}
    nbgrader = {
        "grade": cell.kind in (TESTS, MANUAL),
        "grade_id": cell.id,
        "locked": cell.kind in (TESTS, LOCKED),
        "schema_version": NBGRADER_SCHEMA,
        "solution": cell.kind in (ANSWER, MANUAL),
        "task": False,
    }
    if cell.points is not None:
        nbgrader["points"] = cell.points
    # « Tout exécuter » ne doit pas s’arrêter à la première question sans réponse.
    tags = {"tags": ["raises-exception"]} if cell.kind is TESTS else {}
    folding = {"jupyter": {"source_hidden": True}} if cell.folded else {}
    return {"nbgrader": nbgrader, **tags, **folding}
