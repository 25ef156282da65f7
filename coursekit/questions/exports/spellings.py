"""Ce qu’un élève peut taper pour une même réponse, quand un format ne compare que des textes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from coursekit.questions.answers import Answer, Boolean, FormulaText, Integer, MatrixAnswer, Real, TensorShape
from coursekit.questions.matrices import matrix_text
from coursekit.questions.text import grouped, significant


def spellings(answer: Answer) -> tuple[str, ...]:
    """Les écritures acceptées, la plus courante d’abord, sans doublon."""
    return tuple(dict.fromkeys(_written(answer)))


def _written(answer: Answer) -> Iterator[str]:
    match answer:
        case Integer():
            yield from _integer(answer.value)
        case Real():
            yield from _real(answer)
        case TensorShape():
            yield from _shape(answer.dims)
        case MatrixAnswer():
            yield from _matrix(answer)
        case Boolean():
            yield from ("vrai", "v", "oui") if answer.value else ("faux", "f", "non")
        case FormulaText():
            tight = answer.expression.replace(" ", "")
            yield from (answer.expression, tight, tight.replace("**", "^"))
        case _:
            yield answer.typed()


def _integer(value: int) -> Iterator[str]:
    sign = "-" if value < 0 else ""
    yield str(value)
    yield sign + grouped(str(abs(value)), " ")


def _real(answer: Real) -> Iterator[str]:
    """La valeur montrée, puis plus précise ; à virgule, au point, et en notation scientifique si elle est minuscule."""
    value = float(answer.value)
    sign = "-" if value < 0 else ""
    for digits in range(answer.digits, answer.digits + 3):
        text = sign + significant(abs(value), digits)
        yield text.replace(".", ",")
        yield text
    if value and abs(value) < 1e-3:
        text = f"{Decimal(significant(abs(value), answer.digits)):e}".replace("e-0", "e-")
        yield sign + text.replace(".", ",")
        yield sign + text


def _shape(dims: tuple[int, ...]) -> Iterator[str]:
    if len(dims) > 1:
        for sign in ("x", "×", " x ", " × ", "*"):
            yield sign.join(map(str, dims))
    for separator in (", ", ","):
        inside = separator.join(map(str, dims)) + ("," if len(dims) == 1 else "")
        yield f"({inside})"


def _matrix(answer: MatrixAnswer) -> Iterator[str]:
    yield matrix_text(answer.rows)
    yield matrix_text(answer.rows).replace(",", ".")


__all__ = ["spellings"]
