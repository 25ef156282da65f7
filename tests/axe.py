"""axe-core, le vérificateur d’accessibilité, sur une page ouverte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from readers import HOW, TOOLS

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "async (tags) => (await axe.run(document, { runOnly: tags })).violations"


def violations(page: Page) -> list[str]:
    """Ce qu’axe reproche à la page : la règle, puis les éléments fautifs."""
    script = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip(f"axe-core manque. {HOW}")
    page.evaluate(script.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, RULES)
    return [f"{one['id']} : {[node['html'][:120] for node in one['nodes']]}" for one in found]
