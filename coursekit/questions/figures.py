"""Les figures des questions : du SVG écrit à la main, lisible sur fond clair ou sombre, avec son texte de remplacement.

Le SVG se tient seul (ni police, ni feuille de style extérieure) ; ses identifiants n’existent pas, pour que vingt
figures cohabitent dans une page.
"""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.questions.family import Figure
from coursekit.questions.styles import escape_html
from coursekit.questions.text import NBSP, THIN, number_text

CELL = 36
Table = Sequence[Sequence[float]]


def svg(width: int, height: int, body: str, alt: str) -> str:
    """Une image de cette taille, en pixels, sur fond blanc."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape_html(alt)}"><rect width="{width}" height="{height}" fill="#fff"/>'
        f'<g font-family="sans-serif" font-size="15" text-anchor="middle" fill="#111">{body}</g></svg>'
    )


def _grid(table: Table, left: int, top: int, framed: tuple[int, int] | None) -> str:
    parts = []
    for i, row in enumerate(table):
        for j, value in enumerate(row):
            x, y = left + j * CELL, top + i * CELL
            inside = framed is not None and i < framed[0] and j < framed[1]
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{"#cfe3ff" if inside else "#fff"}" '
                f'stroke="#444"/><text x="{x + CELL // 2}" y="{y + CELL // 2 + 5}">{number_text(value)}</text>'
            )
    return "".join(parts)


def spoken(table: Table) -> str:
    """Un tableau dit ligne par ligne, pour un texte de remplacement."""
    rows = (", ".join(number_text(value) for value in row) for row in table)
    return f"{THIN}; ".join(f"ligne {i}{NBSP}: {row}" for i, row in enumerate(rows, start=1))


def grids(tables: Sequence[tuple[str, Table]], framed: tuple[int, int] | None = None) -> Figure:
    """Des tableaux côte à côte, chacun sous son titre ; `framed` colore le premier coin du premier tableau."""
    body, left, gap, top = [], 12, 30, 34
    for index, (title, table) in enumerate(tables):
        width = len(table[0]) * CELL
        body.append(f'<text x="{left + width // 2}" y="22">{escape_html(title)}</text>')
        body.append(_grid(table, left, top, framed if index == 0 else None))
        left += width + gap
    height = top + max(len(table) for _, table in tables) * CELL + 12
    alt = " ".join(f"{title}{NBSP}: {spoken(table)}." for title, table in tables)
    return Figure(svg(left - gap + 12, height, "".join(body), alt), alt)


def table_latex(table: Table) -> str:
    """Un tableau de nombres pour une formule : `\\begin{pmatrix}…`."""
    rows = " \\\\ ".join(" & ".join(number_text(value) for value in row) for row in table)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
