"""Lire et écrire un petit tableau de nombres : « 1 2 ; 3 4 », `[[1, 2], [3, 4]]`."""

from __future__ import annotations

import re
from fractions import Fraction

from coursekit.checks.numerals import UnreadableError, read_numeral
from coursekit.questions.text import number_text

Rows = tuple[tuple[Fraction, ...], ...]

MOST_CELLS = 400


def as_rows(value: object) -> Rows | None:
    """Des lignes de même longueur, en fractions exactes ; `None` si ce n’en sont pas."""
    if not isinstance(value, list | tuple) or not value:
        return None
    if not all(isinstance(row, list | tuple) and row for row in value):
        return None
    if len({len(row) for row in value}) != 1:
        return None
    cells = [cell for row in value for cell in row]
    if not all(isinstance(cell, int | float | Fraction) and cell == cell for cell in cells):
        return None
    return tuple(tuple(Fraction(cell) for cell in row) for row in value)


def cell_text(cell: Fraction) -> str:
    """Une case, en décimal quand il est court, sinon en fraction."""
    if cell.denominator == 1:
        return number_text(cell.numerator)
    if 4 % cell.denominator == 0:
        return number_text(float(cell), 12)
    value = float(cell)
    return (
        number_text(value, 6) if Fraction(f"{value:.4f}") == cell else f"{cell.numerator}/{cell.denominator}"
    )


def matrix_text(rows: Rows) -> str:
    """« 1 2 ; 3,5 4 »."""
    return " ; ".join(" ".join(_typed(cell) for cell in row) for row in rows)


def _typed(cell: Fraction) -> str:
    return cell_text(cell).replace("\u202f", "").replace("−", "-")


def matrix_latex(rows: Rows) -> str:
    lines = " \\\\ ".join(" & ".join(_math(cell) for cell in row) for row in rows)
    return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"


def _math(cell: Fraction) -> str:
    text = cell_text(cell).replace("\u202f", r"\,").replace("−", "-")
    return text.replace(",", "{,}") if r"\," not in text else text


def read_matrix(text: str) -> list[list[Fraction]]:
    """Les lignes d’un texte.

    Raises:
        UnreadableError: une case n’est pas un nombre ; le message dit laquelle.
    """
    if len(text) > 5000:
        raise UnreadableError(f"Votre texte a {len(text)} caractères : donnez seulement le tableau.")
    inside = text.strip()
    if inside.startswith("["):
        lines = [part for part in re.split(r"\]\s*[,;]?\s*", inside.replace("[", " ")) if part.strip()]
        separator = r"[,;]\s+|;|,(?=\s*[-+]?\d)" if "," in inside else r"\s+"
    else:
        lines = [part for part in re.split(r"[;\n]+", inside) if part.strip()]
        separator = r"\s+"
    rows = [[cell for cell in re.split(separator, line.strip()) if cell] for line in lines]
    if not rows or sum(map(len, rows)) > MOST_CELLS:
        raise UnreadableError("Ce n’est pas un petit tableau. Écrivez par exemple : 1 2 ; 3 4.")
    return [[read_numeral(cell.replace("−", "-")).value for cell in row] for row in rows]
