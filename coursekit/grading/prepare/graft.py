"""Greffer une copie sur le notebook de l’enseignant, une fois ses cellules reconnues.

Les cellules de l’enseignant gardent leur ordre. Une cellule libre suit la cellule reconnue qu’elle suivait dans la
copie. Entre deux cellules, ce que la copie n’avait plus vient ainsi : d’abord les réponses, laissées vides, pour
qu’elles n’effacent rien de ce que l’élève a écrit ; puis ses cellules libres ; enfin les tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.grading.prepare.identify import Matching
from coursekit.grading.prepare.reading import RawCell
from coursekit.grading.prepare.reference import ReferenceCell
from coursekit.grading.vocabulary import Answer, PreparedCell, Role


@dataclass(frozen=True)
class Filled:
    """Une place et les cellules de la copie qui la réclament : `chosen` y va, `kept` restent des cellules libres."""

    claims: tuple[int, ...] = ()
    chosen: int | None = None
    kept: tuple[int, ...] = ()


def fill(slot: ReferenceCell, claims: Sequence[int], cells: Sequence[RawCell]) -> Filled:
    """Choisit entre les copies d’une cellule.

    La dernière que l’élève a remplie compte, comme pour nbgrader ; les précédentes, si elles en diffèrent, s’exécutent
    encore là où elles étaient (une réponse coupée en deux est dans ce cas).
    """
    if slot.overwritten or not claims:
        return Filled(tuple(claims))
    written = [rank for rank in claims if cells[rank].source != slot.distributed]
    chosen = (written or list(claims))[-1]
    seen = {cells[chosen].source}
    kept = []
    for rank in written:
        if cells[rank].source not in seen:
            seen.add(cells[rank].source)
            kept.append(rank)
    return Filled(tuple(claims), chosen, tuple(kept))


def graft(
    slots: Sequence[ReferenceCell], cells: Sequence[RawCell], matching: Matching, filled: Sequence[Filled]
) -> Iterator[PreparedCell]:
    """Les cellules à exécuter, dans l’ordre."""
    free = _free_cells(cells, matching, filled)
    waiting = list(free[None])
    for rank, slot in enumerate(slots):
        missing = not filled[rank].claims
        if waiting and (not missing or slot.overwritten) and not _stub_follows(slots, filled, rank):
            yield from waiting
            waiting = []
        yield _placed(slot, filled[rank], cells)
        waiting += free[rank]
    yield from waiting


def _stub_follows(slots: Sequence[ReferenceCell], filled: Sequence[Filled], rank: int) -> bool:
    """Reste-t-il une cellule effacée, modifiable, avant la prochaine cellule reconnue ?"""
    for slot, found in zip(slots[rank:], filled[rank:], strict=True):
        if found.claims:
            return False
        if not slot.overwritten:
            return True
    return False


def _free_cells(
    cells: Sequence[RawCell], matching: Matching, filled: Sequence[Filled]
) -> defaultdict[int | None, list[PreparedCell]]:
    """Les cellules libres de la copie, par la place de la cellule qu’elles suivent."""
    kept = {rank for found in filled for rank in found.kept}
    after: defaultdict[int | None, list[PreparedCell]] = defaultdict(list)
    seen: set[tuple[str, str, str]] = set()
    followed: int | None = None
    for rank, cell in enumerate(cells):
        if rank in matching.slot_of and rank not in kept:
            followed = matching.slot_of[rank]
        elif not cell.id or (cell.id, cell.cell_type, cell.source) not in seen:
            seen.add((cell.id, cell.cell_type, cell.source))
            after[followed].append(
                PreparedCell(Role.FREE, cell.cell_type, cell.source, attachments=cell.attachments)
            )
    return after


def _placed(slot: ReferenceCell, found: Filled, cells: Sequence[RawCell]) -> PreparedCell:
    given = None if found.chosen is None else cells[found.chosen]
    free = slot.role is Role.FREE and given is not None
    return PreparedCell(
        role=slot.role,
        # L’élève fait ce qu’il veut d’une cellule libre ; ailleurs, le type est celui de l’enseignant.
        cell_type=given.cell_type if free and given else slot.cell_type,
        source=given.source if given else slot.source,
        grade_id=slot.grade_id if slot.role is not Role.FREE else "",
        points=slot.points,
        answer=_answer(slot, found, given),
        id=slot.id,
        metadata=slot.metadata,
        attachments=given.attachments if given else slot.attachments,
    )


def _answer(slot: ReferenceCell, found: Filled, given: RawCell | None) -> Answer | None:
    if slot.role not in (Role.ANSWER, Role.MANUAL):
        return None
    if given is None:
        return Answer.MISSING
    return Answer.BLANK if given.source == slot.distributed else Answer.GIVEN
