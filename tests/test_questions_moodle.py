"""Moodle XML : un fichier bien formé, des fractions permises, rien qui se perde en route."""

import base64
import re
import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest

from coursekit.errors import UnknownNameError
from coursekit.questions import BANK, Key, find, generate
from coursekit.questions.answers import Integer, Real
from coursekit.questions.exports import Meta, Report, load
from coursekit.questions.exports.moodle import cdata
from coursekit.questions.exports.moodle_cloze import protect
from coursekit.questions.exports.moodle_numbers import ALLOWED, dot, percent

EXPORTER = load("moodle")
MOODLE_FRACTIONS = {
    1.0, 0.9, 0.8333333, 0.8, 0.75, 0.7, 0.6666667, 0.6, 0.5, 0.4, 0.3333333, 0.3, 0.25, 0.2, 0.1666667, 0.1428571,
    0.125, 0.1111111, 0.1, 0.05, 0.0,
}  # fmt: skip
"""`question/engine/bank.php` de Moodle."""

CLOZE = re.compile(r"\{(\d+):(NUMERICAL|MULTICHOICE|SHORTANSWER):((?:[^{}])*)\}")


def exported(name, form, count=5):
    drawn = (v for seed in range(count) for v in generate(find(name), 1, Key(seed=seed), form=form))
    variants = list({variant.note: variant for variant in drawn}.values())
    data = b"".join(EXPORTER.write(variants, Meta(category="Cours d’été / A & B")))
    return variants, [q for q in ET.fromstring(data) if q.get("type") != "category"]


@pytest.fixture(params=[(f.id, form) for f in BANK for form in ("typed", "choice")], ids="-".join)
def made(request):
    return exported(*request.param)


def test_one_element_for_each_question(made):
    variants, questions = made
    assert [q.findtext("idnumber") for q in questions] == [v.hash for v in variants]
    for variant, question in zip(variants, questions, strict=True):
        assert float(question.findtext("defaultgrade")) == variant.family.points
        assert variant.family.id in [tag.findtext("text") for tag in question.iter("tag")]
        assert question.findtext("generalfeedback/text")


def test_only_moodle_s_fractions(made):
    for question in made[1]:
        answers = list(question.iter("answer"))
        shares = [float(answer.get("fraction")) / 100 for answer in answers]
        assert all(min(abs(abs(s) - m) for m in MOODLE_FRACTIONS) < 1e-6 for s in shares)
        if answers:
            assert sum(s for s in shares if s > 0) == pytest.approx(1, abs=1e-5) or max(shares) == 1


def test_every_wrong_answer_is_explained(made):
    for question in made[1]:
        for answer in question.iter("answer"):
            assert answer.findtext("feedback/text")


def test_numbers_come_back(made):
    for variant, question in zip(*made, strict=True):
        if question.get("type") == "numerical":
            first, *others = question.iter("answer")
            item = variant.items[0]
            assert isinstance(item.answer, Integer | Real)
            assert float(first.findtext("text")) == pytest.approx(float(item.answer.value), rel=1e-9)
            assert float(first.findtext("tolerance")) == pytest.approx(getattr(item.answer, "tolerance", 0))
            wrongs = [float(w.answer.value) for w in item.wrongs]
            assert [float(a.findtext("text")) for a in others] == pytest.approx(wrongs, rel=1e-9)


def test_cloze_fields_are_read_as_moodle_reads_them(made):
    for variant, question in zip(*made, strict=True):
        if question.get("type") != "cloze":
            continue
        fields = CLOZE.findall(question.findtext("questiontext/text"))
        cells = [cell for item in variant.items for cell in cells_of(item.answer)]
        assert len(fields) == len(cells)
        for (_, kind, body), cell in zip(fields, cells, strict=True):
            assert kind == "NUMERICAL"
            right, *wrongs = body.split("~")
            assert float(re.match(r"=([-\d.]+):", right)[1]) == pytest.approx(float(cell))
            assert all(re.match(r"%\d+%[-\d.]+:[\d.]+#.+", wrong) for wrong in wrongs)


def cells_of(answer):
    match answer.kind:
        case "shape":
            return answer.dims
        case "matrix":
            return [cell for row in answer.rows for cell in row]
    return [answer.value]


def test_a_figure_travels_with_its_description():
    variants, questions = exported("conv.value", "typed")
    for variant, question in zip(variants, questions, strict=True):
        file = question.find("questiontext/file")
        assert base64.b64decode(file.text).decode() == variant.figure.svg
        assert f"@@PLUGINFILE@@/{file.get('name')}" in question.findtext("questiontext/text")
        assert "alt=" in question.findtext("questiontext/text")


def test_several_right_answers_share_the_points():
    _, (question,) = exported("resnet.true_statements", "choice")
    assert question.findtext("single") == "false"
    shares = sorted(float(a.get("fraction")) for a in question.iter("answer"))
    assert shares == [-33.33333, -33.33333, -33.33333, 50, 50]


@pytest.mark.parametrize(
    ("share", "written"),
    [(Fraction(1), "100"), (Fraction(1, 3), "33.33333"), (Fraction(-1, 6), "-16.66667"), (Fraction(0), "0"),
     (Fraction(15, 100), "14.28571"), (Fraction(-1, 100), "0")],
)  # fmt: skip
def test_a_share_takes_the_nearest_fraction(share, written):
    assert percent(share) == written
    assert written.removeprefix("-") in ALLOWED


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (112, "112"),
        (112.0, "112"),
        (-0.5, "-0.5"),
        (1e-5, "0.00001"),
        (Fraction(1, 4), "0.25"),
        (1e22, "1" + "0" * 22),
    ],
)
def test_a_number_has_no_exponent(value, written):
    assert dot(value) == written


def test_hard_text_survives():
    hard = "é \" { } = ~ # : \\ < & ]]> $ 'n'"
    assert ET.fromstring(f"<t>{cdata(hard)}</t>").text == hard
    assert not set("{}~#") & set(re.sub(r"&amp;|&#\d+;", "", protect(hard)))


def test_losses_are_reported():
    report = Report(EXPORTER)
    list(EXPORTER.write(report.watch(generate(find("vgg.stack_params"), 3)), Meta()))
    assert report.questions == 3
    assert ["3 sur 3" in line for line in report.lines()] == [True]


def test_an_unknown_format_gets_the_nearest():
    with pytest.raises(UnknownNameError, match="moodle"):
        load("moodel")
