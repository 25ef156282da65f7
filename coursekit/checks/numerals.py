"""Lire un nombre comme on l’écrit en France ou en Python : « 3,5 », « 1 000 », « 138 M », « 45 % », « 1e3 ».

La règle des séparateurs tient en une phrase : **la virgule est décimale**, le point aussi ; une espace sépare les
milliers. « 1,234 » vaut donc un peu plus de 1. Une virgule ou un point répété (« 1.234.567 ») ne peut séparer que des
milliers, et quand les deux figurent, le dernier est le décimal (« 1.234,5 » et « 1,234.5 » valent 1234,5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from coursekit.checks.inspection import clean
from coursekit.checks.units import NO_UNIT, Unit, find_unit

LONGEST = 100
"""Un nombre écrit avec plus de caractères n’est pas lu."""

LARGEST_EXPONENT = 300
"""Au-delà, calculer 10ⁿ exactement prendrait un temps que l’élève choisirait."""

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+")
_MINUS = str.maketrans("−–—‐‑﹣－", "-------")
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?"
    r"(?P<digits>[.,]?\d(?:[\d .,'’_]*\d)?[.,]?(?!\d))"
    r"(?: ?[eE](?P<exponent>[+-]?\d+)| ?[×x*·] ?10 ?(?:\^|\*\*) ?(?P<power>[+-]?\d+)"
    r"| ?[×x*·] ?10(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?"
    r" ?(?P<unit>[^\d\s].*)?"
)
_POWER_OF_TEN = re.compile(r"([+-]?)10 ?(?=\^|\*\*|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])")
_FRACTION = re.compile(r"([+-]?\d{1,30}) ?/ ?(\d{1,30})(?: ?([^\d\s/].*))?")


class UnreadableError(ValueError):
    """Ce n’est pas ce qu’on attend ; le message, en français, dit pourquoi, et l’erreur connue a un nom."""

    def __init__(self, message: str, misconception: str | None = None) -> None:
        super().__init__(message)
        self.misconception = misconception


@dataclass(frozen=True)
class Numeral:
    """Un nombre lu : sa valeur dans l’unité de base, et ce que son écriture apprend.

    `digit` est le poids de son dernier chiffre (0,01 pour « 3,14 »), ou `None` quand rien ne
    laisse croire à un arrondi ; `grouped`, ce que vaudrait le texte si sa virgule séparait des milliers.
    """

    value: Fraction
    unit: Unit = NO_UNIT
    digit: Fraction | None = None
    grouped: Fraction | None = None


def read_numeral(text: str, expected: Unit = NO_UNIT) -> Numeral:
    """Lit un texte ; l’unité attendue est toujours comprise.

    Raises:
        UnreadableError: ce n’est pas un nombre, ou son unité est inconnue.
    """
    if len(text) > LONGEST:
        raise UnreadableError(f"Votre texte a {len(text)} caractères : donnez seulement le nombre.")
    plain = _SPACES.sub(" ", text.translate(_MINUS)).strip()
    if not plain:
        raise UnreadableError("Votre réponse est vide : écrivez un nombre.")
    plain = _POWER_OF_TEN.sub(r"\g<1>1×10", plain, count=1) if _POWER_OF_TEN.match(plain) else plain
    if fraction := _FRACTION.fullmatch(plain):
        return _read_fraction(fraction, expected)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise UnreadableError("Ce texte n’est pas un nombre. Écrivez par exemple 3,5 ou 1e3.")
    digits, decimals, grouped = _separate(found["digits"])
    exponent = _exponent(found)
    sign = -1 if found["sign"] == "-" else 1
    unit = _unit(found["unit"] or "", expected)
    scale = Fraction(10) ** (exponent - decimals) * unit.scale
    return Numeral(
        value=sign * digits * scale,
        unit=unit,
        digit=scale if decimals or exponent or unit.scale != 1 else _last_digit(digits),
        grouped=None if grouped is None else sign * grouped * Fraction(10) ** exponent * unit.scale,
    )


def _read_fraction(found: re.Match[str], expected: Unit) -> Numeral:
    unit = _unit(found[3] or "", expected)
    if int(found[2]) == 0:
        raise UnreadableError("Vous divisez par zéro.")
    return Numeral(Fraction(int(found[1]), int(found[2])) * unit.scale, unit)


def _unit(written: str, expected: Unit) -> Unit:
    text = written.strip()
    unit = expected if text == expected.text else find_unit(text)
    if unit is None:
        raise UnreadableError(f"L’unité « {clean(text)} » n’est pas connue. Donnez le nombre seul.")
    return unit


def _exponent(found: re.Match[str]) -> int:
    written = found["exponent"] or found["power"] or (found["raised"] or "0").translate(_POWERS)
    try:
        exponent = int(written)
    except ValueError:
        raise UnreadableError(f"« {written} » n’est pas un exposant entier.") from None
    if abs(exponent) > LARGEST_EXPONENT:
        raise UnreadableError(
            f"L’exposant {exponent} dépasse ±{LARGEST_EXPONENT} : ce nombre ne mesure rien ici."
        )
    return exponent


def _separate(written: str) -> tuple[int, int, int | None]:
    """`"1 234,50" → (123450, 2, None)` : les chiffres, le nombre de décimales, et l’autre lecture s’il y en a une.

    Raises:
        UnreadableError: les séparateurs de milliers ne séparent pas des groupes de trois chiffres.
    """
    last = max(written.rfind(","), written.rfind("."))
    mark = written[last] if last >= 0 else ""
    if mark and written.count(mark) > 1:  # répété, un séparateur ne peut pas être décimal
        other = "," if mark == "." else "."
        if other in written:
            raise UnreadableError(f"« {written} » mélange points et virgules : la virgule est décimale.")
        return _thousands(written, mark), 0, None
    whole, decimals = (written[:last], written[last + 1 :]) if mark else (written, "")
    if not re.fullmatch(r"\d*", decimals):
        decimals = _ungroup_decimals(decimals, written)
    both = int(f"{_thousands(whole, ',. ')}{decimals}")
    ambiguous = mark and re.fullmatch(r"[1-9]\d{0,2}", whole) and len(decimals) == 3
    return both, len(decimals), int(whole + decimals) if ambiguous else None


def _thousands(written: str, marks: str) -> int:
    found = re.fullmatch(rf"\d{{1,3}}(?:([{marks} '’_])\d{{3}})(?:\1\d{{3}})*|\d*", written)
    if found is None:
        raise UnreadableError(
            f"« {written} » : les milliers se séparent par une espace, en groupes de trois chiffres (1 234 567) ; "
            f"la virgule est décimale."
        )
    return int(re.sub(r"\D", "", written) or "0")


def _ungroup_decimals(decimals: str, written: str) -> str:
    """Les décimales aussi se groupent par trois (« 3,141 592 »)."""
    if not re.fullmatch(r"\d{3}(?: \d{3})*(?: \d{1,3})?", decimals):
        raise UnreadableError(f"« {written} » : ces décimales ne se lisent pas.")
    return decimals.replace(" ", "")


def _last_digit(digits: int) -> Fraction | None:
    """Le poids du dernier chiffre non nul d’un entier rond : 138 000 000 est peut-être arrondi au million."""
    weight = 1
    while digits and digits % (weight * 10) == 0:
        weight *= 10
    return Fraction(weight) if weight > 1 else None
