"""Les questions à trous de Canvas : une case par dimension d’une forme, par nombre d’un tableau, par partie.

Dans l’énoncé, le nom d’une case s’écrit entre crochets ; Canvas y met un champ, et en compare le texte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coursekit.questions.answers import Choice, MatrixAnswer, TensorShape
from coursekit.questions.exports.canvas_xml import STYLE, Draft, equal, label, plain_material
from coursekit.questions.exports.fields import part_options
from coursekit.questions.exports.spellings import cell_spellings, integer_spellings, spellings
from coursekit.questions.styles import escape_html, render_inline
from coursekit.questions.variant import LETTERS, Item, Variant


@dataclass(frozen=True)
class Blank:
    """Une case : son nom, et les textes qu’elle accepte."""

    name: str
    texts: tuple[str, ...]


def blanks_of(item: Item) -> tuple[Blank, ...]:
    """Les cases d’une partie, dans l’ordre de lecture."""
    accepted = list(_accepted(item))
    prefix = f"case_{item.label}" if item.label else "case_"
    return tuple(Blank(f"{prefix}{rank}", texts) for rank, texts in enumerate(accepted, start=1))


def _accepted(item: Item) -> Iterator[tuple[str, ...]]:
    match item.answer:
        case TensorShape(dims):
            yield from map(integer_spellings, dims)
        case MatrixAnswer(rows):
            yield from (cell_spellings(cell) for row in rows for cell in row)
        case Choice():
            yield tuple(
                letter for letter, option in zip(LETTERS, part_options(item), strict=False) if option.right
            )
        case _:
            yield spellings(item.answer)


def fields_html(variant: Variant) -> str:
    """Les cases, à la suite de l’énoncé."""
    return "".join(_part(item) for item in variant.items)


def _part(item: Item) -> str:
    prompt = f"({item.label}) {render_inline(item.prompt, STYLE)} " if item.prompt else ""
    names = iter(f"[{blank.name}]" for blank in blanks_of(item))
    if isinstance(item.answer, MatrixAnswer):
        rows = (f"<tr>{''.join(f'<td>{next(names)}</td>' for _ in row)}</tr>" for row in item.answer.rows)
        return f"<p>{prompt}</p><table><tbody>{''.join(rows)}</tbody></table>"
    unit = getattr(item.answer, "unit", "")
    line = f"<p>{prompt}{' × '.join(names)}{f' {escape_html(unit)}' if unit else ''}</p>"
    return line + _listed(item)


def _listed(item: Item) -> str:
    """Les propositions d’une partie qui se choisit ; on en tape la lettre."""
    options = zip(LETTERS, part_options(item), strict=False)
    rows = "".join(f"<li>{letter}. {render_inline(option.text, STYLE)}</li>" for letter, option in options)
    return f"<ul>{rows}</ul>" if rows else ""


def fill_in(variant: Variant) -> Draft:
    """La question à trous ; chaque case vaut la même part des points."""
    blanks = [blank for item in variant.items for blank in blanks_of(item)]
    named = {
        blank: [(f"{variant.hash}_{blank.name}_{rank}", text) for rank, text in enumerate(blank.texts)]
        for blank in blanks
    }
    draft = Draft(
        "fill_in_multiple_blanks_question",
        [ident for texts in named.values() for ident, _ in texts],
        "".join(_response(blank, texts) for blank, texts in named.items()),
    )
    share = f"{100 / len(blanks):.2f}"
    for blank, texts in named.items():
        test = equal(texts[0][0], f"response_{blank.name}")
        draft.conditions.append(
            f"<respcondition><conditionvar>{test}</conditionvar>"
            f'<setvar varname="SCORE" action="Add">{share}</setvar></respcondition>\n'
        )
    return draft


def _response(blank: Blank, texts: list[tuple[str, str]]) -> str:
    labels = "".join(label(ident, plain_material(text)) for ident, text in texts)
    name = f"<material><mattext>{blank.name}</mattext></material>"
    return (
        f'<response_lid ident="response_{blank.name}">{name}'
        f"<render_choice>\n{labels}</render_choice></response_lid>\n"
    )
