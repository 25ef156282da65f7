"""AMC-LaTeX, lu par Auto Multiple Choice lui-même : son barème a les bonnes réponses, ses sujets ont les énoncés."""

import re
import sqlite3
import subprocess
from fractions import Fraction
from itertools import count

import pytest
from nasty_questions import NASTY, RAW, bank_variants, nasty_variants
from readers import installed

from coursekit.questions import Copy, generate
from coursekit.questions.answers import Integer, Real
from coursekit.questions.exports import Meta, Report, load
from coursekit.questions.exports.amc import question_name
from coursekit.questions.exports.amc_numbers import Field, boxes, decimals, fields, numeric_choices
from coursekit.questions.styles import PLAIN, render_inline

EXPORTER = load("amc")
META = Meta(title="Contrôle d’été & suite", course="CNN #1", seed=7)
PACKAGES = "auto-multiple-choice lmodern texlive-latex-extra texlive-lang-french"


def prepare(folder, source, mode, *options):
    """Ce que dit `auto-multiple-choice prepare`, qui compile la source et remplit ses bases."""
    program = installed("auto-multiple-choice", PACKAGES)
    path = folder / "sujet.tex"
    path.write_bytes(source)
    (folder / "data").mkdir(exist_ok=True)
    places = ["--prefix", f"{folder}/", "--data", folder / "data", *options]
    done = subprocess.run(
        [program, "prepare", "--mode", mode, *places, "--with", "pdflatex", path],
        capture_output=True, cwd=folder,
    )  # fmt: skip
    log = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, log[-3000:]
    assert not re.findall(r"^(?:ERR|!).*", log, re.M), log[-3000:]
    return log


def words(path):
    """Le texte d’un PDF, ses espaces réduites."""
    program = installed("pdftotext", "poppler-utils")
    done = subprocess.run([program, path, "-"], capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode())


@pytest.fixture(scope="module", params=["bank", "nasty"])
def scored(request, tmp_path_factory):
    """Deux copies, et ce qu’AMC retient de chaque question : son barème, et si chaque proposition est bonne."""
    drawn = bank_variants if request.param == "bank" else nasty_variants
    copies = []
    for form in ("typed", "choice"):
        variants = drawn(form, range(1)) if request.param == "bank" else drawn(form)
        copies.append(Copy(f"Élève {form}", tuple(variants), (2,) * len(variants)))
    folder = tmp_path_factory.mktemp("amc")
    prepare(folder, b"".join(EXPORTER.write_copies(copies, META)), "b")
    with sqlite3.connect(folder / "data" / "scoring.sqlite") as base:
        rows = base.execute(
            "SELECT student, title, question, strategy FROM scoring_question JOIN scoring_title USING (question)"
        ).fetchall()
        found = {
            (student, title): (strategy, [right for (right,) in base.execute(
                "SELECT correct FROM scoring_answer WHERE student=? AND question=? ORDER BY answer", (student, question)
            )])
            for student, title, question, strategy in rows
        }  # fmt: skip
    return copies, found


def asked(copies):
    """Toutes les questions AMC attendues : (copie, nom, variant, item, champ ou None)."""
    for student, copy in enumerate(copies, start=1):
        for variant in copy.variants:
            name = question_name(variant)
            if variant.options:
                yield student, name, variant, variant.items[0], None
                continue
            for item in variant.items:
                numbers = fields(item)
                if len(numbers) > 1:
                    for index, field in zip(count(1), numbers, strict=False):
                        yield student, f"{name}{item.label}-{index}", variant, item, field
                else:
                    yield student, f"{name}{item.label}", variant, item, numbers[0] if numbers else None


def test_every_question_is_there_and_no_other(scored):
    copies, found = scored
    assert set(found) == {(student, name) for student, name, *_ in asked(copies)}


