"""Ce que l’élève lit après la correction : le gabarit français, et les tests cachés qui le restent.

D’origine, nbgrader rend le texte des tests cachés dans la correction, et la pile d’appels les cite encore.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from coursekit.course.cells import HIDDEN_TESTS

TEMPLATES = Path(__file__).with_name("templates")
"""À donner à `HTMLExporter.extra_template_basedirs` ; le gabarit s’y appelle « feedback », comme celui de nbgrader."""

HIDDEN_NOTICE = "# (tests cachés)"
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")


def hide_tests(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Préprocesseur de nbgrader : ôte les tests cachés d’une copie corrigée, de leur texte et de leurs erreurs.

    De l’erreur d’un test caché reste sa phrase, celle que le vérificateur adresse à l’élève.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code" and f"BEGIN {HIDDEN_TESTS}" in cell.source:
            cell.source = without_hidden_tests(cell.source)
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [sentence(output.ename, output.evalue)]
    return notebook, resources


def without_hidden_tests(source: str) -> str:
    """Le texte d’une cellule de tests, où une mention remplace chaque région cachée."""
    kept: list[str] = []
    hidden = False
    for line in source.splitlines():
        if f"BEGIN {HIDDEN_TESTS}" in line:
            hidden = True
            kept.append(line[: len(line) - len(line.lstrip())] + HIDDEN_NOTICE)
        elif f"END {HIDDEN_TESTS}" in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


def sentence(name: str, message: str) -> str:
    """Une erreur en une phrase. Une vérification qui échoue s’adresse à l’élève : son nom d’exception ne dit rien."""
    if name == "NameError" and (undefined := _UNDEFINED.match(message)):
        return (
            f"Le nom {undefined[1]} n’existe pas. La cellule qui le définit s’est-elle exécutée sans erreur ?"
        )
    if name.endswith("CheckError") or name == "AssertionError":
        return message or "Un test caché a échoué."
    return f"{name} : {message}" if message else name
