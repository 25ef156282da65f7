"""QTI 2.1 : chaque item se corrige comme la question, et qti-convert le relit sans rien perdre."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from itertools import count

import pytest
from nasty_questions import NASTY, RAW, TINY, bank_variants, nasty, nasty_variants
from nasty_questions import part as nasty_part
from qti21_engine import QTI, Item
from readers import node

from coursekit.questions import Key, find, generate
from coursekit.questions.answers import Choice, Choices, Integer
from coursekit.questions.exports import Meta, Report, load, xhtml
from coursekit.questions.exports.qti21 import EXPORTER
from coursekit.questions.variant import LETTERS

META = Meta(title="Série d’été : <A & B>")
MANIFEST = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"


def exported(variants):
    return zipfile.ZipFile(io.BytesIO(b"".join(EXPORTER.write(variants, META))))


@pytest.fixture(scope="module", params=["bank-typed", "bank-choice", "nasty-typed", "nasty-choice"])
def made(request):
    source, form = request.param.split("-")
    variants = bank_variants(form) if source == "bank" else nasty_variants(form)
    archive = exported(variants)
    return [(variant, Item(archive.read(f"items/{variant.hash}.xml"))) for variant in variants]


def words(element):
    """Le texte d’un élément hors formules, blancs réunis."""
    if element.tag == f"{MATHML}math":
        return " "
    inside = "".join(words(child) + (child.tail or "") for child in element)
    return " ".join(((element.text or "") + inside).split())


def typed(answer):
    """Ce que l’élève met dans chaque case pour donner cette réponse."""
    match answer.kind:
        case "shape":
            return list(answer.dims)
        case "matrix":
            return [float(cell) for row in answer.rows for cell in row]
        case "boolean":
            return ["TRUE" if answer.value else "FALSE"]
        case "formula":
            return [answer.typed()]
    return [answer.value if answer.kind == "integer" else float(answer.value)]


def fields(item, number):
    return [name for name in item.responses if re.fullmatch(rf"RESPONSE_{number}(_\d+)?", name)]


def filled(variant, item, number=0, answer=None):
    """Des réponses toutes justes, sauf la case `number` qui donne `answer` ; `None` si elle n’y tient pas."""
    given = {}
    for rank, part in enumerate(variant.items, start=1):
        names, values = fields(item, rank), typed(answer if rank == number else part.answer)
        if len(names) != len(values):
            return None
        given.update(zip(names, values, strict=True))
    return given


def test_the_declared_answer_is_right(made):
    for variant, item in made:
        score, shown = item.answer(item.right())
        assert item.points == variant.family.points
        assert score == pytest.approx(item.points)
        assert all("Oui" in words(modal) for modal in shown if modal.get("identifier") != "SOLUTION")
        assert [words(li) for m in shown for li in m.iter(f"{QTI}li")][-1:] != [""]


def test_the_question_s_own_answer_is_right(made):
    for variant, item in made:
        if not variant.options:
            assert item.answer(filled(variant, item))[0] == pytest.approx(item.points)


def test_a_known_mistake_is_named_and_credited(made):
    for variant, item in made:
        if variant.options:
            continue
        total = sum(part.share for part in variant.items)
        for number, part in enumerate(variant.items, start=1):
            for rank, wrong in enumerate(part.wrongs, start=1):
                given = filled(variant, item, number, wrong.answer)
                if given is None or [len(r) for r in getattr(wrong.answer, "rows", ())] != [
                    len(r) for r in getattr(part.answer, "rows", ())
                ]:
                    continue
                score, shown = item.answer(given)
                lost = item.points * part.share / total * (1 - float(wrong.credit))
                assert score == pytest.approx(item.points - lost)
                names = [
                    m.get("identifier") for m in shown if m.get("outcomeIdentifier") == f"FEEDBACK_{number}"
                ]
                assert names == [f"WRONG_{rank}"]


def test_another_answer_gets_nothing(made):
    for variant, item in made:
        if not variant.options:
            other = {
                name: {"integer": -1234567, "float": 9.87e9, "string": "?", "identifier": "NONE"}[
                    d.get("baseType")
                ]
                for name, d in item.responses.items()
            }
            score, shown = item.answer(other)
            assert score == 0
            assert {m.get("identifier") for m in shown} == {"OTHER", "SOLUTION"}


def test_options_carry_their_points_and_feedback(made):
    for variant, item in made:
        if not variant.options:
            continue
        several = isinstance(variant.answer, Choices)
        for letter, option in zip(LETTERS, variant.options, strict=False):
            score, shown = item.answer({"RESPONSE": [letter] if several else letter})
            credit = float(option.wrong.credit) if option.wrong else 1
            rights = sum(o.right for o in variant.options) if several else 1
            assert score == pytest.approx(item.points * credit / rights)
            assert [m.get("identifier") for m in shown] == [letter, "SOLUTION"]


def test_ticking_everything_is_not_a_strategy():
    (variant, *_) = [v for v in nasty_variants("choice") if isinstance(v.answer, Choices)]
    item = Item(exported([variant]).read(f"items/{variant.hash}.xml"))
    assert item.answer({"RESPONSE": list(LETTERS[: len(variant.options)])})[0] == pytest.approx(0, abs=1e-9)


def test_every_name_is_declared_once_and_used(made):
    """Ce qu’un schéma XSD ne voit pas."""
    for _, item in made:
        nodes = list(item.root.iter())
        asked = [n.get("responseIdentifier") for n in nodes if n.get("responseIdentifier")]
        assert sorted(asked) == sorted(item.responses)
        names = {n.get("identifier") for n in nodes if n.tag in (f"{QTI}variable", f"{QTI}mapResponse")}
        assert names <= item.responses.keys() | item.outcomes.keys()
        assert {
            n.get("identifier") for n in nodes if n.tag == f"{QTI}setOutcomeValue"
        } <= item.outcomes.keys()
        feedback = [(m.get("outcomeIdentifier"), m.get("identifier")) for m in item.modals]
        assert len(set(feedback)) == len(feedback)
        assert {name for name, _ in feedback} | {"SCORE", "MAXSCORE"} == item.outcomes.keys()


def test_formulas_are_mathml(made):
    for variant, item in made:
        assert ("$" in variant.statement) <= bool(list(item.root.iter(f"{MATHML}math")))
        assert r"\(" not in "".join(item.root.itertext())


def test_hard_text_survives():
    for variant in nasty_variants("choice"):
        item = Item(exported([variant]).read(f"items/{variant.hash}.xml"))
        plain = " ".join(RAW.split())
        assert plain in " ".join(item.root.get("title").split())
        assert plain in words(item.root.find(f"{QTI}itemBody/{QTI}p"))
        assert any(plain in words(modal) for modal in item.modals)
        if variant.options and variant.figure is None:
            choices = [words(c) for c in item.root.iter(f"{QTI}simpleChoice")]
            assert any(plain in choice for choice in choices) == any(
                "naïf" in o.text for o in variant.options
            )


def test_a_tiny_number_keeps_its_tolerance():
    variant = next(v for v in nasty_variants() if v.family.id == "nasty.tiny")
    item = Item(exported([variant]).read(f"items/{variant.hash}.xml"))
    (name,), value = item.responses, float(variant.answer.value)
    assert abs(value) < 10 * TINY
    for factor, right in ((1.005, True), (0.995, True), (1.007, False), (0.993, False)):
        assert (item.answer({name: value * factor})[0] == item.points) is right


def test_the_manifest_lists_every_file():
    variants = nasty_variants()
    archive = exported(variants)
    assert archive.testzip() is None
    manifest = ET.fromstring(archive.read("imsmanifest.xml"))
    listed = [f.get("href") for f in manifest.iter(f"{MANIFEST}file")]
    assert sorted([*listed, "imsmanifest.xml"]) == sorted(archive.namelist())
    refs = [r.get("href") for r in ET.fromstring(archive.read("test.xml")).iter(f"{QTI}assessmentItemRef")]
    assert refs == [f"items/{v.hash}.xml" for v in variants]
    for variant in variants:
        if variant.figure:
            assert archive.read(f"images/{variant.hash}.svg").decode() == variant.figure.svg


@pytest.mark.parametrize("source", ["bank", "nasty-typed", "nasty-choice"])
def test_qti_convert_reads_it_back(tmp_path, source):
    form = source.partition("-")[2]
    # qti-convert met près d’une demi-seconde par item : une famille de la banque sur quatre.
    variants = nasty_variants(form, 1) if form else bank_variants(seeds=range(1))[::4]
    path = tmp_path / "série.zip"
    path.write_bytes(b"".join(EXPORTER.write(variants, META)))
    before, after = zipfile.ZipFile(path), zipfile.ZipFile(node("qti3.mjs", str(path)))
    for variant in variants:
        name = f"items/{variant.hash}.xml"
        old, new = ET.fromstring(before.read(name)), ET.fromstring(after.read(name))
        assert written(new) == written(old)
        assert new.get("title") == old.get("title")
        for tag in (
            "responseDeclaration",
            "modalFeedback",
            "simpleChoice",
            "textEntryInteraction",
            "img",
            "math",
        ):
            assert len(found(new, tag)) == len(found(old, tag)), tag
        rights = [[v.text for c in found(root, "correctResponse") for v in c] for root in (old, new)]
        assert rights[0] == rights[1]


def found(root, name):
    """Les éléments de ce nom, en QTI 2 comme en QTI 3 (`qti-response-declaration`)."""
    kebab = "qti-" + re.sub("[A-Z]", lambda m: f"-{m[0].lower()}", name)
    return [n for n in root.iter() if n.tag.partition("}")[2] in (name, kebab)]


def written(root):
    """Tout ce qui se lit, sans blancs : qti-convert remet en page."""
    shown = [*found(root, "itemBody"), *found(root, "modalFeedback")]
    return ["".join("".join(part.itertext()).split()) for part in shown]


def test_without_latex2mathml_formulas_stay_in_latex(monkeypatch):
    monkeypatch.setattr(xhtml, "find_spec", lambda name: None)
    xhtml.style.cache_clear()
    try:
        (variant,) = generate(NASTY[0], 1, Key(seed=1))
        text = exported([variant]).read(f"items/{variant.hash}.xml").decode()
        assert r"\(\frac{a_{1}}{b} &lt; \{c\} \sim d\)" in text
        assert {loss.id for loss in EXPORTER.check(variant)} == LOSSES["integer"] | {"no-mathml"}
    finally:
        xhtml.style.cache_clear()


LOSSES = {
    "integer": {"no-hints"},
    "tiny": {"no-hints", "decimal-sign"},
    "shape": {"no-hints", "other-shape"},
    "matrix": {"no-hints", "decimal-sign"},
    "boolean": {"no-hints"},
    "choice": {"no-hints"},
    "formula": {"no-hints", "formula-as-text"},
    "parts": {"no-hints", "decimal-sign", "formula-as-text", "no-carry-forward"},
}


@pytest.mark.parametrize(("name", "expected"), LOSSES.items())
def test_losses(name, expected):
    (variant,) = (v for v in nasty_variants(count=1) if v.family.id == f"nasty.{name}")
    assert {loss.id for loss in EXPORTER.check(variant)} == expected


def test_it_writes_as_it_draws():
    """Les octets partent avant que la suite ne soit tirée."""
    (variant,) = generate(NASTY[0], 1, Key(seed=1))
    drawn = count()
    endless = (variant for _ in drawn)
    first = next(iter(EXPORTER.write(endless, META)))
    assert first[:2] == b"PK"
    assert next(drawn) < 3


def test_two_exports_are_the_same_bytes():
    report = Report(load("qti21"))
    one, two = (b"".join(EXPORTER.write(report.watch(nasty_variants()), META)) for _ in range(2))
    assert one == two
    assert report.questions == 2 * len(nasty_variants())


def test_a_part_may_be_chosen():
    parts = (
        nasty_part("size", lambda n: Integer(n), (1, 2)),
        nasty_part("sense", lambda: Choice("Oui"), ("Non", "Parfois")),
    )
    (variant,) = generate(nasty("picked", None, (), parts=parts), 1, Key(seed=1))
    item = Item(exported([variant]).read(f"items/{variant.hash}.xml"))
    choices = {words(node): node.get("identifier") for node in item.root.iter(f"{QTI}simpleChoice")}
    size = variant.items[0].answer.value
    shown = {}
    for text in choices:
        score, modals = item.answer({"RESPONSE_1": size, "RESPONSE_2": choices[text]})
        shown[text] = [m.get("identifier") for m in modals if m.get("outcomeIdentifier") == "FEEDBACK_2"]
        assert score == item.points * (1 if text == "Oui" else 0.5)
    assert shown == {"Oui": ["RIGHT"], "Non": ["WRONG_1"], "Parfois": ["WRONG_2"]}


def test_a_table_of_integers_needs_no_decimal_sign():
    (variant,) = generate(find("pool.max_values"), 1, form="typed")
    assert not {loss.id for loss in EXPORTER.check(variant)} & {"decimal-sign", "blanks-as-text"}