def test_numbers_tolerances_and_boxes(scored):
    copies, found = scored
    for student, name, variant, item, field in asked(copies):
        if field is None:
            continue
        strategy, rights = found[student, name]
        places = decimals(field.answer)
        value = Fraction(field.answer.value)
        coded = int(re.search(r"set\.intV=(-?\d+)", strategy)[1])
        assert abs(coded - value * 10**places) <= Fraction(1, 2)
        accepted = int(re.search(r"Vdifference<=(\d+)", strategy)[1])
        # AMC accepte tout ce que la question accepte, à une demi-unité près, et aucune valeur fausse connue.
        tolerance = Fraction(getattr(field.answer, "tolerance", 0)) * 10**places
        wrongs = {round(Fraction(wrong) * 10**places) for wrong in field.wrongs} - {coded}
        assert accepted <= tolerance + Fraction(1, 2)
        assert all(abs(wrong - coded) > accepted for wrong in wrongs)
        assert accepted >= tolerance - 1 or any(abs(wrong - coded) == accepted + 1 for wrong in wrongs)
        typed = Fraction(field.answer.typed().replace(",", "."))
        assert abs(round(typed * 10**places) - coded) <= accepted
        digits = strategy.count("default.digit")
        assert digits >= boxes((value,), places)
        assert ("signdigit" in strategy) is any(v < 0 for v in (value, *field.wrongs))
        shares = sum(item.share for item in variant.items)
        points = 2 * item.share / shares / len(fields(item))
        assert float(re.search(r"\?([\d.]+):0\)", strategy)[1]) == pytest.approx(points, abs=1e-4)
        assert sum(rights) == digits + ("signdigit" in strategy and coded != 0)


def test_options_and_truths(scored):
    copies, found = scored
    for student, name, variant, item, field in asked(copies):
        strategy, rights = found[student, name]
        if variant.options:
            assert rights == [int(option.right) for option in variant.options]
            assert strategy == ("haut=2,p=0" if variant.answer.kind == "choices" else "b=2,m=0")
        elif item.answer.kind == "boolean":
            assert rights == [int(item.answer.value), int(not item.answer.value)]
        elif field is None:
            assert item.answer.kind == "formula"
            assert rights == [0, 1]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("amc")
    variants = nasty_variants("typed", 1)
    prepare(folder, b"".join(EXPORTER.write(variants, META)), "s", "--n-copies", "2")
    return variants, folder


def test_the_sheets_read_as_written(printed):
    variants, folder = printed
    sheets = words(folder / "sujet.pdf")
    hard = re.sub(r"\s+", " ", RAW).replace("…", ". . .")
    assert sheets.count(hard) >= 2 * len(variants)
    assert "Contrôle d’été & suite" in sheets
    assert "Explication" not in sheets


def test_the_key_explains(printed):
    variants, folder = printed
    key = words(folder / "corrige.pdf")
    assert key.count("Explication") == len(variants)
    for wrong in variants[0].wrongs:
        assert re.sub(r"\s+", " ", render_inline(wrong.feedback, PLAIN))[:40] in key


@pytest.mark.parametrize(
    ("answer", "wrongs", "written"),
    [
        (Integer(112), (28,), r"\AMCnumericChoices{112}{digits=3,decimals=0,sign=false,exact=0,scoreexact=2}"),
        (Integer(27), (-1, 1000), r"\AMCnumericChoices{27}{digits=4,decimals=0,sign=true,exact=0,scoreexact=2}"),
        (Integer(1), (10**15,), r"\AMCnumericChoices{1}{digits=12,decimals=0,sign=false,exact=0,scoreexact=2}"),
        (Real(33.333), (3.0,), r"\AMCnumericChoices{33.333}{digits=3,decimals=1,sign=false,exact=2,scoreexact=2}"),
        (Real(-0.00001), (), r"\AMCnumericChoices{-0.00001}{digits=8,decimals=7,sign=true,exact=0,scoreexact=2}"),
        (Real(1.5e-15), (), r"\AMCnumericChoices{0.0000000000000015}"
                            r"{digits=3,decimals=2,exponent=2,exact=0,scoreexact=2,sign=true,exposign=true}"),
    ],
)  # fmt: skip
def test_boxes_fit_the_number(answer, wrongs, written):
    assert numeric_choices(Field("", answer, wrongs), "2") == written


EXPECTED = {
    "tiny": {"no-hints", "no-partial-credit"},
    "formula": {"no-hints", "marked-by-hand"},
    "parts": {"no-hints", "marked-by-hand", "no-carry-forward"},
}


@pytest.mark.parametrize("family", NASTY, ids=lambda f: f.id)
def test_losses_are_told(family):
    report = Report(EXPORTER)
    list(report.watch(generate(family, 1)))
    assert {loss.id for loss in report.losses} == EXPECTED.get(family.id.split(".")[1], {"no-hints"})
