"""Un quiz en données simples : ce que `quiz.js` lit. Les textes y sont du HTML, formules comprises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import permutations, product
from math import prod
from typing import Any

from coursekit.errors import CourseError
from coursekit.questions.answers import Answer, Choice, Choices, FormulaText, MatrixAnswer, Real, TensorShape
from coursekit.questions.family import Part
from coursekit.questions.mathml import MATHML
from coursekit.questions.quizzes.sealed import Seal
from coursekit.questions.quizzes.targets import Target, clear, hidden, hidden_wrong, points, spellings
from coursekit.questions.styles import render, render_inline
from coursekit.questions.variant import Item, Variant

MOST_CARRIED = 64
"""Combinaisons d’erreurs précédentes, au plus, dont on joint le report."""

Data = dict[str, Any]


def payload(title: str, questions: Sequence[Sequence[Variant]], *, graded: bool) -> Data:
    """Tout le quiz."""
    units = {
        item.answer.unit
        for drawn in questions
        for v in drawn
        for item in v.items
        if hasattr(item.answer, "unit")
    }
    return {
        "title": title,
        "graded": graded,
        "units": {unit: spellings(unit) for unit in sorted(units)},
        "questions": [
            {
                "title": drawn[0].family.title,
                "variants": [
                    variant_data(variant, Seal(_salt(title, place, rank)) if graded else None)
                    for rank, variant in enumerate(drawn)
                ],
            }
            for place, drawn in enumerate(questions)
        ],
    }


def _salt(*parts: object) -> str:
    """Rien ici ne dépend de la réponse : un sel qui en viendrait la trahirait."""
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:12]


def variant_data(variant: Variant, seal: Seal | None) -> Data:
    """Une question tirée ; avec un sceau, sans rien de la réponse."""
    data: Data = {
        "statement": statement_html(variant),
        "hints": [render(hint, MATHML) for hint in variant.hints],
        "items": [],
    }
    if variant.options:
        data |= _options(variant, seal)
    else:
        data["items"] = [_item(item, variant, seal) for item in variant.items]
        carried = None if seal else list(_carried(variant))
        if carried:
            data["carried"] = carried
    if seal is None:
        data["solution"] = [render(step, MATHML) for step in variant.solution]
        data["answer"] = answer_html(variant)
    else:
        data["salt"] = seal.salt
    return data


def statement_html(variant: Variant) -> str:
    """L’énoncé et sa figure."""
    figure = "" if variant.figure is None else f'<p class="figure">{variant.figure.svg}</p>'
    return render(variant.statement, MATHML) + figure


def answer_html(variant: Variant) -> str:
    """La réponse, telle qu’on la montre."""
    if variant.items[0].name:
        lines = (f"<li>({item.label}) {_shown(item.answer)}</li>" for item in variant.items)
        return f"<ul>{''.join(lines)}</ul>"
    return _shown(variant.answer)


def _shown(answer: Answer) -> str:
    if isinstance(answer, Choices):
        return f"<ul>{''.join(f'<li>{render_inline(text, MATHML)}</li>' for text in answer.texts)}</ul>"
    text = answer.shown() if isinstance(answer, Choice | MatrixAnswer | FormulaText) else None
    return MATHML.text(answer.shown()) if text is None else render_inline(text, MATHML)


def _options(variant: Variant, seal: Seal | None) -> Data:
    """Les propositions ; `says` explique chaque fausse, par son rang."""
    rights = [place for place, option in enumerate(variant.options) if option.right]
    says = {
        str(place): render_inline(option.feedback, MATHML)
        for place, option in enumerate(variant.options)
        if not option.right
    }
    key = " ".join(map(str, rights))
    return {
        "options": [render_inline(option.text, MATHML) for option in variant.options],
        "several": isinstance(variant.answer, Choices),
        "right": {"tags": [seal.lock(key)[0]]} if seal else {"values": [rights]},
        "says": dict(sorted(seal.lock(place, say) for place, say in says.items())) if seal else says,
    }


def _item(item: Item, variant: Variant, seal: Seal | None) -> Data:
    """Une case : de quel genre, comment la juger, et les erreurs qu’on y reconnaît."""
    own = Seal(f"{seal.salt}{item.label}") if seal else None
    data: Data = {
        "kind": item.answer.kind,
        "right": hidden(item.answer, own) if own else clear(item.answer),
        "wrongs": [_wrong(answer, say, own) for answer, say in _known(item)],
    }
    if item.name:
        data |= {"label": item.label, "prompt": render_inline(item.prompt, MATHML)}
    if unit := getattr(item.answer, "unit", ""):
        data["unit"] = unit
    if isinstance(item.answer, Real):
        data["digits"] = item.answer.digits
    if isinstance(item.answer, TensorShape):
        data["layout"] = item.answer.layout
    if isinstance(item.answer, MatrixAnswer):
        data |= _grid(item)
    if isinstance(item.answer, FormulaText):
        data |= {"variables": list(item.answer.variables), "points": points(item.answer)}
    return data


def _known(item: Item) -> Iterator[tuple[Answer, str]]:
    """Les valeurs fausses qu’on sait expliquer : celles de la famille, puis celles que reconnaît la vérification."""
    seen = [item.answer]
    for wrong in item.wrongs:
        seen.append(wrong.answer)
        yield wrong.answer, render_inline(wrong.feedback, MATHML)
    for answer in _confusions(item.answer):
        verdict = item.answer.accepts(answer.typed())
        if verdict.misconception and not any(answer.same(other) for other in seen):
            seen.append(answer)
            yield answer, MATHML.text(verdict.message)


def _confusions(answer: Answer) -> Iterator[Answer]:
    """Les mêmes nombres dans un autre ordre, un lot en trop, des dimensions qui manquent, un tableau transposé."""
    if isinstance(answer, MatrixAnswer):
        yield replace(answer, rows=tuple(zip(*answer.rows, strict=True)))
    if not isinstance(answer, TensorShape):
        return
    dims = answer.dims
    if len(dims) == 3:
        others = (*permutations(dims), dims[:2], dims[1:], (prod(dims),))
        yield from (replace(answer, dims=other) for other in others)
    yield replace(answer, dims=(1, *dims))


def _wrong(answer: Answer, say: str, seal: Seal | None) -> Target:
    return hidden_wrong(answer, seal, say) if seal else {**clear(answer), "say": say}


def _grid(item: Item) -> Data:
    """La grille à remplir : celle de la plus grande réponse que l’on sait reconnaître.

    Trouver la taille fait partie de la question : `loose` dit qu’il peut rester des cases vides.
    """
    answers = (item.answer, *(wrong.answer for wrong in item.wrongs))
    sizes = {(len(a.rows), len(a.rows[0])) for a in answers if isinstance(a, MatrixAnswer)}
    return {
        "grid": [max(height for height, _ in sizes), max(width for _, width in sizes)],
        "loose": len(sizes) > 1,
    }


def _carried(variant: Variant) -> Iterator[Target]:
    """Ce qui devient juste dans une partie quand une erreur connue a été faite dans une partie précédente.

    `from` donne, pour chaque partie précédente, le rang de l’erreur commise, ou −1 si elle est juste.
    """
    parts, items = variant.family.parts, variant.items
    for place in range(1, len(parts)):
        earlier = [range(-1, len(item.wrongs)) for item in items[:place]]
        for ranks in list(product(*earlier))[1 : MOST_CARRIED + 1]:
            found = {**variant.params, **{i.name: _value(i, r) for i, r in zip(items, ranks, strict=False)}}
            answer = _right_from(parts[place], found)
            if answer is not None and not items[place].answer.same(answer):
                yield {"item": place, "from": list(ranks), **clear(answer)}


def _value(item: Item, rank: int) -> object:
    answer = item.answer if rank < 0 else item.wrongs[rank].answer
    return getattr(answer, "value", answer)


def _right_from(part: Part, found: dict[str, object]) -> Answer | None:
    try:
        return part.right(found)
    except (CourseError, ArithmeticError, ValueError, TypeError):
        return None
