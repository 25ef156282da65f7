"""Les images fixes des explorateurs : des barres, dites aussi en mots."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.questions.styles import escape_html
from coursekit.questions.text import NBSP, THIN

ROW, LENGTH = 26, 260


def bars(title: str, rows: Sequence[tuple[str, float, str]], margin: int = 120) -> Figure:
    """Des barres horizontales : pour chacune, son nom, sa valeur et le texte qui l’écrit."""
    longest = max(value for _, value, _ in rows)
    body = [f'<text x="12" y="22" text-anchor="start">{escape_html(title)}</text>']
    for i, (name, value, text) in enumerate(rows):
        top, length = 34 + i * ROW, round(LENGTH * value / longest, 1)
        body.append(
            f'<text x="{margin - 8}" y="{top + 17}" text-anchor="end">{escape_html(name)}</text>'
            f'<rect x="{margin}" y="{top + 3}" width="{length}" height="{ROW - 6}" fill="#cfe3ff" stroke="#444"/>'
            f'<text x="{margin + length + 8}" y="{top + 17}" text-anchor="start">{escape_html(text)}</text>'
        )
    spoken = f"{THIN}; ".join(f"{name}{NBSP}: {text}" for name, _, text in rows)
    alt = f"{title}{NBSP}: {spoken}."
    return Figure(svg(margin + LENGTH + 110, 42 + len(rows) * ROW, "".join(body), alt), alt)
