"""Ce que les messages citent : une formule sans LaTeX, une valeur inconnue en quelques mots."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from coursekit.arithmetic import FORMULAS
from coursekit.checks.inspection import describe, simplify
from coursekit.checks.plain_latex import plain_text
from coursekit.layers import Shape


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"W_2 = \frac{W - F}{S} + 1", "W₂ = (W − F)/S + 1"),
        (r"\left\lfloor \frac{W}{2} \right\rfloor", "⌊W/2⌋"),
        (r"\frac{1}{\frac{a}{b + c}}", "1/(a/(b + c))"),
        (r"\sum_{l=1}^{L} F_l^2", "Σₗ₌₁ᴸ Fₗ²"),
        (r"2^{n+1} \times K", "2ⁿ⁺¹ × K"),
        (r"N_{\text{sorties}}", "N_sorties"),
        (r"W_{max}\,x", "W_max x"),
        (r"\unknown{x}", ""),
        ("", ""),
    ],
)
def test_a_formula_without_latex(latex: str, text: str) -> None:
    assert plain_text(latex) == text


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda f: f.id)
def test_every_formula_of_the_course_can_be_said(formula: Any) -> None:
    text = plain_text(formula.latex)
    assert text
    assert not set(text) & set("\\{}$")


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, "3"),
        (-2.5, "-2.5"),
        (True, "True"),
        (None, "None"),
        ("abc", "« abc »"),
        ("a\nb\x00", "« a b� »"),
        ("x" * 100, f"« {'x' * 60}… »"),
        (10**100, "un entier de plus de 60 chiffres"),
        ([1, (2,), "a"], "[1, (2,), « a »]"),
        ([], "[]"),
        ([0] * 9, "une liste de 9 éléments"),
        ([[[[1]]]], "[[une liste de 1 élément]]"),
        (LOOP, "[[une liste de 1 élément]]"),
        ({"a": 1}, "un dictionnaire"),
        (b"12", "des octets"),
        (len, "une fonction"),
        (lambda: 1, "une fonction"),
        ((n for n in ()), "un générateur"),
        (Shape, "la classe Shape"),
        (Shape(3), "un objet de type Shape"),
        (1j, "un nombre complexe"),
    ],
    ids=lambda v: str(v)[:20],
)
def test_any_value_in_a_few_words(value: Any, words: str) -> None:
    assert describe(value) == words


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (3, 3),
        (Fraction(1, 2), 0.5),
        (Decimal("0.5"), 0.5),
        ((1, [Fraction(1, 2)]), [1, [0.5]]),
        ({"a": 1}, "un dictionnaire"),
        ([0] * 2000, "une liste de 2000 éléments"),
    ],
    ids=str,
)
def test_a_value_as_plain_data(value: Any, plain: object) -> None:
    assert simplify(value) == plain
