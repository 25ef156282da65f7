"""Ce qu’une source doit respecter : chaque règle rend les fautes qu’elle trouve, en français, avec leur ligne."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from coursekit.course.cells import ANSWER, HINT, KEYS, KINDS, LOCKED, MANUAL, REGIONS, TESTS, Cell, Kind

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NOT_KEYS = ("title", "incorrectly_encoded_metadata")
"""Où jupytext range ce qui, sur une ligne `# %%`, n’est pas clé="valeur"."""


@dataclass(frozen=True, order=True)
class Problem:
    """Une faute de la source."""

    line: int
    cell: str
    what: str

    def __str__(self) -> str:
        return f"ligne {self.line}, {self.cell} : {self.what}"


def marker_problems(
    kind: Kind, cell_type: str, metadata: Mapping[str, Any], options: str, line: int
) -> Iterator[Problem]:
    """Les fautes d’une ligne `# %%` ; `metadata` est ce que jupytext y lit, `options` ce qui y est écrit."""
    label = f'cellule « {kind.key}="{metadata[kind.key]}" »' if kind.key else "cellule sans clé"
    rules = (
        _one_role(metadata, options),
        _known_keys(metadata),
        _right_type(kind, cell_type),
        _valid_id(kind, metadata),
        _right_points(kind, metadata),
        _right_folding(kind, cell_type, metadata),
    )
    return (Problem(line, label, what) for what in chain.from_iterable(rules))


def _one_role(metadata: Mapping[str, Any], options: str) -> Iterator[str]:
    roles = [key for key in metadata if key in KINDS]
    if len(roles) > 1:
        yield f"{' et '.join(roles)} ne vont pas ensemble ; une cellule n’a qu’un rôle."
    for key in KEYS:
        if len(re.findall(rf"\b{key}\s*=", options)) > 1:
            yield f"{key} est donné deux fois."


def _known_keys(metadata: Mapping[str, Any]) -> Iterator[str]:
    known = ", ".join(KEYS)
    for key in metadata.keys() - set(KEYS):
        if key in _NOT_KEYS:
            yield f'« {metadata[key]} » ne se lit pas. Écrivez clé="valeur", avec une de ces clés : {known}.'
        else:
            yield f"la clé {key} est inconnue. Clés possibles : {known}."


def _right_type(kind: Kind, cell_type: str) -> Iterator[str]:
    if cell_type not in kind.cell_types:
        yield f"une telle cellule est de type {' ou '.join(kind.cell_types)}, pas {cell_type}."


def _valid_id(kind: Kind, metadata: Mapping[str, Any]) -> Iterator[str]:
    if kind.key and not _ID.fullmatch(str(metadata[kind.key])):
        yield "l’identifiant se compose de minuscules sans accent, de chiffres et de tirets, comme q1 ou q2-bis."


def _right_points(kind: Kind, metadata: Mapping[str, Any]) -> Iterator[str]:
    points = metadata.get("points")
    if not kind.points:
        if "points" in metadata:
            yield "seules les cellules tests et manual valent des points."
    elif "points" not in metadata:
        yield "les points manquent ; ajoutez par exemple points=2."
    elif isinstance(points, bool) or not isinstance(points, int | float) or not 0 < points < float("inf"):
        yield f"points={points!r} n’est pas un nombre positif."


def _right_folding(kind: Kind, cell_type: str, metadata: Mapping[str, Any]) -> Iterator[str]:
    if "folded" not in metadata:
        return
    if kind is not LOCKED or cell_type != "code":
        yield "folded ne replie que le code d’une cellule locked."
    elif metadata["folded"] is not True:
        yield f"folded={metadata['folded']!r} n’est pas permis ; écrivez folded=true, ou rien."


def cell_problems(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    """Les fautes qui se voient dans le texte des cellules, ou d’une cellule à l’autre."""
    yield from _repeated_ids(cells)
    yield from _missing_pairs(cells)
    for cell in cells:
        found = (*_wrong_regions(cell), *_missing_region(cell))
        yield from (Problem(cell.line + offset, _label(cell), what) for offset, what in found)


def _label(cell: Cell) -> str:
    return f"cellule « {cell.id} »"


def _repeated_ids(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for cell in cells:
        if cell.id in lines:
            yield Problem(cell.line, _label(cell), f"cet identifiant sert déjà ligne {lines[cell.id]}.")
        lines.setdefault(cell.id, cell.line)


def _missing_pairs(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    """Une réponse et ses tests vont ensemble, dans cet ordre ; un indice se rapporte à une question."""
    questions = {cell.ref for cell in cells if cell.kind in (ANSWER, MANUAL)}
    tested = {cell.ref for cell in cells if cell.kind is TESTS}
    answered: set[str] = set()
    for cell in cells:
        if cell.kind is ANSWER:
            answered.add(cell.ref)
            if cell.ref not in tested:
                yield Problem(
                    cell.line, _label(cell), f'aucune cellule tests="{cell.ref}" ne note cette réponse.'
                )
        elif cell.kind is TESTS and cell.ref not in answered:
            yield Problem(
                cell.line, _label(cell), f'aucune réponse answer="{cell.ref}" ne précède ces tests.'
            )
        elif cell.kind is HINT and cell.ref not in questions:
            known = _listed(questions)
            yield Problem(
                cell.line, _label(cell), f"cet indice vise une question inconnue. Questions : {known}."
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "aucune"


Found = tuple[int, str]
"""Un décalage depuis la ligne `# %%` de la cellule, et la faute."""


def _wrong_regions(cell: Cell) -> Iterator[Found]:
    opened: dict[str, int] = {}
    for offset, text in enumerate(cell.source.splitlines(), start=1):
        for region in REGIONS:
            if f"BEGIN {region}" in text:
                if region in opened:
                    yield offset, f"BEGIN {region} est répété avant END {region}."
                if region != cell.kind.region:
                    yield offset, f"BEGIN {region} n’a pas sa place ici, {_allowed(region)}."
                opened[region] = offset
            elif f"END {region}" in text and opened.pop(region, None) is None:
                yield offset, f"END {region} sans BEGIN {region}."
    for region, offset in opened.items():
        yield offset, f"BEGIN {region} n’est pas fermé ; ajoutez END {region}."


def _allowed(region: str) -> str:
    return f"seulement dans une cellule {' ou '.join(k.key for k in KINDS.values() if k.region == region)}"


def _missing_region(cell: Cell) -> Iterator[Found]:
    region = cell.kind.region
    if cell.kind.needs_region and f"BEGIN {region}" not in cell.source:
        yield 0, f"la solution n’est pas délimitée ; entourez-la de BEGIN {region} et END {region}."
