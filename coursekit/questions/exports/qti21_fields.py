"""Les cases d’un item QTI 2.1 : ce qu’on y tape ou coche, ce qui est juste, et l’erreur que chaque réponse trahit.

Une forme ou un tableau a une case par nombre, mais se corrige entier : l’erreur reconnue est celle de toute la réponse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from coursekit.questions.answers import (
    Answer,
    Boolean,
    Choice,
    Integer,
    MatrixAnswer,
    Real,
    TensorShape,
    option_text,
)
from coursekit.questions.exports.fields import part_options
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.exports.qti21_rules import (
    Rule,
    any_of,
    condition,
    declaration,
    every,
    near,
    outcome,
    same,
    same_text,
)
from coursekit.questions.exports.spellings import spellings
from coursekit.questions.exports.xhtml import style
from coursekit.questions.styles import escape_html, render, render_inline
from coursekit.questions.variant import LETTERS, Item

RIGHT, OTHER = "RIGHT", "OTHER"
CHOSEN = (Boolean, Choice)
"""Les réponses d’une partie qui se cochent."""


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
    """Un retour, montré quand la variable prend cette valeur."""
    return (
        f'<modalFeedback outcomeIdentifier="{outcome_name}" showHide="show" identifier="{identifier}">'
        f"{html}</modalFeedback>\n"
    )


def choice_body(name: str, choices: list[tuple[str, str]], most: int, shuffle: bool = True) -> str:
    """Des propositions à cocher, `most` au plus (0 : autant qu’on veut)."""
    rows = "".join(
        f'<simpleChoice identifier="{key}">{render_inline(text, style())}</simpleChoice>\n'
        for key, text in choices
    )
    mixed = "true" if shuffle else "false"
    return (
        f'<choiceInteraction responseIdentifier="{name}" shuffle="{mixed}" maxChoices="{most}">\n'
        f"{rows}</choiceInteraction>\n"
    )


def add_item(draft: Draft, item: Item, number: int, points: Fraction) -> None:
    """Une case, ou le groupe de cases d’une forme ou d’un tableau."""
    feedback = f"FEEDBACK_{number}"
    draft.outcomes.append(outcome(feedback, "identifier"))
    names = list(_names(item.answer, number))
    for name, value in zip(names, _values(item), strict=True):
        draft.responses.append(declaration(name, _base(item.answer), [value]))
    draft.body.append(_fields(item, names))
    rules = [Rule(_test(item, item.answer, names), points, RIGHT)]
    draft.explain(feedback, RIGHT, _labelled(item, "Oui."))
    for rank, wrong in enumerate(item.wrongs, start=1):
        if _same_layout(item.answer, wrong.answer):
            rules.append(Rule(_test(item, wrong.answer, names), points * wrong.credit, f"WRONG_{rank}"))
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
        case Boolean() | Choice():
            return "identifier"
    return "string"


def _values(item: Item) -> tuple[str, ...]:
    """La bonne réponse, case par case, telle que `correctResponse` la donne."""
    answer = item.answer
    match answer:
        case Integer() | Real():
            return (dot(answer.value),)
        case TensorShape() | MatrixAnswer():
            return tuple(_cell(cell) for cell in _cells(answer))
        case Boolean() | Choice():
            return (_key(item, answer),)
    return (escape_html(answer.typed()),)


def _cell(cell: Fraction) -> str:
    return dot(cell) if cell.denominator > 1 else str(cell.numerator)


def _choices(item: Item) -> list[tuple[str, str]]:
    """L’identifiant et le texte de chaque proposition d’une partie."""
    if isinstance(item.answer, Boolean):
        return [("TRUE", "Vrai"), ("FALSE", "Faux")]
    return [(letter, option.text) for letter, option in zip(LETTERS, part_options(item), strict=False)]


def _key(item: Item, answer: Answer) -> str:
    """L’identifiant de la proposition que cette réponse désigne."""
    if isinstance(answer, Boolean):
        return "TRUE" if answer.value else "FALSE"
    return next(key for key, text in _choices(item) if text == option_text(answer))


def _same_layout(right: Answer, wrong: Answer) -> bool:
    """Une forme fausse d’un autre nombre de dimensions ne tient pas dans les cases."""
    if isinstance(right, MatrixAnswer) and isinstance(wrong, MatrixAnswer):
        return [len(row) for row in right.rows] == [len(row) for row in wrong.rows]
    return len(_cells(right)) == len(_cells(wrong))


def _test(item: Item, answer: Answer, names: list[str]) -> str:
    """L’élève a-t-il donné cette réponse ?"""
    match answer:
        case Integer():
            return same(names[0], "integer", str(answer.value))
        case Real():
            return near(names[0], answer.value, answer.tolerance)
        case Boolean() | Choice():
            return same(names[0], "identifier", _key(item, answer))
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
    prompt = f"({item.label}) {render_inline(item.prompt, style())} " if item.prompt else ""
    above = f"<p>{prompt}</p>\n" if prompt else ""
    if isinstance(item.answer, CHOSEN):
        mixed = not isinstance(item.answer, Boolean)
        return above + choice_body(names[0], _choices(item), 1, shuffle=mixed)
    if isinstance(item.answer, MatrixAnswer):
        return above + _grid(item.answer, names)
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
