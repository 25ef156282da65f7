"""Reconnaître, dans une copie, les cellules de l’enseignant : par ce qu’elles disent être, sinon par leur texte.

Une cellule de la copie va à une place du notebook de l’enseignant, ou à aucune : elle est alors libre. Dans l’ordre :
l’identifiant de nbgrader, celui de Jupyter, le texte distribué, les lignes qu’une réponse laisse en place, et enfin
l’endroit, quand il ne laisse aucun doute. Se faire reconnaître ne rapporte rien : d’une cellule verrouillée on
n’exécute que le texte de l’enseignant, d’une réponse que ce que l’élève a écrit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from coursekit.grading.prepare.reading import CELL_TYPES, RawCell
from coursekit.grading.prepare.reference import ReferenceCell
from coursekit.grading.vocabulary import Role

_ANSWERS = (Role.ANSWER, Role.MANUAL)
_RESEMBLANCE = 0.5
"""La part des lignes distribuées qu’une cellule doit avoir gardée."""


class By(StrEnum):
    """À quoi une cellule a été reconnue."""

    GRADE_ID = "grade_id"
    ID = "id"
    TEXT = "text"
    RESEMBLANCE = "resemblance"
    PLACE = "place"


@dataclass
class Matching:
    """Qui va où : `slot_of` va du rang d’une cellule remise à celui d’une place, `by` dit comment on l’a reconnue."""

    slot_of: dict[int, int] = field(default_factory=dict)
    by: dict[int, By] = field(default_factory=dict)

    def claim(self, cell: int, slot: int, by: By) -> None:
        self.slot_of[cell], self.by[cell] = slot, by

    def claims(self) -> dict[int, list[int]]:
        """Place → les cellules qui y vont, dans l’ordre de la copie."""
        found: dict[int, list[int]] = defaultdict(list)
        for cell in sorted(self.slot_of):
            found[self.slot_of[cell]].append(cell)
        return found


def identify(slots: Sequence[ReferenceCell], cells: Sequence[RawCell]) -> Matching:
    """Associe les cellules d’une copie aux places du notebook de l’enseignant."""
    matching = Matching()
    _by_grade_id(matching, slots, cells)
    _by_id(matching, slots, cells)
    _by_text(matching, slots, cells)
    _by_resemblance(matching, slots, cells)
    _by_place(matching, slots, cells)
    return matching


def same_text(one: str, other: str) -> bool:
    """Le même texte, aux blancs de fin de ligne près."""
    return flat(one) == flat(other)


def flat(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def _by_grade_id(matching: Matching, slots: Sequence[ReferenceCell], cells: Sequence[RawCell]) -> None:
    named = {slot.grade_id: rank for rank, slot in enumerate(slots) if slot.grade_id}
    for rank, cell in enumerate(cells):
        if cell.grade_id in named:
            matching.claim(rank, named[cell.grade_id], By.GRADE_ID)


def _by_id(matching: Matching, slots: Sequence[ReferenceCell], cells: Sequence[RawCell]) -> None:
    """Une réponse qui se dit cellule de tests, sans en avoir le texte, redevient une réponse."""
    named = {slot.id: rank for rank, slot in enumerate(slots) if slot.id}
    missing = set(_missing(matching, slots))
    for rank, cell in enumerate(cells):
        if (slot := named.get(cell.id)) is None:
            continue
        usurper = rank in matching.slot_of and slot in missing and _usurps(matching, slots, cells, rank)
        if rank not in matching.slot_of or usurper:
            matching.claim(rank, slot, By.ID)


def _usurps(matching: Matching, slots: Sequence[ReferenceCell], cells: Sequence[RawCell], rank: int) -> bool:
    claimed = slots[matching.slot_of[rank]]
    return claimed.overwritten and not same_text(cells[rank].source, claimed.distributed)


def _by_text(matching: Matching, slots: Sequence[ReferenceCell], cells: Sequence[RawCell]) -> None:
    """Les cellules identiques sont interchangeables : la première va à la première place."""
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for slot in _missing(matching, slots):
        waiting[slots[slot].cell_type, flat(slots[slot].distributed)].append(slot)
    for rank in _unclaimed(matching, cells):
        if places := waiting.get((cells[rank].cell_type, flat(cells[rank].source))):
            matching.claim(rank, places.pop(0), By.TEXT)


def _by_resemblance(matching: Matching, slots: Sequence[ReferenceCell], cells: Sequence[RawCell]) -> None:
    """Les plus ressemblantes d’abord. Des tests retouchés ne comptent pas : rien ne dit que ce n’est pas un essai."""
    claims = matching.claims()
    missing = [slot for slot in _missing(matching, slots) if slots[slot].landmarks]
    windows = {slot: _window(slot, claims, len(slots), len(cells)) for slot in missing}
    found = [
        (-score, slot, rank)
        for rank in _unclaimed(matching, cells)
        if (written := {line.strip() for line in cells[rank].source.split("\n")})
        for slot in missing
        if (score := _resemblance(slots[slot], cells[rank], written)) >= _RESEMBLANCE
        and _may_fill(slots[slot], rank in windows[slot])
    ]
    taken: set[int] = set()
    for _, slot, rank in sorted(found):
        if slot not in taken and rank not in matching.slot_of:
            taken.add(slot)
            matching.claim(rank, slot, By.RESEMBLANCE)


def _resemblance(slot: ReferenceCell, cell: RawCell, written: set[str]) -> float:
    if slot.cell_type != cell.cell_type:
        return 0.0
    return len(slot.landmarks & written) / len(slot.landmarks)


def _may_fill(slot: ReferenceCell, in_place: bool) -> bool:
    """Une cellule libre retouchée ne se reconnaît que sur place : la déplacer changerait ce que le code fait."""
    return slot.role in _ANSWERS or (in_place and not slot.overwritten)


def _by_place(matching: Matching, slots: Sequence[ReferenceCell], cells: Sequence[RawCell]) -> None:
    """Entre deux cellules reconnues, les dernières cellules inconnues sont les réponses qui manquent.

    Se tromper d’inconnue ne coûte rien : toutes s’exécutent là, dans l’ordre de la copie.
    """
    claims = matching.claims()
    for gap in _gaps(len(slots), claims):
        window = _window(gap[0], claims, len(slots), len(cells))
        unknown = [rank for rank in window if rank not in matching.slot_of and cells[rank].source.strip()]
        for cell_type in CELL_TYPES:
            answers = [s for s in gap if slots[s].role in _ANSWERS and slots[s].cell_type == cell_type]
            found = [rank for rank in unknown if cells[rank].cell_type == cell_type]
            if len(found) >= len(answers):
                for slot, rank in zip(reversed(answers), reversed(found), strict=False):
                    matching.claim(rank, slot, By.PLACE)


def _window(slot: int, claims: Mapping[int, list[int]], slots: int, cells: int) -> range:
    """Les rangs de la copie entre les cellules reconnues qui entourent une place vide."""
    before = next((max(claims[near]) for near in range(slot - 1, -1, -1) if near in claims), -1)
    after = next((min(claims[near]) for near in range(slot + 1, slots) if near in claims), cells)
    return range(before + 1, after)


def _gaps(slots: int, claims: Mapping[int, list[int]]) -> list[list[int]]:
    """Les suites de places voisines que rien n’occupe."""
    groups = groupby(range(slots), key=lambda slot: slot in claims)
    return [list(gap) for taken, gap in groups if not taken]


def _missing(matching: Matching, slots: Sequence[ReferenceCell]) -> list[int]:
    taken = set(matching.slot_of.values())
    return [rank for rank in range(len(slots)) if rank not in taken]


def _unclaimed(matching: Matching, cells: Sequence[RawCell]) -> list[int]:
    return [rank for rank in range(len(cells)) if rank not in matching.slot_of]
