"""Le notebook : distribué puis corrigé par nbgrader, il note juste et ne montre aucune réponse avant."""

import base64
import html
import json
import re

import pytest
from nasty_questions import RAW, bank_variants, nasty_variants
from simulated_class import CourseCopy, cell_of, fill, source_of, stock_config

from coursekit.errors import FailedCheckError
from coursekit.questions import BANK, Key, generate
from coursekit.questions.exports import Meta, load
from coursekit.questions.exports.notebook import EXPORTER
from coursekit.questions.exports.notebook_cells import literal, names
from coursekit.questions.judging import judge
from coursekit.questions.notebook_grading import grade
from coursekit.questions.sets import ManifestError, record

nbformat = pytest.importorskip("nbformat", reason="nbformat manque : pip install -e .[course]")

META = Meta(title="Série d’été : [A] & <b>")
SERIES = "serie"


def exported(variants):
    return nbformat.reads(b"".join(EXPORTER.write(variants, META)).decode(), 4)


def one_of_each():
    """Une question par sorte de réponse et par forme, la première famille de la banque qui l’offre."""
    found = {}
    for family in BANK:
        for form in ("typed", "choice"):
            variant = next(generate(family, 1, Key("notebook", seed=5), form=form))
            found.setdefault((variant.answer.kind, variant.form), variant)
    return list(found.values())


def given(variant, wrong=None):
    """Ce que l’élève écrit pour répondre juste, ou pour commettre cette erreur."""
    if variant.options:
        if wrong is None:
            return [repr(variant.right_option)]
        return [repr("ABCDEFGHIJ"[[option.wrong is wrong for option in variant.options].index(True)])]
    return [literal(wrong.answer if wrong in item.wrongs else item.answer) for item in variant.items]


def mistaken(variant):
    """Une erreur connue que l’élève peut commettre ; `None` si la question n’en a pas."""
    offered = [option.wrong for option in variant.options if option.wrong]
    return (offered or [wrong for item in variant.items for wrong in item.wrongs] or [None])[0]


@pytest.mark.parametrize("form", ["typed", "choice"])
def test_nbformat_and_nbgrader_accept_it(form):
    validator = pytest.importorskip("nbgrader.nbgraderformat", reason="nbgrader manque").MetadataValidator
    notebook = exported([*bank_variants(form), *nasty_variants(form)])
    nbformat.validate(notebook)
    validator().validate_nb(notebook)
    idents = [cell["id"] for cell in notebook.cells]
    assert len(idents) == len(set(idents))


@pytest.mark.parametrize("form", ["typed", "choice"])
def test_its_solutions_are_right(form):
    """Chaque cellule de réponse s’exécute, et sa valeur est juste."""
    variants = bank_variants(form)
    notebook = exported(variants)
    for number, variant in enumerate(variants, start=1):
        space = {}
        exec(source_of(cell_of(notebook, f"q{number}")), space)
        values = [space[name] for name in names(variant, number)]
        assert judge(variant, values if variant.family.parts else values[0]).ok, variant.note


