"""Corrige dans les pages ce que les lecteurs d’écran comprendraient mal, et que le thème ou Docutils écrivent ainsi.

Une bibliographie est une liste (`role="list"`), mais Docutils donne à ses entrées un rôle abandonné par ARIA, qui n’est
pas celui des éléments d’une liste.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

OLD_ROLE = ' role="doc-biblioentry"'
NEW_ROLE = ' role="listitem"'


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Récrit le corps d’une page."""
    if body := context.get("body"):
        context["body"] = body.replace(OLD_ROLE, NEW_ROLE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit juste avant que la page ne soit écrite."""
    app.connect("html-page-context", mend)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
