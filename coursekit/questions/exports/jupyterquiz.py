"""jupyterquiz : un JSON que `display_quiz` montre dans un notebook ou dans une page de Jupyter Book.

Source : jmshea/jupyterquiz, « Format for questions », et le JavaScript de nbgrader-jupyterquiz 0.5, qui y lit du HTML.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from coursekit.questions.answers import Answer, Boolean, Choices, Integer, Real
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.fields import part_options
from coursekit.questions.exports.spellings import spellings
from coursekit.questions.styles import Style, escape_html, html_style, render, render_inline
from coursekit.questions.variant import Item, Option, Variant

OPEN = Loss("open-answers", "le fichier contient les réponses en clair : il sert à s’exercer, pas à noter")
ENGLISH = Loss(
    "english-labels", "jupyterquiz garde ses propres phrases en anglais (« Type numeric answer here »)"
)
DECIMAL_POINT = Loss(
    "decimal-point", "jupyterquiz refuse la virgule au clavier : l’énoncé demande de taper un point"
)
AS_TEXT = Loss(
    "as-text",
    "jupyterquiz compare une forme, un tableau ou une formule comme un texte : seules les écritures prévues passent",
)
NO_CREDIT = Loss("no-credit", "jupyterquiz ne donne pas de points à une réponse à moitié juste")
PARTS_SPLIT = Loss("parts-split", "chaque partie devient une question, qui répète l’énoncé")
NO_CARRY = Loss(
    "no-carry-forward", "chaque partie se corrige seule, sans repartir de ce que l’élève a trouvé"
)

OTHER = "Ce n’est pas la bonne réponse."
POINT = "Tapez un point à la place de la virgule."
_SPECIAL = str.maketrans({"$": "&#36;", "[": "&#91;"})


def _style() -> Style:
    """Du HTML où jupyterquiz ne voit ni formule ni lien de son cru : un « $ » et un crochet y sont des entités."""
    plain = html_style()
    return replace(
        plain,
        text=lambda text: plain.text(text).translate(_SPECIAL),
        math=lambda latex: plain.math(latex).translate(_SPECIAL),
        code=lambda code: plain.code(code).translate(_SPECIAL),
        bold=lambda text: plain.bold(text).translate(_SPECIAL),
        display=lambda latex: plain.display(latex).translate(_SPECIAL),
    )


STYLE = _style()


class JupyterQuiz:
    """L’export « jupyterquiz »."""

    name = "jupyterquiz"
    title = "jupyterquiz (JSON)"
    suffix = ".json"

    def check(self, variant: Variant) -> Sequence[Loss]:
        losses = [OPEN, ENGLISH]
        losses += [NO_CREDIT] if any(wrong.credit for wrong in variant.wrongs) else []
        if variant.options:
            return losses
        kinds = {item.answer.kind for item in variant.items}
        losses += [DECIMAL_POINT] if "real" in kinds else []
        losses += [AS_TEXT] if kinds & {"shape", "matrix", "formula"} else []
        return [*losses, PARTS_SPLIT, NO_CARRY] if variant.family.parts else losses

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        entries = (entry for variant in variants for entry in questions(variant))
        opening = "["
        for entry in entries:
            yield f"{opening}\n{json.dumps(entry, ensure_ascii=False)}".encode()
            opening = ","
        yield b"\n]\n" if opening == "," else b"[]\n"


def questions(variant: Variant) -> Iterator[dict[str, Any]]:
    """Une question par case à remplir."""
    total = sum(item.share for item in variant.items)
    for item in variant.items:
        options = variant.options or _options(item)
        kind, answers = _choices(variant, options) if options else _typed(variant, item)
        points = Fraction(variant.family.points * item.share, total)
        yield {
            "id": variant.hash + item.label,
            "tags": [variant.family.id, *variant.family.tags],
            "question": _statement(variant, item, kind),
            "type": kind,
            "points": points.numerator if points.denominator == 1 else float(points),
            "answers": answers,
        }


def _statement(variant: Variant, item: Item, kind: str) -> str:
    parts = [render(variant.statement, STYLE)]
    if variant.figure:
        data = b64encode(variant.figure.svg.encode()).decode()
        alt = escape_html(variant.figure.alt).translate(_SPECIAL)
        parts.append(f'<p><img src="data:image/svg+xml;base64,{data}" alt="{alt}"></p>')
    if item.prompt:
        parts.append(f"<p>({item.label}) {render_inline(item.prompt, STYLE)}</p>")
    if isinstance(item.answer, Real) and kind == "numeric":
        parts.append(f"<p><em>{POINT}</em></p>")
    hints = "".join(f"<li>{render_inline(hint, STYLE)}</li>" for hint in variant.hints)
    if hints:
        parts.append(f"<details><summary>Indices</summary><ol>{hints}</ol></details>")
    return "\n".join(parts)


def _options(item: Item) -> tuple[Option, ...]:
    """Les propositions d’une partie qui se choisit, ou « Vrai » et « Faux »."""
    answer = item.answer
    if not isinstance(answer, Boolean):
        return part_options(item)
    wrong = item.wrongs[0] if item.wrongs else None
    return tuple(
        Option(word, value is answer.value, None if value is answer.value else wrong)
        for word, value in (("Vrai", True), ("Faux", False))
    )


def _right(variant: Variant) -> str:
    """Ce qu’on dit d’une bonne réponse ; la solution vient avec, jupyterquiz n’ayant pas d’autre place pour elle."""
    steps = "".join(f"<li>{render_inline(step, STYLE)}</li>" for step in variant.solution)
    return f"<p>Oui.</p><ol>{steps}</ol>" if steps else "Oui."


def _choices(variant: Variant, options: Sequence[Option]) -> tuple[str, list[dict[str, Any]]]:
    several = isinstance(variant.answer, Choices)
    answers = [
        {
            "answer": render_inline(option.text, STYLE),
            "correct": option.right,
            "feedback": _right(variant) if option.right and not several else _told(option),
        }
        for option in options
    ]
    return "many_choice" if several else "multiple_choice", answers


def _told(option: Option) -> str:
    return render(option.feedback, STYLE) if option.right or option.wrong else OTHER


def _typed(variant: Variant, item: Item) -> tuple[str, list[dict[str, Any]]]:
    known = [(item.answer, True, _right(variant))]
    known += [(wrong.answer, False, render(wrong.feedback, STYLE)) for wrong in item.wrongs]
    other = {"type": "default", "feedback": OTHER}
    if isinstance(item.answer, Integer | Real):
        return "numeric", [*(_number(*entry) for entry in known), other]
    return "string", [
        *(
            {"answer": text, "correct": right, "match_case": False, "feedback": told}
            for answer, right, told in known
            for text in spellings(answer)
        ),
        other,
    ]


def _number(answer: Answer, right: bool, told: str) -> dict[str, Any]:
    assert isinstance(answer, Integer | Real)
    entry = {"correct": right, "feedback": told}
    if isinstance(answer, Real) and answer.tolerance:
        value = float(answer.value)
        return {"type": "range", "range": [value - answer.tolerance, value + answer.tolerance], **entry}
    return {
        "type": "value",
        "value": answer.value if isinstance(answer, Integer) else float(answer.value),
        **entry,
    }


EXPORTER = JupyterQuiz()