def page_of(cell):
    """La cellule comme nbconvert la met en HTML."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=False, attachments=cell.get("attachments", {}))
    return MarkdownWithMath(renderer=renderer).render(source_of(cell))


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


def test_hard_text_is_read_as_written():
    variants = nasty_variants("choice")
    notebook = exported(variants)
    plain = " ".join(RAW.split())
    for number, variant in enumerate(variants, start=1):
        page = page_of(cell_of(notebook, f"q{number}-enonce"))
        assert plain in words(page)
        assert f"$n={variant.params['n']}$" in words(page)
        assert "<em>" not in page
        assert page.count("<strong>") == 1 + len(variant.options)
        assert page.count("<table>") == 1
        assert plain in words(page_of(cell_of(notebook, f"q{number}-indices")))


def test_a_figure_is_attached():
    (variant,) = nasty_variants("typed", 1)[:1]
    cell = cell_of(exported([variant]), "q1-enonce")
    assert "](attachment:q1.svg)" in source_of(cell)
    assert base64.b64decode(cell["attachments"]["q1.svg"]["image/svg+xml"]).decode() == variant.figure.svg


def test_a_grade_is_full_partial_or_refused(capsys):
    variant = next(v for v in one_of_each() if v.family.parts)
    right = [literal_value(item.answer) for item in variant.items]
    question = record(variant, 4)
    assert grade(right, question, 4) is None
    assert capsys.readouterr().out.startswith("✓")
    part = grade([*right[:-1], None], question, 4)
    assert 0 < part < 4
    assert capsys.readouterr().out.startswith("✗")
    with pytest.raises(FailedCheckError):
        grade([None] * len(right), question, 4)
    with pytest.raises(ManifestError, match="ne donne plus"):
        grade(right, {**question, "note": "0" * 16}, 4)


def literal_value(answer):
    space = {}
    exec(f"value = {literal(answer)}", space)
    return space["value"]


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """La série distribuée et quatre copies corrigées, par les commandes que tape l’enseignant."""
    pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")
    root = tmp_path_factory.mktemp("cours")
    stock_config(root)
    (root / "solutions" / SERIES).mkdir(parents=True)
    course, variants = CourseCopy(root), one_of_each()
    (root / "solutions" / SERIES / f"{SERIES}.ipynb").write_bytes(b"".join(EXPORTER.write(variants, META)))
    done = course.nbgrader("generate_assignment", SERIES)
    assert done.returncode == 0, done.stderr
    course.submit("vide", SERIES, course.notebook("exercises", SERIES))
    course.submit("juste", SERIES, answered(course, variants, lambda variant: given(variant)))
    course.submit(
        "erreur", SERIES, answered(course, variants, lambda variant: given(variant, mistaken(variant)))
    )
    graded = course.nbgrader("autograde", SERIES)
    assert graded.returncode == 0, graded.stderr
    return course, variants


def answered(course, variants, answers):
    notebook = course.notebook("exercises", SERIES)
    for number, variant in enumerate(variants, start=1):
        pairs = zip(names(variant, number), answers(variant), strict=True)
        fill(notebook, f"q{number}", "\n".join(f"{name} = {value}" for name, value in pairs))
    return notebook


def scores(classroom, student):
    course, variants = classroom
    grades = course.grades(student, SERIES)
    return [grades[f"q{number}-tests"].auto for number, _ in enumerate(variants, start=1)]


def test_every_kind_of_answer_is_there(classroom):
    kinds = {variant.answer.kind for variant in classroom[1]}
    assert {"integer", "real", "shape", "matrix", "choice", "choices", "boolean", "parts"} <= kinds


def test_the_distributed_notebook_hides_every_answer(classroom):
    course, variants = classroom
    released = course.notebook("exercises", SERIES)
    text = json.dumps(released, ensure_ascii=False)
    assert not [
        word for word in ("coursekit.questions", "SOLUTION", "HIDDEN", "grade(", "'note'") if word in text
    ]
    for number, variant in enumerate(variants, start=1):
        assert variant.hash not in text
        cell = source_of(cell_of(released, f"q{number}"))
        assert re.sub(r"#.*", "", cell).split() == [
            word for name in names(variant, number) for word in (name, "=", "None")
        ] + ["pass"]


def test_the_solution_gets_every_point(classroom):
    assert scores(classroom, "juste") == [variant.family.points for variant in classroom[1]]


def test_an_untouched_notebook_gets_nothing(classroom):
    assert scores(classroom, "vide") == [0] * len(classroom[1])


def test_a_known_mistake_is_explained(classroom):
    course, variants = classroom
    notebook = course.notebook("autograded", SERIES, "erreur")
    for number, (variant, score) in enumerate(
        zip(variants, scores(classroom, "erreur"), strict=True), start=1
    ):
        if mistaken(variant) is None:
            continue
        said = json.dumps(cell_of(notebook, f"q{number}-tests")["outputs"], ensure_ascii=False)
        assert score < variant.family.points
        assert json.dumps(mistaken(variant).feedback, ensure_ascii=False)[1:-1] in said


def test_nothing_is_lost_of_the_bank():
    losses = load("notebook").check
    assert not [loss for variant in bank_variants() for loss in losses(variant)]
    assert {loss.id for variant in nasty_variants() for loss in losses(variant)} == {"own-family"}
