"""Moodle XML, relu par moodle2amc : nombres, tolérances, propositions, textes. Les cases cloze, selon Moodle."""

import html
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from nasty_questions import NASTY, RAW, bank_variants, nasty, nasty_variants, part
from readers import moodle2amc

from coursekit.questions import Key, generate
from coursekit.questions.answers import Choice
from coursekit.questions.exports import Meta, load
from coursekit.questions.exports.fields import spellings
from coursekit.questions.exports.moodle import STYLE
from coursekit.questions.styles import PLAIN, render, render_inline

EXPORTER = load("moodle")

REREAD = replace(
    PLAIN,
    math=lambda latex: rf"\({latex}\)",
    display=lambda latex: rf"\[{latex}\]",
    code=lambda code: rf"\texttt{{{code}}}",
    bold=lambda text: rf"\textbf{{{text}}}",
    table=lambda rows: "\n".join(cell for row in rows for cell in row),
    items=lambda items: "\n".join(items),
)
"""Ce que moodle2amc écrit d’un texte : les signes tels quels, les balises en commandes."""


def exported(variants):
    return b"".join(EXPORTER.write(variants, Meta(category="Cours d’été")))


def squeezed(text):
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def kind_of(variant):
    """Le type de question de Moodle."""
    if variant.answer.kind == "boolean":
        return "truefalse"
    if variant.options:
        return "multichoice"
    kinds = {"integer": "numerical", "real": "numerical", "formula": "shortanswer"}
    return kinds.get(variant.answer.kind, "cloze")


def is_zero(variant):
    """moodle2amc prend le logarithme de la réponse."""
    return kind_of(variant) == "numerical" and variant.answer.value == 0


@pytest.fixture(scope="module", params=["bank-typed", "bank-choice", "nasty-typed", "nasty-choice"])
def reread(request, tmp_path_factory):
    source, form = request.param.split("-")
    variants = bank_variants(form, range(2)) if source == "bank" else nasty_variants(form)
    variants = [variant for variant in variants if not is_zero(variant)]
    path = tmp_path_factory.mktemp("moodle") / "banque.xml"
    path.write_bytes(exported(variants))
    tex, log = moodle2amc(path)
    found = re.findall(
        r"\\begin\{(question\w*)\}\{[^}]* (\w{8})\}\\label\S*[^\n]*\n(.*?)\\end\{\1\}\}", tex, re.S
    )
    return variants, {number: (kind, body.replace(r"\%", "%")) for kind, number, body in found}, log


def test_every_question_is_read_or_named_as_unsupported(reread):
    variants, found, log = reread
    skipped = {number for number, _ in re.findall(r"(\w{8})' of type '(\w+)' is not supported", log)}
    supported = {v.hash[:8] for v in variants if kind_of(v) in ("numerical", "multichoice")}
    assert set(found) == supported
    assert skipped == {v.hash[:8] for v in variants} - supported


def test_statements(reread):
    variants, found, _ = reread
    for variant in variants:
        if variant.hash[:8] in found:
            body = squeezed(found[variant.hash[:8]][1])
            for line in render(variant.statement, REREAD).split("\n"):
                assert squeezed(line) in body
            assert ("includegraphics" in body) is (variant.figure is not None)


def test_numbers_and_tolerances(reread):
    variants, found, _ = reread
    for variant in variants:
        if kind_of(variant) == "numerical":
            target, keys = re.search(
                r"\\AMCnumericChoices\{([^}]*)\}\{([^}]*)\}", found[variant.hash[:8]][1]
            ).groups()
            options = dict(pair.split(" = ") for pair in keys.split(", "))
            assert float(target) == pytest.approx(float(variant.answer.value), rel=1e-9)
            tolerance = getattr(variant.answer, "tolerance", 0)
            expected = round(tolerance * 10 ** int(options["decimals"]))
            assert int(options["exact"]) == pytest.approx(expected, abs=1)
            assert (options["sign"] == "true") is (variant.answer.value < 0)


def earns(option):
    """moodle2amc tient pour juste ce qui vaut des points."""
    return option.right or option.wrong.credit > 0


def test_options(reread):
    variants, found, _ = reread
    for variant in variants:
        if kind_of(variant) == "multichoice":
            kind, body = found[variant.hash[:8]]
            assert kind == ("questionmult" if variant.answer.kind == "choices" else "question")
            read = re.findall(r"^\s*\\(correct|wrong)choice\{(.*)\}\s*$", body, re.M)
            expected = [
                ("correct" if earns(option) else "wrong", squeezed(render_inline(option.text, REREAD)))
                for option in variant.options
            ]
            assert [(right, squeezed(text)) for right, text in read] == expected


def fields_of(question):
    """Les cases d’une question cloze : (poids, type, [(part, réponse, explication)])."""
    text = question.findtext("questiontext/text")
    for weight, kind, body in re.findall(r"\{(\d*):([A-Z_]+):(.*?)(?<!\\)\}", text, re.S):
        yield int(weight), kind, [alternative(part) for part in re.split(r"(?<!\\)~", body)]


