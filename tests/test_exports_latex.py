"""LaTeX et PDF : pdflatex compose l’épreuve et le corrigé, pdftotext y relit textes, réponses et accents."""

import re
import subprocess
import unicodedata
from dataclasses import replace

import pytest
from nasty_questions import NASTY, RAW, bank_variants, nasty_variants
from readers import installed

from coursekit.errors import CourseError, MissingDependencyError
from coursekit.questions import Copy, generate
from coursekit.questions.answers import option_text
from coursekit.questions.exports import Meta, Report, load
from coursekit.questions.exports.pdf import PACKAGES, composed, first_error
from coursekit.questions.exports.tikz import tikz
from coursekit.questions.family import Figure
from coursekit.questions.figures import grids, svg
from coursekit.questions.styles import PLAIN, render

META = Meta(title="Contrôle d’été & suite", course="CNN #1")

CUT = "\0"
PROSE = replace(
    PLAIN,
    math=lambda latex: CUT,
    display=lambda latex: CUT,
    table=lambda rows: CUT.join(cell for row in rows for cell in row),
    items=lambda items: CUT.join(items),
    between=CUT,
)
"""Les formules, les cellules et les paragraphes séparent des morceaux de prose."""


def squeezed(text):
    """Sans espaces ni traits d’union, que la coupe des lignes change, ni ligatures."""
    text = unicodedata.normalize("NFKC", text).replace("…", "...").replace("’", "'")
    return re.sub(r"[\s\u00ad‐-]+", "", text)


def pieces(source):
    return [squeezed(piece) for piece in render(source, PROSE).split(CUT)]


def read(folder, data):
    """Le texte d’un PDF, ses numéros de page retirés."""
    program = installed("pdftotext", "poppler-utils")
    path = folder / "questions.pdf"
    path.write_bytes(data)
    # Dans l’ordre où LaTeX a écrit : une matrice haute n’y coupe pas la ligne qui la porte.
    text = subprocess.run([program, "-raw", path, "-"], capture_output=True, check=True).stdout.decode()
    return squeezed(re.sub(r"\n\d+\n*\f", "\n", text))


@pytest.fixture(scope="module", params=["bank-typed", "bank-choice", "nasty-typed", "nasty-choice"])
def printed(request, tmp_path_factory):
    installed("pdflatex", PACKAGES)
    source, form = request.param.split("-")
    variants = bank_variants(form, range(1)) if source == "bank" else nasty_variants(form)
    folder = tmp_path_factory.mktemp("latex")
    exam, key = (read(folder, b"".join(load(name).write(variants, META))) for name in ("pdf", "pdf-corrige"))
    return variants, exam, key


def test_statements_are_read_back(printed):
    variants, exam, key = printed
    for variant in variants:
        for piece in pieces(variant.statement):
            assert piece in exam
            assert piece in key
        for item in variant.items:
            assert all(piece in exam for piece in pieces(item.prompt))


def test_options_are_read_back(printed):
    variants, exam, _ = printed
    for variant in variants:
        for option in variant.options:
            assert all(piece in exam for piece in pieces(option.text))


def test_only_the_key_answers(printed):
    variants, exam, key = printed
    assert "Solution:" not in exam
    assert "Erreursconnues" not in exam
    for variant in variants:
        for step in variant.solution:
            assert all(piece in key for piece in pieces(step))
        if not variant.options and len(variant.items) == 1:
            first, *_ = pieces(option_text(variant.answer))
            assert f"Réponse:{first}" in key


def test_every_wrong_answer_is_explained_in_the_key(printed):
    variants, _, key = printed
    for wrong in (wrong for variant in variants for wrong in variant.wrongs):
        assert all(piece in key for piece in pieces(wrong.feedback))


def test_the_hard_text_is_read_whole(printed):
    variants, exam, _ = printed
    if variants[0].family in NASTY:
        assert exam.count(squeezed(RAW)) >= len(variants)
    assert squeezed(META.title) in exam


def test_a_copy_for_each_student(tmp_path):
    installed("pdflatex", PACKAGES)
    variants = tuple(bank_variants("typed", range(1))[:4])
    copies = [
        Copy("Zoé L’Été", variants[:2], (3, 1)),
        Copy("Bob & fils", variants[2:], (1, 2), ("", "Bilan")),
    ]
    text = read(tmp_path, b"".join(load("pdf").write_copies(copies, META)))
    assert text.index(squeezed("Zoé L’Été")) < text.index("Bob&fils") < text.index("Bilan")
    assert text.count("Question1") == text.count("Question2") == 2
    assert text.index("(3points)") < text.index("Bob&fils")


def test_without_latex_the_message_says_how(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingDependencyError, match=f"apt-get install .*{PACKAGES}.*--format latex"):
        next(load("pdf").write(iter(()), META))


def test_a_refusal_of_latex_is_quoted():
    installed("pdflatex", PACKAGES)
    source = rb"\documentclass{article}\begin{document}" + b"\n\\inconnue\n\\end{document}"
    with pytest.raises(CourseError, match=r"Undefined control sequence\. l\.2 .inconnue"):
        composed([source])
    assert first_error("rien") == "voyez le journal de pdflatex."


def test_a_figure_becomes_tikz():
    drawn = tikz(grids((("Image", ((1, -2),)), ("50 % & #", ((0,),)))))
    assert drawn.count("rectangle") == 4
    assert r"{50 \% \& \#}" in drawn
    assert r"{\ensuremath{-}2}" in drawn


def test_a_wide_figure_fits_the_page(tmp_path):
    installed("pdflatex", PACKAGES)
    wide = Figure(svg(3000, 40, '<text x="2950" y="20">Fin</text>', "large"), "large")
    family = replace(NASTY[0], figure=lambda n: wide)
    path = tmp_path / "large.pdf"
    path.write_bytes(b"".join(load("pdf").write(generate(family, 1), META)))
    boxes = subprocess.run(
        [installed("pdftotext", "poppler-utils"), "-bbox", path, "-"], capture_output=True, check=True
    ).stdout.decode()
    right = float(re.search(r'xMax="([\d.]+)"[^>]*>Fin<', boxes)[1])
    page = float(re.search(r'<page width="([\d.]+)"', boxes)[1])
    assert right < page - 50


@pytest.mark.parametrize(
    "body",
    ["<ellipse rx='1' ry='2'/>", "<g transform='scale(2)'><rect width='1' height='1'/></g>", "<rect width='1' "
     "height='1' fill='url(#a)'/>", "<path d='M0 0A1 1 0 0 1 2 2' fill='#000'/>", "<circle cx='1' cy='2'/>"],
)  # fmt: skip
def test_an_unknown_drawing_is_described_and_reported(body):
    assert tikz(Figure(svg(9, 9, body, "un rond"), "un rond")) is None
    family = replace(NASTY[0], figure=lambda n: Figure(svg(9, 9, body, "Un rond é."), "Un rond é."))
    report = Report(load("latex"))
    written = b"".join(load("latex").write(report.watch(generate(family, 1)), META))
    assert "Un rond é.".encode() in written
    assert {loss.id for loss in report.losses} == {"figure-as-text", "no-hints"}


@pytest.mark.parametrize("name", ["latex", "latex-corrige", "pdf", "pdf-corrige"])
def test_hints_are_the_only_loss(name):
    report = Report(load(name))
    list(report.watch(nasty_variants()))
    assert {loss.id for loss in report.losses} == {"no-hints"}


def test_every_figure_of_the_bank_is_drawn():
    assert all(tikz(variant.figure) for variant in bank_variants() if variant.figure)
