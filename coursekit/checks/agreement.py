"""Deux valeurs disent-elles la même chose ? Sans jamais appeler les méthodes de celle que l’élève a produite."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from coursekit.checks.arrays import array_list, is_array, scalar
from coursekit.checks.inspection import is_a, items, length
from coursekit.checks.numbers import close, exact, is_inexact, read, tolerance
from coursekit.checks.numerals import UnreadableError
from coursekit.errors import ArgumentError
from coursekit.layers import Shape

_ORDINARY = (int, float)


def agrees(got: Any, expected: Any, rel: float | None = None) -> bool:
    """`got` vaut-elle `expected` ? Un tuple et une liste de mêmes valeurs se valent ; un texte n’est pas un nombre.

    Raises:
        ArgumentError: `expected` est d’un type qu’on ne sait pas comparer (c’est l’énoncé qui se trompe).
    """
    if expected is None:
        return got is None
    if isinstance(expected, bool):
        return _boolean(got) is expected
    if isinstance(expected, int | float | Fraction | Decimal):
        return _same_number(got, expected, rel)
    if isinstance(expected, str):
        return is_a(got, str) and str.__eq__(got, expected)
    if isinstance(expected, Shape):
        return type(got) is Shape and got == expected
    if is_array(expected):
        return _same_array(got, expected, rel)
    if isinstance(expected, list | tuple):
        return _same_items(got, expected, rel)
    if isinstance(expected, dict):
        return _same_entries(got, expected, rel)
    raise ArgumentError(f"On ne sait pas comparer une valeur de type {type(expected).__name__}.")


def _boolean(got: Any) -> object:
    return got if is_a(got, bool) else scalar(got)


def _same_number(got: Any, expected: int | float | Fraction | Decimal, rel: float | None) -> bool:
    if _exactly(got, expected):
        return True
    if is_a(got, str):
        return False
    try:
        return close(read(got).value, exact(expected), tolerance(expected, rel), noisy=is_inexact(got))
    except UnreadableError:
        return False


def _exactly(got: Any, expected: Any) -> bool:
    """Deux nombres ordinaires, égaux et finis : presque toutes les bonnes réponses, jugées sans fractions."""
    return type(got) in _ORDINARY and type(expected) in _ORDINARY and got == expected and got - expected == 0


def _same_array(got: Any, expected: Any, rel: float | None) -> bool:
    from coursekit.checks.tensors import tensor

    return tensor(got, expected, rtol=1e-5 if rel is None else rel).ok


def _same_items(got: Any, expected: list[Any] | tuple[Any, ...], rel: float | None) -> bool:
    found = array_list(got, 10_000) if is_array(got) else items(got, len(expected))
    if found is None or len(found) != len(expected):
        return False
    return all(agrees(a, b, rel) for a, b in zip(found, expected, strict=True))


def _same_entries(got: Any, expected: dict[Any, Any], rel: float | None) -> bool:
    if not is_a(got, dict) or length(got) != len(expected):
        return False
    found = dict(zip(dict.keys(got), dict.values(got), strict=True)) if _plain_keys(got) else {}
    return found.keys() == expected.keys() and all(agrees(found[key], expected[key], rel) for key in expected)


def _plain_keys(got: Any) -> bool:
    return all(type(key) in (str, int, bool, type(None)) for key in dict.keys(got))
