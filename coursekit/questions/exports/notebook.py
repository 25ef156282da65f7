"""Un notebook nbgrader : la source d’un devoir, à distribuer par `generate_assignment` et à noter par `autograde`.

La bonne réponse n’y est lisible que dans les solutions et les tests cachés, que nbgrader retire en distribuant.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from coursekit.questions import bank
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.notebook_cells import Cell, escape, markdown, question_cells
from coursekit.questions.variant import Variant

OWN_FAMILY = Loss(
    "own-family",
    "une famille qui n’est pas de la banque n’est pas retrouvée à la correction : ses tests cachés échouent",
)
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
HOW = (
    "Écrivez chaque réponse à la place indiquée, puis exécutez la cellule qui suit. Un nombre s’écrit au point, comme "
    'en Python (`3.5`), ou entre guillemets à la française (`"3,5"`). Avant de rendre le notebook, relancez-le en '
    "entier."
)


class Notebook:
    """L’export « notebook »."""

    name = "notebook"
    title = "notebook nbgrader"
    suffix = ".ipynb"

    def check(self, variant: Variant) -> Sequence[Loss]:
        """Rien ne se perd d’une question de la banque : coursekit la juge entière, là où le notebook est corrigé."""
        return () if variant.family.id in _known() else (OWN_FAMILY,)

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        yield b'{\n "cells": [\n'
        yield _json(markdown("introduction", f"# {escape(meta.title)}\n\n{HOW}"))
        for number, variant in enumerate(variants, start=1):
            for cell in question_cells(variant, number):
                yield b",\n" + _json(cell)
        tail = json.dumps({"metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5})
        yield f"\n ],\n {tail[1:]}\n".encode()


@cache
def _known() -> frozenset[str]:
    return frozenset(family.id for family in bank.BANK)


def _json(cell: Cell) -> bytes:
    return json.dumps(cell, ensure_ascii=False, sort_keys=True).encode()


EXPORTER = Notebook()
