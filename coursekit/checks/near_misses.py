"""Les réponses presque justes : virgule mal comprise, arrondi trop fort, signe, facteur 1000, pourcentage."""

from __future__ import annotations

from fractions import Fraction

from coursekit.checks.numerals import Numeral
from coursekit.checks.units import Unit

CLOSE_ENOUGH = Fraction(1, 1000)
"""Une fois l’erreur d’écriture réparée, l’écart relatif en deçà duquel on la reconnaît."""

COARSEST = Fraction(5, 100)
"""Au-delà de cet écart relatif, ce n’est plus un arrondi : c’est un autre nombre."""


def near_miss(value: Fraction, target: Fraction, numeral: Numeral, wanted: Unit) -> tuple[str | None, str]:
    """L’erreur d’écriture qui explique l’écart : (nom, explication), ou (None, "")."""
    if not target or not value:
        return None, ""

    def agrees(candidate: Fraction) -> bool:
        return abs(candidate - target) <= CLOSE_ENOUGH * abs(target)

    if numeral.grouped is not None and agrees(numeral.grouped / wanted.scale):
        return "number.comma", (
            "La virgule est décimale : votre nombre se lit comme un nombre plus petit que 1000. "
            "Séparez les milliers par une espace."
        )
    if _rounded(value, target, numeral, wanted):
        return (
            "number.rounded",
            "Vous avez trop arrondi : c’est le bon ordre de grandeur, donnez plus de chiffres.",
        )
    if agrees(-value):
        return "number.sign", "Le signe est à l’envers."
    for power in (3, 6, 9, -3, -6, -9):
        if agrees(value * Fraction(10) ** power):
            return "number.scale", _scale_message(power)
    if agrees(value / 100) or agrees(value * 100):
        return "number.percent", _percent_message(value, target, wanted)
    return None, ""


def _rounded(value: Fraction, target: Fraction, numeral: Numeral, wanted: Unit) -> bool:
    gap = abs(value - target)
    return (
        numeral.digit is not None
        and gap <= numeral.digit / wanted.scale / 2
        and gap <= COARSEST * abs(target)
    )


def _scale_message(power: int) -> str:
    size = "petit" if power > 0 else "grand"
    factor = {3: "1000", 6: "un million", 9: "un milliard"}[power if power > 0 else -power]
    return f"Votre nombre est trop {size} d’un facteur {factor} : vérifiez les unités et leurs préfixes."


def _percent_message(value: Fraction, target: Fraction, wanted: Unit) -> str:
    if wanted.base == "%" and value < target:
        return "Vous avez donné une fraction de 1 : on attend un pourcentage."
    if wanted.base != "%" and value > target:
        return "Vous avez donné un pourcentage sans le signe % : on attend une fraction de 1."
    return (
        "Il y a un facteur 100 entre votre nombre et la réponse : un pourcentage est un nombre de centièmes."
    )
