"""Corrige dans les pages ce que les lecteurs d’écran comprendraient mal, et que le thème ou Docutils écrivent ainsi.

Une bibliographie est une liste (`role="list"`), mais Docutils donne à ses entrées un rôle abandonné par ARIA, qui n’est
pas celui des éléments d’une liste. sphinx-exercise donne le même identifiant à chaque exercice d’une page.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

MENDED = {
    ' role="doc-biblioentry"': ' role="listitem"',
    '<section id="exercise-content">': "<section>",
    '<section id="solution-content">': "<section>",
}


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Récrit le corps d’une page."""
    if body := context.get("body"):
        for wrong, right in MENDED.items():
            body = body.replace(wrong, right)
        context["body"] = body


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit juste avant que la page ne soit écrite."""
    app.connect("html-page-context", mend)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
