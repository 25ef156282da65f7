"""Du livre construit au document à imprimer : ordre, ancres, renvois, code, et ce qui est refusé."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from printing import __main__ as printing
from printing import chromium
from printing.document import assemble
from printing.paper import is_balanced, prepare, split_lines
from printing.sources import Chapter, Place, PrintError, Settings, read_toc, stylesheets

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SETTINGS = Settings("Petit livre", "Une autrice", "2026", "<p>Licence libre.</p>")
PAGE = '<head><link rel="stylesheet" href="{up}_static/a.css"></head><article class="bd-article">{body}</article>'

INDEX = '<h1>Petit livre</h1><p><a href="un/a.html#fin">vers la fin de A</a></p>'
CHAPTER_A = """<section id="a"><h1>Chapitre A<a class="headerlink" href="#a">#</a></h1>
<section id="fin"><h2>Fin</h2>
<div class="exercise admonition" id="ex-1"><p class="admonition-title">Exercice 1 (Compter)</p><p>Comptez.</p></div>
<details class="solution dropdown" id="sol"><summary>Solution</summary><p>Trois.</p></details>
<div class="coursekit-widget" data-afm="quiz"><script>{}</script><div class="coursekit-fallback">
<p class="title">Un quiz</p><ol><li><p>Combien ?</p><details><summary>Solution</summary><p>Quatre.</p></details></li>
</ol></div></div>
<a class="reference download internal" download="" href="../_downloads/x/tp.ipynb">Le devoir</a>
<a href="https://example.org/">ailleurs</a> <a href="b.html">vers B</a>
<svg><clipPath id="coupe"></clipPath><g clip-path="url(#coupe)"></g></svg><img loading="lazy" src="../_images/i.png">
</section></section>"""
CHAPTER_B = """<section id="b"><h1>Chapitre B</h1>
<section id="fin"><h2>Fin</h2><p><a href="#fin">ici</a></p></section></section>"""


def built(root: Path, **changed: str) -> Path:
    """Un livre construit de trois pages, dont on peut changer le corps."""
    bodies = {"index": INDEX, "un/a": CHAPTER_A, "un/b": CHAPTER_B} | changed
    for name, body in bodies.items():
        path = root / "html" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(up="../" * name.count("/"), body=body), encoding="utf-8")
    return root / "html"


PLACES = [Place("index", None), Place("un/a", "Partie"), Place("un/b", "Partie")]


@pytest.fixture
def document(tmp_path: Path) -> BeautifulSoup:
    return assemble(SETTINGS, PLACES, built(tmp_path), tmp_path / "pdf")


def links(document: BeautifulSoup) -> dict[str, str]:
    return {link.get_text(): link["href"] for link in document.select(".chapter a")}


def test_the_order_is_that_of_the_contents(tmp_path: Path) -> None:
    toc = tmp_path / "_toc.yml"
    chapters = [{"file": "z", "sections": [{"file": "y"}]}]
    parts = [{"caption": "Un", "chapters": chapters}, {"caption": "Deux", "chapters": [{"file": "a"}]}]
    toc.write_text(yaml.safe_dump({"format": "jb-book", "root": "index", "parts": parts}), encoding="utf-8")
    places = [(place.name, place.part) for place in read_toc(toc)]
    assert places == [("index", None), ("z", "Un"), ("y", "Un"), ("a", "Deux")]


def test_titles_follow_one_another_and_the_book_title_is_no_chapter(document: BeautifulSoup) -> None:
    assert [title.get_text() for title in document.select("h1")] == [
        "Présentation",
        "Chapitre A",
        "Chapitre B",
        "Solutions",
    ]
    assert document.select_one(".book-title").get_text() == "Petit livre"


def test_every_anchor_is_unique_and_every_link_finds_its_own(document: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in document.select("[id]")]
    assert len(ids) == len(set(ids))
    found = links(document)
    assert found["vers la fin de A"] == "#un-a--fin"
    assert found["ici"] == "#un-b--fin"
    assert found["vers B"] == "#un-b"
    assert document.select_one("svg g")["clip-path"] == "url(#un-a--coupe)"


def test_a_link_out_of_the_book_stays_and_a_local_file_is_named(document: BeautifulSoup) -> None:
    assert links(document)["ailleurs"] == "https://example.org/"
    assert "Le devoir (tp.ipynb)" in document.get_text()
    assert document.img["src"] == "../html/_images/i.png"
    assert document.link["href"] == "../html/_static/a.css"


def test_a_solution_moves_to_the_end_with_links_both_ways(document: BeautifulSoup) -> None:
    chapter, end = document.select_one("#un-a"), document.select_one("#solutions")
    assert "Trois." not in chapter.get_text()
    assert "Quatre." not in chapter.get_text()
    titles = [title.get_text() for title in end.select("h3")]
    assert titles == ["Exercice 1 (Compter)", "Quiz « Un quiz »"]
    for section, text in zip(end.select("section.solution"), ("Trois.", "Quatre."), strict=True):
        assert text in section.get_text()
        there = document.select_one(section.select_one(".to-question a")["href"])
        assert there.find_parent(id="un-a")
        assert chapter.select(f'a[href="#{section["id"]}"]')


def test_a_broken_link_is_refused(tmp_path: Path) -> None:
    pages = built(tmp_path, index='<h1>Petit livre</h1><a href="un/a.html#absente">x</a>')
    with pytest.raises(PrintError, match="#un-a--absente"):
        assemble(SETTINGS, PLACES, pages, tmp_path / "pdf")


def test_a_page_not_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(PrintError, match=r"un/c.*make livre"):
        assemble(SETTINGS, [*PLACES, Place("un/c", None)], built(tmp_path), tmp_path / "pdf")


def test_without_chromium_the_message_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(chromium.shutil, "which", lambda name: None)
    assert printing.main(["--output", str(tmp_path / "livre.pdf")]) == 1
    assert "apt-get install chromium" in capsys.readouterr().err


def body_of(html: str) -> Tag:
    return BeautifulSoup(f"<article>{html}</article>", "html.parser").article


FOLDS = [
    (
        '<details class="admonition note"><summary class="admonition-title">Indice</summary><p>x</p></details>',
        "Indicex",
    ),
    ('<div><details class="admonition hide"><summary>Afficher</summary><p>code</p></details></div>', "code"),
]


@pytest.mark.parametrize(("html", "text"), FOLDS, ids=["titré", "code masqué"])
def test_a_fold_is_opened(html: str, text: str) -> None:
    body = body_of(html)
    prepare(body)
    assert body.select("details, summary") == []
    assert body.get_text() == text


def test_code_is_cut_into_lines_that_keep_their_spaces() -> None:
    block = body_of(
        '<pre><span></span><span class="k">def</span> f():\n    <span class="w">  </span>x\n\ny\n</pre>'
    ).pre
    split_lines(block)
    lines = block.select(".code-line")
    assert [line.get_text() for line in lines] == ["def f():", "      x", "", "y"]
    assert [line["style"] for line in lines] == [f"--indent: {n}ch" for n in (0, 6, 0, 0)]


@pytest.mark.parametrize(("line", "balanced"), [("<i>a</i> b", True), ("<i>a", False), ("a</i>", False)])
def test_a_tag_open_across_lines_is_seen(line: str, balanced: bool) -> None:
    assert is_balanced(line) is balanced


def test_stylesheets_keep_the_order_of_every_page() -> None:
    def page(*names: str) -> Chapter:
        return Chapter(Place("p", None), body_of(""), tuple((name, "all") for name in names))

    merged = stylesheets(
        [page("theme", "livre"), page("theme", "quiz", "livre"), page("theme", "livre", "print")]
    )
    assert [name for name, _ in merged] == ["theme", "quiz", "livre", "print"]


WIDE = [
    ("<p>court</p>", 0),
    ('<p style="width: 900px">large</p>', 1),
    ('<pre style="overflow: hidden; white-space: pre">' + "x" * 400 + "</pre>", 1),
    ('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">' + "x" * 400 + "</pre>", 0),
]


@pytest.mark.parametrize(("html", "count"), WIDE, ids=["tient", "dépasse", "coupé", "replié"])
def test_what_is_wider_than_the_page_is_found(
    html: str, count: int, browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(f'<body><article class="chapter" id="c">{html}</article>', encoding="utf-8")
    with chromium.on_paper(browser, path) as page:
        assert len(chromium.too_wide(page)) == count
