"""GIFT, relu par gift-pegjs : chaque champ est celui de la question, jusqu’aux signes que GIFT se réserve."""

import base64
import re
from itertools import groupby

import pytest
from nasty_questions import NASTY, bank_variants, nasty_variants
from readers import node

from coursekit.questions import TOPICS, generate
from coursekit.questions.answers import Choices, FormulaText, MatrixAnswer, TensorShape
from coursekit.questions.exports import Meta, Report, load
from coursekit.questions.exports.fields import spellings
from coursekit.questions.exports.gift import EXPORTER, STYLE
from coursekit.questions.styles import render, render_inline

META = Meta(category="Cours d’été / A : {B} = #1")


def read(variants):
    return node("gift.js", b"".join(EXPORTER.write(variants, META)).decode())


def questions(variants):
    """Les questions relues, chacune avec le `Variant` et la case dont elle vient."""
    found = [entry for entry in read(variants) if entry["type"] != "Category"]
    asked = [(variant, item) for variant in variants for item in variant.items]
    return list(zip(asked, found, strict=True))


def shown(source):
    """Le HTML attendu ; un « % » initial est écrit par son entité."""
    return re.sub("^%", "&#37;", render_inline(source, STYLE))


@pytest.fixture(scope="module", params=["bank-typed", "bank-choice", "nasty-typed", "nasty-choice"])
def made(request):
    source, form = request.param.split("-")
    return questions(bank_variants(form) if source == "bank" else nasty_variants(form))


def test_names_numbers_and_tags(made):
    for (variant, item), found in made:
        assert found["id"] == variant.hash + item.label
        assert found["title"].startswith(f"{variant.family.title} ({variant.hash[:8]}")
        family = variant.family
        assert found["tags"] == [
            family.id,
            TOPICS[family.topic],
            f"niveau {family.level}",
            *(tag.replace("[", " ").replace("]", " ") for tag in family.tags),
        ]


def test_statements_and_solutions(made):
    for (variant, item), found in made:
        assert found["stem"]["format"] == "html"
        text = found["stem"]["text"]
        assert text.startswith(render(variant.statement, STYLE))
        assert render_inline(item.prompt, STYLE) in text
        steps = "".join(f"<li>{render(step, STYLE)}</li>" for step in variant.solution)
        assert found["globalFeedback"]["text"] == f"<ol>{steps}</ol>"


def test_figures(made):
    for (variant, _), found in made:
        if variant.figure:
            data = re.search(r"data:image/svg\+xml;base64,([^\"]+)", found["stem"]["text"])[1]
            assert base64.b64decode(data).decode() == variant.figure.svg


def test_options(made):
    for (variant, _), found in made:
        if not variant.options:
            continue
        assert found["type"] == "MC"
        assert [c["text"]["text"] for c in found["choices"]] == [shown(o.text) for o in variant.options]
        assert [c["feedback"]["text"] for c in found["choices"]] == [
            shown(o.feedback) for o in variant.options
        ]
        if isinstance(variant.answer, Choices):
            shares = [c["weight"] for c in found["choices"] if c["weight"] > 0]
            assert sum(shares) == pytest.approx(100, abs=1e-4)
            assert [c["weight"] > 0 for c in found["choices"]] == [o.right for o in variant.options]
        else:
            assert [c["isCorrect"] for c in found["choices"]] == [o.right for o in variant.options]


def test_numbers(made):
    for (variant, item), found in made:
        if variant.options or item.answer.kind not in ("integer", "real"):
            continue
        assert found["type"] == "Numerical"
        right, *wrongs = found["choices"]
        expected = [item.answer, *(wrong.answer for wrong in item.wrongs)]
        for choice, answer in zip(found["choices"], expected, strict=True):
            assert choice["text"]["type"] == "range"
            assert choice["text"]["number"] == pytest.approx(float(answer.value), rel=1e-9)
            assert choice["text"]["range"] == pytest.approx(getattr(answer, "tolerance", 0), rel=1e-9)
        assert right["weight"] is None
        assert [w["weight"] for w in wrongs] == pytest.approx([float(100 * w.credit) for w in item.wrongs])
        assert [w["feedback"]["text"] for w in wrongs] == [shown(w.feedback) for w in item.wrongs]


def test_true_or_false(made):
    for (variant, item), found in made:
        if item.answer.kind == "boolean" and not variant.options:
            assert found["type"] == "TF"
            assert found["isTrue"] is item.answer.value
            # Moodle lit d’abord ce qu’il dit à qui se trompe ; gift-pegjs nomme ce champ trueFeedback.
            assert found["falseFeedback"]["text"] == "Oui."
            assert found["trueFeedback"]["text"] == shown(item.wrongs[0].feedback)


def test_typed_texts(made):
    for (variant, item), found in made:
        if variant.options or item.answer.kind not in ("shape", "matrix", "formula"):
            continue
        assert found["type"] == "Short"
        accepted = [c["text"]["text"].replace(r"\*", "*") for c in found["choices"] if c["weight"] == 100]
        assert tuple(accepted) == spellings(item.answer)
        assert all(item.answer.accepts(text).ok for text in accepted)
        # Seule, « * » voudrait dire « n’importe quoi ».
        assert not any(re.search(r"(?<!\\)\*", c["text"]["text"]) for c in found["choices"])
        told = {c["feedback"]["text"] for c in found["choices"] if c["weight"] != 100}
        assert told == {shown(wrong.feedback) for wrong in item.wrongs}


def test_categories_follow_the_topics():
    variants = bank_variants()
    titles = [entry["title"] for entry in read(variants) if entry["type"] == "Category"]
    topics = [topic for topic, _ in groupby(variants, lambda v: v.family.topic)]
    top = f"$course$/top/{META.category.replace('/', '//')}"
    assert titles == [f"{top}/{TOPICS[topic]}" for topic in topics]


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        (TensorShape((55, 55, 96)), "55 × 55 × 96"),
        (MatrixAnswer(((1, 2), (3, 4))), "[[1, 2], [3, 4]]"),
        (FormulaText("a*b+1", ("a", "b")), "a * b + 1"),
    ],
)
def test_a_text_is_accepted_as_people_write_it(answer, accepted):
    assert accepted in spellings(answer)


EXPECTED = {
    "integer": {"no-hints", "no-points", "inline-figure"},
    "tiny": {"no-hints"},
    "percent": {"no-hints", "no-unit"},
    "shape": {"no-hints", "shape-as-text"},
    "matrix": {"no-hints", "matrix-as-text"},
    "boolean": {"no-hints"},
    "choice": {"no-hints"},
    "choices": {"no-hints"},
    "formula": {"no-hints", "formula-as-text"},
    "parts": {"no-hints", "shape-as-text", "formula-as-text", "parts-apart", "no-unit"},
}


@pytest.mark.parametrize("family", NASTY, ids=lambda f: f.id)
def test_losses_are_told(family):
    report = Report(load("gift"))
    list(report.watch(generate(family, 1)))
    assert {loss.id for loss in report.losses} == EXPECTED[family.id.split(".")[1]]
