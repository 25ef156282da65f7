"""Les schémas des questions : des blocs reliés par des flèches, des barres chiffrées."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.questions.styles import escape_html
from coursekit.questions.text import NBSP, THIN, number_text

LETTER, LINE, MARGIN, ARROW = 9, 22, 12, 32
BAR, LONGEST_BAR = 28, 300


def blocks(stages: Sequence[Sequence[str]]) -> Figure:
    """Des blocs de gauche à droite, chacun fait de quelques lignes de texte court, reliés par des flèches."""
    tall = max(len(lines) for lines in stages)
    height = tall * LINE + 2 * MARGIN
    body, left = [], MARGIN
    for index, lines in enumerate(stages):
        if index:
            body.append(_arrow(left, MARGIN + height // 2))
            left += ARROW
        width = max(len(line) for line in lines) * LETTER + 2 * MARGIN
        body.append(_block(lines, left, width, height))
        left += width
    alt = f"Schéma{NBSP}: " + f"{THIN}; puis ".join(", ".join(lines) for lines in stages) + "."
    return Figure(svg(left + MARGIN, height + 2 * MARGIN, "".join(body), alt), alt)


def _block(lines: Sequence[str], left: int, width: int, height: int) -> str:
    middle, first = left + width // 2, MARGIN + (height - len(lines) * LINE) // 2 + 16
    texts = (
        f'<text x="{middle}" y="{first + i * LINE}">{escape_html(line)}</text>'
        for i, line in enumerate(lines)
    )
    frame = f'<rect x="{left}" y="{MARGIN}" width="{width}" height="{height}" rx="6" fill="#eaf2ff" stroke="#444"/>'
    return frame + "".join(texts)


def _arrow(left: int, y: int) -> str:
    tip = left + ARROW - 4
    return (
        f'<path d="M{left + 4} {y}H{tip - 6}" stroke="#444" stroke-width="2" fill="none"/>'
        f'<path d="M{tip} {y}l-9 -5v10z" fill="#444"/>'
    )


def bars(title: str, values: Sequence[tuple[str, float]]) -> Figure:
    """Des barres horizontales, proportionnelles à leurs valeurs, chacune entre son nom et son nombre."""
    names = max(len(name) for name, _ in values) * LETTER + MARGIN
    most = max(value for _, value in values)
    body = [f'<text x="{MARGIN}" y="22" text-anchor="start">{escape_html(title)}</text>']
    for index, (name, value) in enumerate(values):
        top, length = 34 + index * BAR, max(1, round(LONGEST_BAR * value / most))
        body.append(
            f'<text x="{names}" y="{top + 17}" text-anchor="end">{escape_html(name)}</text>'
            f'<rect x="{names + 8}" y="{top + 3}" width="{length}" height="{BAR - 8}" fill="#4a7fc1"/>'
            f'<text x="{names + 16 + length}" y="{top + 17}" text-anchor="start">{number_text(value)}</text>'
        )
    alt = (
        f"{title}{NBSP}: " + f"{THIN}; ".join(f"{name}, {number_text(value)}" for name, value in values) + "."
    )
    width = names + LONGEST_BAR + 130
    return Figure(svg(width, 34 + len(values) * BAR + MARGIN, "".join(body), alt), alt)
