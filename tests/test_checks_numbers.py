"""`checks.number` : chaque écriture acceptée est à côté d’une écriture voisine qui ne l’est pas."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from labels import label

from coursekit import checks
from coursekit.checks.numerals import UnreadableError, read_numeral
from coursekit.errors import ArgumentError

# (ce que l’élève donne, ce qu’on attend, réglages)
ACCEPTED: list[tuple[Any, Any, dict[str, Any]]] = [
    (112, 112, {}),
    (112.0, 112, {}),
    (55.00000000000001, 55, {}),
    (Fraction(7, 2), 3.5, {}),
    (Decimal("3.5"), 3.5, {}),
    (np.int64(112), 112, {}),
    (np.float32(3.5), 3.5, {}),
    (np.array(112), 112, {}),
    (np.longdouble(3.5), 3.5, {}),
    (np.array([[3.5]]), 3.5, {}),
    (torch.tensor(112), 112, {}),
    (torch.tensor([3.5], requires_grad=True), 3.5, {}),
    ("112", 112, {}),
    (" 112 ", 112, {}),
    ("3,5", 3.5, {}),
    ("3.5", 3.5, {}),
    (",5", 0.5, {}),
    ("5,", 5, {}),
    ("-3", -3, {}),
    ("− 3", -3, {}),
    ("+3", 3, {}),
    ("7/2", 3.5, {}),
    ("1 000", 1000, {}),
    ("1\u00a0000", 1000, {}),
    ("1\u202f000", 1000, {}),
    ("1\u2009000\u2009000", 1_000_000, {}),
    ("138 357 544", 138_357_544, {}),
    ("138_357_544", 138_357_544, {}),
    ("1’000", 1000, {}),
    ("3,141 592", 3.141592, {}),
    ("1.234.567", 1_234_567, {}),
    ("1,234,567", 1_234_567, {}),
    ("1.234,5", 1234.5, {}),
    ("1,234.5", 1234.5, {}),
    ("1e3", 1000, {}),
    ("1,5E-3", 0.0015, {}),
    ("3,5 e3", 3500, {}),
    ("1,5×10³", 1500, {}),
    ("1.5 x 10^3", 1500, {}),
    ("1.5*10**3", 1500, {}),
    ("10^3", 1000, {}),
    ("-10³", -1000, {}),
    ("45 %", 0.45, {}),
    ("45%", 0.45, {}),
    ("45 pour cent", 0.45, {}),
    ("45 %", 45, {"unit": "%"}),
    ("45", 45, {"unit": "%"}),
    (45, 45, {"unit": "%"}),
    ("138 M", 138_000_000, {}),
    ("138 millions", 138_000_000, {}),
    ("138 millions de paramètres", 138_000_000, {}),
    ("138 M", 138_357_544, {"rel": 0.01}),
    ("15,47 G", 15_470_000_000, {}),
    ("15,47 GMAC", 15.47, {"unit": "GMAC"}),
    ("15 470 MMAC", 15.47, {"unit": "GMAC"}),
    ("15,47 G", 15.47, {"unit": "GMAC"}),
    ("5 Mo", 5, {"unit": "Mo"}),
    ("5 MB", 5, {"unit": "Mo"}),
    ("5000 ko", 5, {"unit": "Mo"}),
    ("5 Mio", 5.24288, {"unit": "Mo"}),
    ("5", 5, {"unit": "Mo"}),
    ("5 Mo", 5_000_000, {}),
    ("112 pixels", 112, {}),
    ("64 filtres", 64, {}),
    ("12 km/h", 12, {"unit": "km/h"}),
    ("3,14", 3.14159, {"abs": 0.01}),
    ("3,14", 3.14159, {"rel": 0.01}),
    (0, 0, {}),
    ("0,0", 0, {}),
]

# (ce que l’élève donne, ce qu’on attend, réglages, ce que le message dit, l’erreur reconnue)
REFUSED: list[tuple[Any, Any, dict[str, Any], str, str | None]] = [
    (111, 112, {}, "pas la bonne valeur", None),
    (138_357_545, 138_357_544, {}, "pas la bonne valeur", None),
    (138_357_545.0, 138_357_544, {}, "pas la bonne valeur", None),
    (3.6, 3.5, {}, "pas la bonne valeur", None),
    (0.1, 0, {}, "pas la bonne valeur", None),
    ("1,234", 1234, {}, "virgule est décimale", "number.comma"),
    ("1.234", 1234, {}, "virgule est décimale", "number.comma"),
    ("12,345 M", 12_345_000_000, {}, "virgule est décimale", "number.comma"),
    ("1 00", 100, {}, "groupes de trois chiffres", None),
    ("12 34", 1234, {}, "groupes de trois chiffres", None),
    ("1.2.3", 123, {}, "groupes de trois chiffres", None),
    ("1,234,5", 1234.5, {}, "groupes de trois chiffres", None),
    ("1.234.567,8", 99, {}, "pas la bonne valeur", None),
    ("1,234.567,8", 1234.5, {}, "virgule est décimale", None),
    ("3,14", 3.14159, {}, "trop arrondi", "number.rounded"),
    ("138 M", 138_357_544, {}, "trop arrondi", "number.rounded"),
    ("138 000 000", 138_357_544, {}, "trop arrondi", "number.rounded"),
    ("200", 220, {}, "pas la bonne valeur", None),
    (-3.5, 3.5, {}, "signe", "number.sign"),
    (3500, 3.5, {}, "trop grand d’un facteur 1000", "number.scale"),
    ("138", 138_000_000, {}, "trop petit d’un facteur un million", "number.scale"),
    ("5 Go", 5, {"unit": "Mo"}, "trop grand d’un facteur 1000", "number.scale"),
    (0.45, 45, {"unit": "%"}, "on attend un pourcentage", "number.percent"),
    (45, 0.45, {}, "on attend une fraction de 1", "number.percent"),
    ("5 s", 5, {"unit": "Mo"}, "en Mo ; vous l’avez donnée en s", "number.unit"),
    ("5 s", 5, {}, "sans unité ; vous l’avez donnée en s", "number.unit"),
    ("5 Mbit", 5, {"unit": "Mo"}, "en Mo ; vous l’avez donnée en Mbit", "number.unit"),
    ("5 m", 5_000_000, {}, "donnée en m", "number.unit"),
    ("30 GFLOPs", 15, {"unit": "GMAC"}, "en GMAC ; vous l’avez donnée en GFLOPs", "number.unit"),
    ("112 bananes", 112, {}, "« bananes » n’est pas connue", None),
    (True, 1, {}, "vrai ou faux", None),
    (np.bool_(True), 1, {}, "vrai ou faux", None),
    (float("nan"), 1, {}, "NaN", None),
    (float("inf"), 1, {}, "infinie", None),
    (torch.tensor(float("nan")), 1, {}, "NaN", None),
    ("nan", 1, {}, "n’est pas un nombre", None),
    ("0x10", 16, {}, "n’est pas connue", None),
    ("", 1, {}, "vide", None),
    ("douze", 12, {}, "n’est pas un nombre", None),
    ("1/0", 1, {}, "divisez par zéro", None),
    ("1e999", 1, {}, "dépasse ±300", None),
    (10**400, 1, {}, "démesuré", None),
    (Decimal("1e999999999"), 1, {}, "démesuré", None),
    (None, 1, {}, "pas encore répondu", None),
    (..., 1, {}, "pas encore répondu", None),
    ([112], 112, {}, "sans crochets", None),
    ((112,), 112, {}, "sans crochets", None),
    ([112, 112], 112, {}, "on attend un nombre", None),
    (len, 112, {}, "oublié de l’appeler", None),
    (torch.ones(2), 1, {}, "un tenseur : on attend un nombre", None),
    (1 + 2j, 1, {}, "un nombre complexe", None),
]


@pytest.mark.parametrize(("answer", "expected", "options"), ACCEPTED, ids=label)
def test_accepted(answer: Any, expected: Any, options: dict[str, Any]) -> None:
    verdict = checks.number(answer, expected, **options)
    assert verdict.ok, verdict
    assert verdict.misconception is None


@pytest.mark.parametrize(("answer", "expected", "options", "words", "misconception"), REFUSED, ids=label)
def test_refused(
    answer: Any, expected: Any, options: dict[str, Any], words: str, misconception: str | None
) -> None:
    verdict = checks.number(answer, expected, **options)
    assert not verdict.ok, verdict
    assert words in verdict.message
    assert verdict.misconception == misconception
    assert verdict.expected == pytest.approx(expected)


@pytest.mark.parametrize("expected", [float("nan"), float("inf"), "12", None, [1]], ids=label)
def test_a_faulty_statement_is_the_teachers_error(expected: Any) -> None:
    with pytest.raises(ArgumentError, match="l’énoncé"):
        checks.number(12, expected)


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
@settings(max_examples=300)
def test_every_french_writing_reads_back(digits: int, decimals: int) -> None:
    value = Fraction(digits, 10**decimals)
    english = f"{Decimal(digits).scaleb(-decimals):,f}"
    for written in (
        english.replace(",", "\u202f").replace(".", ","),
        english.replace(",", " "),
        f"{digits}e-{decimals}",
        f"{digits}/{10**decimals}",
    ):
        assert read_numeral(written).value == value, written


@given(st.text(max_size=30) | st.from_regex(r"[\d .,eE%/×^+-]{1,20}", fullmatch=True))
@settings(max_examples=500)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        numeral = read_numeral(text)
    except UnreadableError:
        return
    assert isinstance(numeral.value, Fraction)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_is_always_its_own_answer(value: float) -> None:
    assert checks.number(value, value).ok
    assert checks.number(repr(value), value).ok
    assert not checks.number(value, value * 1.01 + 1).ok


def test_torch_and_numpy_stay_out() -> None:
    code = (
        "import sys; from coursekit import checks\n"
        "from coursekit.arithmetic import output_size\n"
        "assert checks.number('3,5', 3.5) and checks.shape('3x4', (3, 4)) and checks.table([[1]], [[1]])\n"
        "assert checks.formula(220, output_size, 224, 5)\n"
        "assert checks.function(lambda *a: output_size(*a), output_size, [(224, 5)])\n"
        "print([m for m in ('torch', 'numpy', 'matplotlib', 'nbgrader') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


def test_the_lazy_names_load_and_others_do_not() -> None:
    assert checks.tensor.__name__ == "tensor"
    assert checks.module.__name__ == "module"
    assert set(checks.__all__) <= set(dir(checks))
    with pytest.raises(AttributeError, match="tenseur"):
        checks.tenseur  # noqa: B018
