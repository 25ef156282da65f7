"""jupyterquiz : validé, corrigé et affiché par nbgrader-jupyterquiz, dans un vrai navigateur."""

import base64
import json
import re
from html.parser import HTMLParser

import pytest
from nasty_questions import DISPLAY, MATH, RAW, bank_variants, nasty_variants

from coursekit.questions.answers import Boolean, Choice, Choices
from coursekit.questions.exports import Meta, load
from coursekit.questions.exports.jupyterquiz import EXPORTER, OTHER, POINT, STYLE
from coursekit.questions.exports.spellings import spellings
from coursekit.questions.styles import render_inline

HOW = "nbgrader-jupyterquiz manque. Installez-le : pip install -e .[dev]"
SOURCES = [(source, form) for source in ("bank", "nasty") for form in ("typed", "choice")]


def exported(variants):
    return json.loads(b"".join(EXPORTER.write(variants, Meta())))


def drawn(source, form):
    return bank_variants(form) if source == "bank" else nasty_variants(form)


def some(source, form):
    """Assez pour un navigateur, lent : les pièges, ou une douzaine de familles de toute la banque."""
    if source == "nasty":
        return nasty_variants(form, 1)
    variants = bank_variants(form, range(1))
    return variants[:: max(1, len(variants) // 12)]


@pytest.fixture(scope="module", params=SOURCES, ids="-".join)
def made(request):
    """Chaque question écrite, avec le `Variant` et la case dont elle vient."""
    variants = drawn(*request.param)
    asked = [(variant, item) for variant in variants for item in variant.items]
    return list(zip(asked, exported(variants), strict=True))


class Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_data(self, data):
        self.parts.append(data)


def words(html):
    reader = Words()
    reader.feed(html)
    return " ".join("".join(reader.parts).split())


def test_the_validator_accepts_them(made):
    validate = pytest.importorskip("nbgrader_jupyterquiz.grader.validate", reason=HOW).validate_question
    for _, question in made:
        validate(question)


@pytest.mark.parametrize(
    "spoil",
    [lambda q: q.pop("answers"), lambda q: q["answers"][0].pop("correct"), lambda q: q.update(points=0)],
)
def test_the_validator_refuses_a_spoiled_one(spoil):
    from jsonschema import ValidationError

    validate = pytest.importorskip("nbgrader_jupyterquiz.grader.validate", reason=HOW).validate_question
    (question, *_) = exported(nasty_variants("choice"))
    spoil(question)
    with pytest.raises(ValidationError):
        validate(question)


def given(question, answer, text=None):
    """Ce que la page enregistre quand un élève donne cette réponse."""
    kind = question["type"]
    if kind == "numeric":
        return {"type": kind, "parsed": float(answer.value)}
    if kind == "string":
        return {"type": kind, "value": text}
    return {"type": kind, "selected": text}


def test_its_grader_agrees(made):
    scoring = pytest.importorskip("nbgrader_jupyterquiz.grader._scoring", reason=HOW)
    for (variant, item), question in made:
        grade = getattr(scoring, f"grade_{question['type']}")
        if question["type"] == "numeric":
            assert grade(question, given(question, item.answer))
            assert not any(grade(question, given(question, wrong.answer)) for wrong in item.wrongs)
        elif question["type"] == "string":
            assert all(grade(question, given(question, None, text)) for text in spellings(item.answer))
            assert not any(
                grade(question, given(question, None, spellings(w.answer)[0])) for w in item.wrongs
            )
        elif question["type"] == "multiple_choice":
            right = {a["answer"]: a["correct"] for a in question["answers"]}
            assert {text: grade(question, given(question, None, text)) for text in right} == right
            assert sum(right.values()) == 1
        else:
            assert isinstance(variant.answer, Choices)
            rights = [render_inline(text, STYLE) for text in variant.answer.texts]
            assert grade(question, given(question, None, rights))
            assert not grade(question, given(question, None, rights[:1]))


def test_every_answer_is_explained(made):
    for (_, item), question in made:
        assert all(answer["feedback"] for answer in question["answers"])
        if question["type"] in ("numeric", "string"):
            assert question["answers"][-1] == {"type": "default", "feedback": OTHER}
        assert (item.answer.kind == "real" and question["type"] == "numeric") == (
            POINT in question["question"]
        )


def test_parts_share_the_points():
    for variant in nasty_variants():
        if variant.family.parts:
            found = exported([variant])
            assert [q["type"] for q in found] == ["numeric", "string", "multiple_choice", "string", "numeric"]
            assert sum(q["points"] for q in found) == pytest.approx(variant.family.points)
            assert len({q["id"] for q in found}) == len(found)


def test_figures_and_hints_travel(made):
    for (variant, _), question in made:
        figures = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", question["question"])
        assert [base64.b64decode(f).decode() for f in figures] == (
            [variant.figure.svg] if variant.figure else []
        )
        assert ("<details>" in question["question"]) == bool(variant.hints)


LOSSES = {
    ("integer", "typed"): set(),
    ("tiny", "typed"): {"decimal-point", "no-credit"},
    ("shape", "typed"): {"as-text"},
    ("shape", "choice"): set(),
    ("matrix", "typed"): {"as-text"},
    ("choices", "choice"): set(),
    ("formula", "typed"): {"as-text"},
    ("parts", "typed"): {"as-text", "decimal-point", "parts-split", "no-carry-forward"},
}


@pytest.mark.parametrize(("case", "expected"), LOSSES.items(), ids=["-".join(case) for case in LOSSES])
def test_losses(case, expected):
    (variant,) = (v for v in nasty_variants(case[1], 1) if v.family.id == f"nasty.{case[0]}")
    assert {loss.id for loss in load("jupyterquiz").check(variant)} == {
        "open-answers",
        "english-labels",
    } | expected


@pytest.fixture
def shown(browser):
    """Ouvre un quiz comme le fait `display_quiz`."""
    loader = pytest.importorskip("nbgrader_jupyterquiz.display.dynamic.loader", reason=HOW)
    from nbgrader_jupyterquiz.display.dynamic.renderer import build_script, render_div

    page = browser.new_page()

    def show(questions):
        prefix, static, url = loader.load_questions_script(questions, "quiz")
        box = render_div("quiz", False, False, False, 10**6, 600, 10, "left")
        page.set_content(f"<!DOCTYPE html><body>{box}</div></body>")
        page.add_script_tag(content=build_script(prefix, static, url, "quiz", True))
        return page.locator(".Quiz").all()

    yield show
    page.close()


def text_of(locator):
    return " ".join(locator.text_content().split())


def told(quiz):
    return text_of(quiz.locator(".Feedback"))


def typed_in(quiz, text):
    """Tape une réponse touche après touche : la page filtre le clavier."""
    quiz.locator("input").click()
    quiz.page.keyboard.type(text)
    quiz.page.keyboard.press("Enter")
    return told(quiz)


@pytest.mark.parametrize(("source", "form"), SOURCES)
def test_the_page_shows_and_judges(shown, source, form):
    variants = some(source, form)
    questions = exported(variants)
    asked = [item for variant in variants for item in variant.items]
    for item, question, quiz in zip(asked, questions, shown(questions), strict=True):
        label = quiz.locator(":scope > div").first
        assert text_of(label).removesuffix(" pts").removesuffix(" pt").startswith(words(question["question"]))
        if question["type"] in ("numeric", "string"):
            entries = [item.answer, *(wrong.answer for wrong in item.wrongs[:1])]
            for answer in entries:
                text = repr(float(answer.value)) if question["type"] == "numeric" else spellings(answer)[0]
                expected = next(a for a in question["answers"] if accepts(a, answer, text))
                assert typed_in(quiz, text) == words(expected["feedback"])
            assert typed_in(quiz, "98765432.5") == OTHER
        else:
            for button, answer in zip(quiz.locator("button").all(), question["answers"], strict=True):
                assert text_of(button) == words(answer["answer"])
                button.click()
                assert told(quiz).startswith(words(answer["feedback"]))
                assert ("incorrect" in quiz.locator(".Feedback").get_attribute("class")) is not answer[
                    "correct"
                ]


def accepts(entry, answer, text):
    if entry["type" if "type" in entry else "answer"] in ("value", "range"):
        low, high = entry.get("range", [entry.get("value")] * 2)
        return low <= float(answer.value) <= high
    return entry.get("answer", "").lower() == text.lower()


def test_hard_text_is_read_as_written(shown):
    variants = nasty_variants("choice", 1)
    questions = exported(variants)
    asked = [item for variant in variants for item in variant.items]
    plain = " ".join(RAW.split())
    for item, question, quiz in zip(asked, questions, shown(questions), strict=True):
        statement = text_of(quiz.locator(":scope > div").first)
        assert plain in statement
        assert rf"\({MATH}\)" in statement
        assert rf"\[{DISPLAY}\]" in statement
        assert not quiz.locator("a").count()
        if isinstance(item.answer, Choice | Boolean):
            continue
        wrong = next(a for a in question["answers"] if a.get("correct") is False)
        assert plain in words(wrong["feedback"])


def test_the_keyboard_refuses_a_comma(shown):
    """La raison de la perte « decimal-point » : si cela change un jour, la phrase de l’énoncé devra partir."""
    (variant,) = (v for v in nasty_variants(count=1) if v.family.id == "nasty.percent")
    (quiz,) = shown(exported([variant]))
    quiz.locator("input").click()
    quiz.page.keyboard.type("20,5")
    assert quiz.locator("input").input_value() == "205"


def test_it_streams():
    pieces = EXPORTER.write(iter(nasty_variants()), Meta())
    assert next(pieces).startswith(b"[\n{")
    assert exported([]) == []
