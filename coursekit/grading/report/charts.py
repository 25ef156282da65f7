"""Les graphiques du rapport, en SVG : chacun dit en toutes lettres ce qu’il montre."""

from __future__ import annotations

from html import escape

from coursekit.grading.report.summary import BINS, Spread
from coursekit.grading.report.words import number, plural

_WIDTH, _HEIGHT, _GAP, _FOOT, _HEAD = 240, 96, 4, 18, 16


def bars(name: str, spread: Spread) -> str:
    """Combien de copies dans chaque cinquième des points."""
    most = max(spread.bins) or 1
    step = _WIDTH / BINS
    drawn = "".join(
        _bar(rank * step + _GAP / 2, step - _GAP, count, (_HEIGHT - _FOOT - _HEAD) * count / most)
        for rank, count in enumerate(spread.bins)
    )
    floor = _HEIGHT - _FOOT
    axis = f'<line x1="0" y1="{floor}" x2="{_WIDTH}" y2="{floor}" class="axis"/>'
    ticks = "".join(
        f'<text x="{x}" y="{_HEIGHT - 4}" text-anchor="{anchor}">{number(points)}</text>'
        for x, anchor, points in ((0, "start", 0), (_WIDTH, "end", spread.max_score))
    )
    said = escape(description(name, spread))
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{said}">{drawn}{axis}{ticks}</svg>'


def description(name: str, spread: Spread) -> str:
    """Le graphique, en mots."""
    parts = ", ".join(
        f"de {100 * rank // BINS} à {100 * (rank + 1) // BINS} % : {count}"
        for rank, count in enumerate(spread.bins)
    )
    return (
        f"{name} : moyenne {number(spread.mean)} sur {number(spread.max_score)}. "
        f"{plural(spread.none, 'copie')} sans point, {spread.full} avec tous. Copies par part des points : {parts}."
    )


def _bar(x: float, width: float, count: int, height: float) -> str:
    top = _HEIGHT - _FOOT - height
    label = (
        f'<text x="{x + width / 2:.1f}" y="{top - 3:.1f}" text-anchor="middle">{count}</text>'
        if count
        else ""
    )
    return f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"/>{label}'
