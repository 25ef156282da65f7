"""Lire une formule tapée par un élève, sans `eval` : une petite grammaire, et des valeurs exactes.

On y écrit nombres, variables, `+ − * / ^`, parenthèses, `⌊…⌋`, `floor(…)`, `ceil(…)`, `sqrt(…)`, `log2(…)` ; le produit
peut être sous-entendu (« 2P », « F²C »), et × ou · le notent aussi.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, isclose, log2, sqrt

Number = int | float | Fraction
Point = Mapping[str, int]
Evaluate = Callable[[Point], Number]

LONGEST, DEEPEST, SAMPLES = 200, 30, 12
LARGEST_POWER = 64

_FUNCTIONS: dict[str, Callable[[Number], Number]] = {
    "floor": floor, "ceil": ceil, "sqrt": lambda x: sqrt(float(x)), "log2": lambda x: log2(float(x)),
}  # fmt: skip
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "∙": "*", "÷": "/", ":": "/", "[": "(", "]": ")"}
)
_RAISED = {"²": "^2", "³": "^3"}
_TOKEN = re.compile(r"\s*(?:(\d+(?:[.,]\d+)?)|([⌊⌋⌈⌉()+*/^-])|([^\W\d_]+\d*))")


class UnreadableExpressionError(ValueError):
    """Ce texte n’est pas une formule ; le message, en français, dit où."""


@dataclass(frozen=True)
class Expression:
    """Une formule lue."""

    text: str
    variables: tuple[str, ...]
    evaluate: Evaluate

    def samples(self, domain: tuple[tuple[str, int, int], ...] = ()) -> Iterator[Point]:
        """Des points fixes, sans relation simple entre les variables."""
        bounds = {name: (low, high) for name, low, high in domain}
        for i in range(SAMPLES):
            point = {}
            for j, name in enumerate(self.variables):
                low, high = bounds.get(name, (2, 40))
                point[name] = low + (7 * i + 11 * j + i * i * (j + 3)) % (high - low + 1)
            yield point

    def agrees(self, other: Expression, point: Point) -> bool:
        try:
            mine, theirs = self.evaluate(point), other.evaluate(point)
            return bool(isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-12))
        except (ArithmeticError, ValueError):
            return False


@lru_cache(maxsize=256)
def read_expression(text: str, variables: tuple[str, ...]) -> Expression:
    """Lit une formule de ces variables.

    Raises:
        UnreadableExpressionError: elle ne se lit pas.
    """
    if len(text) > LONGEST:
        raise UnreadableExpressionError(f"Votre formule a {len(text)} caractères : c’est trop long.")
    return Expression(text, variables, _Reader(text, variables).whole())


class _Reader:
    """Descente récursive : somme, produit, puissance, atome."""

    def __init__(self, text: str, variables: tuple[str, ...]) -> None:
        self._tokens = _tokens(text, variables)
        self._place = 0
        self._depth = 0

    def whole(self) -> Evaluate:
        if not self._tokens:
            raise UnreadableExpressionError("Votre réponse est vide : écrivez une formule.")
        result = self._sum()
        if self._next():
            raise UnreadableExpressionError(
                f"On ne comprend pas « {self._next()} » à cet endroit de la formule."
            )
        return result

    def _next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self._next()
        if wanted and token not in wanted:
            found = f"« {token} »" if token else "la fin de la formule"
            raise UnreadableExpressionError(f"On attendait « {wanted[0]} », on trouve {found}.")
        self._place += 1
        return token

    def _sum(self) -> Evaluate:
        result = self._product()
        while (sign := self._next()) in ("+", "-"):
            self._take()
            result = _combine(sign, result, self._product())
        return result

    def _product(self) -> Evaluate:
        result = self._signed()
        while (sign := self._next()) and sign not in ("+", "-", ")", "⌋", "⌉", "^"):
            explicit = sign in ("*", "/")
            if explicit:
                self._take()
            result = _combine(
                sign if explicit else "*", result, self._signed() if explicit else self._power()
            )
        return result

    def _signed(self) -> Evaluate:
        negative = False
        while self._next() in ("+", "-"):
            negative ^= self._take() == "-"
        inner = self._power()
        return (lambda point: -inner(point)) if negative else inner

    def _power(self) -> Evaluate:
        base = self._atom()
        if self._next() != "^":
            return base
        self._take()
        return _combine("^", base, self._signed())

    def _atom(self) -> Evaluate:
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnreadableExpressionError("Il y a trop de parenthèses dans cette formule.")
        try:
            return self._closed()
        finally:
            self._depth -= 1

    def _closed(self) -> Evaluate:
        token = self._take()
        if token in ("(", "⌊", "⌈"):
            inner = self._sum()
            self._take({"(": ")", "⌊": "⌋", "⌈": "⌉"}[token])
            return inner if token == "(" else _apply({"⌊": floor, "⌈": ceil}[token], inner)
        if token in _FUNCTIONS:
            self._take("(")
            inner = self._sum()
            self._take(")")
            return _apply(_FUNCTIONS[token], inner)
        if token[:1].isdigit():
            value = Fraction(token.replace(",", "."))
            return lambda point: value
        if token and (token[0].isalpha()):
            return lambda point: point[token]
        where = f"avant « {token} »" if token else "à la fin"
        raise UnreadableExpressionError(f"Il manque quelque chose {where}.")


def _tokens(text: str, variables: tuple[str, ...]) -> list[str]:
    plain = text.translate(_SIGNS).replace("**", "^")
    for sign, power in _RAISED.items():
        plain = plain.replace(sign, power)
    tokens: list[str] = []
    place, plain = 0, plain.strip()
    while place < len(plain):
        found = _TOKEN.match(plain, place)
        if found is None:
            raise UnreadableExpressionError(f"On ne comprend pas « {plain[place:].strip()[:20]} ».")
        place = found.end()
        tokens += [found[1] or found[2]] if not found[3] else _names(found[3], variables)
    return tokens


def _names(word: str, variables: tuple[str, ...]) -> list[str]:
    """« HW » est H·W : on découpe un mot en variables, les plus longues d’abord."""
    if word in variables or word in _FUNCTIONS:
        return [word]
    for name in sorted(variables, key=len, reverse=True):
        if word.startswith(name):
            return [name, *_names(word[len(name) :], variables)] if word != name else [name]
    digits = word.lstrip("".join(variables))
    if digits.isdigit():
        return [digits]
    known = ", ".join(variables)
    raise UnreadableExpressionError(f"« {word} » n’est pas une des variables de l’énoncé : {known}.")


def _apply(function: Callable[[Number], Number], inner: Evaluate) -> Evaluate:
    return lambda point: function(inner(point))


def _combine(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    match sign:
        case "+":
            return lambda point: left(point) + right(point)
        case "-":
            return lambda point: left(point) - right(point)
        case "*":
            return lambda point: left(point) * right(point)
        case "/":
            return lambda point: _divide(left(point), right(point))
    return lambda point: _raise(left(point), right(point))


def _divide(left: Number, right: Number) -> Number:
    if isinstance(left, float) or isinstance(right, float):
        return left / right
    return Fraction(left) / Fraction(right)


def _raise(base: Number, exponent: Number) -> Number:
    if not -LARGEST_POWER <= exponent <= LARGEST_POWER:  # sinon l’élève choisirait la durée du calcul
        raise OverflowError("exposant démesuré")
    result: int | float | complex | Fraction = base**exponent
    if isinstance(result, complex):
        raise ValueError("puissance fractionnaire d’un nombre négatif")
    return result
