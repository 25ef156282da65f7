"""Ce qu’une copie avait de travers, dit à l’enseignant : une remarque par cellule réparée.

Aucune n’est une accusation : un notebook passé par Colab ou un copier-coller suffit à les causer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.grading.prepare.graft import Filled
from coursekit.grading.prepare.identify import By, Matching, same_text
from coursekit.grading.prepare.reading import RawCell
from coursekit.grading.prepare.reference import ReferenceCell
from coursekit.grading.vocabulary import Change, Remark, Role

_RECOGNIZED_BY = {
    By.ID: "l’identifiant de Jupyter",
    By.TEXT: "son texte",
    By.RESEMBLANCE: "ce qui reste de son texte",
    By.PLACE: "sa place",
}


def remarks(
    slots: Sequence[ReferenceCell], cells: Sequence[RawCell], matching: Matching, filled: Sequence[Filled]
) -> Iterator[Remark]:
    """Toutes les remarques sur une copie : place par place, puis les cellules inconnues."""
    moved = _moved(filled)
    for rank, (slot, found) in enumerate(zip(slots, filled, strict=True)):
        # D’une cellule libre, l’élève fait ce qu’il veut.
        if slot.role is not Role.FREE:
            yield from _on_slot(slot, found, cells, matching)
            if rank in moved:
                yield Remark(
                    slot.grade_id, Change.MOVED, f"La cellule « {slot.grade_id} » a été remise à sa place."
                )
    known = {slot.grade_id for slot in slots}
    for cell in cells:
        if cell.grade_id and cell.grade_id not in known:
            yield Remark(
                cell.grade_id,
                Change.UNKNOWN,
                f"L’identifiant « {_short(cell.grade_id)} » n’est pas du devoir : cellule ordinaire, sans points.",
            )


def _on_slot(
    slot: ReferenceCell, found: Filled, cells: Sequence[RawCell], matching: Matching
) -> Iterator[Remark]:
    name = f"« {slot.grade_id} »"
    if not found.claims:
        what = "les points de ses tests" if slot.role is Role.ANSWER else "ses points"
        told = (
            f"La cellule {name} manque dans la copie : remise telle que l’enseignant l’a écrite."
            if slot.overwritten or slot.role is Role.TASK
            else f"La réponse {name} manque dans la copie : remise vide, elle n’obtient pas {what}."
        )
        yield Remark(slot.grade_id, Change.MISSING, told)
        return
    if slot.overwritten and not all(_untouched(slot, cells[rank]) for rank in found.claims):
        yield Remark(
            slot.grade_id,
            Change.ALTERED,
            f"La cellule {name} avait été modifiée : remise telle que distribuée.",
        )
    if len(found.claims) > 1:
        kept = "la dernière remplie compte" if not slot.overwritten else "une seule compte"
        yield Remark(
            slot.grade_id, Change.DUPLICATED, f"La cellule {name} est en {len(found.claims)} copies ; {kept}."
        )
    by = {matching.by[rank] for rank in found.claims}
    if By.GRADE_ID not in by:
        yield Remark(
            slot.grade_id,
            Change.RECOGNIZED,
            f"La cellule {name} avait perdu ses métadonnées ; reconnue à {_RECOGNIZED_BY[min(by)]}.",
        )
    if tags := sorted({tag for rank in found.claims for tag in cells[rank].tags} - set(slot.tags)):
        yield Remark(
            slot.grade_id,
            Change.TAGGED,
            f"La cellule {name} a reçu après la distribution des étiquettes, ignorées : {', '.join(tags)}.",
        )


def _untouched(slot: ReferenceCell, cell: RawCell) -> bool:
    return cell.cell_type == slot.cell_type and same_text(cell.source, slot.distributed)


def _moved(filled: Sequence[Filled]) -> set[int]:
    """Les places dont la cellule a changé de rang : les moins nombreuses à déplacer pour retrouver l’ordre."""
    claimed = {rank for rank, found in enumerate(filled) if found.claims}
    return claimed - set(_longest_in_order(filled))


def _longest_in_order(filled: Sequence[Filled]) -> list[int]:
    """La plus longue suite de places que la copie présente dans l’ordre (par la méthode des patiences)."""
    tops: list[int] = []
    chains: list[_Chain] = []
    for rank, found in enumerate(filled):
        # De la plus lointaine à la plus proche : une place ne compte qu’une fois.
        for where in sorted(found.claims if found.chosen is None else (found.chosen,), reverse=True):
            pile = bisect_left(tops, where)
            chain = _Chain(rank, chains[pile - 1] if pile else None)
            tops[pile : pile + 1], chains[pile : pile + 1] = [where], [chain]
    return list(chains[-1]) if chains else []


@dataclass(frozen=True)
class _Chain:
    rank: int
    before: _Chain | None

    def __iter__(self) -> Iterator[int]:
        link: _Chain | None = self
        while link:
            yield link.rank
            link = link.before


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
