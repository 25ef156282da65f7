"""Juger un nombre : toutes les écritures raisonnables sont acceptées, les erreurs proches sont expliquées."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isfinite

from coursekit.checks.arrays import scalar
from coursekit.checks.inspection import describe, integer, is_a, items
from coursekit.checks.near_misses import near_miss
from coursekit.checks.numerals import LARGEST_EXPONENT, Numeral, UnreadableError, read_numeral
from coursekit.checks.units import NO_UNIT, Unit, find_unit
from coursekit.checks.verdict import Verdict, right, safely, wrong
from coursekit.errors import ArgumentError

Real = int | float | Fraction | Decimal

DEFAULT_REL = 1e-6
"""Écart relatif toléré quand la valeur attendue n’est pas entière."""

FLOAT_NOISE = 1e-12
"""Écart relatif toléré entre un `float` calculé et un entier attendu : 55.00000000000001 vaut 55."""


def number(
    given: object,
    expected: Real,
    *,
    rel: float | None = None,
    abs: float = 0.0,  # noqa: A002 (le mot de math.isclose et de pytest.approx)
    unit: str = "",
) -> Verdict:
    """Compare un nombre à la valeur attendue, exprimée dans `unit`.

    Sont acceptés les nombres de Python, NumPy et PyTorch (0-d), et les textes que lit `coursekit.checks.numerals` :
    « 3,5 », « 1 000 », « 138 M », « 45 % »… L’unité peut manquer ; une autre unité est expliquée. `rel` et `abs` sont
    les écarts tolérés ; sans `rel`, un entier s’attend exactement et un réel à 10⁻⁶ près.

    Raises:
        ArgumentError: la valeur attendue n’est pas un nombre fini (c’est l’énoncé qui se trompe).
    """
    target = exact(expected)
    wanted = (find_unit(unit) or Unit(unit, Fraction(1), unit)) if unit else NO_UNIT
    return safely(lambda: _judge(given, target, wanted, tolerance(expected, rel), abs), plain(target))


def _judge(given: object, target: Fraction, wanted: Unit, rel: float | None, margin: float) -> Verdict:
    expected = plain(target)
    try:
        numeral = read(given, wanted)
        value = in_unit(numeral, wanted)
    except UnreadableError as error:
        return wrong(str(error), expected, describe(given), error.misconception)
    if close(value, target, rel, margin, noisy=is_inexact(given)):
        return right(f"Oui : {show(given)}.", expected, plain(value))
    misconception, message = near_miss(value, target, numeral, wanted)
    return wrong(
        message or f"{show(given)} n’est pas la bonne valeur.", expected, plain(value), misconception
    )


def exact(expected: object) -> Fraction:
    """La valeur attendue, exacte.

    Raises:
        ArgumentError: ce n’est pas un nombre fini.
    """
    if not isinstance(expected, int | float | Fraction | Decimal) or not isfinite(expected):
        raise ArgumentError(f"La valeur attendue doit être un nombre fini ; l’énoncé donne {expected!r}.")
    return Fraction(expected)


def read(given: object, wanted: Unit = NO_UNIT) -> Numeral:
    """Lit un nombre, de quelque type qu’il soit.

    Raises:
        UnreadableError: ce n’est pas un nombre fini ; le message, en français, dit pourquoi.
    """
    if is_a(given, bool):
        raise UnreadableError(
            f"Vous avez donné {given} : on attend un nombre, pas une réponse par vrai ou faux."
        )
    if (whole := integer(given)) is not None:
        return Numeral(_bounded(whole))
    if is_a(given, float):
        return Numeral(_finite(float.__float__(given)))  # type: ignore[arg-type]
    if type(given) is Fraction:
        return Numeral(_bounded(given))
    if type(given) is Decimal:
        return Numeral(_finite(given))
    if is_a(given, str):
        return read_numeral(str.__str__(given), wanted)
    if (value := scalar(given)) is not None:
        return read(value, wanted)
    raise UnreadableError(_not_a_number(given))


def _finite(value: float | Decimal) -> Fraction:
    if value != value:
        raise UnreadableError(
            "Votre réponse est NaN (« pas un nombre ») : le calcul a divisé 0 par 0, par exemple."
        )
    if value in (float("inf"), float("-inf")):
        raise UnreadableError("Votre réponse est infinie : le calcul a divisé par zéro, ou débordé.")
    if isinstance(value, Decimal) and abs(value.adjusted()) > LARGEST_EXPONENT and value:
        raise UnreadableError("Ce nombre est démesuré : aucune grandeur du cours n’en approche.")
    return Fraction(value)


def _bounded(value: int | Fraction) -> Fraction:
    size = max(value.numerator.bit_length(), value.denominator.bit_length())
    if size > 4 * LARGEST_EXPONENT:
        raise UnreadableError("Ce nombre est démesuré : aucune grandeur du cours n’en approche.")
    return Fraction(value)


def _not_a_number(given: object) -> str:
    if given is None or given is Ellipsis:
        return f"Vous n’avez pas encore répondu : la valeur donnée est {given}. Remplacez-la par un nombre."
    inner = items(given, 1)
    if inner is not None and len(inner) == 1:
        return (
            f"Vous avez donné {describe(given)} : on attend le nombre lui-même, sans crochets ni parenthèses."
        )
    if callable(given):
        return f"Vous avez donné {describe(given)} : on attend un nombre. Avez-vous oublié de l’appeler, avec ( ) ?"
    return f"Vous avez donné {describe(given)} : on attend un nombre."


def is_inexact(given: object) -> bool:
    """Un `float` (de Python, NumPy ou PyTorch) porte des erreurs d’arrondi qu’un entier ou un texte n’a pas."""
    return not is_a(given, int, str) and type(given) not in (Fraction, Decimal)


def in_unit(numeral: Numeral, wanted: Unit) -> Fraction:
    """La valeur lue, dans l’unité attendue.

    Raises:
        UnreadableError: l’unité donnée mesure autre chose.
    """
    given = numeral.unit
    if not given.text:
        return numeral.value
    if given.base in ("", wanted.base):
        return numeral.value / wanted.scale
    if not wanted.base and (given.counted or given.base == "%"):
        return numeral.value / wanted.scale
    asked = f"en {wanted.text}" if wanted.text else "sans unité"
    raise UnreadableError(
        f"On attend une réponse {asked} ; vous l’avez donnée en {given.text}.", "number.unit"
    )


def close(
    value: Fraction, target: Fraction, rel: float | None = None, margin: float = 0.0, *, noisy: bool = False
) -> bool:
    """`value` est-elle assez proche de `target` ?"""
    if rel is None:
        rel = (FLOAT_NOISE if noisy else 0.0) if target.denominator == 1 else DEFAULT_REL
    return abs(value - target) <= max(Fraction(margin), Fraction(rel) * abs(target))


def tolerance(expected: object, rel: float | None) -> float | None:
    """L’écart relatif toléré par défaut : un `float` est approché, même quand il tombe sur un entier."""
    return DEFAULT_REL if rel is None and isinstance(expected, float) else rel


def plain(value: Fraction) -> int | float:
    """Un nombre ordinaire, pour le champ `got` d’un verdict."""
    return value.numerator if value.denominator == 1 else float(value)


def show(given: object) -> str:
    """Le nombre, comme l’élève l’a écrit."""
    if is_a(given, str):
        return describe(given)
    return str(plain(read(given).value)).replace(".", ",")
