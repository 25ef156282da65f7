"""Les cases chiffrées d’AMC : combien de chiffres, combien de décimales, quel écart accepter.

Source : la documentation d’Auto Multiple Choice, « Questions à réponse numérique ». AMC compare des entiers, une fois
la virgule retirée : `exact=2` avec une décimale accepte un écart de 0,2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10

from coursekit.questions.answers import Integer, MatrixAnswer, Real, TensorShape
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.variant import Item

MOST_BOXES = 12
"""Au-delà, on code en notation scientifique."""

AXES = {"HWC": ("Hauteur", "Largeur", "Canaux"), "CHW": ("Canaux", "Hauteur", "Largeur")}

Value = int | float | Fraction


@dataclass(frozen=True)
class Field:
    """Un nombre à coder : sa question, sa valeur, les valeurs fausses que les cases doivent pouvoir contenir."""

    prompt: str
    answer: Integer | Real
    wrongs: tuple[Value, ...]


def fields(item: Item) -> list[Field]:
    """Les nombres que demande une réponse ; aucun si elle ne se code pas en chiffres."""
    match item.answer:
        case Integer() | Real():
            known = (w.answer for w in item.wrongs)
            values = tuple(a.value for a in known if isinstance(a, Integer | Real))
            return [Field(item.prompt, item.answer, values)]
        case TensorShape():
            return _dimensions(item, item.answer)
        case MatrixAnswer():
            return _cells(item, item.answer)
    return []


def _dimensions(item: Item, answer: TensorShape) -> list[Field]:
    shapes = [w.answer.dims for w in item.wrongs if isinstance(w.answer, TensorShape)]
    names: tuple[str, ...] = AXES.get(answer.layout, ())
    if len(names) != len(answer.dims):
        names = tuple(f"Dimension {i}" for i, _ in enumerate(answer.dims, start=1))
    return [
        Field(name, Integer(size), tuple(dims[i] for dims in shapes if len(dims) == len(answer.dims)))
        for i, (name, size) in enumerate(zip(names, answer.dims, strict=True))
    ]


def _cells(item: Item, answer: MatrixAnswer) -> list[Field]:
    tables = [w.answer.rows for w in item.wrongs if isinstance(w.answer, MatrixAnswer)]
    everything = tuple(cell for table in tables for row in table for cell in row)
    return [
        Field(f"Ligne {i}, colonne {j}", _cell(cell), everything)
        for i, row in enumerate(answer.rows, start=1)
        for j, cell in enumerate(row, start=1)
    ]


def _cell(cell: Fraction) -> Integer | Real:
    return Integer(cell.numerator) if cell.denominator == 1 else Real(cell)


def decimals(answer: Integer | Real) -> int:
    """Les décimales qu’il faut pour montrer un réel à ses chiffres significatifs."""
    if isinstance(answer, Integer):
        return 0
    size = abs(float(answer.value))
    return max(0, answer.digits - 1 - (floor(log10(size)) if size else 0))


def boxes(values: Iterable[Value], places: int) -> int:
    """Les chiffres, décimales comprises, qu’il faut pour coder n’importe laquelle de ces valeurs."""
    return max(places + 1, *(len(str(abs(_coded(value, places)))) for value in values))


def numeric_choices(field: Field, points: str) -> str:
    r"""`\AMCnumericChoices{33.3}{digits=3,decimals=1,exact=2,…}`."""
    answer = field.answer
    places, values = decimals(answer), (answer.value, *field.wrongs)
    needed = boxes((answer.value,), places)
    if needed > MOST_BOXES and isinstance(answer, Real):
        return _scientific(answer, points)
    # Des cases en plus pour coder les valeurs fausses, tant qu’elles tiennent sur la ligne.
    digits = max(needed, min(MOST_BOXES, boxes(values, places)))
    signed = any(value < 0 for value in values)
    exact = accepted(answer, field.wrongs, places)
    keys = f"digits={digits},decimals={places},sign={str(signed).lower()},exact={exact},scoreexact={points}"
    return rf"\AMCnumericChoices{{{dot(answer.value)}}}{{{keys}}}"


def accepted(answer: Integer | Real, wrongs: Iterable[Value], places: int) -> int:
    """L’écart accepté, en unités de la dernière décimale : la tolérance, sans atteindre une valeur fausse connue."""
    right, exactly = _coded(answer.value, places), Fraction(answer.value) * Fraction(10) ** places
    widest = floor(_tolerance(answer) * Fraction(10) ** places + abs(right - exactly))
    gaps = (abs(_coded(wrong, places) - right) for wrong in wrongs)
    return min(widest, *(gap - 1 for gap in gaps if gap), widest)


def _coded(value: Value, places: int) -> int:
    return round(Fraction(value) * Fraction(10) ** places)


def _tolerance(answer: Integer | Real) -> Fraction:
    return Fraction(answer.tolerance) if isinstance(answer, Real) else Fraction(0)


def _scientific(answer: Real, points: str) -> str:
    """Trop petit ou trop grand pour des cases : une mantisse, et un exposant de deux chiffres."""
    exponent = floor(log10(abs(float(answer.value))))
    exact = floor(_tolerance(answer) * Fraction(10) ** (answer.digits - 1 - exponent))
    keys = f"digits={answer.digits},decimals={answer.digits - 1},exponent=2,exact={exact},scoreexact={points}"
    return rf"\AMCnumericChoices{{{dot(answer.value)}}}{{{keys},sign=true,exposign=true}}"
