"""HTML : une page qui se suffit, à lire ou à imprimer. Indices, solution et explications y sont repliés.

Les formules sont en MathML, les figures dans la page : ni script, ni police, ni réseau. Imprimée, la page ne montre que
les questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from coursekit.questions.answers import Answer, Boolean, MatrixAnswer, TensorShape, option_text
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.fields import part_options
from coursekit.questions.exports.html_page import TAIL, head
from coursekit.questions.family import TOPICS
from coursekit.questions.mathml import mathml
from coursekit.questions.sets import Copy
from coursekit.questions.styles import escape_html, html_style, html_table, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import LETTERS, Item, Option, Variant, Wrong

LONG = 30
"""Le nombre de signes à partir duquel une formule peut dépasser un écran de téléphone : elle y défile."""


def _math(latex: str) -> str:
    written = mathml(latex)
    return f'<span class="longue">{written}</span>' if len(latex) > LONG else written


STYLE = replace(
    html_style(),
    math=_math,
    display=lambda latex: f'<div class="formule">{mathml(latex, display=True)}</div>',
    table=lambda rows: f'<div class="large">{html_table(rows)}</div>',
)


class Html:
    """L’export « html »."""

    name = "html"
    title = "Page HTML"
    suffix = ".html"

    def check(self, variant: Variant) -> Sequence[Loss]:
        return ()

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        yield _opening(meta)
        for number, variant in enumerate(variants, start=1):
            yield question(variant, number, variant.family.points).encode()
        yield f"</main>\n{TAIL}".encode()

    def write_copies(self, copies: Iterable[Copy], meta: Meta) -> Iterator[bytes]:
        """Une section par élève, chacune sur ses pages à l’impression."""
        yield _opening(meta)
        for copy in copies:
            yield f"<section>\n<h2>{escape_html(copy.student)}</h2>\n".encode()
            title = ""
            for number, drawn in enumerate(copy.drawn, start=1):
                if drawn.section != title:
                    title = drawn.section
                    yield f"<h3>{escape_html(title)}</h3>\n".encode()
                yield question(drawn.variant, number, drawn.points).encode()
            yield b"</section>\n"
        yield f"</main>\n{TAIL}".encode()


def _opening(meta: Meta) -> bytes:
    course = f'<p class="note">{escape_html(meta.course)}</p>' if meta.course else ""
    return f"{head(meta.title)}<header>\n<h1>{escape_html(meta.title)}</h1>\n{course}</header>\n<main>\n".encode()


def question(variant: Variant, number: int, points: int) -> str:
    """L’élément `<article>` d’une question."""
    family = variant.family
    worth = f"{points}{NBSP}point{'s' if points > 1 else ''}"
    note = f"{TOPICS[family.topic]}, niveau{NBSP}{family.level}, {worth}"
    return (
        f'<article data-note="{variant.hash}">\n<h3>Question{NBSP}{number}</h3>\n'
        f'<p class="note">{escape_html(note)}</p>\n{render(variant.statement, STYLE)}\n{_figure(variant)}'
        f"{_asked(variant)}{_hints(variant)}{_solution(variant)}</article>\n"
    )


def _figure(variant: Variant) -> str:
    return f"<figure>{variant.figure.svg}</figure>\n" if variant.figure else ""


def _asked(variant: Variant) -> str:
    if variant.options:
        return _choices(variant.options)
    return "".join(_item(item) for item in variant.items)


def _choices(options: Sequence[Option]) -> str:
    rows = "".join(f"<li>{render_inline(option.text, STYLE)}</li>" for option in options)
    return f'<ol class="choix">{rows}</ol>\n'


def _item(item: Item) -> str:
    prompt = f"<p>({item.label}) {render_inline(item.prompt, STYLE)}</p>\n" if item.label else ""
    options = part_options(item)
    return prompt + (
        _choices(options) if options else f'<p class="blanc">Réponse{NBSP}: {_blank(item.answer)}</p>\n'
    )


def _blank(answer: Answer) -> str:
    """Un blanc à la mesure de ce qu’on attend."""
    line = "…" * 6
    match answer:
        case TensorShape():
            return " × ".join(["…" * 3] * len(answer.dims))
        case MatrixAnswer():
            return f"un tableau de {len(answer.rows)} lignes et {len(answer.rows[0])} colonnes"
        case Boolean():
            return "vrai ou faux"
    unit = getattr(answer, "unit", "")
    return f"{line}{NBSP}{escape_html(unit)}" if unit else line


def _folded(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n{body}</details>\n"


def _hints(variant: Variant) -> str:
    if not variant.hints:
        return ""
    rows = "".join(f"<li>{render_inline(hint, STYLE)}</li>" for hint in variant.hints)
    return _folded("Indices" if len(variant.hints) > 1 else "Indice", f"<ol>{rows}</ol>\n")


def _solution(variant: Variant) -> str:
    steps = "".join(f"<li>{render(step, STYLE)}</li>" for step in variant.solution)
    listed = f"<ol>{steps}</ol>\n" if steps else ""
    known = _explained(variant)
    errors = _folded("Les erreurs qu’on y fait", f"<dl>{known}</dl>\n") if known else ""
    return _folded("Réponse et solution", _answers(variant) + listed) + errors


def _answers(variant: Variant) -> str:
    if variant.options:
        rights = zip(LETTERS, variant.options, strict=False)
        return "".join(_answer(f"{letter}.", option.text) for letter, option in rights if option.right)
    return "".join(
        _answer(f"({item.label})" if item.label else f"Réponse{NBSP}:", option_text(item.answer))
        for item in variant.items
    )


def _answer(label: str, source: str) -> str:
    return f'<p class="reponse">{label} {render_inline(source, STYLE)}</p>\n'


def _explained(variant: Variant) -> str:
    """Chaque valeur fausse qu’on connaît, et ce qu’on en dit."""
    if variant.options:
        lettered = zip(LETTERS, variant.options, strict=False)
        return "".join(_error(o.wrong, f"{letter}. ") for letter, o in lettered if o.wrong)
    return "".join(
        _error(wrong, f"({item.label}) " if item.label else "")
        for item in variant.items
        for wrong in item.wrongs
    )


def _error(wrong: Wrong, label: str) -> str:
    value = render_inline(option_text(wrong.answer), STYLE)
    return f"<dt>{label}{value}</dt><dd>{render_inline(wrong.feedback, STYLE)}</dd>"


EXPORTER = Html()
