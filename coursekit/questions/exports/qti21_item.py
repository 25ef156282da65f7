"""Un item QTI 2.1 : son énoncé en XHTML, ses propositions ou ses cases, sa correction et ses retours."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from coursekit.questions.answers import Choices
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.exports.qti21_fields import Draft, add_item, choice_body, modal
from coursekit.questions.exports.qti21_rules import declaration, mapping, outcome, show, variable
from coursekit.questions.exports.xhtml import style
from coursekit.questions.styles import escape_html, render, render_inline
from coursekit.questions.variant import LETTERS, Option, Variant

SOLUTION = "SOLUTION"
NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"


def item_xml(variant: Variant, points: int) -> str:
    """Le fichier de l’item."""
    draft = Draft()
    draft.body.append(statement(variant))
    if variant.options:
        _choice(draft, variant, points)
    else:
        total = sum(item.share for item in variant.items)
        for number, item in enumerate(variant.items, start=1):
            add_item(draft, item, number, Fraction(points * item.share, total))
    _solution(draft, variant)
    title = escape_html(variant.family.title)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<assessmentItem xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{NAMESPACE} {SCHEMA}" identifier="Q{variant.hash}" title="{title}" '
        'adaptive="false" timeDependent="false" xml:lang="fr">\n'
        f"{''.join(draft.responses)}{outcome('SCORE', 'float', default='0')}"
        f"{outcome('MAXSCORE', 'float', default=dot(points))}{''.join(draft.outcomes)}"
        f"<itemBody>\n{''.join(draft.body)}</itemBody>\n"
        f"<responseProcessing>\n{''.join(draft.rules)}</responseProcessing>\n"
        f"{''.join(draft.feedback)}</assessmentItem>\n"
    )


def statement(variant: Variant) -> str:
    figure = variant.figure
    picture = (
        f'<p><img src="../images/{variant.hash}.svg" alt="{escape_html(figure.alt)}"/></p>\n'
        if figure
        else ""
    )
    return f"{render(variant.statement, style())}\n{picture}"


def _solution(draft: Draft, variant: Variant) -> None:
    """La solution se montre après la réponse, juste ou fausse."""
    if not variant.solution:
        return
    steps = "".join(f"<li>{render_inline(step, style())}</li>" for step in variant.solution)
    draft.outcomes.append(outcome(SOLUTION, "identifier"))
    draft.rules.append(f"{show(SOLUTION, SOLUTION)}\n")
    draft.feedback.append(modal(SOLUTION, SOLUTION, f"<ol>{steps}</ol>"))


def _choice(draft: Draft, variant: Variant, points: int) -> None:
    """Les propositions ; le retour de chacune porte son nom."""
    several = isinstance(variant.answer, Choices)
    named = list(zip(LETTERS, variant.options, strict=False))
    rights = [letter for letter, option in named if option.right]
    cardinality = "multiple" if several else "single"
    shares = mapping(((letter, points * share) for letter, share in _shares(named, several)), points)
    draft.responses.append(
        declaration("RESPONSE", "identifier", rights, cardinality).replace(
            "</responseDeclaration>", f"{shares}</responseDeclaration>"
        )
    )
    draft.outcomes.append(outcome("FEEDBACK", "identifier", cardinality))
    draft.body.append(choice_body("RESPONSE", [(k, o.text) for k, o in named], 0 if several else 1))
    draft.rules.append(
        '<setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>\n'
        f'<setOutcomeValue identifier="FEEDBACK">{variable("RESPONSE")}</setOutcomeValue>\n'
    )
    for letter, option in named:
        draft.explain("FEEDBACK", letter, option.feedback)


def _shares(named: list[tuple[str, Option]], several: bool) -> Iterator[tuple[str, Fraction]]:
    rights = sum(option.right for _, option in named)
    for letter, option in named:
        if several:
            yield letter, Fraction(1, rights) if option.right else Fraction(-1, len(named) - rights)
        else:
            yield (
                letter,
                Fraction(1) if option.right else option.wrong.credit if option.wrong else Fraction(0),
            )
