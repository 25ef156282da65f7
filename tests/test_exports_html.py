"""La page HTML, lue par Chromium sans script ni réseau : textes, formules, figures, replis, téléphone et papier."""

import re
from dataclasses import replace

import pytest
from nasty_questions import RAW, bank_variants, nasty_variants

from coursekit.questions import Copy
from coursekit.questions.answers import option_text
from coursekit.questions.exports import Meta, Report, load
from coursekit.questions.styles import PLAIN, render

EXPORTER = load("html")
META = Meta(title="Contrôle d’été & <suite>", course="CNN #1")

CUT = "\0"
PROSE = replace(
    PLAIN,
    math=lambda latex: CUT,
    display=lambda latex: CUT,
    table=lambda rows: CUT.join(cell for row in rows for cell in row),
    items=lambda items: CUT.join(items),
    between=CUT,
)
"""Les formules, les cellules et les paragraphes séparent des morceaux de prose."""


def pieces(source):
    return [squeezed(piece) for piece in render(source, PROSE).split(CUT)]


def squeezed(text):
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


@pytest.fixture(scope="module")
def variants():
    return [
        *nasty_variants("typed"),
        *nasty_variants("choice"),
        *bank_variants("typed", [0]),
        *bank_variants("choice", [0]),
    ]


@pytest.fixture(scope="module")
def path(variants, tmp_path_factory):
    path = tmp_path_factory.mktemp("html") / "page.html"
    path.write_bytes(b"".join(EXPORTER.write(variants, META)))
    return path


@pytest.fixture
def opened(browser, path):
    """La page ouverte dans une fenêtre de cette largeur, et les adresses qu’elle a demandées."""
    contexts = []

    def open_page(width=1000, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def texts_of(page, selector):
    """Le texte de chaque élément, même replié."""
    return [
        squeezed(text) for text in page.locator(selector).evaluate_all("all => all.map(e => e.textContent)")
    ]


def test_the_page_stands_alone(opened, path):
    page = opened(java_script_enabled=False)
    assert page.asked == [path.as_uri()]
    assert "<script" not in path.read_text(encoding="utf-8")
    assert page.title() == META.title


def test_every_text_is_read(opened, variants):
    articles = texts_of(opened(), "article")
    assert len(articles) == len(variants)
    for variant, text in zip(variants, articles, strict=True):
        told = [variant.statement, *variant.solution, *variant.hints]
        told += [item.prompt for item in variant.items]
        told += [option.text for option in variant.options]
        shown = [o.wrong for o in variant.options if o.wrong] if variant.options else variant.wrongs
        told += [wrong.feedback for wrong in shown]
        for piece in (piece for source in told for piece in pieces(source)):
            assert piece in text


def test_the_hard_text_is_read_as_written(opened):
    assert texts_of(opened(), "article")[0].count(squeezed(RAW)) >= 6


def test_the_answer_is_the_right_one(opened, variants):
    page = opened()
    for index, variant in enumerate(variants):
        found = texts_of(page, f"article:nth-of-type({index + 1}) .reponse")
        if variant.options:
            assert "".join(text[0] for text in found) == variant.right_option
        else:
            assert len(found) == len(variant.items)
            for text, item in zip(found, variant.items, strict=True):
                assert all(piece in text for piece in pieces(option_text(item.answer)))


def test_formulas_and_figures_are_drawn(opened, variants):
    page = opened()
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    sizes = page.locator("math").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height])"
    )
    assert len(sizes) > len(variants)
    assert all(width > 0 and height > 0 for width, height in sizes)
    assert page.locator("merror").count() == 0
    figures = [variant.figure for variant in variants if variant.figure]
    labels = page.locator("figure svg").evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
    assert labels == [figure.alt for figure in figures]


def test_solutions_are_folded_until_asked(opened):
    page = opened()
    first = page.locator("article").first
    assert not first.locator(".reponse").is_visible()
    first.locator("summary", has_text="Réponse et solution").click()
    assert first.locator(".reponse").is_visible()


@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_overflows(opened, width):
    page = opened(width)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    beyond = """all => all.filter(e => !e.closest('.formule, .large, .longue, figure')
        && e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 200))"""
    assert page.locator("article *").evaluate_all(beyond) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(opened, scheme):
    page = opened(color_scheme=scheme)
    colors = page.evaluate("(e => [e.color, e.backgroundColor])(getComputedStyle(document.body))")
    ink, paper = (sum(map(int, re.findall(r"\d+", color)[:3])) for color in colors)
    assert abs(ink - paper) > 500


def test_paper_shows_the_questions_alone(opened):
    page = opened()
    page.emulate_media(media="print")
    assert page.locator("details:visible").count() == 0
    assert page.locator("article:visible").count() > 0


def test_a_section_for_each_student(opened, path):
    drawn = tuple(bank_variants("typed", [0])[:3])
    copies = [Copy("Zoé <É>", drawn[:2], (3, 1)), Copy("Bob", drawn[2:], (2,), ("Bilan & fin",))]
    written = b"".join(EXPORTER.write_copies(copies, META)).decode()
    assert re.findall(r"<h2>(.*?)</h2>", written) == ["Zoé &lt;É&gt;", "Bob"]
    assert written.index("Bob") < written.index("<h3>Bilan &amp; fin</h3>")
    assert re.findall(r"Question.(\d)", written) == ["1", "2", "1"]
    assert "3\u00a0points" in written


def test_nothing_is_lost(variants):
    report = Report(EXPORTER)
    list(report.watch(variants))
    assert report.lines() == []
