"""Canvas QTI 1.2 : l’arbre est celui que text2qti écrit des mêmes questions, et chaque case accepte ce qu’il faut."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from canvas_text2qti import assessment, items, words
from nasty_questions import RAW, bank_variants, nasty, nasty_variants
from nasty_questions import part as nasty_part

from coursekit.questions import Key, find, generate
from coursekit.questions.answers import Choice, Integer, Real, TensorShape
from coursekit.questions.exports import Meta, load
from coursekit.questions.exports.canvas import EXPORTER
from coursekit.questions.exports.canvas_item import bounds, kind_of
from coursekit.questions.exports.fields import part_options
from coursekit.questions.exports.spellings import cell_spellings, spellings
from coursekit.questions.variant import LETTERS

META = Meta(title="Série d’été : <A & B>")
BLANKS = "fill_in_multiple_blanks_question"


def exported(variants):
    return zipfile.ZipFile(io.BytesIO(b"".join(EXPORTER.write(variants, META))))


def quiz(archive):
    (name,) = (n for n in archive.namelist() if re.fullmatch(r"(quiz_\w+)/\1\.xml", n))
    return archive.read(name)


def drawn(source, form):
    return bank_variants(form) if source == "bank" else nasty_variants(form)


SOURCES = [(source, form) for source in ("bank", "nasty") for form in ("typed", "choice")]


@pytest.mark.parametrize(("source", "form"), SOURCES)
def test_text2qti_writes_the_same_tree(source, form):
    """Sauf ce que text2qti refuse (`text2qti_can`), et « Vrai ou faux », qu’il ne reconnaît qu’en anglais."""
    pytest.importorskip("text2qti", reason="text2qti manque. Installez-le : pip install -e .[dev]")
    variants = [v for v in drawn(source, form) if text2qti_can(v)]
    mine = items(quiz(exported(variants)))
    assert len(mine) == len(variants) > 10
    for variant, item in zip(variants, mine, strict=True):
        (theirs,) = items(assessment([variant]))
        assert typed_alike(item) == typed_alike(theirs), variant.note


def text2qti_can(variant):
    """Ni question à trous, ni figure, ni réponse nulle : text2qti les refuse."""
    zero = kind_of(variant) == "numerical_question" and 0 in bounds(variant.answer)
    return kind_of(variant) != BLANKS and not variant.figure and not zero


def typed_alike(tree):
    tag, attributes, text, children = tree
    text = "multiple_choice_question" if text == "true_false_question" else text
    return tag, attributes, text, [typed_alike(child) for child in children]


def test_a_changed_answer_changes_the_tree():
    one, two = (items(quiz(exported([v])))[0] for v in generate(find("conv.out_size"), 2))
    assert one != two


def element(variant):
    root = ET.fromstring(quiz(exported([variant])))
    return next(node for node in root.iter() if node.tag.endswith("}item"))


def named(node, name):
    return [found for found in node.iter() if found.tag.endswith("}" + name)]


def accepted(item):
    """Les textes qu’accepte chaque case d’une question à trous."""
    return {
        lid.get("ident").removeprefix("response_"): [m.text for m in named(lid, "mattext")[1:]]
        for lid in named(item, "response_lid")
    }


@pytest.fixture(scope="module")
def with_blanks():
    variants = [v for source, form in SOURCES for v in drawn(source, form) if kind_of(v) == BLANKS]
    return [(variant, element(variant)) for variant in variants]


def test_every_blank_stands_once_in_the_text(with_blanks):
    assert {v.answer.kind for v, _ in with_blanks} == {"shape", "matrix", "parts"}
    for _, item in with_blanks:
        text = words(named(item, "mattext")[0].text)
        blanks = accepted(item)
        assert all(text.count(f"[{name}]") == 1 for name in blanks)
        assert [
            name.text for name in (named(lid, "mattext")[0] for lid in named(item, "response_lid"))
        ] == list(blanks)
        assert named(item, "mattext")[0].get("texttype") == "text/html"


def test_every_blank_accepts_the_answer(with_blanks):
    for variant, item in with_blanks:
        wanted = [text for part in variant.items for text in answers(part)]
        assert all(text in texts for text, texts in zip(wanted, accepted(item).values(), strict=True))


def answers(part):
    """Une écriture juste par case d’une partie."""
    answer = part.answer
    match answer.kind:
        case "shape":
            return [str(n) for n in answer.dims]
        case "matrix":
            return [cell_spellings(cell)[0] for row in answer.rows for cell in row]
        case "choice":
            return [LETTERS[[option.right for option in part_options(part)].index(True)]]
        case "real":
            return [answer.typed()]
    return [spellings(answer)[0]]


def test_blanks_share_the_points(with_blanks):
    for _, item in with_blanks:
        shares = [float(node.text) for node in named(item, "setvar")]
        assert len(shares) == len(named(item, "response_lid"))
        assert sum(shares) == pytest.approx(100, abs=0.05)
        labels = {label.get("ident") for label in named(item, "response_label")}
        assert all(node.text in labels for node in named(item, "varequal"))


def test_the_package_is_whole():
    variants = nasty_variants()
    archive = exported(variants)
    assert archive.testzip() is None
    manifest = ET.fromstring(archive.read("imsmanifest.xml"))
    assert sorted([*(f.get("href") for f in named(manifest, "file")), "imsmanifest.xml"]) == sorted(
        archive.namelist()
    )
    about = ET.fromstring(next(archive.read(n) for n in archive.namelist() if n.endswith("meta.xml")))
    assert [(n.tag.partition("}")[2], n.text) for n in about if "points" in n.tag or "title" in n.tag] == [
        ("title", META.title),
        ("points_possible", f"{sum(v.family.points for v in variants):.1f}"),
    ]
    for variant in variants:
        if variant.figure:
            path = f"images/{variant.hash}.svg"
            assert archive.read(path).decode() == variant.figure.svg
            shown = words(named(element(variant), "mattext")[0].text)
            assert repr(("src", f"$IMS-CC-FILEBASE$/{path}")) in shown
            assert repr(("alt", variant.figure.alt)) in shown


def test_hard_text_survives():
    for variant in nasty_variants("choice"):
        item = element(variant)
        plain = " ".join(RAW.split())
        assert plain in " ".join(item.get("title").split())
        assert plain in words(named(item, "mattext")[0].text)


def test_identifiers_are_unique():
    root = ET.fromstring(quiz(exported(bank_variants("choice", range(1)))))
    idents = [n.get("ident") for tag in ("item", "response_label") for n in named(root, tag)]
    labels = [i for i in idents if i != "answer1"]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Real(0.5), "numerical_question"),
        (Real(1e-4), "short_answer_question"),  # 0,0000994 est accepté : Canvas en ferait 0,0001
        (Real(2e-4), "numerical_question"),
        (Real(-3e-5), "short_answer_question"),
        (Real(0.0001, margin=0.0001), "numerical_question"),  # de 0 à 0,0002
        (Integer(0), "numerical_question"),
        (Integer(-1), "numerical_question"),
        (TensorShape((2, 3)), BLANKS),
    ],
    ids=str,
)
def test_a_number_that_canvas_would_round_to_zero_is_a_text(answer, kind):
    from coursekit.questions.variant import Item, Variant

    variant = Variant(find("conv.out_size"), {}, answer, (Item(answer, ()),))
    assert kind_of(variant) == kind


@pytest.mark.parametrize(
    ("answer", "wanted", "unwanted"),
    [
        (Real(44.898), {"44,9", "44.9", "44,898"}, {"45", "44,8"}),
        (Real(-0.000012345), {"-0,0000123", "-0.0000123", "-1,23e-5", "-1.23e-5"}, {"-0,00001", "0,0000123"}),
        (Integer(19_273_856), {"19273856", "19 273 856"}, {"19273 856"}),
        (Integer(-1234), {"-1234"}, {"1234"}),
        (TensorShape((27, 27, 96)), {"27x27x96", "27×27×96", "27, 27, 96", "(27, 27, 96)"}, {"272796"}),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value),  # un ensemble n’a pas d’ordre
)
def test_spellings(answer, wanted, unwanted):
    found = spellings(answer)
    assert wanted <= set(found)
    assert not unwanted & set(found)
    assert all(answer.accepts(text).ok for text in found)


COMMON = {"no-tags", "no-hints"}
LOSSES = {
    ("integer", "typed"): {"mistakes-together"},
    ("integer", "choice"): set(),
    ("tiny", "typed"): {"mistakes-together", "tiny-as-text", "no-credit"},
    ("shape", "typed"): {"mistakes-together"},
    ("matrix", "typed"): {"mistakes-together", "blanks-as-text"},
    ("boolean", "typed"): set(),
    ("formula", "typed"): {"mistakes-together", "formula-as-text"},
    ("parts", "typed"): {
        "mistakes-together",
        "formula-as-text",
        "blanks-as-text",
        "no-carry-forward",
        "equal-shares",
    },
}


@pytest.mark.parametrize(("case", "expected"), LOSSES.items(), ids=["-".join(case) for case in LOSSES])
def test_losses(case, expected):
    (variant,) = (v for v in nasty_variants(case[1], 1) if v.family.id == f"nasty.{case[0]}")
    assert {loss.id for loss in load("canvas").check(variant)} == COMMON | expected


def test_two_exports_are_the_same_bytes():
    one, two = (b"".join(EXPORTER.write(nasty_variants(), META)) for _ in range(2))
    assert one == two


def test_a_part_may_be_chosen_by_its_letter():
    parts = (
        nasty_part("size", lambda n: Integer(n), (1, 2)),
        nasty_part("sense", lambda: Choice("Oui"), ("Non", "Parfois")),
    )
    (variant,) = generate(nasty("picked", None, (), parts=parts), 1, Key(seed=1))
    item = element(variant)
    assert "A. Non B. Oui C. Parfois" in words(named(item, "mattext")[0].text)
    assert list(accepted(item).values()) == [[str(variant.items[0].answer.value)], ["B"]]


def test_a_table_of_integers_needs_no_decimal_sign():
    (variant,) = generate(find("pool.max_values"), 1, form="typed")
    assert not {loss.id for loss in EXPORTER.check(variant)} & {"decimal-sign", "blanks-as-text"}
