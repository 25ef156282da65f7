"""Rendre le balisage des énoncés : un `Style` dit comment chaque morceau s’écrit dans un format.

`render(texte, style)` est le seul rendu ; un export n’écrit que son style. Les rendus sont gardés : les explications
d’une même erreur reviennent dans mille questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from coursekit.questions.text import Block, Spans, parse
from coursekit.questions.text import escape as escape_markdown

Wrap = Callable[[str], str]


@dataclass(frozen=True)
class Style:
    """Comment un format écrit le texte (`text` le protège), une formule, du code, du gras, et les blocs.

    `table` reçoit les lignes de cellules déjà rendues, l’en-tête d’abord ; `items`, les éléments d’une liste.
    """

    text: Wrap
    math: Wrap
    code: Wrap
    bold: Wrap
    display: Wrap
    paragraph: Wrap
    items: Callable[[list[str]], str]
    table: Callable[[list[list[str]]], str]
    between: str = "\n"


@lru_cache(maxsize=4096)
def render(source: str, style: Style) -> str:
    """Le texte dans ce style, bloc par bloc."""
    return style.between.join(_block(block, style) for block in parse(source))


@lru_cache(maxsize=4096)
def render_inline(source: str, style: Style) -> str:
    """Le texte d’une option ou d’une cellule, sans paragraphe autour ; ses blocs se suivent sur une ligne."""
    return " ".join(_spans(cell, style) for block in parse(source) for row in block.rows for cell in row)


def _block(block: Block, style: Style) -> str:
    rows = [[_spans(cell, style) for cell in row] for row in block.rows]
    match block.kind:
        case "paragraph":
            return style.paragraph(rows[0][0])
        case "display":
            return style.display(block.rows[0][0][0][1])
        case "list":
            return style.items([row[0] for row in rows])
        case "table":
            return style.table(rows)


def _spans(spans: Spans, style: Style) -> str:
    return "".join(getattr(style, kind)(text) for kind, text in spans)


def escape_html(text: str) -> str:
    """Pour un texte ou un attribut entre guillemets droits."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def html_table(rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{cell}</th>' for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_style(inline: tuple[str, str] = (r"\(", r"\)"), display: tuple[str, str] = (r"\[", r"\]")) -> Style:
    """Du HTML, les formules entre ces délimiteurs (ceux de MathJax et de Moodle par défaut)."""
    return Style(
        text=escape_html,
        math=lambda latex: f"{inline[0]}{escape_html(latex)}{inline[1]}",
        code=lambda code: f"<code>{escape_html(code)}</code>",
        bold=lambda text: f"<strong>{escape_html(text)}</strong>",
        display=lambda latex: f"<p>{display[0]}{escape_html(latex)}{display[1]}</p>",
        paragraph=lambda text: f"<p>{text}</p>",
        items=lambda items: f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>",
        table=html_table,
    )


_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\u202f": r"\,", "\u00a0": "~", "−": r"\ensuremath{-}",
        "×": r"\ensuremath{\times}", "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "≤": r"\ensuremath{\le}",
        "≥": r"\ensuremath{\ge}", "≈": r"\ensuremath{\approx}", "→": r"\ensuremath{\to}", "·": r"\ensuremath{\cdot}",
        "Σ": r"\ensuremath{\Sigma}", "Π": r"\ensuremath{\Pi}", "²": r"\ensuremath{^2}", "³": r"\ensuremath{^3}",
        "₀": r"\ensuremath{_0}", "₁": r"\ensuremath{_1}", "₂": r"\ensuremath{_2}", "₃": r"\ensuremath{_3}",
        "⌊": r"\ensuremath{\lfloor}", "⌋": r"\ensuremath{\rfloor}", "⌈": r"\ensuremath{\lceil}",
        "⌉": r"\ensuremath{\rceil}", "√": r"\ensuremath{\surd}", "∈": r"\ensuremath{\in}", "≠": r"\ensuremath{\ne}",
        "∞": r"\ensuremath{\infty}", "½": r"\ensuremath{\tfrac12}", "∂": r"\ensuremath{\partial}",
        "α": r"\ensuremath{\alpha}", "β": r"\ensuremath{\beta}", "γ": r"\ensuremath{\gamma}",
        "δ": r"\ensuremath{\delta}", "ε": r"\ensuremath{\varepsilon}", "λ": r"\ensuremath{\lambda}",
        "μ": r"\ensuremath{\mu}", "σ": r"\ensuremath{\sigma}", "φ": r"\ensuremath{\varphi}",
        "Δ": r"\ensuremath{\Delta}", "’": "'", "'": r"\textquotesingle{}", '"': r"\textquotedbl{}",
        "`": r"\textasciigrave{}",
    }
)  # fmt: skip


