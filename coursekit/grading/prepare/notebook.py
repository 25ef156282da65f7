"""Une copie préparée, réécrite en notebook : celui que l’étape de l’exécution remplit et que nbgrader relit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from coursekit.grading.vocabulary import Prepared, PreparedCell

_JUPYTER_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def to_notebook(prepared: Prepared) -> dict[str, Any]:
    """Le notebook de la copie, au format 4.5, sans aucune sortie."""
    return {
        "cells": list(_cells(prepared.cells)),
        "metadata": {"kernelspec": dict(prepared.kernelspec)} if prepared.kernelspec else {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cells(cells: tuple[PreparedCell, ...]) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()
    for rank, cell in enumerate(cells, start=1):
        wanted = (cell.id, cell.grade_id, f"libre-{rank}", f"cellule-libre-{rank}")
        name = next(name for name in wanted if _JUPYTER_ID.fullmatch(name) and name not in taken)
        taken.add(name)
        yield _cell(cell, name)


def _cell(cell: PreparedCell, name: str) -> dict[str, Any]:
    written: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": name,
        "metadata": dict(cell.metadata),
        "source": cell.source,
    }
    if cell.attachments:
        written["attachments"] = {image: dict(bundle) for image, bundle in cell.attachments.items()}
    return written | ({"execution_count": None, "outputs": []} if cell.cell_type == "code" else {})
