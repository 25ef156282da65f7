"""Les pages du livre, vues dans un navigateur, par http et depuis le disque : sans réseau, sans erreur, en français."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from book_visits import Visit, page_names, visit
from local_server import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

INTERFACE_WORDS = (
    "back to top|built with|by the|click|contents|copied|copy|created using|dark|download|edit|exercise|found|"
    "hide|last updated|launch|light|link to|menu|next|no results|open|permalink|preparing|previous|proof|"
    "references|search|searching|see also|show|skip|theme|toggle|warning"
)
ENGLISH = re.compile(rf"\b(?:{INTERFACE_WORDS})\b|\bfig\.|^main$", re.IGNORECASE)
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module", params=["http", "file"])
def root(request: pytest.FixtureRequest, built_book: Path) -> Iterator[str]:
    """L’adresse du livre, servi ou lu sur le disque."""
    if request.param == "file":
        yield built_book.as_uri() + "/"
    else:
        with served(built_book) as address:
            yield address


@pytest.fixture(scope="module")
def visits(browser: Browser, built_book: Path, root: str) -> list[Visit]:
    """Toutes les pages, visitées une fois."""
    return [visit(browser, root, name) for name in page_names(built_book)]


def test_the_book_has_its_pages(visits: list[Visit]) -> None:
    assert {"index.html", "glossaire.html", "bibliographie.html", "search.html"} <= {
        seen.name for seen in visits
    }


def test_no_page_asks_anything_outside(visits: list[Visit], root: str) -> None:
    assert {seen.name: outside for seen in visits if (outside := seen.outside(root))} == {}


def test_nothing_is_missing_and_no_script_complains(visits: list[Visit]) -> None:
    assert {seen.name: seen.failures + seen.console for seen in visits if seen.failures or seen.console} == {}


def test_every_page_says_it_is_french(visits: list[Visit]) -> None:
    assert {seen.name: seen.lang for seen in visits if seen.lang != "fr"} == {}


def test_the_interface_speaks_french(visits: list[Visit]) -> None:
    found = {seen.name: [text for text in seen.interface if ENGLISH.search(text)] for seen in visits}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_the_answers_of_the_interface_are_french(browser: Browser, root: str) -> None:
    """Ce qu’une page ne dit qu’après un geste : la recherche qui trouve ou non, le code copié."""
    page = browser.new_page()
    told = []
    for query in ("filtre", "zzyzxqw"):
        page.goto(f"{root}search.html?q={query}")
        page.wait_for_function("document.querySelector('.search-summary')?.textContent.trim()")
        told += [page.inner_text(".search-summary"), page.inner_text("#search-results h2")]
    page.goto(f"{root}questions.html")
    button = page.locator("button.copybtn").first
    before = button.get_attribute("data-tooltip")
    button.evaluate("button => button.click()")
    page.wait_for_function(
        "document.querySelector('button.copybtn').dataset.tooltip !== " + json.dumps(before)
    )
    told += [before, button.get_attribute("data-tooltip")]
    page.close()
    assert len(set(told)) >= 5, told
    assert [text for text in told if ENGLISH.search(text)] == []


def test_every_image_is_described(visits: list[Visit]) -> None:
    """Sans texte donné, Sphinx met l’adresse de l’image : ce n’est pas une description."""
    bare = {seen.name: [src for src, alt in seen.images if not alt or "_images/" in alt] for seen in visits}
    assert {name: images for name, images in bare.items() if images} == {}


def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, built_book: Path) -> None:
    page = browser.new_page(viewport=PHONE)
    widths = {}
    for name in page_names(built_book):
        page.goto((built_book / name).as_uri())
        widths[name] = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert {name: width for name, width in widths.items() if width > PHONE["width"]} == {}


@pytest.mark.parametrize("width", [1000, 1180, 1210, 1600])
def test_the_search_button_holds_its_words(browser: Browser, built_book: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    page.goto((built_book / "index.html").as_uri())
    button = page.locator(".bd-sidebar-primary .search-button-field")
    edges = (
        "button => [button, ...button.querySelectorAll('*')].map(part => part.getBoundingClientRect().right)"
    )
    right, *inside = button.evaluate(edges)
    page.close()
    assert max(inside) <= right


def test_without_scripts_formulas_show_and_solutions_unfold(browser: Browser, built_book: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    formulas = folds = 0
    for name in page_names(built_book):
        page.goto((built_book / name).as_uri())
        assert page.locator(".katex-error").count() == 0, name
        for formula in page.locator("article p .katex-html").all()[:3]:
            formulas += formula.bounding_box()["width"] > 0
        for fold in page.locator("details.dropdown").all()[:1]:
            fold.locator("summary").first.click()
            folds += fold.get_attribute("open") is not None
    context.close()
    assert formulas > 0
    assert folds > 0


def words_of(page: str) -> list[str]:
    """Les mots du corps d’une page, sans ceux de ses objets interactifs, que Sphinx n’indexe pas."""
    page = re.sub(
        r'<div class="coursekit-widget".*?</div>(?=\s*</div>\s*</div>\s*</div>)', " ", page, flags=re.DOTALL
    )
    article = re.search(r"<article.*?</article>", page, re.DOTALL)
    prose = re.sub(
        r"<(pre|code|math|summary)\b.*?</\1>|<[^>]+>", " ", article[0] if article else "", flags=re.DOTALL
    )
    return re.findall(r"[^\W\d_]{4,}", unescape(prose).lower())


def unaccented(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


@pytest.fixture(scope="module")
def vocabulary(built_book: Path) -> dict[str, set[str]]:
    """Les mots du livre, et les pages où chacun se trouve."""
    where: dict[str, set[str]] = {}
    for name in page_names(built_book):
        for word in words_of((built_book / name).read_text(encoding="utf-8")):
            where.setdefault(word, set()).add(name)
    return where


def results(browser: Browser, root: str, query: str) -> set[str]:
    """Les pages que la recherche du livre trouve pour une requête."""
    page = browser.new_page()
    page.goto(f"{root}search.html?q={query}")
    page.wait_for_function("document.querySelector('.search-summary')?.textContent.trim()")
    links = page.eval_on_selector_all("#search-results li a", "links => links.map(link => link.href)")
    page.close()
    return {link.removeprefix(root).split("#")[0].split("?")[0] for link in links}


def test_the_search_does_without_accents(
    browser: Browser, root: str, vocabulary: dict[str, set[str]]
) -> None:
    accented = [word for word in vocabulary if word != unaccented(word)]
    longest = sorted(accented, key=lambda word: (-len(word), word))[:4]
    assert longest, "le livre n’a aucun mot accentué"
    for word in longest:
        assert vocabulary[word] & results(browser, root, unaccented(word)), word
        assert vocabulary[word] & results(browser, root, word), word
    assert not results(browser, root, "zzyzxqw")


def test_every_word_of_the_book_can_be_found(
    browser: Browser, built_book: Path, vocabulary: dict[str, set[str]]
) -> None:
    """La racine que calcule la page doit se trouver dans l’index que Python a fait : deux programmes, une
    seule règle."""
    page = browser.new_page()
    page.goto((built_book / "search.html").as_uri())
    page.wait_for_function("Search._index")
    lost = page.evaluate(
        """words => {
          const terms = Object.keys({...Search._index.terms, ...Search._index.titleterms});
          const all = terms.join(' ');
          return words.filter(word => !stopwords.includes(word) && !all.includes(new Stemmer().stemWord(word)));
        }""",
        sorted(vocabulary),
    )
    page.close()
    assert lost == []
