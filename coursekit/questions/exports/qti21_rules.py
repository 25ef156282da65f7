"""La correction d’un item QTI 2.1 : des conditions essayées dans l’ordre ; la première vraie donne points et retour.

Source : IMS Question and Test Interoperability Assessment Test, Section and Item Information Model v2.1, § 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from coursekit.questions.exports.moodle_numbers import dot


@dataclass(frozen=True)
class Rule:
    """Si `test` (une expression QTI) est vrai : tant de points, et ce retour."""

    test: str
    points: Fraction
    feedback: str


def declaration(name: str, base: str, values: Sequence[str], cardinality: str = "single") -> str:
    """Une réponse attendue de l’élève, et ce qu’elle vaut quand elle est juste."""
    right = "".join(f"<value>{value}</value>" for value in values)
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{right}</correctResponse></responseDeclaration>\n"
    )


def outcome(name: str, base: str, cardinality: str = "single", default: str = "") -> str:
    """Une variable que la correction remplit."""
    value = f"<defaultValue><value>{default}</value></defaultValue>" if default else ""
    head = f'<outcomeDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}"'
    return f"{head}>{value}</outcomeDeclaration>\n" if value else f"{head}/>\n"


def variable(name: str) -> str:
    return f'<variable identifier="{name}"/>'


def constant(base: str, value: str) -> str:
    return f'<baseValue baseType="{base}">{value}</baseValue>'


def same(name: str, base: str, value: str) -> str:
    """La réponse est exactement cette valeur."""
    return f"<match>{variable(name)}{constant(base, value)}</match>"


def same_text(name: str, value: str) -> str:
    return f'<stringMatch caseSensitive="false">{variable(name)}{constant("string", value)}</stringMatch>'


def near(name: str, value: float | Fraction, tolerance: float) -> str:
    """La réponse est un réel à `tolerance` près, bornes comprises."""
    if not tolerance:
        mode = 'toleranceMode="exact"'
    else:
        mode = f'toleranceMode="absolute" tolerance="{dot(tolerance)} {dot(tolerance)}"'
    return f"<equal {mode}>{variable(name)}{constant('float', dot(value))}</equal>"


def every(tests: Sequence[str]) -> str:
    return tests[0] if len(tests) == 1 else f"<and>{''.join(tests)}</and>"


def any_of(tests: Sequence[str]) -> str:
    return tests[0] if len(tests) == 1 else f"<or>{''.join(tests)}</or>"


def add_points(expression: str) -> str:
    """Les points s’ajoutent : chaque partie apporte les siens."""
    return f'<setOutcomeValue identifier="SCORE"><sum>{variable("SCORE")}{expression}</sum></setOutcomeValue>'


def condition(rules: Sequence[Rule], feedback: str, otherwise: str) -> str:
    """La chaîne de conditions d’une case ou d’un groupe de cases ; `feedback` est la variable qui dit quoi montrer."""
    tags = ["responseIf", *["responseElseIf"] * (len(rules) - 1)]
    branches = "".join(
        f"<{tag}>{rule.test}{_effects(rule, feedback)}</{tag}>" for tag, rule in zip(tags, rules, strict=True)
    )
    last = show(feedback, otherwise)
    return f"<responseCondition>{branches}<responseElse>{last}</responseElse></responseCondition>\n"


def _effects(rule: Rule, feedback: str) -> str:
    points = add_points(constant("float", dot(rule.points))) if rule.points else ""
    return points + show(feedback, rule.feedback)


def show(feedback: str, identifier: str) -> str:
    return f'<setOutcomeValue identifier="{feedback}">{constant("identifier", identifier)}</setOutcomeValue>'


def mapping(values: Iterable[tuple[str, Fraction]], most: Fraction | int) -> str:
    """Les points de chaque proposition ; leur somme reste entre 0 et `most`."""
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{dot(value)}"/>' for key, value in values)
    return f'<mapping lowerBound="0" upperBound="{dot(most)}" defaultValue="0">{entries}</mapping>'
