"""axe-core ne trouve rien à redire à aucune page du livre, claire ou sombre."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe import violations
from book_visits import page_names, settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, built_book: Path, scheme: str) -> None:
    faults = {}
    context = browser.new_context(color_scheme=scheme)
    for name in page_names(built_book):
        page = context.new_page()
        page.goto((built_book / name).as_uri(), wait_until="networkidle")
        settle(page)
        faults[name] = violations(page)
        page.close()
    context.close()
    assert {name: found for name, found in faults.items() if found} == {}
