"""Les réponses, typées et figées : ce qu’on montre, ce qu’on accepte, ce qu’on confond.

Toute réponse a `shown()` (le balisage de `coursekit.questions.text`), `typed()` (un texte qu’un élève taperait),
`accepts(donné)` (un `Verdict` de `coursekit.checks`, jamais une exception), `same(autre)` (cette autre réponse
serait-elle acceptée ?), `like(valeur)` (une valeur fausse du même type, ou `None` si elle n’a pas de sens ici) et
`key()`, l’écriture canonique qui entre dans l’identité d’une question.
"""

from __future__ import annotations

from fractions import Fraction
from math import isfinite

from coursekit.errors import ArgumentError
from coursekit.layers import Shape
from coursekit.questions.answers.base import Answer, Kind
from coursekit.questions.answers.chosen import Boolean, Choice, Choices
from coursekit.questions.answers.numeric import Integer, Real
from coursekit.questions.answers.parts import Parts
from coursekit.questions.answers.structured import FormulaText, MatrixAnswer, TensorShape
from coursekit.questions.matrices import as_rows
from coursekit.questions.text import escape


def as_answer(value: object, unit: str = "") -> Answer:
    """La réponse qu’une valeur ordinaire désigne : un entier, un réel, une `Shape`, des lignes, un texte, un booléen.

    Raises:
        ArgumentError: rien ne correspond à ce type.
    """
    if isinstance(value, Answer):
        return value
    if isinstance(value, bool):
        return Boolean(value)
    if isinstance(value, int):
        return Integer(value, unit)
    if isinstance(value, Fraction):
        return Integer(value.numerator, unit) if value.denominator == 1 else Real(value, unit)
    if isinstance(value, float) and isfinite(value):
        return Real(value, unit)
    if isinstance(value, Shape):
        return TensorShape(value.hwc())
    if isinstance(value, str):
        return Choice(value)
    rows = as_rows(value)
    if rows is not None:
        return MatrixAnswer(rows)
    raise ArgumentError(
        f"{value!r} n’est pas une réponse : donnez un nombre, une forme, des lignes ou un Answer."
    )


def option_text(answer: Answer) -> str:
    """Ce qu’une option montre : le texte d’une proposition, ou la valeur."""
    return (
        answer.shown() if isinstance(answer, Choice | MatrixAnswer | FormulaText) else escape(answer.shown())
    )


__all__ = [
    "Answer",
    "Boolean",
    "Choice",
    "Choices",
    "FormulaText",
    "Integer",
    "Kind",
    "MatrixAnswer",
    "Parts",
    "Real",
    "TensorShape",
    "as_answer",
    "option_text",
]