def escape_latex(text: str) -> str:
    """Un texte quelconque, pour LaTeX en UTF-8."""
    return text.translate(_TEX)


def latex_table(rows: list[list[str]]) -> str:
    lines = [" & ".join(row) + r" \\" for row in rows]
    columns = "|".join(_column(column, len(rows[0])) for column in zip(*rows, strict=False))
    return "\n".join(
        [
            rf"\begin{{center}}\begin{{tabular}}{{|{columns}|}}\hline",
            *(f"{line} \\hline" for line in lines),
            r"\end{tabular}\end{center}",
        ]
    )


def _column(cells: tuple[str, ...], count: int) -> str:
    """Centrée, ou repliée si une cellule est trop longue pour tenir sur une ligne avec les autres."""
    fits = max(map(len, cells)) <= 120 // count
    # Justifiée, une colonne étroite aurait de grands blancs (paquet « array »).
    return "c" if fits else rf">{{\raggedright\arraybackslash}}p{{{0.8 / count:.2g}\linewidth}}"


LATEX = Style(
    text=escape_latex,
    math=lambda latex: f"${latex}$",
    code=lambda code: rf"\texttt{{{escape_latex(code)}}}",
    bold=lambda text: rf"\textbf{{{escape_latex(text)}}}",
    display=lambda latex: rf"\[{latex}\]",
    paragraph=lambda text: text,
    items=lambda items: (
        "\\begin{itemize}\n" + "\n".join(rf"\item {item}" for item in items) + "\n\\end{itemize}"
    ),
    table=latex_table,
    between="\n\n",
)


def _pipes(rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


MARKDOWN = Style(
    # Dans un notebook, un signe < ouvrirait une balise, et un souligné de l’italique.
    text=lambda text: escape_markdown(text).replace("<", "&lt;").replace("_", r"\_"),
    math=lambda latex: f"${latex}$",
    code=lambda code: f"`{code}`",
    bold=lambda text: f"**{text}**",
    display=lambda latex: f"$$\n{latex}\n$$",
    paragraph=lambda text: text,
    items=lambda items: "\n".join(f"- {item}" for item in items),
    table=_pipes,
    between="\n\n",
)

PLAIN = Style(
    text=lambda text: text,
    math=lambda latex: plain_math(latex),
    code=lambda code: code,
    bold=lambda text: text,
    display=lambda latex: plain_math(latex),
    paragraph=lambda text: text,
    items=lambda items: "\n".join(f"- {item}" for item in items),
    table=lambda rows: "\n".join("  ".join(cell for cell in row) for row in rows),
    between="\n\n",
)


def plain_math(latex: str) -> str:
    """Une formule pour un terminal ; son LaTeX quand une commande n’a pas d’équivalent."""
    from coursekit.checks.plain_latex import plain_text

    written = latex.replace("{,}", ",").replace(r"\,", "\u202f")
    written = re.sub(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", _plain_matrix, written)
    return plain_text(written) or written


def _plain_matrix(found: re.Match[str]) -> str:
    rows = (" ".join(cell.strip() for cell in row.split("&")) for row in found[1].split(r"\\"))
    return f"[{' ; '.join(rows)}]"


HTML = html_style()
