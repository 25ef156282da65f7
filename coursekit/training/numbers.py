"""Les nombres des messages, écrits à la française."""

from __future__ import annotations

EXPONENTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def comma(value: float) -> str:
    """Trois chiffres significatifs : « 0,532 », « 4,95 × 10¹⁷ »."""
    mantissa, _, exponent = f"{value:.3g}".replace(".", ",").replace("-", "−").partition("e")
    if not exponent:
        return mantissa
    power = str(int(exponent.replace("−", "-"))).translate(EXPONENTS)
    return f"{mantissa} × 10{power}"
