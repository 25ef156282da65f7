"""Les cases d’une question cloze de Moodle : une par dimension d’une forme, par case d’un tableau, par partie.

Syntaxe : `{1:NUMERICAL:=27:0#Oui~%0%28:0#…}`, comme la lit `question/type/multianswer` de Moodle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from coursekit.questions.answers import Answer, Boolean, Choice, Integer, MatrixAnswer, Real, TensorShape
from coursekit.questions.exports.fields import literal, part_options, spellings
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.styles import Style, render_inline
from coursekit.questions.variant import Item, Variant, Wrong

Explained = Sequence[tuple[Fraction, float, str, int]]
"""(valeur fausse, tolérance, explication, pourcentage des points)."""


def cloze_fields(variant: Variant, style: Style) -> str:
    """Le HTML des cases, à la suite de l’énoncé."""
    if variant.family.parts:
        return "".join(_part(item, style) for item in variant.items)
    return f"<p>{_fields(variant.items[0], style)}</p>"


def _part(item: Item, style: Style) -> str:
    unit = getattr(item.answer, "unit", "")
    return f"<p>{render_inline(item.prompt, style)} {_fields(item, style)}{f' {unit}' if unit else ''}</p>"


def _fields(item: Item, style: Style) -> str:
    match item.answer:
        case Integer() | Real():
            explained = [_known(w, style) for w in item.wrongs]
            return numerical(Fraction(item.answer.value), _tolerance(item.answer), explained, item.share)
        case TensorShape():
            return " × ".join(_shape_fields(item, item.answer, style))
        case MatrixAnswer():
            return _matrix_fields(item, item.answer, style)
        case Boolean():
            return _true_or_false(item.answer, item, style)
        case Choice():
            return _options(item, style)
    return _short(item, style)


def _known(wrong: Wrong, style: Style) -> tuple[Fraction, float, str, int]:
    answer = wrong.answer
    assert isinstance(answer, Integer | Real)
    share = round(100 * wrong.credit)
    return Fraction(answer.value), _tolerance(answer), _plain(wrong.feedback, style), share


def _tolerance(answer: Answer) -> float:
    return answer.tolerance if isinstance(answer, Real) else 0


def _shape_fields(item: Item, answer: TensorShape, style: Style) -> list[str]:
    return [
        numerical(Fraction(size), 0, _explained([w.dims for w in _shapes(item)], i, item, style), item.share)
        for i, size in enumerate(answer.dims)
    ]


def _shapes(item: Item) -> list[TensorShape]:
    return [w.answer for w in item.wrongs if isinstance(w.answer, TensorShape)]


def _explained(wrongs: list[tuple[int, ...]], axis: int, item: Item, style: Style) -> Explained:
    """Ce que disent, d’une seule dimension, les erreurs qui portent sur la forme entière."""
    answer = item.answer
    assert isinstance(answer, TensorShape)
    found: dict[int, str] = {}
    for dims, wrong in zip(wrongs, item.wrongs, strict=True):
        if len(dims) == len(answer.dims) and dims[axis] != answer.dims[axis]:
            found.setdefault(dims[axis], _plain(wrong.feedback, style))
    return [(Fraction(size), 0.0, text, 0) for size, text in found.items()]


def _matrix_fields(item: Item, answer: MatrixAnswer, style: Style) -> str:
    rows = []
    for i, row in enumerate(answer.rows):
        cells = (
            f"<td>{numerical(cell, 0, _cell(item, answer, i, j, style), item.share)}</td>"
            for j, cell in enumerate(row)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _cell(item: Item, answer: MatrixAnswer, row: int, column: int, style: Style) -> Explained:
    found: dict[Fraction, str] = {}
    for wrong in item.wrongs:
        table = wrong.answer
        assert isinstance(table, MatrixAnswer)
        if len(table.rows) == len(answer.rows) and len(table.rows[0]) == len(answer.rows[0]):
            value = table.rows[row][column]
            if value != answer.rows[row][column]:
                found.setdefault(value, _plain(wrong.feedback, style))
    return [(value, 0.0, text, 0) for value, text in found.items()]


def numerical(value: Fraction, tolerance: float, explained: Explained, weight: int = 1) -> str:
    """Une case numérique et ses valeurs fausses expliquées."""
    wrongs = "".join(f"~%{share}%{_number(v)}:{dot(t)}#{text}" for v, t, text, share in explained)
    return f"{{{weight}:NUMERICAL:={_number(value)}:{dot(tolerance)}#Oui.{wrongs}}}"


def _number(value: Fraction) -> str:
    return dot(value.numerator) if value.denominator == 1 else dot(float(value))


def _true_or_false(answer: Boolean, item: Item, style: Style) -> str:
    text = _plain(item.wrongs[0].feedback, style) if item.wrongs else ""
    words = ((True, "Vrai"), (False, "Faux"))
    options = "~".join(
        f"={word}#Oui." if value is answer.value else f"{word}#{text}" for value, word in words
    )
    return f"{{{item.share}:MULTICHOICE:{options}}}"


def _options(item: Item, style: Style) -> str:
    """Des propositions l’une sous l’autre : une liste déroulante ne montrerait pas leurs formules."""
    shown = "~".join(
        f"{'=' if option.right else '%0%'}{_plain(option.text, style)}#{_plain(option.feedback, style)}"
        for option in part_options(item)
    )
    return f"{{{item.share}:MULTICHOICE_VS:{shown}}}"


def _short(item: Item, style: Style) -> str:
    known = [("100", "Oui.", text) for text in spellings(item.answer)]
    for wrong in item.wrongs:
        told, share = _plain(wrong.feedback, style), str(round(100 * wrong.credit))
        known += [(share, told, text) for text in spellings(wrong.answer)]
    rows = "~".join(f"%{share}%{protect(literal(text))}#{told}" for share, told, text in known)
    return f"{{{item.share}:SHORTANSWER:{rows}}}"


@lru_cache(maxsize=4096)
def _plain(source: str, style: Style) -> str:
    """Une explication, prête à entrer dans une case."""
    return protect(_UNQUOTED.sub("&#92;", render_inline(source, style)))


_UNQUOTED = re.compile(r"\\(?=[}#]|$)")
"""La barre oblique que Moodle ôterait (« \\} », « \\# »), ou qui lui cacherait la fin d’une case."""


def protect(html: str) -> str:
    """Un texte dans une case cloze, dont `{ } ~ #` sont les signes : ils y deviennent des entités.

    Source : `qtype_multianswer_extract_question` (`question/type/multianswer/questiontype.php` de Moodle), qui passe
    chaque texte d’une case une fois par `html_entity_decode`, puis remplace `\\}` et `\\#` par `}` et `#`.
    """
    return html.translate(_PROTECTED)


_PROTECTED = str.maketrans({"&": "&amp;", "{": "&#123;", "}": "&#125;", "~": "&#126;", "#": "&#35;"})

__all__ = ["cloze_fields", "numerical", "protect"]
