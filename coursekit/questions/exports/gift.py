"""GIFT : le format texte de Moodle. Une question à parties y devient une question par partie.

Source : documentation de Moodle, « GIFT format », et le lecteur `question/format/gift/format.php`. Les énoncés y sont
en HTML (`[html]`), chacun sur une ligne : une ligne qui commencerait par « // » serait un commentaire. Les nombres y
sont au point : Moodle montre et accepte la virgule dans ses pages en français.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from coursekit.questions.answers import Answer, Boolean, Choices, Integer, Real
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.fields import literal, part_options, spellings
from coursekit.questions.exports.moodle_numbers import dot, percent
from coursekit.questions.family import TOPICS
from coursekit.questions.styles import escape_html, html_style, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Item, Option, Variant

STYLE = replace(html_style(), between="")

AS_TEXT = {
    "shape": Loss("shape-as-text", "une forme se tape comme un texte, comparé à quelques écritures usuelles"),
    "matrix": Loss(
        "matrix-as-text", "un tableau se tape comme un texte, comparé à quelques écritures usuelles"
    ),
    "formula": Loss(
        "formula-as-text", "une formule se compare comme un texte : deux écritures égales y diffèrent"
    ),
}
PARTS_APART = Loss("parts-apart", "chaque partie devient une question, corrigée sans report d’erreur")
NO_HINTS = Loss("no-hints", "GIFT n’a pas d’indices")
NO_POINTS = Loss("no-points", "GIFT n’a pas de barème : chaque question vaut un point")
NO_UNIT = Loss("no-unit", "GIFT n’a pas d’unités : on tape le nombre seul")
INLINE_FIGURE = Loss(
    "inline-figure", "la figure est écrite dans l’énoncé : une plateforme prudente peut l’effacer"
)

_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in r"\~=#{}:"})


_TAG_SIGNS = re.compile(r"[\[\]<>]")
"""Ce qu’une étiquette de Moodle ne peut pas contenir."""


def escape(text: str) -> str:
    """Un texte dont aucun signe ne commande."""
    return text.translate(_ESCAPED)


def html(source: str) -> str:
    """Un texte en ligne (balisage), prêt à suivre `=`, `~` ou `#` ; « %50% » n’y est pas une part des points."""
    written = render_inline(source, STYLE)
    return escape(f"&#37;{written[1:]}" if written.startswith("%") else written)


class Gift:
    """L’export « gift »."""

    name = "gift"
    title = "GIFT (Moodle)"
    suffix = ".gift"

    def check(self, variant: Variant) -> Sequence[Loss]:
        answers = [] if variant.options else [item.answer for item in variant.items]
        losses = [AS_TEXT[kind] for kind in dict.fromkeys(a.kind for a in answers) if kind in AS_TEXT]
        lost = {
            PARTS_APART: bool(variant.family.parts),
            NO_UNIT: any(getattr(answer, "unit", "") for answer in answers),
            NO_HINTS: bool(variant.hints),
            NO_POINTS: variant.family.points != 1,
            INLINE_FIGURE: variant.figure is not None,
        }
        return [*losses, *(loss for loss, happens in lost.items() if happens)]

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        topic = None
        for variant in variants:
            if variant.family.topic != topic:
                topic = variant.family.topic
                yield _category(meta, topic).encode()
            yield "".join(questions(variant)).encode()


def _category(meta: Meta, topic: str) -> str:
    # Une barre oblique sépare les catégories ; Moodle la double pour l’écrire.
    names = (" ".join(name.splitlines()).replace("/", "//") for name in (meta.category, TOPICS[topic]))
    return f"$CATEGORY: $course$/top/{'/'.join(names)}\n\n"


def questions(variant: Variant) -> Iterator[str]:
    """La question, ou chacune de ses parties."""
    statement = _statement(variant)
    solution = "".join(f"<li>{render(step, STYLE)}</li>" for step in variant.solution)
    general = f"\n####{escape(f'<ol>{solution}</ol>')}" if solution else ""
    for item in variant.items:
        text = f"{statement}<p>{render_inline(item.prompt, STYLE)}</p>" if item.prompt else statement
        options = variant.options or part_options(item)
        body = _options(options, isinstance(item.answer, Choices)) if options else _typed(item)
        yield f"{_head(variant, item)}[html]{escape(text)}{{{body}{general}\n}}\n\n"


def _statement(variant: Variant) -> str:
    text, figure = render(variant.statement, STYLE), variant.figure
    if figure is None:
        return text
    data = b64encode(figure.svg.encode()).decode()
    return f'{text}<p><img src="data:image/svg+xml;base64,{data}" alt="{escape_html(figure.alt)}"></p>'


def _head(variant: Variant, item: Item) -> str:
    family = variant.family
    label = f", ({item.label})" if item.label else ""
    title = escape(f"{family.title} ({variant.hash[:8]}{label})")
    tags = (family.id, TOPICS[family.topic], f"niveau {family.level}", *family.tags)
    marks = " ".join(f"[tag:{_TAG_SIGNS.sub(' ', tag)}]" for tag in tags)
    return f"// [id:{variant.hash}{item.label}] {marks}\n::{title}::"


def _options(options: Sequence[Option], several: bool) -> str:
    rights = sum(option.right for option in options)
    return "".join(_option(option, rights, len(options) - rights, several) for option in options)


def _option(option: Option, rights: int, wrongs: int, several: bool) -> str:
    told = f"{html(option.text)}#{html(option.feedback)}"
    if several:
        share = Fraction(1, rights) if option.right else Fraction(-1, max(wrongs, 1))
        return f"\n~%{percent(share)}%{told}"
    credit = option.wrong.credit if option.wrong else Fraction(0)
    return f"\n={told}" if option.right else f"\n~%{percent(credit)}%{told}"


def _typed(item: Item) -> str:
    answer = item.answer
    if isinstance(answer, Boolean):
        wrong = item.wrongs[0].feedback if item.wrongs else f"Non{NBSP}: c’est le contraire."
        return f"{'TRUE' if answer.value else 'FALSE'}#{html(wrong)}#Oui."
    if isinstance(answer, Integer | Real):
        known = "".join(f"\n=%{percent(w.credit)}%{number(w.answer)}#{html(w.feedback)}" for w in item.wrongs)
        return f"#\n={number(answer)}#Oui.{known}"
    rows = [("100", spelling, "Oui.") for spelling in spellings(answer)]
    rows += [(percent(w.credit), s, w.feedback) for w in item.wrongs for s in spellings(w.answer)]
    return "".join(f"\n=%{share}%{escape(literal(text))}#{html(told)}" for share, text, told in rows)


def number(answer: Answer) -> str:
    """Un nombre et sa tolérance : `33.3:0.2`."""
    assert isinstance(answer, Integer | Real)
    return f"{dot(answer.value)}:{dot(answer.tolerance) if isinstance(answer, Real) else 0}"


EXPORTER = Gift()
