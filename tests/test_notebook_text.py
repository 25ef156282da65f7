"""Du chapitre construit à son notebook : le texte en Markdown, le code et ce qu’il lui faut."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from notebook_code import Shown, shown_cells, unreachable
from notebook_text import Code, Text, pieces

TEX = (
    '<span class="katex"><math><annotation encoding="application/x-tex">{}</annotation></math>'
    '<span class="katex-html">x</span></span>'
)
INLINE = f'<span class="math">{TEX.format("a_1 * b")}</span>'
DISPLAY = (
    '<div class="math"><span class="eqno">(7)<a class="headerlink" href="#e">#</a></span>'
    f'<span class="katex-display">{TEX.format("W_2")}</span></div>'
)

SENTENCES = [
    ("<p>Un <em>mot</em>, du <code>code_a</code>.</p>", "Un *mot*, du `code_a`."),
    (f"<p>Soit {INLINE}.</p>", "Soit $a_1 * b$."),
    (DISPLAY, "$$\nW_2 \\tag{7}\n$$"),
    (
        '<p><a href="../glossaire.html#t">terme</a> et <a href="https://a.fr/">lien</a></p>',
        "terme et [lien](https://a.fr/)",
    ),
    ('<p><a class="download" href="../_downloads/f/tp.ipynb">Le TP</a></p>', "Le TP (tp.ipynb)"),
    ('<h2>Titre<a class="headerlink" href="#t">#</a></h2><p>Suite</p>', "## Titre\n\nSuite"),
    (
        '<div class="note admonition"><p class="admonition-title">Note</p><p>Un.</p></div>',
        "> **Note**\n>\n> Un.",
    ),
    (
        '<div class="exercise admonition"><p class="admonition-title">Exercice 1 (Compter)</p><p>Un.</p></div>',
        "### Exercice 1 (Compter)\n\nUn.",
    ),
    (
        '<div class="highlight-python"><div class="highlight"><pre>def f():\n    pass\n</pre></div></div>',
        "```python\ndef f():\n    pass\n```",
    ),
    ("<dl><dt>mot</dt><dd><p>Sens.</p></dd></dl>", "**mot**\n\nSens."),
    (
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
        "| a |\n| --- |\n| 1 |",
    ),
]


@pytest.mark.parametrize(
    ("html", "markdown"), SENTENCES, ids=[markdown.split("\n")[0] for _, markdown in SENTENCES]
)
def test_a_piece_of_page_in_markdown(html: str, markdown: str) -> None:
    assert list(pieces(html)) == [Text(markdown)]


CELL = '<div class="cell"><div class="cell_input"><pre>x</pre></div></div>'
FIGURE = (
    '<div class="cell"><figure><img src="a.png"><figcaption><p><span class="caption-number">Figure 2 </span>'
    "<span>Deux cartes.</span></p></figcaption></figure></div>"
)
SOLVED = (
    '<div class="exercise admonition"><p class="admonition-title">Exercice 1 (Compter)</p><p>?</p></div>'
    f'<details class="solution dropdown"><summary>Solution</summary><p>Trois.</p>{CELL}</details><p>Après.</p>'
)


def test_cells_keep_their_place() -> None:
    assert list(pieces(f"<p>Un.</p>{CELL}<p>Deux.</p>{CELL}")) == [
        Text("Un."),
        Code(0),
        Text("Deux."),
        Code(1),
    ]


def test_a_caption_follows_the_cell_that_draws_its_figure() -> None:
    assert list(pieces(FIGURE)) == [Code(0), Text("**Figure 2** Deux cartes.")]


def test_solutions_wait_at_the_end() -> None:
    texts = [piece.markdown if isinstance(piece, Text) else piece for piece in pieces(SOLVED + CELL)]
    assert texts == [
        "### Exercice 1 (Compter)\n\n?\n\nAprès.",
        Code(1),
        "## Solutions",
        "### Exercice 1 (Compter)\n\nTrois.",
        Code(0),
    ]


def cells(*sources: tuple[str, str]) -> list:
    """Des cellules, de leur sorte (`text`, `code`, ou une étiquette) et de leur contenu."""
    return [
        new_markdown_cell(source)
        if kind == "text"
        else new_code_cell(source, metadata={} if kind == "code" else {"tags": [kind]})
        for kind, source in sources
    ]


PLUMBING = "from coursekit.prose import decimal, say\nfrom m import f, g\n\nh = f(2)\nsay(n=h)"

CODE = [
    ("rien ne manque", [("remove-cell", PLUMBING), ("code", "print(1)")], {1: [Shown("print(1)")]}),
    (
        "un import seul, et pas la plomberie",
        [("remove-cell", PLUMBING), ("code", "print(g(1))")],
        {1: [Shown("from m import g"), Shown("print(g(1))")]},
    ),
    (
        "une valeur, et ce qui la calcule",
        [("remove-cell", PLUMBING), ("text", "…"), ("code", "print(h)")],
        {2: [Shown("from m import f\nh = f(2)"), Shown("print(h)")]},
    ),
    (
        "chaque reste devant sa cellule",
        [("code", "a = 1"), ("remove-cell", "b = a"), ("code", "print(b)")],
        {0: [Shown("a = 1")], 2: [Shown("b = a"), Shown("print(b)")]},
    ),
    (
        "repliée",
        [("hide-input", "%matplotlib inline\nx = 1")],
        {0: [Shown("%matplotlib inline\nx = 1", folded=True)]},
    ),
]


@pytest.mark.parametrize(("sources", "expected"), [case[1:] for case in CODE], ids=[case[0] for case in CODE])
def test_the_cells_of_the_notebook(sources: list[tuple[str, str]], expected: dict[int, list[Shown]]) -> None:
    written = cells(*sources)
    visible = {i for i, (kind, _) in enumerate(sources) if kind not in ("text", "remove-cell")}
    assert shown_cells(written, visible) == expected


@pytest.mark.parametrize(
    ("hidden", "names"),
    [("for i in range(3):\n    last = i", {"last"}), ("last = 2", set())],
    ids=["dans un bloc", "au premier niveau"],
)
def test_what_the_notebook_could_not_reach_is_named(hidden: str, names: set[str]) -> None:
    written = cells(("remove-cell", hidden), ("code", "print(last)"))
    sources = [each.source for group in shown_cells(written, {1}).values() for each in group]
    assert unreachable(written, sources) == names
