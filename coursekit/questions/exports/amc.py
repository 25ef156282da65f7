"""AMC-LaTeX : des examens sur papier, tirés et corrigés par Auto Multiple Choice.

`write` fait une banque : un groupe par famille, dont chaque copie reçoit une question au hasard ; on fixe le nombre de
copies à l’impression (`auto-multiple-choice prepare --n-copies N`). `write_copies` fait des copies nominatives.

Source : documentation d’Auto Multiple Choice 1.6, « Format LaTeX ».
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from coursekit.questions.answers import Boolean, Choices
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.amc_numbers import fields, numeric_choices
from coursekit.questions.exports.fields import part_options
from coursekit.questions.exports.latex_text import (
    PACKAGES,
    explained,
    figure_losses,
    inline,
    numbered,
    statement,
)
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.sets import Copy
from coursekit.questions.styles import escape_latex
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Item, Option, Variant

NO_HINTS = Loss("no-hints", "une copie d’examen n’a pas d’indices")
NO_CARRY = Loss(
    "no-carry-forward", "AMC corrige chaque partie seule, sans repartir de ce que l’élève a trouvé"
)
NO_CREDIT = Loss(
    "no-partial-credit", "AMC ne donne pas de points partiels à une valeur fausse codée en chiffres"
)
BY_HAND = Loss("marked-by-hand", "une formule s’écrit à la main, et le professeur coche si elle est juste")

HEAD = r"""\documentclass[a4paper]{article}
%s\usepackage[lang=FR,bloc]{automultiplechoice}
\AMCrandomseed{%d}
\AMCnumericOpts{Tpoint={\raisebox{1ex}{\bf ,}}}
\begin{document}

