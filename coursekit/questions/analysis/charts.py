"""Les graphiques du rapport, en SVG écrit ici : ni script, ni police, ni fichier à côté.

Chacun a un titre que lisent les lecteurs d’écran ; les couleurs viennent des classes de la page, claire ou sombre.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite

from coursekit.questions.analysis.classroom import ItemReport, Score
from coursekit.questions.analysis.texts import decimal, percent
from coursekit.questions.styles import escape_html

OUTCOMES = (
    ("right", "juste"),
    ("partial", "en partie juste"),
    ("mistake", "erreur reconnue"),
    ("other", "fausse, sans erreur reconnue"),
    ("omitted", "sans réponse"),
)


def svg(width: float, height: float, title: str, body: Iterable[str]) -> str:
    """Une image qui s’élargit avec la page."""
    return (
        f'<svg viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-label="{escape_html(title)}">'
        f"<title>{escape_html(title)}</title>{''.join(body)}</svg>"
    )


def _n(value: float) -> str:
    assert isfinite(value)
    return f"{value:.1f}".rstrip("0").rstrip(".")


def rect(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    inside = f"<title>{escape_html(title)}</title>" if title else ""
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" class="{kind}">{inside}</rect>'


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "middle") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" class="{kind}">{escape_html(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "axis") -> str:
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" class="{kind}"/>'


def histogram(scores: Sequence[Score]) -> str:
    """Combien d’élèves dans chaque dixième de la note."""
    bins = [0] * 10
    for score in scores:
        bins[min(9, max(0, int(score.share * 10)))] += 1
    width, height, left, top, bottom = 340.0, 250.0, 10.0, 18.0, 38.0
    step, tall = (width - 2 * left) / 10, height - top - bottom
    most = max(bins) or 1
    parts = [line(left, height - bottom, width - left, height - bottom)]
    for i, count in enumerate(bins):
        high = tall * count / most
        x, y = left + i * step, height - bottom - high
        parts.append(rect(x + 2, y, step - 4, high, "bar", f"de {10 * i} à {10 * (i + 1)} % : {count}"))
        if count:
            parts.append(text(x + step / 2, y - 4, str(count), "count"))
    for i in range(0, 11, 2):
        parts.append(text(left + i * step, height - bottom + 15, str(10 * i), "tick"))
    parts.append(text(width / 2, height - 5, "réussite, en %", "label"))
    return svg(width, height, f"Répartition des {len(scores)} notes", parts)


@dataclass(frozen=True)
class Axis:
    """Une échelle : les valeurs de `low` à `high` se placent entre `start` et `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        step = 0.1 if self.high - self.low < 0.55 else 0.2
        first = round(self.low / step + 0.499)
        return [step * i for i in range(first, first + 20) if step * i <= self.high + 1e-9]


def around(values: Sequence[float], start: float, end: float) -> Axis:
    """L’échelle qui serre ces valeurs, au dixième."""
    low, high = floor(10 * min(values) - 0.3) / 10, ceil(10 * max(values) + 0.3) / 10
    return Axis(low, high, start, end)


def scatter(items: Sequence[ItemReport]) -> str:
    """Chaque question à sa place exacte, de la plus difficile à la plus facile, et ce qu’elle distingue."""
    width, height, left, right, top, bottom = 340.0, 250.0, 42.0, 12.0, 8.0, 38.0
    known = [(item, r) for item in items if (r := item.discrimination) is not None]
    title = "Réussite et discrimination des questions"
    if not known:
        return svg(width, 30, title, [text(width / 2, 20, "aucune discrimination ne se calcule", "label")])
    across = around([item.difficulty for item, _ in known], left, width - right)
    up = around([0.0, 0.3, *(r for _, r in known)], height - bottom, top)
    parts = [rect(left, top, width - left - right, up.at(0.15) - top, "good")]
    for r in up.ticks:
        parts.append(line(left, up.at(r), width - right, up.at(r), "grid"))
        parts.append(text(left - 6, up.at(r) + 4, decimal(r, 1), "tick", "end"))
    parts += [text(across.at(p), height - bottom + 15, str(round(100 * p)), "tick") for p in across.ticks]
    parts += _dots([(item, across.at(item.difficulty), up.at(r)) for item, r in known])
    parts.append(text((left + width - right) / 2, height - 5, "réussite, en %", "label"))
    middle = (top + height - bottom) / 2
    turned = f'transform="rotate(-90 11 {_n(middle)})"'
    parts.append(
        f'<text x="11" y="{_n(middle)}" text-anchor="middle" class="label" {turned}>discrimination</text>'
    )
    return svg(width, height, title, parts)


AROUND = (
    (0, -8), (10, 3), (-10, 3), (0, 14), (9, -6), (-9, -6),
    (9, 12), (-9, 12), (17, 3), (-17, 3), (0, -17), (0, 23),
)  # fmt: skip
"""Où peut aller le numéro d’un point, de la meilleure place à la moins bonne."""


def _dots(dots: Sequence[tuple[ItemReport, float, float]]) -> Iterator[str]:
    """Les points, et leurs numéros là où ils ne cachent rien."""
    taken = [(x, y + 3) for _, x, y in dots]
    for item, x, y in dots:
        about = f"{item.name} : réussite {percent(item.difficulty)}, discrimination {decimal(item.discrimination)}"
        yield f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4" class="dot"><title>{escape_html(about)}</title></circle>'
        free = ((x + dx, y + dy) for dx, dy in AROUND if not _covered(x + dx, y + dy, taken))
        place = next(free, None)
        if place is not None:
            taken.append(place)
            yield text(*place, str(item.number), "dot-label")


def _covered(x: float, y: float, taken: Sequence[tuple[float, float]]) -> bool:
    return any(abs(x - a) < 9 and abs(y - b) < 9 for a, b in taken)


def outcome_bar(item: ItemReport) -> str:
    """Ce que les élèves ont répondu, en une barre."""
    counts = (item.right, item.partial, sum(item.mistakes.values()), item.unexplained, item.omitted)
    x, parts = 0.0, []
    for (kind, name), count in zip(OUTCOMES, counts, strict=True):
        width = 360 * count / item.students
        if count:
            parts.append(rect(x, 0, width, 20, kind, f"{name} : {count}"))
            if width >= 16:
                parts.append(text(x + width / 2, 14, str(count), f"on-{kind}"))
        x += width
    said = ", ".join(f"{name} : {count}" for (_, name), count in zip(OUTCOMES, counts, strict=True) if count)
    return svg(360, 20, f"{item.name}. {said}", parts)


def share_bar(share: float, title: str) -> str:
    """La part des élèves qui font une erreur."""
    return svg(200, 14, title, [rect(0, 0, 200, 14, "empty"), rect(0, 0, 200 * share, 14, "mistake")])
