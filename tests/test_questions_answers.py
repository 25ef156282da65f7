"""Les réponses typées : ce qu’on accepte, ce qu’on refuse, ce qu’on montre."""

from fractions import Fraction

import pytest

from coursekit.errors import ArgumentError
from coursekit.layers import Shape
from coursekit.questions.answers import (
    Boolean,
    Choice,
    Choices,
    FormulaText,
    Integer,
    MatrixAnswer,
    Parts,
    Real,
    TensorShape,
    as_answer,
)

SIZE = FormulaText("(W + 2*P − F)/S + 1", ("W", "P", "F", "S"))
RAISED = FormulaText("2^L", ("L",))
MATRIX = as_answer([[1, Fraction(5, 2)], [3, 4]])

ACCEPTED = [
    (Integer(19_273_856), "19 273 856"),
    (Integer(112), "112"),
    (Integer(112), 112.0),
    (Integer(112, "px"), "112 pixels"),
    (Real(44.898, "%"), "44,9"),
    (Real(44.898, "%"), "44.9 %"),
    (Real(Fraction(1, 3)), "1/3"),
    (Real(0.00002), "2e-5"),
    (Real(0.00002), "0,00002"),
    (TensorShape((55, 55, 96)), "55×55×96"),
    (TensorShape((55, 55, 96)), "(55, 55, 96)"),
    (SIZE, "(W+2P-F)/S+1"),
    (SIZE, "1 + (W − F + 2·P) / S"),
    (SIZE, "W/S + 2P/S − F/S + 1"),
    (RAISED, "2**L"),
    (RAISED, "2^(L-1)*2"),
    (Choice("$F(x)$ et $x$ s’additionnent."), "F(x) et x s’additionnent"),
    (Choices(("un", "deux")), "deux | un"),
    (Boolean(True), "VRAI"),
    (Boolean(False), " non "),
    (MATRIX, "1 2,5 ; 3 4"),
    (MATRIX, "[[1, 2.5], [3, 4]]"),
    (MATRIX, "1 5/2\n3 4"),
    (MATRIX, [[1, 2.5], [3, 4]]),
    (Parts((("a", Integer(2)), ("b", Boolean(True)))), "2 | vrai"),
]

REFUSED = [
    (Integer(112), "113"),
    (Integer(112), "112,5"),
    (Integer(112, "px"), "112 %"),
    (Real(44.898, "%"), "45,5"),
    (Real(0.00002), "0,0002"),
    (TensorShape((55, 55, 96)), "96×55×55"),
    (TensorShape((55, 55, 96)), "55×55"),
    (SIZE, "(W+P-F)/S+1"),
    (SIZE, "(W+2P-F)/S"),
    (RAISED, "2*L"),
    (RAISED, "L^2"),
    (Choice("$F(x)$ et $x$ s’additionnent."), "F(x) et x se multiplient"),
    (Choices(("un", "deux")), "un"),
    (Choices(("un", "deux")), "un | deux | trois"),
    (Boolean(True), "faux"),
    (MATRIX, "1 3 ; 2,5 4"),
    (MATRIX, "1 2,5 3 4"),
    (Parts((("a", Integer(2)), ("b", Boolean(True)))), "2 | faux"),
]

HOSTILE = [
    "",
    "   ",
    "∞",
    "1/0",
    "9" * 5000,
    "__import__('os')",
    "{",
    "}",
    "[[",
    ";;;",
    "None",
    "\x00",
    "💥",
    "(" * 90,
]
HOSTILE += [None, [], {}, object(), float("nan"), b"12", ["a"], [[1, [2]]], lambda: 1]
KINDS = list({type(answer): answer for answer, _ in ACCEPTED}.values())


@pytest.mark.parametrize(("answer", "given"), ACCEPTED)
def test_accepted(answer, given):
    assert answer.accepts(given), answer.accepts(given).message


@pytest.mark.parametrize(("answer", "given"), REFUSED)
def test_refused(answer, given):
    assert not answer.accepts(given)


@pytest.mark.parametrize("given", HOSTILE)
@pytest.mark.parametrize("answer", KINDS, ids=lambda a: a.kind)
def test_nothing_an_answer_is_given_breaks_it(answer, given):
    verdict = answer.accepts(given)
    assert not verdict
    assert verdict.message
    assert answer.read(given) is None


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (Integer(1024), "1024"),
        (Integer(19_273_856), "19\u202f273\u202f856"),
        (Integer(-3), "−3"),
        (Integer(112, "pixels"), "112\u00a0pixels"),
        (Real(44.898, "%"), "44,9\u202f%"),
        (Real(0.000021), "0,000021"),
        (Real(1234567.0), "1\u202f230\u202f000"),
        (Real(-0.5), "−0,5"),
        (TensorShape((55, 55, 96)), "55×55×96"),
        (TensorShape((10,)), "(10,)"),
        (Boolean(True), "Vrai"),
        (MATRIX, r"$\begin{pmatrix} 1 & 2{,}5 \\ 3 & 4 \end{pmatrix}$"),
    ],
)
def test_shown(answer, shown):
    assert answer.shown() == shown


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (3, Integer(3)),
        (Fraction(6, 2), Integer(3)),
        (0.5, Real(0.5)),
        (True, Boolean(True)),
        (Shape(96, (55, 54)), TensorShape((55, 54, 96))),
        ("texte", Choice("texte")),
        ([[1, 2]], MatrixAnswer(((Fraction(1), Fraction(2)),))),
    ],
)
def test_an_ordinary_value_is_an_answer(value, answer):
    assert as_answer(value) == answer
    assert type(as_answer(value)) is type(answer)


@pytest.mark.parametrize("value", [None, float("inf"), [], [[1], [2, 3]], object()])
def test_what_is_no_answer(value):
    with pytest.raises(ArgumentError):
        as_answer(value)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (Integer(5), -1),
        (Integer(5), Fraction(5, 2)),
        (Integer(5), 2.5),
        (Integer(5), True),
        (Integer(5), None),
        (Real(0.5), -0.1),
        (Real(0.5), float("nan")),
        (TensorShape((5, 5, 3)), (0, 0, 3)),
        (TensorShape((5, 5, 3)), 75),
        (Boolean(True), 1),
        (Choice("a"), 1),
    ],
)
def test_an_implausible_wrong_value_is_dropped(answer, value):
    assert answer.like(value) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Real(10.0), Real(10.05), True),
        (Real(10.0), Real(11.0), False),
        (Integer(10), Integer(10), True),
        (Integer(10), Integer(11), False),
        (SIZE, SIZE.like("1 + (W − F + 2P)/S"), True),
        (SIZE, SIZE.like("(W − F + P)/S + 1"), False),
        (Choices(("un", "deux")), Choice("Deux"), True),
        (Choices(("un", "deux")), Choice("trois"), False),
    ],
)
def test_two_values_that_a_marker_would_confuse(one, other, same):
    assert one.same(other) is same


@pytest.mark.parametrize("text", ["2^2^2^2^2^2^9", "W^999999", "9^9^9^9"])
def test_a_formula_never_takes_long(text):
    assert not FormulaText("W", ("W",)).accepts(text)


def test_a_formula_may_drop_the_product_sign():
    volume = FormulaText("H*W*C", ("H", "W", "C"))
    assert volume.accepts("HWC")
    assert volume.accepts("H W C")
    assert FormulaText("F^2*C*K", ("F", "C", "K")).accepts("F²CK")
    assert FormulaText("floor(W/2)", ("W",)).accepts("⌊W/2⌋")
