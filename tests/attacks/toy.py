"""Le petit devoir que l’on attaque : trois réponses, six points, une cellule verrouillée, un essai libre, un dessin.

Il est noté sur 6 : 2 pour `moyenne` (deux cellules de tests, la seconde cachée), 2 pour `normalise`, et jusqu’à 2 pour
`part`, où les tests rendent une note partielle.
"""

from __future__ import annotations

import json
from typing import Any

NAME = "entraînement"
"""Un nom français : son accent s’écrit de deux façons."""

SECRET = 48_151_623
"""Un nombre qui ne figure que dans un test caché."""

MAX_SCORE = 6.0

_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"

TESTS = {
    "moyenne-tests": "assert moyenne([1, 2, 3]) == 2",
    "moyenne-tests-2": f"""assert moyenne([4]) == 4
### BEGIN HIDDEN TESTS
assert moyenne([{SECRET}, {SECRET} + 2]) == {SECRET} + 1
### END HIDDEN TESTS""",
    "normalise-tests": """import numpy as np
np.testing.assert_allclose(normalise([2.0, 6.0]), [-1, 1])
assert np.allclose(normalise([5.0, 5.0, 8.0]), [-1, -1, 1])""",
    "part-tests": "2 * part([1, 2, 3, 4], 2)  # deux sur quatre sont plus grands\n",
}
POINTS = {"moyenne-tests": 1, "moyenne-tests-2": 1, "normalise-tests": 2, "part-tests": 2}

SOLUTIONS = {
    "moyenne": "def moyenne(valeurs):\n    return sum(valeurs) / len(valeurs)",
    "normalise": """def normalise(valeurs):
    milieu = (min(valeurs) + max(valeurs)) / 2
    etendue = (max(valeurs) - min(valeurs)) / 2
    return [(valeur - milieu) / etendue for valeur in valeurs]""",
    "part": "def part(valeurs, seuil):\n    return min(1, 2 * moyenne([valeur > seuil for valeur in valeurs]))",
}
RIGHT = SOLUTIONS | {"conclusion": "La moyenne suit les valeurs extrêmes."}
WRONG = {
    "moyenne": "def moyenne(valeurs):\n    return -1",
    "normalise": "def normalise(valeurs):\n    return valeurs",
    "part": "def part(valeurs, seuil):\n    return 0.0",
    "conclusion": "Je ne sais pas.",
}


def source() -> dict[str, Any]:
    """Le notebook de l’enseignant, solutions et tests cachés compris."""
    return _notebook(
        _cell("titre", "markdown", "# Moyennes"),
        _cell("outils", "code", "import math", locked=True),
        *_question("moyenne", "moyenne-tests", "moyenne-tests-2"),
        _cell("essais", "code", "valeurs = [3, 1, 2]\nvaleurs"),
        *_question("normalise", "normalise-tests"),
        *_question("part", "part-tests"),
        _cell("conclusion", "markdown", "Voir le corrigé.", grade=True, solution=True, points=0),
    )


def released() -> dict[str, Any]:
    """Ce que reçoit l’élève."""
    notebook = source()
    for cell in notebook["cells"]:
        if cell["id"] in SOLUTIONS:
            cell["source"] = _STUB
        elif cell["id"] == "conclusion":
            cell["source"] = "YOUR ANSWER HERE"
        elif cell["id"] == "moyenne-tests-2":
            cell["source"] = "assert moyenne([4]) == 4"
    return notebook


def answered(answers: dict[str, str]) -> dict[str, Any]:
    """Une copie : les réponses, une fonction auxiliaire avant la dernière question, un essai à la fin."""
    notebook = released()
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "déjà exécutée\n"}]
    place = next(rank for rank, cell in enumerate(notebook["cells"]) if cell["id"] == "part")
    notebook["cells"].insert(place, _cell("aide", "code", "def aide(x):\n    return x"))
    notebook["cells"].append(_cell("essai-final", "code", "aide(moyenne([1, 2]))"))
    return notebook


def as_bytes(notebook: dict[str, Any]) -> bytes:
    return json.dumps(notebook, ensure_ascii=False).encode()


def _question(name: str, *tests: str) -> tuple[dict[str, Any], ...]:
    answer = _cell(name, "code", SOLUTIONS[name], solution=True)
    return (
        answer,
        *(_cell(test, "code", TESTS[test], grade=True, locked=True, points=POINTS[test]) for test in tests),
    )


def _cell(name: str, cell_type: str, text: str, **nbgrader: Any) -> dict[str, Any]:
    flags = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    metadata = {"nbgrader": {**flags, "grade_id": name, **nbgrader}} if nbgrader else {}
    code = {"outputs": [], "execution_count": None} if cell_type == "code" else {}
    return {"cell_type": cell_type, "id": name, "metadata": metadata, "source": text, **code}


def _notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
