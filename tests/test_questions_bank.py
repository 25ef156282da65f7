"""Chaque famille de la banque, sur mille graines : valide, sans ambiguïté, expliquée, et vérifiée par un oracle."""

import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
from french_prose import faults_of, markdown_prose
from question_draws import drawn, texts
from question_oracles import ORACLES

from coursekit.questions import BANK, TOPICS, find
from coursekit.questions.answers import Parts, Real
from coursekit.questions.calls import call
from coursekit.questions.styles import HTML, LATEX, MARKDOWN, PLAIN, render
from coursekit.questions.text import tidy

NAMES = [family.id for family in BANK]
NUMBERS = ("integer", "real")


@pytest.fixture(scope="module", params=[pytest.param(n, marks=pytest.mark.xdist_group(n)) for n in NAMES])
def name(request):
    """Le nom d’une famille ; pytest rassemble les tests de chacune, qui partagent ses tirages."""
    return request.param


def test_names_are_unique():
    assert not [name for name, times in Counter(NAMES).items() if times > 1]


def test_every_family_has_an_oracle_and_back():
    assert set(ORACLES) == set(NAMES)


def test_a_name_means_one_misconception():
    meanings = {}
    for family in BANK:
        for mistake in family.known_mistakes:
            assert meanings.setdefault(mistake.id, mistake) == mistake


def test_a_family_says_what_it_is_for(name):
    family = find(name)
    assert family.title
    assert family.objectives
    assert family.topic in TOPICS
    assert family.level in (1, 2, 3)
    assert 10 <= family.time_s <= 900


def agrees(answer, value):
    """La valeur d’un oracle est-elle exactement cette réponse ? La tolérance d’un réel est celle des calculs, pas
    celle qu’on laisse aux élèves.
    """
    if isinstance(answer, Real):
        return float(value) == pytest.approx(float(answer.value), rel=1e-6, abs=1e-12)
    return answer.accepts(value).ok


def test_the_answer_is_what_the_oracle_computes(name):
    variants = {variant.note: variant for variant in drawn(name)}
    for variant in list(variants.values())[:200]:
        value = call(ORACLES[name], variant.params)
        if isinstance(variant.answer, Parts):
            for (_, answer), part in zip(variant.answer.answers, value, strict=True):
                assert agrees(answer, part), (variant.note, part)
        else:
            assert agrees(variant.answer, value), (variant.note, value)


def test_the_right_answer_is_accepted_as_shown_and_as_typed(name):
    for variant in drawn(name):
        for item in variant.items:
            assert item.answer.accepts(item.answer.typed()), variant.note
            if item.answer.kind in (*NUMBERS, "boolean", "shape", "choice"):
                assert item.answer.accepts(item.answer.shown()), variant.note
        assert variant.judge(variant.right_option or variant.answer.typed()), variant.note


def test_every_wrong_value_is_refused_and_its_misconception_named(name):
    for variant in drawn(name):
        for place, item in enumerate(variant.items):
            for wrong in item.wrongs:
                given = wrong.answer.typed()
                if variant.family.parts:
                    given = [
                        given if i == place else other.answer.typed() for i, other in enumerate(variant.items)
                    ]
                elif item.answer.kind == "choices":
                    given = [given]
                verdict = variant.judge(given)
                assert not verdict, (variant.note, given)
                assert verdict.misconception == wrong.misconception.id, (variant.note, given)


def test_a_number_has_at_least_three_known_mistakes(name):
    for variant in drawn(name):
        if variant.answer.kind in (*NUMBERS, "shape", "matrix"):
            assert len({wrong.answer.typed() for wrong in variant.wrongs}) >= 3, variant.note
        assert variant.wrongs or variant.family.parts, variant.note


def test_every_misconception_shows_up(name):
    met = {wrong.misconception.id for variant in drawn(name) for wrong in variant.wrongs}
    family = find(name)
    wanted = {m.id for m in family.known_mistakes} - {m.id for m in family.misconceptions if family.formula}
    assert wanted <= met


def test_options_are_distinct_and_only_the_right_ones_are_right(name):
    for variant in drawn(name):
        shown = [render(option.text, PLAIN) for option in variant.options]
        assert len(set(shown)) == len(shown)
        if variant.options:
            assert any(option.right for option in variant.options)
            assert sum(not option.right for option in variant.options) >= 1
            assert variant.judge(variant.right_option)


def test_the_right_number_is_not_always_an_extreme(name):
    ranks = Counter()
    for variant in drawn(name):
        if variant.options and variant.answer.kind in NUMBERS:
            orders = sorted(w.answer.order for o in variant.options if (w := o.wrong))
            inside = orders[0] < variant.answer.order < orders[-1]
            ranks[inside] += 1
    assert ranks.total() == 0 or ranks[True] / ranks.total() >= 0.2, ranks


def test_the_right_letter_moves(name):
    letters = Counter(v.right_option for v in drawn(name) if v.options and v.answer.kind != "choices")
    if letters.total() >= 20:
        assert max(letters.values()) <= 0.6 * letters.total(), letters


def test_the_solution_ends_on_the_answer(name):
    for variant in drawn(name):
        assert variant.solution, variant.note
        told = " ".join(render(step, PLAIN) for step in variant.solution)
        for item in variant.items:
            if item.answer.kind in (*NUMBERS, "shape", "matrix", "boolean"):
                assert render(item.answer.shown(), PLAIN) in told, (variant.note, told)


def test_the_feedback_never_gives_the_answer(name):
    """Une explication peut citer un paramètre ; elle ne dit pas la valeur attendue, sauf si l’énoncé la dit."""
    for variant in drawn(name):
        for item in variant.items:
            if item.answer.kind != "integer" or abs(item.answer.value) < 1000:
                continue
            number = re.compile(rf"(?<!\d){re.escape(item.answer.shown())}(?!\d)")
            for wrong in item.wrongs:
                assert not number.search(wrong.feedback), (variant.note, wrong.feedback)


LEFT_OVER = re.compile(
    r"\{[a-z_]{2,}\}|\bNone\b|<function|<[a-z]+\.|Fraction\(|\bnan\b|\binf\b|\d\.\d|\de[+-]?\d"
)


def test_no_text_has_a_hole_or_a_python_number(name):
    for variant in drawn(name):
        for text in texts(variant):
            prose = re.sub(r"\$[^$]+\$|`[^`]+`", "x", text)
            assert not LEFT_OVER.search(prose), (variant.note, text)
            assert text == tidy(text), (variant.note, text)
            assert text.count("$") % 2 == 0, text
            assert "{,}" not in prose, text


def test_the_typography_is_french(name):
    for text in {text for variant in drawn(name) for text in texts(variant)}:
        assert not (found := faults_of(markdown_prose(text))), found


def test_every_text_renders_everywhere(name):
    for variant in drawn(name)[:50]:
        for text in texts(variant):
            for style in (HTML, LATEX, MARKDOWN, PLAIN):
                assert render(text, style) or not text
            ET.fromstring(f"<x>{render(text, HTML)}</x>")


def test_a_figure_stands_alone_and_is_described(name):
    for variant in drawn(name)[:50]:
        if variant.figure:
            root = ET.fromstring(variant.figure.svg)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert not re.search(r"\b(?:id|href|style|class)=", variant.figure.svg)
            assert len(variant.figure.alt) > 20