def alternative(written):
    """Une réponse prévue, lue comme le fait `qtype_multianswer` : une entité décodée, puis « \\} », « \\# »."""
    share, answer, feedback = re.fullmatch(
        r"(=|%-?\d+(?:[.,]\d*)?%)?(.+?)(?<!\\)(?<!&)(?<!&amp;)#(.*)", written, re.S
    ).groups()
    percentage = 100 if share == "=" else float((share or "0").strip("%"))
    return percentage, unquoted(answer), unquoted(feedback)


def unquoted(text):
    return html.unescape(text).replace(r"\}", "}").replace(r"\#", "#")


def read_as_plain(feedback):
    """Ce que le navigateur montre d’un HTML sans image."""
    return html.unescape(re.sub(r"<[^>]+>", "", feedback))


def shown(source):
    return read_as_plain(render_inline(source, STYLE))


@pytest.fixture(scope="module")
def clozes():
    variants = [v for v in [*nasty_variants("typed"), *bank_variants("typed")] if kind_of(v) == "cloze"]
    questions = [q for q in ET.fromstring(exported(variants)) if q.get("type") == "cloze"]
    return list(zip(variants, questions, strict=True))


def cells(answer):
    """Les nombres que demande une réponse, case par case."""
    match answer.kind:
        case "shape":
            return answer.dims
        case "matrix":
            return [cell for row in answer.rows for cell in row]
    return [answer.value]


def test_cloze_numbers(clozes):
    for variant, question in clozes:
        found = iter([field for field in fields_of(question) if field[1] == "NUMERICAL"])
        for item in variant.items:
            if item.answer.kind not in ("integer", "real", "shape", "matrix"):
                continue
            for value in cells(item.answer):
                weight, _, ((share, right, _), *_) = next(found)
                number, tolerance = map(float, right.split(":"))
                assert (weight, share) == (item.share, 100)
                assert number == pytest.approx(float(value), rel=1e-9)
                assert tolerance == pytest.approx(getattr(item.answer, "tolerance", 0), rel=1e-9)
        assert next(found, None) is None


def test_cloze_explanations_survive(clozes):
    for variant, question in clozes:
        told = {read_as_plain(text) for _, _, parts in fields_of(question) for *_, text in parts} - {"Oui."}
        known = {shown(wrong.feedback) for wrong in variant.wrongs}
        assert told <= known
        if variant.answer.kind == "parts":
            assert told == known


def test_cloze_formulas_are_spelled(clozes):
    for variant, question in clozes:
        texts = [parts for _, kind, parts in fields_of(question) if kind == "SHORTANSWER"]
        formulas = [item.answer for item in variant.items if item.answer.kind == "formula"]
        accepted = [
            tuple(text.replace(r"\*", "*") for share, text, _ in parts if share == 100) for parts in texts
        ]
        assert accepted == [spellings(formula) for formula in formulas]


CHOICE_PART = nasty(
    "choice_part",
    None,
    (),
    parts=(part("which", lambda: Choice("=Juste } ~ # \\\\"), ("%50%Faux ~", r"Faux $\{a\}$ \\")),),
)


def test_cloze_options_survive():
    variant = next(generate(CHOICE_PART, 1, Key()))
    question = ET.fromstring(exported([variant])).find("question[@type='cloze']")
    ((_, kind, parts),) = fields_of(question)
    assert kind == "MULTICHOICE_VS"
    assert [(share, read_as_plain(text)) for share, text, _ in parts] == [
        (0, "%50%Faux ~"),
        (100, "=Juste } ~ # \\"),
        (0, r"Faux \(\{a\}\) " + "\\"),
    ]


SHAPE = next(family for family in NASTY if family.id == "nasty.shape")


def test_a_statement_cannot_pass_for_a_field():
    family = replace(SHAPE, statement=lambda: "Complétez {#1}.")
    question = ET.fromstring(exported(generate(family, 1))).find("question[@type='cloze']")
    assert "{#" not in question.findtext("questiontext/text")


def test_units_may_be_written():
    root = ET.fromstring(exported(nasty_variants("typed")))
    units = {q.findtext("units/unit/unit_name") for q in root if q.get("type") == "numerical"}
    assert units == {None, "%"}


def test_wild_cards_are_literal():
    root = ET.fromstring(exported(nasty_variants("typed")))
    texts = [a.findtext("text") for q in root if q.get("type") == "shortanswer" for a in q.iter("answer")]
    assert r"W\*F+S" in texts
    assert not any(re.search(r"(?<!\\)\*", text) for text in texts)


def test_the_hard_text_is_what_is_read():
    root = ET.fromstring(exported(nasty_variants("choice")))
    texts = [read_as_plain(a.findtext("text")) for a in root.iter("answer")]
    assert any(RAW in text for text in texts)
    assert math.isclose(max(float(a.get("fraction")) for a in root.iter("answer")), 100)
