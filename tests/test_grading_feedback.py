"""La correction que fait nbgrader de nos résultats : rien n’y agit, et les tests cachés le restent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

from attacks import RIGHT, Stage, stopped_by, toy
from attacks.scores import ESCAPES, RIGHT_TO_LEFT, SCRIPT
from graded_course import FULL, Course, corrected, executed
from stock_nbgrader import ASSIGNMENT

from coursekit.course.feedback import HIDDEN_NOTICE, TEMPLATES
from coursekit.grading.collect import open_course
from coursekit.grading.commit import Graded, Writer
from coursekit.grading.commit.outputs import harmless, markdown, text
from coursekit.grading.exchange import CellRun, Executed, Job
from coursekit.grading.vocabulary import Ending

OURS = (
    "c.GenerateFeedback.preprocessors = ['nbgrader.preprocessors.GetGrades',"
    " 'coursekit.course.feedback.hide_tests', 'nbconvert.preprocessors.CSSHTMLHeaderPreprocessor']",
    f"c.GenerateFeedback.HTMLExporter.extra_template_basedirs = [{str(TEMPLATES)!r}]",
)
SHOUTED = SCRIPT + ESCAPES + RIGHT_TO_LEFT
SVG = f"<svg onload='{SHOUTED}'/>"


def _data(mime: str, content: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {mime: content, "text/plain": SHOUTED}, "metadata": {}}


HOSTILE = (
    {"output_type": "stream", "name": "stdout", "text": SHOUTED},
    {"output_type": "stream", "name": "stderr", "text": SHOUTED},
    *(
        _data(mime, SHOUTED)
        for mime in ("text/html", "application/javascript", "text/markdown", "text/latex")
    ),
    _data("image/svg+xml", SVG),
    _data("application/vnd.jupyter.widget-view+json", {"model_id": SCRIPT}),
    _data("image/png", f'"/>{SCRIPT}'),
    {"output_type": "error", "ename": SHOUTED, "evalue": SHOUTED, "traceback": [SHOUTED, SHOUTED]},
)


@pytest.fixture(params=[(), OURS], ids=["gabarit de nbgrader", "gabarit du cours"])
def course(request: pytest.FixtureRequest, empty: Path, tmp_path: Path) -> Course:
    made = Course.copy(empty, tmp_path / "cours")
    made.configure(*request.param)
    return made


def _grade(course: Course, student: str, **outputs: tuple[dict[str, Any], ...]) -> None:
    """Note une copie ; chaque cellule nommée a ces sorties-là."""
    assignment = course.assignment()
    collected = assignment.collect(student)
    prepared = collected.notebooks[toy.NAME].prepare(assignment.references[toy.NAME])
    runs = list((executed(prepared, FULL) or Executed(prepared.verdict, ())).runs)
    for rank, cell in enumerate(prepared.cells):
        name = (cell.grade_id or cell.source).replace("-", "_")
        if name in outputs:
            runs[rank] = CellRun(Ending.ERROR, outputs[name], score=0.0)
    with Writer(assignment) as writer:
        job = Job(prepared, assignment.limits, collected.files)
        writer.commit(collected, {toy.NAME: Graded(job, Executed(prepared.verdict, tuple(runs)))})


def _feedback(course: Course, student: str) -> str:
    """La page que nbgrader fait, par la commande d’origine."""
    from nbgrader.apps.api import NbGraderAPI

    opened = open_course(course.root)
    opened.directory.course_id = "essai"
    result = NbGraderAPI(opened.directory, config=opened.config).generate_feedback(ASSIGNMENT, student)
    assert result["success"], result
    page = course.root / "feedback" / student / ASSIGNMENT / f"{toy.NAME}.html"
    return page.read_text("utf-8")


@pytest.mark.parametrize("attack", stopped_by(Stage.FEEDBACK), ids=str)
def test_hostile_outputs_do_nothing_in_the_feedback(attack: Any, course: Course) -> None:
    drawing = f"Mon dessin : {SCRIPT} <img src=x onerror=alert(1)>"
    course.submit("eleve", attack.submission.answering("conclusion", drawing))
    _grade(course, "eleve", moyenne=HOSTILE, part_tests=HOSTILE)
    page = _feedback(course, "eleve")

    assert [mark for mark in attack.expected.nowhere if mark in page] == []
    assert "<img src=x" not in page
    assert "&lt;script&gt;document.title=" in page, "le texte reste lisible, échappé"
    assert "4/6" in re.sub(r"\s|\.0", "", page)


def test_hidden_tests_stay_hidden(empty: Path, tmp_path: Path) -> None:
    course = Course.copy(empty, tmp_path / "cours")
    course.configure(*OURS)
    course.submit("eleve", RIGHT)
    failed = {
        "output_type": "error",
        "ename": "AssertionError",
        "evalue": "",
        "traceback": [f"assert moyenne([{toy.SECRET}]) == 1"],
    }
    _grade(course, "eleve", moyenne_tests_2=(failed,))
    page = _feedback(course, "eleve")

    assert str(toy.SECRET) in corrected(course, "eleve").cells[4].source
    assert str(toy.SECRET) not in page
    assert HIDDEN_NOTICE in page


def test_what_could_not_be_graded_has_a_page_too(course: Course) -> None:
    course.submit("eleve", RIGHT.adding({f"{toy.NAME}.ipynb": b"<html>"}))
    _grade(course, "eleve")

    assert "une page HTML, pas un notebook" in _feedback(course, "eleve")


TEXTS = {
    "bonjour\n\tà tous": "bonjour\n\tà tous",
    "\x1b[31mrouge\x1b[0m": "\x1b[31mrouge\x1b[0m",
    "\x1b]0;titre\x07suite": "suite",
    "\x1b[2Jsuite": "suite",
    "\x1bcsuite": "\\x1bcsuite",
    "a\u202eb": "a\\u202eb",
    "a\ud800b": "a\\ud800b",
    "a\x00b": "a\\x00b",
    "عربي": "عربي",
}


@pytest.mark.parametrize("given", TEXTS)
def test_a_text_keeps_its_colours_and_nothing_else(given: str) -> None:
    assert text(given) == TEXTS[given]


MARKDOWNS = {
    "a < b et c<d": "a < b et c&lt;d",
    "**oui** <b>gras</b><br/>": "**oui** <b>gras</b><br/>",
    '<img src="attachment:dessin.png" width="300">': '<img src="attachment:dessin.png" width="300">',
    '<div class="alert alert-info">': '<div class="alert alert-info">',
    "<script>x</script>": "&lt;script>x&lt;/script>",
    "<b onclick=x>": "&lt;b onclick=x>",
    '<a href="javascript:x">': '&lt;a href="javascript:x">',
    '<div style="position: fixed">': '&lt;div style="position: fixed">',
    '<div style="background: url(x)">': '&lt;div style="background: url(x)">',
    "<!-- fin": "&lt;!-- fin",
    "<<script>": "<&lt;script>",
    "<svg/onload=x>": "&lt;svg/onload=x>",
    '<img src="https://a" src=x onerror=y>': '&lt;img src="https://a" src=x onerror=y>',
}


@pytest.mark.parametrize("given", MARKDOWNS)
def test_only_simple_tags_act_in_a_written_answer(given: str) -> None:
    assert markdown(given) == MARKDOWNS[given]


SHAPES = (
    {},
    {"output_type": "update_display_data", "data": {"text/html": SCRIPT}},
    {"output_type": "display_data"},
    {"output_type": "display_data", "data": [1]},
    {"output_type": "error", "traceback": "x"},
    {"output_type": "stream", "text": [1, None]},
    {"output_type": "execute_result", "data": {"text/plain": ["a", "b"], 3: 4}},
)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_output_of_any_shape_makes_a_notebook(shape: dict[str, Any]) -> None:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    outputs = [nbformat.from_dict(output) for output in harmless([shape])]
    nbformat.validate(new_notebook(cells=[new_code_cell("x", outputs=outputs)]))


PANDAS = """<div>
<style scoped>
    .dataframe tbody tr th { vertical-align: top; }
</style>
<table border="1" class="dataframe">
  <thead><tr style="text-align: right;"><th></th><th>x</th></tr></thead>
  <tbody><tr><th>0</th><td>1</td></tr></tbody>
</table>
</div>"""


def test_a_table_stays_a_table() -> None:
    (output,) = harmless([{"output_type": "display_data", "data": {"text/html": PANDAS + SCRIPT}}])

    assert output["data"]["text/html"] == PANDAS[:6] + PANDAS[PANDAS.index("</style>") + 8 :]
