"""Les nombres : un entier exact, un réel avec sa tolérance et ses chiffres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite

from coursekit import checks
from coursekit.checks import Verdict
from coursekit.checks.numbers import in_unit, read
from coursekit.checks.numerals import UnreadableError
from coursekit.checks.units import NO_UNIT, Unit, find_unit
from coursekit.questions.answers.base import Answer
from coursekit.questions.text import NBSP, THIN, number_text


def _unit(name: str) -> Unit:
    return (find_unit(name) or Unit(name, Fraction(1), name)) if name else NO_UNIT


def _with_unit(text: str, unit: str) -> str:
    return f"{text}{THIN if unit == '%' else NBSP}{unit}" if unit else text


def _read_number(given: object, unit: str) -> Fraction | None:
    wanted = _unit(unit)
    try:
        return in_unit(read(given, wanted), wanted)
    except UnreadableError:
        return None


def _finite(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return None
    return Fraction(value) if isinstance(value, int | Fraction) or isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Integer(Answer):
    """Un entier exact, dans l’unité `unit` (que l’élève peut taire)."""

    kind = "integer"
    value: int
    unit: str = ""

    def shown(self) -> str:
        return _with_unit(number_text(self.value), self.unit)

    def typed(self) -> str:
        return str(self.value)

    def accepts(self, given: object) -> Verdict:
        return checks.number(given, self.value, unit=self.unit)

    def like(self, value: object) -> Integer | None:
        """Un nombre négatif, ou qui n’est pas entier, ne tente personne quand on compte des objets."""
        if type(value) is int:
            return Integer(value, self.unit) if value >= 0 or self.value < 0 else None
        number = _finite(value)
        if number is None or number.denominator != 1 or (number < 0 <= self.value):
            return None
        return Integer(number.numerator, self.unit)

    @property
    def order(self) -> float:
        return self.value

    def read(self, given: object) -> object | None:
        number = _read_number(given, self.unit)
        return None if number is None else number.numerator if number.denominator == 1 else number


@dataclass(frozen=True, slots=True)
class Real(Answer):
    """Un réel, exprimé dans `unit`, montré à `digits` chiffres significatifs.

    On accepte l’écart relatif `rel` ou l’écart absolu `margin`, le plus large des deux ; ils doivent couvrir
    l’arrondi à `digits` chiffres.
    """

    kind = "real"
    value: float | Fraction
    unit: str = ""
    digits: int = 3
    rel: float = 0.006
    margin: float = 0.0

    def shown(self) -> str:
        return _with_unit(number_text(float(self.value), self.digits), self.unit)

    def typed(self) -> str:
        return number_text(float(self.value), self.digits).replace("−", "-").replace(THIN, "")

    def key(self) -> str:
        return f"{float(self.value):.9g}"

    @property
    def tolerance(self) -> float:
        """L’écart absolu accepté."""
        return max(self.rel * abs(float(self.value)), self.margin)

    def accepts(self, given: object) -> Verdict:
        return checks.number(given, self.value, rel=self.rel, abs=self.margin, unit=self.unit)

    def same(self, other: Answer) -> bool:
        """Deux réels se confondent si leurs intervalles se touchent, ou s’ils se montrent de la même façon."""
        if not isinstance(other, Real):
            return False
        gap = abs(float(self.value) - float(other.value))
        return gap <= self.tolerance + other.tolerance or self.typed() == other.typed()

    def like(self, value: object) -> Real | None:
        number = _finite(value)
        if number is None or (number < 0 <= self.value):
            return None
        return replace(self, value=value if isinstance(value, float) else number)

    @property
    def order(self) -> float:
        return float(self.value)

    def read(self, given: object) -> object | None:
        return _read_number(given, self.unit)
