"""Les nombres de Moodle : au point décimal, et des fractions prises dans sa liste fermée."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

ALLOWED = (
    "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "16.66667",
    "14.28571", "12.5", "11.11111", "10", "5", "0",
)  # fmt: skip
"""Les pourcentages que Moodle accepte (et leurs opposés), comme ses exports les écrivent."""


@lru_cache(maxsize=256)
def percent(share: Fraction) -> str:
    """Le pourcentage permis le plus proche d’une part des points."""
    sign = "-" if share < 0 else ""
    wanted = 100 * float(abs(share))
    nearest = min(ALLOWED, key=lambda allowed: abs(float(allowed) - wanted))
    return f"{sign}{nearest}" if nearest != "0" else "0"


def dot(value: float | Fraction) -> str:
    """Un nombre au point, sans exposant (Moodle relit mal « 1e-05 ») ni bruit d’arrondi."""
    if isinstance(value, int):
        return str(value)
    text = f"{float(value):.12g}"
    return text if "e" not in text else f"{Decimal(text):f}"