"""

SHEET = r"""\noindent{\large\bfseries %s}\hfill %s\par\bigskip
\namefield{\fbox{\begin{minipage}{.6\linewidth}Nom et prénom~: %s\vspace{5mm}\dotfill\vspace{1mm}\end{minipage}}}
\par\bigskip
"""

COPIES = 10
"""Le nombre de copies écrit dans le fichier ; `--n-copies` l’emporte."""


class Amc:
    """L’export « amc »."""

    name = "amc"
    title = "AMC-LaTeX (Auto Multiple Choice)"
    suffix = ".tex"

    def check(self, variant: Variant) -> Sequence[Loss]:
        typed = () if variant.options else variant.items
        lost = {
            NO_HINTS: bool(variant.hints),
            NO_CARRY: bool(variant.family.parts),
            NO_CREDIT: any(w.credit for item in typed if fields(item) for w in item.wrongs),
            BY_HAND: any(item.answer.kind == "formula" for item in typed),
        }
        return [*(loss for loss, happens in lost.items() if happens), *figure_losses(variant)]

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        yield _head(meta)
        groups: dict[str, None] = {}
        for variant in variants:
            group = variant.family.id.replace("_", "-")
            groups[group] = None
            yield f"\\element{{{group}}}{{\n{question(variant)}}}\n\n".encode()
        drawn = "".join(f"\\shufflegroup{{{group}}}\\insertgroup[1]{{{group}}}\n" for group in groups)
        yield f"\\onecopy{{{COPIES}}}{{\n{_sheet(meta, '')}{drawn}}}\n\\end{{document}}\n".encode()

    def write_copies(self, copies: Iterable[Copy], meta: Meta) -> Iterator[bytes]:
        """Une copie par élève, ses questions dans l’ordre du manifeste ; AMC l’associe à son nom."""
        yield _head(meta)
        for copy in copies:
            student = escape_latex(copy.student)
            body = f"\\AMCassociation{{{student}}}\n{_sheet(meta, student)}{''.join(_sections(copy))}"
            yield f"\\onecopy{{1}}{{\n{body}}}\n\n".encode()
        yield b"\\end{document}\n"


def _sections(copy: Copy) -> Iterator[str]:
    """Les questions d’une copie, chaque section sous son titre."""
    section = ""
    for drawn in copy.drawn:
        if drawn.section != section:
            section = drawn.section
            yield f"\\section*{{{escape_latex(section)}}}\n"
        yield question(drawn.variant, drawn.points)


def _head(meta: Meta) -> bytes:
    # Le générateur d’AMC veut une graine entre 1 et 4 194 303.
    return (HEAD % (PACKAGES, meta.seed % 4_194_303 + 1)).encode()


def _sheet(meta: Meta, student: str) -> str:
    return SHEET % (escape_latex(meta.title), escape_latex(meta.course), student)


def question(variant: Variant, points: int | None = None) -> str:
    """La question, ou l’énoncé suivi d’une question par nombre à coder."""
    worth = variant.family.points if points is None else points
    name, text = question_name(variant), statement(variant)
    if variant.options:
        environment = "questionmult" if isinstance(variant.answer, Choices) else "question"
        body = _options(variant.options, marks(worth)) + _explain(variant, variant.items)
        return _environment(environment, name, f"{text}\n{body}")
    shares = sum(item.share for item in variant.items)
    asked = [entry for item in variant.items for entry in _asked(item, Fraction(worth * item.share, shares))]
    if len(asked) == 1:
        environment, _, prompt, body = asked[0]
        return _environment(environment, name, f"{text}\n{prompt}{body}{_explain(variant, variant.items)}")
    (kind, tag, said, boxes), *rest = asked
    opening = _environment(kind, name + tag, f"{said}\n{boxes}")
    # L’énoncé reste sur la page de la première case.
    together = f"\\begin{{minipage}}{{\\linewidth}}\n{text}\\par\\medskip\n{opening}\\end{{minipage}}\\par\n"
    *middle, (kind, tag, said, boxes) = rest
    between = "".join(_environment(k, name + t, f"{s}\n{b}") for k, t, s, b in middle)
    last = _environment(kind, name + tag, f"{said}\n{boxes}{_explain(variant, variant.items)}")
    return f"\\noindent{together}{between}{last}"


def question_name(variant: Variant) -> str:
    """Le nom sous lequel AMC note la question : la même, avec et sans propositions, en a deux."""
    form = "-qcm" if variant.options else ""
    return f"{variant.family.id.replace('_', '-')}-{variant.hash[:8]}{form}"


def _environment(kind: str, name: str, body: str) -> str:
    return f"\\begin{{{kind}}}{{{name}}}\n{body}\\end{{{kind}}}\n"


def _asked(item: Item, worth: Fraction) -> list[tuple[str, str, str, str]]:
    """(environnement, suffixe de nom, question, cases) de chaque case d’une partie, qui s’en partagent les points."""
    said = f"({item.label}) {inline(item.prompt)}" if item.label else ""
    numbers = fields(item)
    points = marks(worth / max(len(numbers), 1))
    if len(numbers) == 1:
        unit = getattr(item.answer, "unit", "")
        boxes = numeric_choices(numbers[0], points) + (f" {escape_latex(unit)}" if unit else "")
        return [("questionmultx", item.label, said, f"{boxes}\n")]
    if numbers:
        return [
            ("questionmultx", f"{item.label}-{i}", f"{said} {inline(field.prompt)}{NBSP}:".strip(),
             f"{numeric_choices(field, points)}\n")
            for i, field in enumerate(numbers, start=1)
        ]  # fmt: skip
    options = part_options(item)
    if options:
        return [("question", item.label, said, _options(options, points))]
    if isinstance(item.answer, Boolean):
        return [("question", item.label, said, _true_or_false(item.answer, points))]
    return [("question", item.label, said, _by_hand(points))]


def marks(points: Fraction | int) -> str:
    """Des points, au dix-millième."""
    return dot(round(float(points), 4))


def _options(options: Sequence[Option], points: str) -> str:
    several = sum(option.right for option in options) > 1
    rows = "".join(f"{_option(option, points, several)}\n" for option in options)
    # Plusieurs bonnes : un point de moins par case mal cochée, jamais moins de zéro.
    scoring = rf"\scoring{{haut={points},p=0}}" if several else rf"\scoring{{b={points},m=0}}"
    return f"{scoring}\n\\begin{{choices}}\n{rows}\\end{{choices}}\n"


def _option(option: Option, points: str, several: bool) -> str:
    if option.right:
        return rf"\correctchoice{{{inline(option.text)}}}"
    credit = option.wrong.credit if option.wrong else Fraction(0)
    scoring = rf"\scoring{{{marks(Fraction(points) * credit)}}}" if credit and not several else ""
    return rf"\wrongchoice{{{inline(option.text)}}}{scoring}"


def _true_or_false(answer: Boolean, points: str) -> str:
    rows = "".join(
        rf"\{'correct' if value is answer.value else 'wrong'}choice{{{word}}}"
        for value, word in ((True, "Vrai"), (False, "Faux"))
    )
    return f"\\scoring{{b={points},m=0}}\n\\begin{{choiceshoriz}}[o]\n{rows}\n\\end{{choiceshoriz}}\n"


def _by_hand(points: str) -> str:
    marks = rf"\wrongchoice[F]{{faux}}\scoring{{0}}\correctchoice[J]{{juste}}\scoring{{{points}}}"
    return f"\\AMCOpen{{lines=1}}{{{marks}}}\n"


def _explain(variant: Variant, items: Sequence[Item]) -> str:
    """La solution et les erreurs connues, que seul le corrigé d’AMC montre."""
    known = "".join(explained(item) for item in items)
    return f"\\explain{{{numbered(variant.solution)}{known}}}\n"


EXPORTER = Amc()
