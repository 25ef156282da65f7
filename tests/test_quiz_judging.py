"""La page juge comme Python : mêmes nombres lus, mêmes réponses acceptées, mêmes explications, cachées ou non."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from widget_node import run_node

from coursekit.checks.numerals import UnreadableError, read_numeral
from coursekit.checks.shape_reading import read_shape
from coursekit.questions import BANK, Family, Item, Key, Variant, generate
from coursekit.questions.answers import (
    Answer,
    Boolean,
    Choice,
    Choices,
    FormulaText,
    Integer,
    MatrixAnswer,
    Real,
    TensorShape,
)
from coursekit.questions.family import Part
from coursekit.questions.generate import ShortageError
from coursekit.questions.mathml import MATHML
from coursekit.questions.quizzes.payload import payload, variant_data
from coursekit.questions.quizzes.sealed import Seal, cells, grid_step, on_grid
from coursekit.questions.styles import render_inline
from coursekit.questions.variant import LETTERS

JUDGE = """
import { judge } from "./judging.js";
const tried = ({ variant, given }) => {
  try { return judge(variant, given, data.units); } catch (error) { return { unread: error.message }; }
};
console.log(JSON.stringify(data.cases.map(tried)));
"""

NUMBERS = {
    "12": 12,
    "3,5": 3.5,
    "3.5": 3.5,
    " 3,5 ": 3.5,
    "−2": -2,
    "19\u202f273\u202f856": 19273856,
    "19 273 856": 19273856,
    "1,234.5": 1234.5,
    "1.234,5": 1234.5,
    "1.234.567": 1234567,
    "1,234": 1.234,
    "1e3": 1000,
    "1,5e-3": 0.0015,
    "2×10³": 2000,
    "10^6": 1000000,
    "1/3": 1 / 3,
    ",5": 0.5,
    "3,141 592": 3.141592,
    "5 %": 0.05,
    "138 M": 138e6,
    "1,5 million": 1.5e6,
}
NOT_NUMBERS = (
    "",
    "   ",
    "abc",
    "1 2 3",
    "1,2,3,4",
    "1.2,3.4",
    "3,,5",
    "--3",
    "1/0",
    "12 bananes",
    "(3)",
    "e5",
)

SHAPES = {
    "55×55×96": [55, 55, 96],
    "55x55x96": [55, 55, 96],
    "(55, 55, 96)": [55, 55, 96],
    "[55,55,96]": [55, 55, 96],
    "torch.Size([96, 55, 55])": [96, 55, 55],
    "55 55 96": [55, 55, 96],
    "55 × 55 × 96": [55, 55, 96],
    "(4096,)": [4096],
    "112\u202f×\u202f112": [112, 112],
}
NOT_SHAPES = ("", "a×b", "55×", "5,5×3", "trente")


def read_in_page(
    tmp_path: Path, reader: str, texts: list[str], units: dict[str, float] | None = None
) -> list[Any]:
    script = f"""
    import {{ Unreadable, {reader} }} from "./reading.js";
    const tried = (text) => {{
      try {{ return {reader}(text, data.units); }}
      catch (error) {{ if (!(error instanceof Unreadable)) throw error; return null; }}
    }};
    console.log(JSON.stringify(data.texts.map(tried)));
    """
    found: list[Any] = run_node(tmp_path, script, {"texts": texts, "units": units or {}})
    return found


def test_numbers_are_read_as_in_python(tmp_path: Path) -> None:
    units = payload("", [[next(generate(BANK[0], 1))]], graded=False)["units"][""]
    assert read_in_page(tmp_path, "readNumber", list(NUMBERS), units) == list(NUMBERS.values())
    for text, value in NUMBERS.items():
        assert float(read_numeral(text).value) == value, text


def test_what_is_not_a_number_is_refused_by_both(tmp_path: Path) -> None:
    assert read_in_page(tmp_path, "readNumber", list(NOT_NUMBERS)) == [None] * len(NOT_NUMBERS)
    for text in NOT_NUMBERS:
        with pytest.raises(UnreadableError):
            read_numeral(text)


def python_number(text: str) -> float | None:
    try:
        return float(read_numeral(text).value)
    except UnreadableError:
        return None


def test_any_text_is_read_alike(tmp_path: Path) -> None:
    draw = random.Random(20)
    alphabet = "0123456789" * 2 + "00,,..  \u202f-−+e×/'"
    texts = ["".join(draw.choices(alphabet, k=draw.randint(1, 9))) for _ in range(20_000)]
    expected = [python_number(text) for text in texts]
    found = read_in_page(tmp_path, "readNumber", texts)
    assert sum(value is not None for value in expected) > 2000
    differ = {
        text: (mine, page)
        for text, mine, page in zip(texts, expected, found, strict=True)
        if mine != page and (mine is None or page is None or abs(mine - page) > 1e-14 * abs(mine))
    }
    assert differ == {}


def test_shapes_are_read_as_in_python(tmp_path: Path) -> None:
    assert read_in_page(tmp_path, "readShape", list(SHAPES)) == list(SHAPES.values())
    assert read_in_page(tmp_path, "readShape", list(NOT_SHAPES)) == [None] * len(NOT_SHAPES)
    for text, dims in SHAPES.items():
        assert list(read_shape(text, lambda shape: shape.as_tuple()).dims) == dims


# ── Toutes les familles ──────────────────────────────────────────────────────────────────────────────────────────


def typed_in_page(answer: Answer) -> object:
    """Ce qu’un élève met dans la page pour donner cette réponse."""
    if isinstance(answer, Boolean):
        return str(int(answer.value))
    if isinstance(answer, MatrixAnswer):
        return [row.split() for row in answer.typed().split(";")]
    return answer.typed()


def answers_to(item: Item) -> list[Answer]:
    return [item.answer, *(wrong.answer for wrong in item.wrongs)]


def tries(variant: Variant) -> Iterator[tuple[object, object]]:
    """Ce qu’on répond dans la page et à Python : juste, puis chaque erreur connue."""
    if isinstance(variant.answer, Choices):
        rights = [place for place, option in enumerate(variant.options) if option.right]
        yield rights, [LETTERS[place] for place in rights]
        if len(rights) > 1:
            yield rights[:1], [LETTERS[rights[0]]]
        for place, option in enumerate(variant.options):
            if not option.right:
                both = sorted([*rights, place])
                yield both, [LETTERS[i] for i in both]
    elif variant.options:
        for place in range(len(variant.options)):
            yield [place], LETTERS[place]
    else:
        right = [item.answer for item in variant.items]
        for place, item in enumerate(variant.items):
            for answer in answers_to(item):
                given = [*right[:place], answer, *right[place + 1 :]]
                python: object = [one.typed() for one in given] if variant.family.parts else answer.typed()
                yield [typed_in_page(one) for one in given], python


def drawn(family: Family, count: int, form: Any = None) -> list[Variant]:
    found = []
    try:
        for variant in generate(family, count, Key(seed=7), form=form):
            found.append(variant)
    except ShortageError:
        pass
    return found


def compare(tmp_path: Path, cases: list[tuple[Variant, dict[str, Any], object, object]]) -> None:
    units = payload("", [[variant] for variant, *_ in cases], graded=False)["units"]
    data = {"units": units, "cases": [{"variant": made, "given": given} for _, made, given, _ in cases]}
    found = run_node(tmp_path, JUDGE, data)
    for (variant, made, given, python), page in zip(cases, found, strict=True):
        mark = variant.judge(python)
        assert page.get("ok") == mark.ok, (variant.note, given, page, mark)
        said = " ".join(one.get("say", "") for one in page["verdicts"])
        near_miss = (mark.misconception or "").startswith(("number.", "table."))
        if mark.misconception and not variant.family.parts and not (near_miss and "salt" in made):
            assert said == render_inline(mark.message, MATHML), (variant.note, given)


@pytest.mark.parametrize("family", BANK, ids=lambda family: family.id)
def test_the_page_judges_like_python(family: Family, tmp_path: Path) -> None:
    variants = [v for form in ("typed", "choice") for v in drawn(family, 8, form)]
    assert variants
    cases = [(v, variant_data(v, None), page, python) for v in variants for page, python in tries(v)]
    compare(tmp_path, cases)


@pytest.mark.parametrize("family", BANK, ids=lambda family: family.id)
def test_a_graded_quiz_judges_like_python_without_the_answer(family: Family, tmp_path: Path) -> None:
    cases = []
    for form in ("typed", "choice"):
        for variant in drawn(family, 1, form):
            made = variant_data(variant, Seal("sel"))
            assert "solution" not in made
            assert "answer" not in made
            assert not any({"values", "say"} & set(item["right"]) for item in made["items"])
            cases += [(variant, made, page, python) for page, python in tries(variant)]
    compare(tmp_path, cases)


# ── Ce que la banque n’a pas forcément ───────────────────────────────────────────────────────────────────────────


def family_of(answer: Answer, **more: Any) -> Family:
    return Family(
        id="essai.un", title="Essai", topic="tailles", level=1, time_s=1, objectives=("o",),
        statement=lambda: "?", answer=lambda: answer, solution=lambda: "!", least=0, **more,
    )  # fmt: skip


def one(answer: Answer) -> Variant:
    return next(generate(family_of(answer), 1))


FORMULA = FormulaText("(W-F+2P)/S+1", ("W", "F", "P", "S"))
FLOOR = FormulaText("floor((W-F)/S)+1", ("W", "F", "S"))
PRODUCT = FormulaText("F^2*C*K", ("F", "C", "K"))
TABLE = MatrixAnswer(((Fraction(7, 2), Fraction(-1)),))
TYPED: dict[str, tuple[Answer, list[Any], list[Any]]] = {
    "une formule": (
        FORMULA,
        ["1+(W-F+2P)/S", "(W − F + P×2) / S + 1", "((W-F)+2*P)/S+1"],
        ["(W-F)/S+1", "W", "0"],
    ),
    "une partie entière": (FLOOR, ["⌊(W-F)/S⌋+1", "floor((W-F)/S + 1)"], ["(W-F)/S+1"]),
    "un produit sous-entendu": (PRODUCT, ["F²CK", "K F^2 C", "FFCK"], ["F C K", "2FCK"]),
    "un réel": (Real(44.898, "%"), ["44,9", "44.9", "44,898 %", "45", "44.7"], ["44", "0,449", "55"]),
    "un entier": (
        Integer(61_100_840),
        ["61 100 840", "61100840", "61.100840 M"],
        ["61 M", "61100841", "61,1"],
    ),
    "un tableau": (TABLE, [[["3,5", "-1"]], [["7/2", "−1"]]], [[["3", "-1"]], [["3,5"], ["-1"]]]),
    "une forme": (TensorShape((55, 55, 96)), ["55×55×96", "(55,55,96)"], ["96×55×55", "1×55×55×96", "55×55"]),
}


@pytest.mark.parametrize(("answer", "rights", "wrongs"), TYPED.values(), ids=TYPED.keys())
def test_other_ways_to_write_it(answer: Answer, rights: list[Any], wrongs: list[Any], tmp_path: Path) -> None:
    variant = one(answer)
    for made in (variant_data(variant, None), variant_data(variant, Seal("sel"))):
        cases = []
        for given in (*rights, *wrongs):
            python = " ; ".join(" ".join(row) for row in given) if isinstance(given, list) else given
            assert variant.judge(python).ok == (given in rights), given
            cases.append((variant, made, [given], python))
        compare(tmp_path, cases)


@pytest.mark.parametrize(
    ("given", "why"), [("W+", "Il manque"), ("W+Z", "variables"), ("W)(", "comprend"), ("", "vide")]
)
def test_a_broken_formula_is_explained(given: str, why: str, tmp_path: Path) -> None:
    made = variant_data(one(FORMULA), None)
    [page] = run_node(tmp_path, JUDGE, {"units": {}, "cases": [{"variant": made, "given": [given]}]})
    assert not page["ok"]
    assert page["verdicts"][0]["unread"]
    assert why in page["verdicts"][0]["say"]


def test_an_earlier_error_is_carried_forward(tmp_path: Path) -> None:
    """48 canaux au lieu de 32 : le volume qui en découle est accepté, un autre ne l’est pas."""
    from coursekit.arithmetic import Misconception

    double = Misconception("essai.double", lambda n: 2 * n, "Vous avez doublé.")
    square = Part(name="square", prompt="Son carré ?", answer=lambda side: side**2)
    side = Part(name="side", prompt="Le côté ?", answer=lambda n: n + 1, mistakes=(double,))
    family = Family(
        id="essai.report", title="Report", topic="tailles", level=1, time_s=1, objectives=("o",), domain={},
        statement=lambda: "?", solution=lambda: "!", parts=(side, square),
    )  # fmt: skip
    from coursekit.questions.build import build
    from coursekit.questions.draw import Draws

    variant = build(family, {"n": 8}, Draws(0))
    assert isinstance(variant, Variant)
    made = variant_data(variant, None)
    given = [["9", "81"], ["16", "256"], ["16", "81"], ["16", "255"], ["17", "289"]]
    found = run_node(
        tmp_path, JUDGE, {"units": {"": {}}, "cases": [{"variant": made, "given": g} for g in given]}
    )
    assert [[one["ok"] for one in page["verdicts"]] for page in found[:4]] == [
        [True, True], [False, True], [False, True], [False, False],
    ]  # fmt: skip
    for page, answers in zip(found[:4], given, strict=False):
        assert page["ok"] == variant.judge(answers).ok
    # Une valeur que rien n’explique ne se reporte pas dans la page, qui ne sait pas calculer ; Python, si.
    assert [one["ok"] for one in found[4]["verdicts"]] == [False, False]


@pytest.mark.parametrize(
    ("value", "tolerance"), [(44.898, 0.27), (0.0371, 0.0002), (5.6e9, 3e7), (-12.5, 0.1)]
)
def test_the_grid_of_a_graded_real_keeps_its_promise(value: float, tolerance: float) -> None:
    """Tout l’intervalle est accepté, et rien à plus d’un quart au-delà."""
    step = grid_step(tolerance)
    inside = set(cells(value, tolerance, step))
    for part in (-1, -0.5, 0, 0.37, 1):
        assert on_grid(value + 0.999 * part * tolerance, step) in inside
    for part in (-1.26, 1.26):
        assert on_grid(value + part * tolerance, step) not in inside


def test_choices_have_no_clear_key() -> None:
    variant = next(generate(family_of(Choice("oui"), forms=("choice",)), 1))
    made = variant_data(variant, Seal("a"))
    assert set(made["right"]) == {"tags"}
    assert made["right"] != variant_data(variant, Seal("b"))["right"]
