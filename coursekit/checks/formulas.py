"""Juger la réponse à une question posée sur une formule du cours : ses erreurs connues sont reconnues et expliquées."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from coursekit.arithmetic import Formula, Misconception
from coursekit.checks.inspection import describe, simplify
from coursekit.checks.numbers import Real, close, exact, in_unit, is_inexact, number, plain, read, tolerance
from coursekit.checks.numerals import Numeral, UnreadableError
from coursekit.checks.plain_latex import plain_text
from coursekit.checks.shapes import shape
from coursekit.checks.tables import table
from coursekit.checks.units import NO_UNIT
from coursekit.checks.verdict import Verdict, right, safely, wrong
from coursekit.errors import ArgumentError
from coursekit.layers import Shape


def formula(
    given: object,
    formula: Formula[..., object],
    *args: object,
    rel: float | None = None,
    **kwargs: object,
) -> Verdict:
    """Compare une réponse à ce que donne une formule : `formula("220", output_size, 224, 5)`.

    Quand elle est juste, le message donne le calcul ; quand une erreur connue l’explique, il l’explique ; sinon il
    rappelle la formule, sans sa valeur. `rel` est l’écart relatif toléré, comme dans `number`.

    Raises:
        ArgumentError: `formula` n’est pas une `Formula` (c’est l’énoncé qui se trompe).
        CourseError: la formule refuse ces arguments.
    """
    if not isinstance(formula, Formula):
        raise ArgumentError(f"Donnez une formule de coursekit.arithmetic ; l’énoncé donne {formula!r}.")
    expected = formula(*args, **kwargs)
    arguments = formula.arguments(*args, **kwargs)
    judge = _judge_number if isinstance(expected, Real) else _judge_other
    verdict = safely(lambda: judge(given, expected, formula, arguments, rel), simplify(expected))
    if verdict.ok:
        return right(f"Oui. {formula.explain(*args, **kwargs)}", verdict.expected, verdict.got)
    return verdict


def _judge_number(
    given: object,
    expected: Any,
    formula: Formula[..., object],
    arguments: dict[str, Any],
    rel: float | None,
) -> Verdict:
    """Les erreurs connues d’abord, puis les fautes d’écriture, et sinon l’idée de la formule."""
    try:
        numeral = read(given)
        value = in_unit(numeral, NO_UNIT)
    except UnreadableError as error:
        return wrong(str(error), simplify(expected), describe(given), error.misconception)
    known = recognise(
        formula.misconceptions,
        arguments,
        lambda candidate: _is_close(numeral, value, candidate, rel, is_inexact(given)),
        expected,
    )
    if known is not None:
        return wrong(known.explain(arguments), simplify(expected), plain(value), known.id)
    verdict = number(given, expected, rel=rel)
    if verdict.ok or verdict.misconception:
        return verdict
    return wrong(f"{verdict.message} {idea(formula)}", verdict.expected, verdict.got)


def _is_close(numeral: Numeral, value: Fraction, candidate: object, rel: float | None, noisy: bool) -> bool:
    if not isinstance(candidate, Real):
        return False
    try:
        return close(value, exact(candidate), tolerance(candidate, rel), noisy=noisy)
    except ArgumentError:  # une erreur peut mener à l’infini
        return False


def recognise(
    misconceptions: tuple[Misconception, ...],
    arguments: dict[str, Any],
    matches: Callable[[object], bool],
    expected: object,
) -> Misconception | None:
    """La première erreur connue qui donne la réponse de l’élève, si ce n’est pas la bonne réponse."""
    if matches(expected):
        return None
    for misconception in misconceptions:
        value = misconception.value(arguments)
        if value is not None and matches(value):
            return misconception
    return None


def _judge_other(
    given: object,
    expected: object,
    formula: Formula[..., object],
    arguments: dict[str, Any],
    rel: float | None,
) -> Verdict:
    judge = _judge_for(expected, rel)
    verdict = judge(given, expected)
    if verdict.ok:
        return verdict
    known = recognise(
        formula.misconceptions, arguments, lambda candidate: bool(judge(given, candidate)), expected
    )
    if known is not None:
        return wrong(known.explain(arguments), verdict.expected, verdict.got, known.id)
    if verdict.misconception:
        return verdict
    return wrong(f"{verdict.message} {idea(formula)}", verdict.expected, verdict.got)


def _judge_for(expected: object, rel: float | None) -> Callable[[object, Any], Verdict]:
    if isinstance(expected, Shape | tuple):
        return shape
    if isinstance(expected, list):
        return lambda given, target: table(given, target, rel=rel)
    raise ArgumentError(
        f"Une formule qui donne {expected!r} ne se juge pas comme un nombre, une forme ou un tableau."
    )


def idea(formula: Formula[..., object]) -> str:
    """Ce qu’on rappelle à qui s’est trompé : le nom de la formule et son écriture, sans nombres."""
    written = plain_text(formula.latex)
    return f"Revoyez « {formula.title} »" + (f" : {written}." if written else ".")
