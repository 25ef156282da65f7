"""Les encadrés repliables (`:class: dropdown`) deviennent de vrais `<details>`.

sphinx-togglebutton les replie en JavaScript : sans script ils restent ouverts, le bouton porte un nom
anglais inscrit dans le code, et le titre n’est pas atteint au clavier. `<details>` fait tout cela
nativement, et l’impression l’ouvre par une règle CSS.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import admonitionlabels
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node

FOLDABLE = (nodes.Admonition, exercise_node, exercise_enumerable_node, solution_node)


class Details(nodes.General, nodes.Element):
    """Un encadré repliable ; son premier enfant est un `Summary`."""


class Summary(nodes.General, nodes.TextElement):
    """La ligne toujours visible d’un encadré repliable."""


def fold(box: nodes.Element) -> Details:
    """L’encadré repliable équivalent à un encadré : mêmes classes, même ancre, même titre."""
    summary = Summary()
    if box.children and isinstance(box.children[0], nodes.title):
        summary += box.pop(0).children
        subtitle = box.children[0] if box.children else None
        if isinstance(subtitle, nodes.subtitle):
            summary += [nodes.Text(" ("), *box.pop(0).children, nodes.Text(")")]
    else:
        summary += nodes.Text(admonitionlabels[type(box).__name__])
    details = Details("", summary, *box.children, classes=list(box["classes"]), ids=list(box["ids"]))
    if type(box).__name__ in admonitionlabels:
        details["classes"].append(type(box).__name__)
    details.source, details.line = box.source, box.line
    return details


def fold_all(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replie les encadrés d’une page HTML qui le demandent."""
    if app.builder.format != "html":
        return
    for box in list(doctree.findall(lambda node: isinstance(node, FOLDABLE))):
        if "dropdown" in box["classes"]:
            box.replace_self(fold(box))


def visit_details(translator: Any, node: Details) -> None:
    """Ouvre le repli."""
    translator.body.append(translator.starttag(node, "details", CLASS="admonition"))


def depart_details(translator: Any, node: Details) -> None:
    """Ferme le repli."""
    translator.body.append("</details>\n")


def visit_summary(translator: Any, node: Summary) -> None:
    """Ouvre le titre du repli."""
    translator.body.append(translator.starttag(node, "summary", "", CLASS="admonition-title"))


def depart_summary(translator: Any, node: Summary) -> None:
    """Ferme le titre du repli."""
    translator.body.append("</summary>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit sur les pages résolues, quand sphinx-exercise a composé ses titres."""
    app.add_node(Details, html=(visit_details, depart_details))
    app.add_node(Summary, html=(visit_summary, depart_summary))
    app.connect("doctree-resolved", fold_all)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
