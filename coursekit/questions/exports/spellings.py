"""Ce qu’un élève peut taper pour un même nombre, quand une plateforme ne compare que des textes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from coursekit.questions.answers import Answer, Boolean, Integer, MatrixAnswer, Real
from coursekit.questions.exports import fields
from coursekit.questions.matrices import cell_text
from coursekit.questions.text import THIN, grouped, significant

SMALL = 1e-3
"""En dessous, on écrit aussi un réel avec un exposant."""


def spellings(answer: Answer) -> tuple[str, ...]:
    """Les écritures acceptées, la plus courante d’abord, sans doublon."""
    match answer:
        case Integer():
            return integer_spellings(answer.value)
        case Real():
            return tuple(dict.fromkeys(_real(answer)))
        case Boolean():
            return ("vrai", "v", "oui") if answer.value else ("faux", "f", "non")
    return fields.spellings(answer)


def has_decimals(answer: Answer) -> bool:
    """La réponse peut-elle demander une virgule ?"""
    if isinstance(answer, MatrixAnswer):
        return any(cell.denominator > 1 for row in answer.rows for cell in row)
    return isinstance(answer, Real)


def integer_spellings(value: int) -> tuple[str, ...]:
    """« 12345 » et « 12 345 »."""
    sign = "-" if value < 0 else ""
    return tuple(dict.fromkeys((str(value), sign + grouped(str(abs(value)), " "))))


def cell_spellings(cell: Fraction) -> tuple[str, ...]:
    """Celles d’une case de tableau : « 0,25 » et « 0.25 », « 1/3 » et « 0,333 »."""
    if cell.denominator == 1:
        return integer_spellings(cell.numerator)
    exact = cell_text(cell).replace(THIN, "").replace("−", "-")
    return tuple(dict.fromkeys((exact, exact.replace(",", "."), *_real(Real(cell)))))


def _real(answer: Real) -> Iterator[str]:
    """La valeur montrée, puis plus précise ; à virgule et au point, et avec un exposant si elle est minuscule."""
    value = float(answer.value)
    sign = "-" if value < 0 else ""
    for digits in range(answer.digits, answer.digits + 3):
        yield from _both(sign + significant(abs(value), digits))
    if 0 < abs(value) < SMALL:
        mantissa, _, exponent = f"{Decimal(significant(abs(value), answer.digits)):e}".partition("e")
        yield from _both(f"{sign}{mantissa}e{int(exponent)}")


def _both(text: str) -> tuple[str, str]:
    return text.replace(".", ","), text


__all__ = ["cell_spellings", "has_decimals", "integer_spellings", "spellings"]
