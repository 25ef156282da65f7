"""La fiche d’une question dans l’aperçu : tout ce qu’en verront l’élève et le correcteur."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.questions.answers import Answer, option_text
from coursekit.questions.family import TOPICS
from coursekit.questions.mathml import MATHML
from coursekit.questions.preview.rejected import rejected_line
from coursekit.questions.quizzes.payload import answer_html, statement_html
from coursekit.questions.styles import escape_html, render, render_inline
from coursekit.questions.text import NBSP, THIN
from coursekit.questions.variant import LETTERS, Item, Variant, Wrong


def card(variant: Variant, number: int, of: int, *, rejected: bool) -> str:
    """La fiche, avec ce qu’il faut pour la filtrer et l’écarter."""
    family = variant.family
    mark = " checked" if rejected else ""
    return (
        f'<article class="card" data-family="{family.id}" data-topic="{family.topic}" data-level="{family.level}">'
        f"<header><h2>{escape_html(family.title)}</h2>"
        f'<p class="facts">{" · ".join(_facts(variant, number, of))}</p>'
        f'<label class="reject"><input type="checkbox" data-line="{escape_html(rejected_line(variant))}"{mark}>'
        f'Écarter<span class="unseen"> {escape_html(family.title)}, {number} sur {of}</span></label></header>'
        f"{''.join(_body(variant))}</article>"
    )


def _facts(variant: Variant, number: int, of: int) -> Iterator[str]:
    family = variant.family
    yield f"<code>{family.id}</code>"
    yield TOPICS[family.topic]
    yield f"niveau{NBSP}{family.level}"
    yield f"{family.points}{NBSP}pt"
    yield f"{family.time_s}{NBSP}s"
    yield f"question {number} sur {of}"


def _body(variant: Variant) -> Iterator[str]:
    yield f'<div class="statement">{statement_html(variant)}</div>'
    if variant.options:
        yield _options(variant)
    else:
        yield from map(_item, variant.items)
    if variant.hints:
        steps = "".join(f"<li>{render(hint, MATHML)}</li>" for hint in variant.hints)
        yield f"<details><summary>Indices ({len(variant.hints)})</summary><ol>{steps}</ol></details>"
    steps = "".join(render(step, MATHML) for step in variant.solution)
    answer = f'<div class="answer">Réponse{NBSP}: {answer_html(variant)}</div>'
    yield f"<details><summary>Solution</summary>{steps}{answer}</details>"
    yield f'<p class="note">{escape_html(variant.note)} · {variant.hash}</p>'


def _options(variant: Variant) -> str:
    rows = (
        _row(option.right, letter, render_inline(option.text, MATHML), _explained(option.wrong))
        for letter, option in zip(LETTERS, variant.options, strict=False)
    )
    return _table("Proposition", "".join(rows))


def _item(item: Item) -> str:
    prompt = (
        f"<p><strong>({item.label})</strong> {render_inline(item.prompt, MATHML)}</p>" if item.name else ""
    )
    wrongs = (_row(False, "", _value(wrong.answer), _explained(wrong)) for wrong in item.wrongs)
    return prompt + _table("Réponse tapée", _row(True, "", _value(item.answer), "") + "".join(wrongs))


def _row(right: bool, letter: str, value: str, said: str) -> str:
    sort, sign, word = ("right", "✓", "juste") if right else ("wrong", "✗", "fausse")
    head = f'<span aria-hidden="true">{sign}</span><span class="unseen">{word}</span> {letter}'
    return f'<tr class="{sort}"><th scope="row">{head}</th><td>{value}</td><td>{said}</td></tr>'


def _value(answer: Answer) -> str:
    return render_inline(option_text(answer), MATHML)


def _explained(wrong: Wrong | None) -> str:
    if wrong is None:
        return ""
    share = f" (vaut {float(100 * wrong.credit):.0f}{THIN}% des points)" if wrong.credit else ""
    return f"{render_inline(wrong.feedback, MATHML)}{share} <code>{wrong.misconception.id}</code>"


def _table(what: str, rows: str) -> str:
    names = ('<span class="unseen">Jugement</span>', what, "Ce qu’on en dit")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide" tabindex="0" role="group" aria-label="{what}">{table}</div>'
