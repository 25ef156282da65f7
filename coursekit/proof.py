"""La première loi du cours, pour une entrée du catalogue : compte à la main = compte mesuré = compte publié."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from coursekit.arithmetic import totals
from coursekit.layers import Row
from coursekit.measure import measure
from coursekit.models import build
from coursekit.tables import Entry, Published

MERGES = ("add", "concat", "scale")
"""Une réunion de branches n’est pas un module ; la ligne qui la suit vérifie sa forme."""


@dataclass(frozen=True)
class Proof:
    """Ce que la preuve a établi : les totaux, la première ligne qui diffère s’il y en a une, les nombres publiés."""

    parameters: int
    macs: int
    rows: int
    difference: str
    published: tuple[tuple[Published, bool], ...]

    @property
    def holds(self) -> bool:
        return not self.difference and all(agrees for _, agrees in self.published)


def prove(entry: Entry) -> Proof:
    """Compare la table au module, ligne par ligne, puis leurs totaux aux nombres publiés. Rien n’est alloué."""
    rows = entry.rows()
    counted = [row for row in rows if row.kind not in MERGES]
    measured = measure(build(entry.name, device="meta"), entry.input)
    published = tuple(
        (fact, abs(quantity(fact, rows) - fact.value) <= fact.tolerance) for fact in entry.published
    )
    return Proof(*totals(rows), len(measured), first_difference(counted, measured), published)


def first_difference(counted: Sequence[Row], measured: Sequence[Row]) -> str:
    """La première ligne où les deux comptes ne s’accordent pas, dite en français ; vide s’ils s’accordent."""
    for hand, live in zip_longest(counted, measured):
        if hand is None or live is None:
            present, where = (hand, "la table") if live is None else (live, "le module")
            return f"{present.name} n’est que dans {where}"
        for what in ("name", "input", "output", "parameters", "macs"):
            if getattr(hand, what) != getattr(live, what):
                return f"{hand.name} : {what} vaut {getattr(hand, what)} à la main et {getattr(live, what)} mesuré"
    return ""


def quantity(fact: Published, rows: Sequence[Row]) -> int:
    """Le nombre calculé que publie `fact`."""
    parameters, macs = totals(tuple(rows))
    return {"parameters": parameters, "macs": macs, "connections": connections(rows)}[fact.quantity]


def connections(rows: Sequence[Row]) -> int:
    """Connexions au sens de LeCun et al. (1998) : poids et biais, chacun compté autant de fois qu’il sert."""
    total = 0
    for row in rows:
        gathered = 4 * row.output.numel if row.kind == "Subsample" else row.macs
        total += gathered + (row.output.numel if row.parameters else 0)
    return total
