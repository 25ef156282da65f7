"""Le balisage des énoncés : les nombres à la française, et le même texte dans chaque format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.questions.styles import HTML, LATEX, MARKDOWN, PLAIN, html_style, render, render_inline
from coursekit.questions.text import escape, number_text, parse, tidy

TIDIED = [
    ("Il y a 19273856 poids.", "Il y a 19\u202f273\u202f856 poids."),
    ("En 2016, 1024 canaux.", "En 2016, 1024 canaux."),
    ("Soit 3.5 ou -2.", "Soit 3,5 ou −2."),
    ("De 12345.5 à 0.00012", "De 12\u202f345,5 à 0,00012"),
    ("La variante V1.5 de 3.1.2", "La variante V1.5 de 3.1.2"),
    ("Entre 3-5 et a-1", "Entre 3-5 et a-1"),
    ("$W = 19273856$", r"$W = 19\,273\,856$"),
    ("$3.5 + 2,25$", "$3{,}5 + 2{,}25$"),
    ("$(3, 5)$", "$(3, 5)$"),
    ("$−2 × 3$", r"$-2 \times  3$"),
    (r"$3\times0.3$", r"$3\times0{,}3$"),
    ("`Conv2d(12345, 0.5)`", "`Conv2d(12345, 0.5)`"),
    (r"Coûte 12345 \$", "Coûte 12\u202f345 \\$"),
    ("12\u202f345 et 3,14159", "12\u202f345 et 3,14159"),
]


@pytest.mark.parametrize(("written", "tidied"), TIDIED)
def test_numbers_take_their_french_form(written, tidied):
    assert tidy(written) == tidied
    assert tidy(tidied) == tidied


@given(st.text(alphabet="0123456789.,-−$`{}\\ ax\u202f×*|\n", max_size=40))
def test_tidying_twice_changes_nothing(text):
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, None, "0"),
        (9999, None, "9999"),
        (10_000, None, "10\u202f000"),
        (-12345, None, "−12\u202f345"),
        (44.8979, 3, "44,9"),
        (0.000123456, 3, "0,000123"),
        (1e-9, 3, "0,000000001"),
        (99.96, 3, "100"),
        (1234567.0, 3, "1\u202f230\u202f000"),
        (0.1 + 0.2, None, "0,3"),
    ],
)
def test_a_number_alone(value, digits, text):
    assert number_text(value, digits) == text


HARD = "é « a » {b} = c ~ d # e : f < g & h % i _ j ^ k \\ l \"m\" 'n'"

RENDERED = [
    (
        HTML,
        "Un $x < y$ et `a<b` **gras**",
        r"<p>Un \(x &lt; y\) et <code>a&lt;b</code> <strong>gras</strong></p>",
    ),
    (LATEX, "50 % de $x_1$, `a_b`", r"50 \% de $x_1$, \texttt{a\_b}"),
    (MARKDOWN, "a_b < $x_1$ `c_d`", r"a\_b &lt; $x_1$ `c_d`"),
    (PLAIN, r"$\frac{W}{2}$ **et** `code`", "W/2 et code"),
    (HTML, "un\n\ndeux", "<p>un</p>\n<p>deux</p>"),
    (HTML, "- un\n- $x$", r"<ul><li>un</li><li>\(x\)</li></ul>"),
    (HTML, "$$x = 1$$", r"<p>\[x = 1\]</p>"),
    (
        HTML,
        "| a | b |\n|---|---:|\n| $|x|$ | 2 \\| 3 \\$ |",
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        r"<tbody><tr><td>\(|x|\)</td><td>2 | 3 $</td></tr></tbody></table>",
    ),
    (PLAIN, r"prix : 3 \$ et \* \` \\", r"prix : 3 $ et * ` " + "\\"),
]


@pytest.mark.parametrize(("style", "text", "rendered"), RENDERED)
def test_rendered(style, text, rendered):
    assert render(text, style) == rendered


def test_escaped_text_comes_out_as_it_was():
    hard = HARD + " $ ` * |"
    assert render_inline(escape(hard), PLAIN) == hard


@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), max_size=30
    )
)
def test_any_escaped_text_survives(text):
    if not text.startswith("- "):
        assert render_inline(escape(text), PLAIN) == text


@pytest.mark.parametrize(
    "text", ["$x", "x$ `y", "**a", "| a |", "", "$$", "- ", "|---|", "$ $", "`$`", "|a|\n|-|\n|b|c|"]
)
@pytest.mark.parametrize("style", [HTML, LATEX, MARKDOWN, PLAIN], ids=["html", "latex", "markdown", "plain"])
def test_what_is_badly_written_is_shown_as_it_is(text, style):
    assert isinstance(render(text, style), str)


def test_code_is_not_read_as_math():
    assert [kind for kind, _ in parse("`$x$`")[0].rows[0][0]] == ["code"]


def test_a_format_chooses_its_delimiters():
    assert render("$x$", html_style(("$", "$"))) == "<p>$x$</p>"
