"""Le schéma d’un bloc à chemins parallèles : une entrée, les chemins, leur réunion (Inception, ResNet)."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.questions.styles import escape_html
from coursekit.questions.text import NBSP, THIN

BOX_WIDTH, BOX_HEIGHT, GAP, STEP, MARGIN = 136, 32, 18, 24, 12
Path = Sequence[str]


def _box(centre: int, top: int, label: str, fill: str = "#fff") -> str:
    return (
        f'<rect x="{centre - BOX_WIDTH // 2}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5" '
        f'fill="{fill}" stroke="#444"/><text x="{centre}" y="{top + BOX_HEIGHT // 2 + 5}">{escape_html(label)}</text>'
    )


def _line(x1: int, y1: int, x2: int, y2: int) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#444"/>'


def _arrow(x: int, top: int, bottom: int) -> str:
    head = f"{x - 4},{bottom - 7} {x + 4},{bottom - 7} {x},{bottom}"
    return _line(x, top, x, bottom - 6) + f'<polygon points="{head}" fill="#444"/>'


def _column(path: Path, x: int, top: int, bottom: int) -> str:
    """Un chemin, de la barre du haut à celle du bas ; un chemin vide est un simple trait."""
    parts, y = [], top
    for label in path:
        parts += [_arrow(x, y, y + STEP), _box(x, y + STEP, label)]
        y += STEP + BOX_HEIGHT
    return "".join((*parts, _line(x, y, x, bottom)))


def branches(entry: str, paths: Sequence[Path], join: str, spoken_join: str) -> Figure:
    """`entry` en haut, un chemin par colonne, `join` en bas ; `spoken_join` finit le texte de remplacement."""
    centres = [MARGIN + BOX_WIDTH // 2 + index * (BOX_WIDTH + GAP) for index in range(len(paths))]
    middle = (centres[0] + centres[-1]) // 2
    top = MARGIN + BOX_HEIGHT + STEP // 2
    bottom = top + max(len(path) for path in paths) * (STEP + BOX_HEIGHT) + STEP // 2
    body = (
        _box(middle, MARGIN, entry, "#eee"),
        _line(middle, MARGIN + BOX_HEIGHT, middle, top),
        _line(centres[0], top, centres[-1], top),
        *(_column(path, x, top, bottom) for path, x in zip(paths, centres, strict=True)),
        _line(centres[0], bottom, centres[-1], bottom),
        _arrow(middle, bottom, bottom + STEP),
        _box(middle, bottom + STEP, join, "#cfe3ff"),
    )
    alt = _spoken(entry, paths, spoken_join)
    size = centres[-1] + BOX_WIDTH // 2 + MARGIN, bottom + STEP + BOX_HEIGHT + MARGIN
    return Figure(svg(*size, "".join(body), alt), alt)


def _spoken(entry: str, paths: Sequence[Path], spoken_join: str) -> str:
    told = f"{THIN}; ".join(
        f"chemin {number}{NBSP}: {', puis '.join(path) or 'l’identité'}"
        for number, path in enumerate(paths, start=1)
    )
    return f"{entry}, puis {len(paths)} chemins parallèles{NBSP}: {told}. {spoken_join}"
