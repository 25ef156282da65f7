"""Une question de Canvas : son type, ses propositions ou ses cases, sa correction, ses retours."""

from __future__ import annotations

from coursekit.questions.answers import Boolean, Choices, Integer, Real
from coursekit.questions.exports.canvas_blanks import fields_html, fill_in
from coursekit.questions.exports.canvas_xml import STYLE, Draft, between, equal, item, label, material
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.exports.spellings import spellings
from coursekit.questions.styles import escape_html, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import LETTERS, Item, Option, Variant

SMALLEST = 1e-4
"""Canvas garde quatre décimales d’un nombre : plus petit, il serait zéro."""


def item_xml(variant: Variant) -> str:
    """L’élément `<item>` de la question."""
    draft = DRAFTS[kind_of(variant)](variant)
    family = variant.family
    entries = {
        "question_type": kind_of(variant),
        "points_possible": str(family.points),
        "original_answer_ids": ",".join(draft.ids),
        "assessment_question_identifierref": f"ref_{variant.hash}",
    }
    return item(
        f"q_{variant.hash}", f"{family.title} ({variant.hash[:8]})", entries, statement(variant), draft
    )


def kind_of(variant: Variant) -> str:
    """Le type de question de Canvas."""
    answer = variant.answer
    if isinstance(answer, Boolean):
        return "true_false_question"
    if variant.options:
        several = isinstance(answer, Choices)
        return "multiple_answers_question" if several else "multiple_choice_question"
    if isinstance(answer, Integer | Real):
        return "short_answer_question" if too_small(answer) else "numerical_question"
    return "short_answer_question" if answer.kind == "formula" else "fill_in_multiple_blanks_question"


def too_small(answer: Integer | Real) -> bool:
    """Une borne acceptée que Canvas arrondirait à zéro ; zéro lui-même n’en est pas une."""
    return any(0 < abs(bound) < SMALLEST for bound in (*bounds(answer), float(answer.value)))


def bounds(answer: Integer | Real) -> tuple[float, float]:
    """Le plus petit et le plus grand nombre acceptés."""
    if isinstance(answer, Integer):
        return answer.value, answer.value
    return float(answer.value) - answer.tolerance, float(answer.value) + answer.tolerance


def statement(variant: Variant) -> str:
    """L’énoncé en HTML, sa figure et ses cases."""
    figure = variant.figure
    source = f"$IMS-CC-FILEBASE$/images/{variant.hash}.svg"
    picture = f'<p><img src="{source}" alt="{escape_html(figure.alt)}"></p>' if figure else ""
    blanks = fields_html(variant) if kind_of(variant) == "fill_in_multiple_blanks_question" else ""
    return render(variant.statement, STYLE) + picture + blanks


def _started(variant: Variant, kind: str, ids: list[str], presentation: str) -> Draft:
    """La solution se montre quelle que soit la réponse ; Canvas l’écrit en premier."""
    draft = Draft(kind, ids, presentation)
    steps = "".join(f"<li>{render_inline(step, STYLE)}</li>" for step in variant.solution)
    if steps:
        draft.show("general_fb", f"<ol>{steps}</ol>")
    return draft


def _lettered(variant: Variant) -> list[tuple[str, Option]]:
    """Les propositions et leurs identifiants ; « Vrai » et « Faux » quand la réponse est l’un ou l’autre."""
    options = variant.options
    if not options and isinstance(variant.answer, Boolean):
        wrong = variant.wrongs[0] if variant.wrongs else None
        options = tuple(
            Option(word, value is variant.answer.value, None if value is variant.answer.value else wrong)
            for word, value in (("Vrai", True), ("Faux", False))
        )
    return [(f"{variant.hash}_{letter}", option) for letter, option in zip(LETTERS, options, strict=False)]


