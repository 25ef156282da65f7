"""Ce que les deux exports LaTeX ont en commun : le préambule, les textes, les figures."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.questions.answers import option_text
from coursekit.questions.exports import Loss
from coursekit.questions.exports.tikz import tikz
from coursekit.questions.styles import LATEX, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Item, Variant

FIGURE_AS_TEXT = Loss("figure-as-text", "la figure ne se traduit pas en TikZ : sa description la remplace")

PACKAGES = r"""\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{lmodern}
\usepackage[french]{babel}
\frenchsetup{AutoSpacePunctuation=false,SmallCapsFigTabCaptions=false}
\usepackage{amsmath,amssymb,array}
\usepackage{tikz}
\usetikzlibrary{svg.path}
% Une figure plus large que la ligne est réduite à sa largeur.
\newcommand{\reduite}[1]{\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{#1}}
"""
"""Les textes portent déjà leurs espaces insécables : babel n’a pas à en ajouter devant la ponctuation."""


def text(source: str) -> str:
    """Un texte en paragraphes."""
    return render(source, LATEX)


def inline(source: str) -> str:
    """Un texte sur une ligne."""
    return render_inline(source, LATEX)


def statement(variant: Variant) -> str:
    """L’énoncé et sa figure."""
    figure = variant.figure
    if figure is None:
        return text(variant.statement)
    drawn = tikz(figure)
    shown = rf"\begin{{center}}\reduite{{{drawn}}}\end{{center}}" if drawn else LATEX.text(figure.alt)
    return f"{text(variant.statement)}\n\n{shown}"


def figure_losses(variant: Variant) -> Sequence[Loss]:
    return () if variant.figure is None or tikz(variant.figure) else (FIGURE_AS_TEXT,)


def numbered(steps: Sequence[str]) -> str:
    """Les étapes d’une solution."""
    rows = "\n".join(rf"\item {text(step)}" for step in steps)
    return f"\\begin{{enumerate}}\n{rows}\n\\end{{enumerate}}"


def explained(item: Item) -> str:
    """Ce qu’on dit des valeurs fausses que l’on connaît."""
    known = [f"{option_text(wrong.answer)}{NBSP}: {wrong.feedback}" for wrong in item.wrongs]
    if not known:
        return ""
    rows = "\n".join(rf"\item {inline(line)}" for line in known)
    return f"Erreurs connues~:\n\\begin{{itemize}}\n{rows}\n\\end{{itemize}}"
