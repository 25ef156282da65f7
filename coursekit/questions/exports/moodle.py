"""Moodle XML : questions numériques avec explication des valeurs fausses, choix multiples, vrai ou faux, cloze.

Source : documentation de Moodle, « Moodle XML format » ; fractions permises : `question/engine/bank.php`. Les nombres
y sont au point : Moodle montre et accepte la virgule dans ses pages en français.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from coursekit.questions.answers import Answer, Boolean, Choices, FormulaText, Integer, Real
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.fields import literal, spellings
from coursekit.questions.exports.moodle_cloze import cloze_fields
from coursekit.questions.exports.moodle_numbers import dot, percent
from coursekit.questions.family import TOPICS
from coursekit.questions.styles import escape_html, html_style, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Option, Variant

STYLE = html_style()

FORMULA_AS_TEXT = Loss(
    "formula-as-text",
    "Moodle ne compare une formule que comme un texte : deux écritures équivalentes diffèrent",
)
NO_CARRY = Loss(
    "no-carry-forward", "Moodle corrige chaque partie seule, sans repartir de ce que l’élève a trouvé"
)
MATRIX_FEEDBACK = Loss("matrix-feedback", "dans un tableau, l’explication d’une erreur se lit case par case")


def cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def html(source: str) -> str:
    """Un texte en HTML, protégé pour XML."""
    return f"<text>{cdata(render(source, STYLE))}</text>"


def feedback(source: str) -> str:
    return f'<feedback format="html">{html(source)}</feedback>'


class Moodle:
    """L’export « moodle »."""

    name = "moodle"
    title = "Moodle XML"
    suffix = ".xml"

    def check(self, variant: Variant) -> Sequence[Loss]:
        if variant.options:
            return ()
        kinds = {item.answer.kind for item in variant.items}
        losses = [FORMULA_AS_TEXT] if "formula" in kinds else []
        losses += [MATRIX_FEEDBACK] if kinds & {"matrix", "shape"} else []
        return [*losses, NO_CARRY] if variant.family.parts else losses

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        yield b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
        topic = None
        for variant in variants:
            if variant.family.topic != topic:
                topic = variant.family.topic
                yield _category(meta, topic).encode()
            yield question(variant).encode()
        yield b"</quiz>\n"


def _category(meta: Meta, topic: str) -> str:
    # Une barre oblique sépare les catégories ; Moodle la double pour l’écrire.
    path = "/".join(name.replace("/", "//") for name in (meta.category, TOPICS[topic]))
    path = escape_html(f"$course$/top/{path}")
    return f'<question type="category"><category><text>{path}</text></category></question>\n'


def question(variant: Variant) -> str:
    """L’élément `<question>`."""
    kind, body, statement = _body(variant)
    family = variant.family
    name = escape_html(f"{family.title} ({variant.hash[:8]})")
    return (
        f'<question type="{kind}">\n'
        f"<name><text>{name}</text></name>\n"
        f'<questiontext format="html"><text>{cdata(statement)}</text>{_file(variant)}</questiontext>\n'
        f'<generalfeedback format="html"><text>{cdata(_solution(variant))}</text></generalfeedback>\n'
        f"<defaultgrade>{family.points}</defaultgrade>\n<penalty>0.3333333</penalty>\n<hidden>0</hidden>\n"
        f"<idnumber>{variant.hash}</idnumber>\n{body}{_hints(variant)}{_tags(variant)}</question>\n"
    )


def _body(variant: Variant) -> tuple[str, str, str]:
    """Le type de question de Moodle, les éléments de ce type, et l’énoncé en HTML."""
    statement, answer = _statement(variant), variant.answer
    if isinstance(answer, Boolean):
        return "truefalse", _truefalse(variant, answer), statement
    if variant.options:
        return "multichoice", _multichoice(variant), statement
    if isinstance(answer, Integer | Real):
        return "numerical", _numerical(variant, answer), statement
    if isinstance(answer, FormulaText):
        return "shortanswer", _shortanswer(variant), statement
    # Moodle met « {#1} » à la place de chaque case : l’énoncé ne doit pas en contenir d’autre.
    return "cloze", "", statement.replace("{#", "{&#35;") + cloze_fields(variant, STYLE)


def _statement(variant: Variant) -> str:
    figure = variant.figure
    picture = (
        f'<p><img src="@@PLUGINFILE@@/{variant.hash}.svg" alt="{escape_html(figure.alt)}"></p>'
        if figure
        else ""
    )
    return render(variant.statement, STYLE) + picture


def _file(variant: Variant) -> str:
    if variant.figure is None:
        return ""
    data = b64encode(variant.figure.svg.encode()).decode()
    return f'<file name="{variant.hash}.svg" path="/" encoding="base64">{data}</file>'


def _solution(variant: Variant) -> str:
    steps = "".join(f"<li>{render(step, STYLE)}</li>" for step in variant.solution)
    return f"<ol>{steps}</ol>" if steps else ""


def _hints(variant: Variant) -> str:
    return "".join(f'<hint format="html">{html(hint)}</hint>\n' for hint in variant.hints)


def _tags(variant: Variant) -> str:
    family = variant.family
    names = (family.id, TOPICS[family.topic], f"niveau {family.level}", *family.tags)
    return f"<tags>{''.join(f'<tag><text>{escape_html(name)}</text></tag>' for name in names)}</tags>\n"


def _answer(
    fraction: str, text: str, explained: str, more: str = "", form: str = "moodle_auto_format"
) -> str:
    return f'<answer fraction="{fraction}" format="{form}"><text>{text}</text>{explained}{more}</answer>\n'


def _tolerance(answer: Answer) -> str:
    return f"<tolerance>{dot(answer.tolerance) if isinstance(answer, Real) else 0}</tolerance>"


def _numerical(variant: Variant, answer: Integer | Real) -> str:
    rows = [_answer("100", dot(answer.value), feedback("Oui."), _tolerance(answer))]
    for known in variant.wrongs:
        value = known.answer
        assert isinstance(value, Integer | Real)
        rows.append(
            _answer(percent(known.credit), dot(value.value), feedback(known.feedback), _tolerance(value))
        )
    return "".join(rows) + _units(answer.unit)


def _units(unit: str) -> str:
    """L’unité, que l’élève peut écrire ou taire (`showunits` 0, `unitgradingtype` 0) ; 3 : pas d’unité."""
    if not unit:
        return "<unitgradingtype>0</unitgradingtype><unitpenalty>0</unitpenalty><showunits>3</showunits>\n"
    one = f"<unit><multiplier>1</multiplier><unit_name>{escape_html(unit)}</unit_name></unit>"
    return (
        "<unitgradingtype>0</unitgradingtype><unitpenalty>0</unitpenalty><showunits>0</showunits>"
        f"<unitsleft>0</unitsleft><units>{one}</units>\n"
    )


def _multichoice(variant: Variant) -> str:
    several = isinstance(variant.answer, Choices)
    rights = sum(option.right for option in variant.options)
    rows = "".join(
        _option(option, rights, len(variant.options) - rights, several) for option in variant.options
    )
    return (
        f"<single>{'false' if several else 'true'}</single><shuffleanswers>true</shuffleanswers>"
        f"<answernumbering>ABCD</answernumbering>\n{rows}"
    )


def _option(option: Option, rights: int, wrongs: int, several: bool) -> str:
    credit = option.wrong.credit if option.wrong else Fraction(0)
    if several:
        share = Fraction(1, rights) if option.right else Fraction(-1, max(wrongs, 1))
    else:
        share = Fraction(1) if option.right else credit
    text = cdata(render_inline(option.text, STYLE))
    return _answer(percent(share), text, feedback(option.feedback), form="html")


def _truefalse(variant: Variant, answer: Boolean) -> str:
    explained = variant.wrongs[0].feedback if variant.wrongs else f"Non{NBSP}: c’est le contraire."
    return "".join(
        _answer(
            "100" if value is answer.value else "0",
            word,
            feedback("Oui." if value is answer.value else explained),
        )
        for value, word in ((True, "true"), (False, "false"))
    )


def _shortanswer(variant: Variant) -> str:
    rows = [_spelled("100", text, "Oui.") for text in spellings(variant.answer)]
    for known in variant.wrongs:
        rows += [_spelled(percent(known.credit), text, known.feedback) for text in spellings(known.answer)]
    return "<usecase>0</usecase>\n" + "".join(rows)


def _spelled(share: str, text: str, explained: str) -> str:
    return _answer(share, escape_html(literal(text)), feedback(explained))


EXPORTER = Moodle()
