"""Le glossaire : français et anglais, et chaque terme lié là où une page l’emploie d’abord."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from glossary_terms import ORDINARY, TERM_ROLE, first_places, glossary_entries

ROOT = Path(__file__).parent.parent
ENTRIES = glossary_entries()
PAGES = [
    f"{chapter['file']}.md"
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    for chapter in part["chapters"]
    if chapter["file"] != "glossaire"
]


def text_of(page: str) -> str:
    return (ROOT / "book" / page).read_text(encoding="utf-8")


def unlinked(page: str, terms: list[str]) -> list[str]:
    """« 12 : max poolings » pour chaque terme qui paraît d’abord sans lien."""
    places = first_places(page, terms)
    bare = sorted((place.start, place.end) for place in places.values() if not place.linked)
    return [
        f"{page.count(chr(10), 0, start) + 1} : {' '.join(page[start:end].split())}" for start, end in bare
    ]


@pytest.mark.parametrize("term", ENTRIES)
def test_an_entry_begins_with_its_english(term: str) -> None:
    assert ENTRIES[term].startswith("*")
    english, _, french = ENTRIES[term][1:].partition("*")
    assert english.rstrip(".").isascii() or "–" in english
    assert len(french.split()) > 3


@pytest.mark.parametrize("page", PAGES)
def test_a_term_is_linked_where_it_first_stands(page: str) -> None:
    assert unlinked(text_of(page), [term for term in ENTRIES if term not in ORDINARY]) == []


def test_every_term_is_linked_from_somewhere() -> None:
    linked = {
        role[2] or role[1] for page in [*PAGES, "glossaire.md"] for role in TERM_ROLE.finditer(text_of(page))
    }
    known = {name.lower() for name in linked}
    assert [term for term in ENTRIES if term not in ORDINARY and term.lower() not in known] == []
    assert ENTRIES.keys() >= ORDINARY


TERMS = ["pooling", "max pooling", "canal", "corrélation croisée", "filtre"]
PLACES = [
    ("Un {term}`pooling`, puis un pooling.", []),
    ("Un pooling, puis un {term}`pooling`.", ["1 : pooling"]),
    ("Deux {term}`poolings <pooling>`.", []),
    ("Un max pooling.", ["1 : max pooling"]),
    ("Un {term}`max pooling`.", []),
    ("Trois canaux.", ["1 : canaux"]),
    ("La corrélation\ncroisée.", ["1 : corrélation croisée"]),
    ("# Le pooling\n\n`pooling` et $pooling$ et {ref}`pooling`, [ici](pooling).", []),
    ("```{code-cell} python\n# un pooling\n```\n", []),
    (":::{admonition} Pooling\n:class: pooling\nUn pooling.\n:::", ["3 : pooling"]),
    ("```{exercise} Pooling\n:label: pooling\nUn pooling.\n```", ["3 : pooling"]),
    ("Il filtre un surpooling.", ["1 : filtre"]),
]


@pytest.mark.parametrize(("page", "expected"), PLACES)
def test_the_first_place_of_a_term(page: str, expected: list[str]) -> None:
    assert unlinked(page, TERMS) == expected
