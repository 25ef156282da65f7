r"""LaTeX : une épreuve à imprimer, et son corrigé, qui est un autre fichier fait des mêmes questions.

`write` fait une copie de toutes les questions ; `write_copies`, une copie par élève, paginée à part. La même commande,
au format « latex » puis « latex-corrige », donne l’épreuve et son corrigé.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from coursekit.questions.answers import Answer, Boolean, MatrixAnswer, Parts, TensorShape, option_text
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.fields import part_options
from coursekit.questions.exports.latex_text import (
    PACKAGES,
    explained,
    figure_losses,
    inline,
    numbered,
    statement,
)
from coursekit.questions.sets import Copy
from coursekit.questions.styles import escape_latex
from coursekit.questions.text import NBSP
from coursekit.questions.variant import LETTERS, Item, Option, Variant

NO_HINTS = Loss("no-hints", "une épreuve sur papier n’a pas d’indices")

HEAD = r"""\documentclass[11pt,a4paper]{article}
%s\usepackage[margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{.6ex}
\newcommand{\ligne}[1]{\makebox[#1]{\dotfill}}
\newcommand{\numero}[2]{\textbf{Question #1} \hfill (#2)\par\nopagebreak}
\newenvironment{entier}{\par\begin{minipage}{\linewidth}\setlength{\parskip}{.6ex}}{\end{minipage}\par\bigskip}
\begin{document}

"""

ANSWER_LINES = {"formula": r"\ligne{.7\linewidth}"}


class Latex:
    """L’épreuve, ou son corrigé (`key`)."""

    suffix = ".tex"

    def __init__(self, *, key: bool = False) -> None:
        self.key = key
        self.name = "latex-corrige" if key else "latex"
        self.title = "LaTeX, corrigé" if key else "LaTeX, épreuve"

    def check(self, variant: Variant) -> Sequence[Loss]:
        return [*([NO_HINTS] if variant.hints else []), *figure_losses(variant)]

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        yield _head()
        yield self._opening(meta, "").encode()
        for number, variant in enumerate(variants, start=1):
            yield self._question(variant, number, variant.family.points).encode()
        yield b"\\end{document}\n"

    def write_copies(self, copies: Iterable[Copy], meta: Meta) -> Iterator[bytes]:
        """Une copie par élève, qui commence à la page 1."""
        yield _head()
        for index, copy in enumerate(copies):
            if index:
                yield b"\\clearpage\\setcounter{page}{1}\n"
            yield self._opening(meta, copy.student).encode()
            section = ""
            for number, drawn in enumerate(copy.drawn, start=1):
                if drawn.section != section:
                    section = drawn.section
                    yield f"\\section*{{{escape_latex(section)}}}\n".encode()
                yield self._question(drawn.variant, number, drawn.points).encode()
        yield b"\\end{document}\n"

    def _opening(self, meta: Meta, student: str) -> str:
        title = f"{meta.title}{NBSP}: corrigé" if self.key else meta.title
        name = escape_latex(student) or ("" if self.key else r"\ligne{7cm}")
        course = rf"\hfill {escape_latex(meta.course)}" if meta.course else ""
        named = rf"Nom et prénom~: {name}\par" if name else ""
        return f"{{\\Large\\bfseries {escape_latex(title)}}}{course}\\par\\medskip\n{named}\\bigskip\n\n"

    def _question(self, variant: Variant, number: int, points: int) -> str:
        worth = f"{points} point{'s' if points > 1 else ''}"
        head = f"\\numero{{{number}}}{{{worth}}}\n{statement(variant)}\n\n"
        if self.key:
            return f"{head}{_key(variant)}\\par\\bigskip\n\n"
        # Une question et son blanc restent sur la même page.
        return f"\\begin{{entier}}{head}{_spaces(variant)}\\end{{entier}}\n\n"


def _head() -> bytes:
    return (HEAD % PACKAGES).encode()


def _spaces(variant: Variant) -> str:
    """Où l’élève répond."""
    if variant.options:
        return _listed(variant.options)
    return "\n\n".join(_space(item) for item in variant.items)


def _space(item: Item) -> str:
    prompt = rf"({item.label}) {inline(item.prompt)}\par " if item.label else ""
    options = part_options(item)
    return prompt + (_listed(options) if options else f"Réponse~: {_blank(item.answer)}")


def _listed(options: Sequence[Option], *, key: bool = False) -> str:
    rows = "\n".join(
        rf"\item[{_mark(option, key)} {letter}.] {inline(option.text)}"
        for letter, option in zip(LETTERS, options, strict=False)
    )
    return f"\\begin{{itemize}}\n{rows}\n\\end{{itemize}}"


def _mark(option: Option, key: bool) -> str:
    return r"$\boxtimes$" if key and option.right else r"$\square$"


def _blank(answer: Answer) -> str:
    """Un blanc à la mesure de ce qu’on attend."""
    match answer:
        case TensorShape():
            return r" $\times$ ".join([r"\ligne{2cm}"] * len(answer.dims))
        case MatrixAnswer():
            width = min(1.6, 11 / len(answer.rows[0]))
            row = " & ".join([rf"\rule{{{width:.2f}cm}}{{0pt}}\rule{{0pt}}{{3.5ex}}"] * len(answer.rows[0]))
            columns = f"|{'@{}c@{}|' * len(answer.rows[0])}"
            rows = rf"{row} \\ \hline " * len(answer.rows)
            return rf"\begin{{tabular}}[t]{{{columns}}}\hline {rows}\end{{tabular}}"
        case Boolean():
            return r"$\square$ Vrai \quad $\square$ Faux"
    unit = getattr(answer, "unit", "")
    return ANSWER_LINES.get(answer.kind, r"\ligne{4cm}") + (f" {escape_latex(unit)}" if unit else "")


def _key(variant: Variant) -> str:
    """La réponse, la solution et ce qu’on dit des erreurs connues."""
    answers = _listed(variant.options, key=True) if variant.options else _answers(variant)
    solution = f"Solution~:\n{numbered(variant.solution)}" if variant.solution else ""
    known = "\n".join(explained(item) for item in variant.items)
    return f"{answers}\n\n{solution}\n\n{known}"


def _answers(variant: Variant) -> str:
    if not isinstance(variant.answer, Parts):
        return rf"\textbf{{Réponse~: {inline(option_text(variant.answer))}}}"
    return "\n\n".join(
        rf"({item.label}) {inline(item.prompt)} \textbf{{{inline(option_text(item.answer))}}}"
        for item in variant.items
    )


EXPORTER, KEY = Latex(), Latex(key=True)