def _chosen(variant: Variant, kind: str, cardinality: str) -> Draft:
    """Ce qu’ont en commun les questions à propositions : elles, et le retour de chacune."""
    named = _lettered(variant)
    labels = "".join(label(ident, material(render_inline(option.text, STYLE))) for ident, option in named)
    presentation = (
        f'<response_lid ident="response1" rcardinality="{cardinality}">'
        f"<render_choice>\n{labels}</render_choice></response_lid>\n"
    )
    draft = _started(variant, kind, [ident for ident, _ in named], presentation)
    for ident, option in named:
        draft.show(f"{ident}_fb", render(_feedback(option), STYLE), equal(ident))
    return draft


def _feedback(option: Option) -> str:
    return option.feedback if option.right or option.wrong else f"Non{NBSP}: c’est le contraire."


def _choice(variant: Variant) -> Draft:
    draft = _chosen(variant, kind_of(variant), "Single")
    draft.right(next(equal(ident) for ident, option in _lettered(variant) if option.right))
    return draft


def _answers(variant: Variant) -> Draft:
    draft = _chosen(variant, "multiple_answers_question", "Multiple")
    tests = (
        equal(ident) if option.right else f"<not>{equal(ident)}</not>" for ident, option in _lettered(variant)
    )
    draft.right(f"<and>{''.join(tests)}</and>")
    return draft


def _number(variant: Variant) -> Draft:
    answer = variant.answer
    assert isinstance(answer, Integer | Real)
    presentation = (
        '<response_str ident="response1" rcardinality="Single"><render_fib fibtype="Decimal">'
        '<response_label ident="answer1"/></render_fib></response_str>\n'
    )
    draft = _started(variant, "numerical_question", [f"{variant.hash}_N"], presentation)
    low, high = map(dot, bounds(answer))
    draft.right(f"<or>{equal(dot(answer.value))}<and>{between(low, high)}</and></or>", "correct_fb")
    return _known(variant, draft)


def _short(variant: Variant) -> Draft:
    texts = spellings(variant.items[0].answer)
    presentation = (
        '<response_str ident="response1" rcardinality="Single"><render_fib>'
        '<response_label ident="answer1" rshuffle="No"/></render_fib></response_str>\n'
    )
    ids = [f"{variant.hash}_{rank}" for rank in range(len(texts))]
    draft = _started(variant, "short_answer_question", ids, presentation)
    draft.right("".join(map(equal, texts)), "correct_fb")
    return _known(variant, draft)


def _blanks(variant: Variant) -> Draft:
    made = fill_in(variant)
    draft = _started(variant, made.kind, list(made.ids), made.presentation)
    draft.conditions += made.conditions
    draft.explain("correct_fb", "<p>Oui.</p>")
    if variant.wrongs:
        # Canvas montre ces deux retours sans qu’une condition les nomme, et n’en écrit pas lui-même.
        draft.explain("general_incorrect_fb", _mistakes(variant))
    return draft


def _known(variant: Variant, draft: Draft) -> Draft:
    """Canvas n’explique pas une valeur fausse à part : une réponse fausse montre toutes les erreurs connues."""
    draft.explain("correct_fb", "<p>Oui.</p>")
    if variant.wrongs:
        draft.show("general_incorrect_fb", _mistakes(variant))
    return draft


def _mistakes(variant: Variant) -> str:
    rows = "".join(
        f"<li>{_found(part, wrong.answer.shown())}{NBSP}: {render_inline(wrong.feedback, STYLE)}</li>"
        for part in variant.items
        for wrong in part.wrongs
    )
    return f"<p>Non. Si vous avez trouvé{NBSP}:</p><ul>{rows}</ul>"


def _found(part: Item, shown: str) -> str:
    return (f"({part.label}) " if part.label else "") + render_inline(shown, STYLE)


DRAFTS = {
    "true_false_question": _choice,
    "multiple_choice_question": _choice,
    "multiple_answers_question": _answers,
    "numerical_question": _number,
    "short_answer_question": _short,
    "fill_in_multiple_blanks_question": _blanks,
}
"""Ce qui écrit chaque type de question."""
