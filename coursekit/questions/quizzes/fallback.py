"""Le quiz sans script, à l’écran comme sur papier : énoncés, propositions, et solutions repliées."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coursekit.questions.answers import Choices
from coursekit.questions.mathml import MATHML
from coursekit.questions.quizzes.payload import answer_html, statement_html
from coursekit.questions.styles import escape_html, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Variant


def fallback(title: str, questions: Sequence[Sequence[Variant]], *, graded: bool) -> str:
    """La première variante de chaque question ; un quiz noté ne montre aucune solution."""
    shown = (_question(drawn[0], graded) for drawn in questions)
    return f'<p class="title">{escape_html(title)}</p><ol>{"".join(shown)}</ol>'


def _question(variant: Variant, graded: bool) -> str:
    return f"<li>{''.join(_pieces(variant, graded))}</li>"


def _pieces(variant: Variant, graded: bool) -> Iterator[str]:
    yield statement_html(variant)
    if variant.options:
        sign = "☐" if isinstance(variant.answer, Choices) else "○"
        options = (f"<li>{sign} {render_inline(option.text, MATHML)}</li>" for option in variant.options)
        yield f'<ul class="options">{"".join(options)}</ul>'
    for item in variant.items:
        if item.name:
            yield f"<p>({item.label}) {render_inline(item.prompt, MATHML)}</p>"
        if not variant.options:
            yield f'<p class="blank">Réponse{NBSP}: <span></span></p>'
    if not graded:
        steps = "".join(render(step, MATHML) for step in variant.solution)
        yield (
            f"<details><summary>Solution</summary>{steps}"
            f'<div class="answer">Réponse{NBSP}: {answer_html(variant)}</div></details>'
        )
