"""Les limites d’une notation : ce qui tient ici, et ce qu’ont dit les postes."""

from __future__ import annotations

from collections.abc import Mapping

from coursekit.grading.drive.opening import open_sandbox
from coursekit.grading.drive.run import Demand


def walls_of(demand: Demand, seen: Mapping[str, bool]) -> dict[str, bool]:
    """Ce qu’ont observé les copies ; sinon, ce qui tient sur cette machine, si c’est elle qui note."""
    if seen or demand.scheduler:
        return dict(seen)
    nursery = open_sandbox("", (), demand.isolation)
    try:
        return dict(nursery.walls)
    finally:
        nursery.close()
