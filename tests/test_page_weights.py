"""Ce que coûte la première lecture d’une page : des octets, jamais plus que le budget, jamais pour rien."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from book_visits import page_names
from local_server import served
from slow_reader import Gzipped, Reading, read

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE_BUDGET = 450_000
FILE_BUDGET = 100_000
"""Octets transférés, textes en gzip."""


@pytest.fixture(scope="module")
def readings(browser: Browser, built_book: Path) -> list[Reading]:
    with served(built_book, Gzipped) as root:
        return [read(browser, root, name, slow=False) for name in page_names(built_book)]


def test_a_first_reading_is_light(readings: list[Reading]) -> None:
    assert {seen.name: seen.weight for seen in readings if seen.weight > PAGE_BUDGET} == {}
    assert min(seen.weight for seen in readings) > 10_000, "les octets ne sont pas comptés"


def test_no_single_file_is_heavy_but_the_search_index_where_it_serves(readings: list[Reading]) -> None:
    heavy = {
        (seen.name, url.rsplit("/", 1)[-1])
        for seen in readings
        for url, size in seen.bytes.items()
        if size > FILE_BUDGET and not url.endswith(seen.name)
    }
    assert {
        (page, file) for page, file in heavy if (page, file) != ("search.html", "searchindex.js")
    } == set()
