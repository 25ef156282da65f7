"""Un item QTI 2.1 : son énoncé en XHTML, ses cases ou ses propositions, sa correction et ses retours.

Une forme ou un tableau a une case par nombre, mais se corrige entier : l’erreur reconnue est celle de toute la réponse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from coursekit.questions.answers import (
    Answer,
    Boolean,
    Choices,
    Integer,
    MatrixAnswer,
    Real,
    TensorShape,
)
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.exports.qti21_rules import (
    Rule,
    any_of,
    condition,
    declaration,
    every,
    mapping,
    near,
    outcome,
    same,
    same_text,
    show,
    variable,
)
from coursekit.questions.exports.spellings import spellings
from coursekit.questions.exports.xhtml import style
from coursekit.questions.styles import escape_html, render, render_inline
from coursekit.questions.variant import LETTERS, Item, Option, Variant

RIGHT, OTHER, SOLUTION = "RIGHT", "OTHER", "SOLUTION"
NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"


@dataclass
class Draft:
    """Un item en cours d’écriture, section par section."""

    responses: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)

    def explain(self, outcome_name: str, identifier: str, source: str) -> None:
        """Le retour que montre cette valeur de la variable `outcome_name`."""
        self.feedback.append(modal(outcome_name, identifier, render(source, style())))


def modal(outcome_name: str, identifier: str, html: str) -> str:
    return (
        f'<modalFeedback outcomeIdentifier="{outcome_name}" showHide="show" identifier="{identifier}">'
        f"{html}</modalFeedback>\n"
    )


def item_xml(variant: Variant, points: int) -> str:
    """Le fichier de l’item."""
    draft = Draft()
    draft.body.append(statement(variant))
    if variant.options:
        _choice(draft, variant, points)
    else:
        total = sum(item.share for item in variant.items)
        for number, item in enumerate(variant.items, start=1):
            _item(draft, item, number, Fraction(points * item.share, total))
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
    draft.body.append(_choice_body("RESPONSE", [(k, o.text) for k, o in named], 0 if several else 1))
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


def _choice_body(name: str, choices: list[tuple[str, str]], most: int, shuffle: bool = True) -> str:
    rows = "".join(
        f'<simpleChoice identifier="{key}">{render_inline(text, style())}</simpleChoice>\n'
        for key, text in choices
    )
    mixed = "true" if shuffle else "false"
    return (
        f'<choiceInteraction responseIdentifier="{name}" shuffle="{mixed}" maxChoices="{most}">\n'
        f"{rows}</choiceInteraction>\n"
    )


def _item(draft: Draft, item: Item, number: int, points: Fraction) -> None:
    """Une case, ou le groupe de cases d’une forme ou d’un tableau."""
    feedback = f"FEEDBACK_{number}"
    draft.outcomes.append(outcome(feedback, "identifier"))
    names = list(_names(item.answer, number))
    _declare(draft, item.answer, names)
    draft.body.append(_fields(item, names))
    rules = [Rule(_test(item.answer, names), points, RIGHT)]
    draft.explain(feedback, RIGHT, _labelled(item, "Oui."))
    for rank, wrong in enumerate(item.wrongs, start=1):
        if _same_layout(item.answer, wrong.answer):
            rules.append(Rule(_test(wrong.answer, names), points * wrong.credit, f"WRONG_{rank}"))
            draft.explain(feedback, f"WRONG_{rank}", _labelled(item, wrong.feedback))
    draft.rules.append(condition(rules, feedback, OTHER))
    draft.explain(feedback, OTHER, _labelled(item, "Ce n’est pas la bonne réponse."))


def _labelled(item: Item, text: str) -> str:
    return f"({item.label}) {text}" if item.label else text


def _names(answer: Answer, number: int) -> Iterator[str]:
    cells = len(_cells(answer)) or 1
    for rank in range(1, cells + 1):
        yield f"RESPONSE_{number}" + (f"_{rank}" if cells > 1 else "")


def _cells(answer: Answer) -> tuple[Fraction, ...]:
    if isinstance(answer, TensorShape):
        return tuple(map(Fraction, answer.dims))
    return tuple(cell for row in answer.rows for cell in row) if isinstance(answer, MatrixAnswer) else ()


def _base(answer: Answer) -> str:
    match answer:
        case Integer() | TensorShape():
            return "integer"
        case Real() | MatrixAnswer():
            return "float"
        case Boolean():
            return "identifier"
    return "string"


def _value(answer: Answer) -> str:
    """La bonne réponse d’une case, telle que `correctResponse` la donne."""
    match answer:
        case Integer() | Real():
            return dot(answer.value)
        case Boolean():
            return _truth(answer.value)
    return escape_html(answer.typed())


def _truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _declare(draft: Draft, answer: Answer, names: list[str]) -> None:
    values = [dot(cell) if cell.denominator > 1 else str(cell.numerator) for cell in _cells(answer)]
    for name, value in zip(names, values or [_value(answer)], strict=True):
        draft.responses.append(declaration(name, _base(answer), [value]))


def _same_layout(right: Answer, wrong: Answer) -> bool:
    """Une forme fausse d’un autre nombre de dimensions ne tient pas dans les cases."""
    if isinstance(right, MatrixAnswer) and isinstance(wrong, MatrixAnswer):
        return [len(row) for row in right.rows] == [len(row) for row in wrong.rows]
    return len(_cells(right)) == len(_cells(wrong))


def _test(answer: Answer, names: list[str]) -> str:
    match answer:
        case Integer():
            return same(names[0], "integer", str(answer.value))
        case Real():
            return near(names[0], answer.value, answer.tolerance)
        case Boolean():
            return same(names[0], "identifier", _truth(answer.value))
        case TensorShape():
            return every([same(n, "integer", str(d)) for n, d in zip(names, answer.dims, strict=True)])
        case MatrixAnswer():
            pairs = zip(names, _cells(answer), strict=True)
            return every([near(n, cell, _cell_tolerance(answer, cell)) for n, cell in pairs])
    return any_of([same_text(names[0], escape_html(text)) for text in spellings(answer)])


def _cell_tolerance(answer: MatrixAnswer, cell: Fraction) -> float:
    """L’écart voulu, ou celui qu’il faut pour taper une case qui ne tombe pas juste."""
    exact = Fraction(f"{float(cell):.4f}") == cell
    return float(abs(cell)) * answer.rel if answer.rel is not None else 0.0 if exact else 0.005


def _fields(item: Item, names: list[str]) -> str:
    if isinstance(item.answer, Boolean):
        prompt = f"<p>{render_inline(item.prompt, style())}</p>\n" if item.prompt else ""
        choices = [("TRUE", "Vrai"), ("FALSE", "Faux")]
        return prompt + _choice_body(names[0], choices, 1, shuffle=False)
    prompt = f"({item.label}) {render_inline(item.prompt, style())} " if item.prompt else ""
    if isinstance(item.answer, MatrixAnswer):
        return (f"<p>{prompt}</p>\n" if prompt else "") + _grid(item.answer, names)
    unit = getattr(item.answer, "unit", "")
    entries = " × ".join(_entry(name, item.answer) for name in names)
    return f"<p>{prompt}{entries}{f' {escape_html(unit)}' if unit else ''}</p>\n"


def _entry(name: str, answer: Answer) -> str:
    length = 20 if _base(answer) == "string" else 10
    return f'<textEntryInteraction responseIdentifier="{name}" expectedLength="{length}"/>'


def _grid(answer: MatrixAnswer, names: list[str]) -> str:
    waiting = iter(names)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_entry(next(waiting), answer)}</td>' for _ in row)}</tr>" for row in answer.rows
    )
    return f"<table><tbody>{rows}</tbody></table>\n"
