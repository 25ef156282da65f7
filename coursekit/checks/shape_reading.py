"""Lire une forme, comme Python la donne ou comme on l’écrit : `(32, 220, 220)`, « 220×220×32 », `torch.Size`…"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from coursekit.checks.arrays import array_list, array_shape
from coursekit.checks.inspection import clean, describe, integer, is_a, items
from coursekit.checks.numbers import read
from coursekit.checks.numerals import UnreadableError, read_numeral
from coursekit.layers import Shape

MOST_DIMENSIONS = 8
LARGEST = 10**12
"""Une taille au-delà de laquelle ce n’est plus une forme."""

_WRAPPING = re.compile(r"^(?:torch\.Size|Shape|tuple|list)?\s*[(\[{]*|[)\]}]*$")
_ANY_BATCH = ("None", "N", "B", "?", "-1")


@dataclass(frozen=True)
class Reading:
    """La forme lue. `misconception` dit que ce qu’on a lu n’était pas une forme (un tenseur, des réels…)."""

    dims: tuple[int, ...]
    misconception: str | None = None
    explanation: str = ""


def read_shape(given: object, order: Callable[[Shape], tuple[int, ...]]) -> Reading:
    """Lit une forme ; `order` dit dans quel ordre énumérer les nombres d’une `Shape`.

    Raises:
        UnreadableError: ce n’est pas une forme ; le message, en français, dit pourquoi.
    """
    if type(given) is Shape:
        return Reading(order(given))
    if is_a(given, str):
        return _read_text(str.__str__(given))
    if is_a(given, list, tuple):
        inner = items(given, MOST_DIMENSIONS)
        if inner is None:
            raise UnreadableError(
                f"Vous avez donné {describe(given)} : une forme n’a que quelques dimensions. "
                "Avez-vous donné les valeurs au lieu de la forme ?"
            )
        return _from_numbers(inner, given)
    if (dims := array_shape(given)) is not None:
        return _read_array(given, dims)
    if is_a(given, set, frozenset):
        raise UnreadableError(
            "Un ensemble n’a pas d’ordre : écrivez la forme avec des parenthèses, (C, H, W)."
        )
    if (number := integer(given)) is not None:
        return Reading((_size(number, given),))
    raise UnreadableError(_not_a_shape(given))


def _read_text(text: str) -> Reading:
    if len(text) > 100:
        raise UnreadableError(f"Votre texte a {len(text)} caractères : donnez seulement la forme.")
    inside = _WRAPPING.sub("", text.strip()).strip(" ()[]{}")
    for pattern in (r"\s*[x×X*✕⨯·]\s*", r"\s*[,;]\s*", r"\s+"):
        parts = [part for part in re.split(pattern, inside) if part]
        if len(parts) > 1:
            break
    if re.fullmatch(r"\d{1,3}(\s\d{3})+", inside) and any(part.startswith("0") for part in parts):
        parts = ["".join(parts)]  # « 1 408 000 » est un nombre, « 32 220 220 » une forme
    if not parts or len(parts) > MOST_DIMENSIONS:
        raise UnreadableError(f"« {clean(text)} » n’est pas une forme. Écrivez par exemple 3×224×224.")
    return _from_numbers([part.strip("() ") for part in parts], text)


def _from_numbers(values: list[object], given: object) -> Reading:
    if not values:
        raise UnreadableError("La forme est vide : c’est celle d’un tenseur qui ne contient qu’un nombre.")
    # Une taille de lot quelconque, à la manière de Keras ou du cours, n’est pas un nombre.
    if len(values) > 1 and _is_any_batch(values[0]):
        rest = _from_numbers(values[1:], given)
        return Reading((1, *rest.dims), rest.misconception, rest.explanation)
    dims = tuple(_dimension(value, given) for value in values)
    if any(type(value) is float for value in values):
        return Reading(
            dims,
            "shape.float",
            f"{describe(given)} contient des réels : une taille est un entier. "
            "En Python, la division entière s’écrit //.",
        )
    return Reading(dims)


def _is_any_batch(value: object) -> bool:
    return value is None or integer(value) == -1 or (is_a(value, str) and str.__str__(value) in _ANY_BATCH)


def _dimension(value: object, given: object) -> int:
    try:
        number = read_numeral(value).value if is_a(value, str) else read(value).value  # type: ignore[arg-type]
    except UnreadableError:
        number = None
    if number is None or number.denominator != 1:
        raise UnreadableError(
            f"{describe(value)} n’est pas une taille : chaque dimension de {describe(given)} doit être un entier."
        )
    return _size(number.numerator, given)


def _size(number: int, given: object) -> int:
    if not 0 < number < LARGEST:
        raise UnreadableError(
            f"{describe(given)} : chaque dimension doit être un entier positif raisonnable."
        )
    return number


def _read_array(given: object, dims: tuple[int, ...]) -> Reading:
    if len(dims) == 1 and (values := array_list(given, MOST_DIMENSIONS)) is not None:
        return _from_numbers(values, given)  # une forme rangée dans un petit tableau
    return Reading(
        dims,
        "shape.tensor",
        f"Vous avez donné {describe(given)} au lieu de sa forme : la forme d’un tenseur x s’écrit x.shape.",
    )


def _not_a_shape(given: object) -> str:
    if given is None or given is Ellipsis:
        return f"Vous n’avez pas encore répondu : la valeur donnée est {given}. Remplacez-la par une forme."
    return f"Vous avez donné {describe(given)} : on attend une forme, par exemple (3, 224, 224)."
