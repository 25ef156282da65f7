"""Falsifier le notebook : étiquettes, métadonnées, cellules doublées, mêlées, effacées, et fichiers qui n’en sont pas.

Attaques 1, 29 et 31 : la préparation les arrête toutes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from attacks import toy
from attacks.model import RIGHT, WRONG, Attack, Expected, Stage, Submission, cell_of, scored

Notebook = dict[str, Any]


def tagged(notebook: Notebook) -> None:
    """Les cellules de tests portent l’étiquette qui les fait sauter."""
    for cell in notebook["cells"]:
        if cell["id"] in toy.TESTS:
            cell["metadata"]["tags"] = ["skip-execution"]


def tagged_otherwise(notebook: Notebook) -> None:
    """Toutes les autres ruses des métadonnées de Jupyter, noyau compris."""
    notebook["metadata"]["kernelspec"] = {"name": "malin", "language": "bash", "display_name": "Malin"}
    for cell in notebook["cells"]:
        cell["metadata"] |= {
            "tags": ["raises-exception", "skip-execution", "remove-cell"],
            "deletable": True,
            "editable": True,
            "trusted": True,
        }


def doubled(notebook: Notebook) -> None:
    """Une cellule de tests et une réponse en double, à la fin."""
    for name in ("moyenne-tests", "moyenne"):
        notebook["cells"].append(copy.deepcopy(cell_of(notebook, name)))


def softened(notebook: Notebook) -> None:
    """Les tests ne testent plus rien."""
    for name in toy.TESTS:
        cell_of(notebook, name)["source"] = "pass"


def with_points_of_its_own(notebook: Notebook) -> None:
    """Une cellule inventée, qui vaut 100 points."""
    with_an_extra_cell(notebook)
    forged = copy.deepcopy(cell_of(notebook, "moyenne-tests")["metadata"]["nbgrader"])
    notebook["cells"][-1]["metadata"]["nbgrader"] = forged | {"grade_id": "bonus", "points": 100}


def with_an_extra_cell(notebook: Notebook) -> None:
    notebook["cells"].append(cell_of(notebook, "essais") | {"id": "bonus", "source": "2 + 2", "metadata": {}})


def _flag(**flags: Any) -> Any:
    def edit(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"] |= flags

    return edit


def in_another_type(notebook: Notebook) -> None:
    """Les tests en texte, qui ne s’exécute pas, et les réponses aussi."""
    for cell in notebook["cells"]:
        if cell["id"] in (*toy.TESTS, *toy.SOLUTIONS):
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]


def backwards(notebook: Notebook) -> None:
    """Les cellules de l’enseignant à l’envers, chacune suivie des cellules libres qui la suivaient."""
    blocks: list[list[dict[str, Any]]] = []
    for cell in notebook["cells"]:
        if cell["id"] in ("aide", "essai-final"):
            blocks[-1].append(cell)
        else:
            blocks.append([cell])
    notebook["cells"] = [cell for block in reversed(blocks) for cell in block]


def _without(*names: str) -> Any:
    def edit(notebook: Notebook) -> None:
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in names]

    return edit


def stripped(notebook: Notebook) -> None:
    """Plus aucune métadonnée."""
    notebook["metadata"] = {}
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def stripped_bare(notebook: Notebook) -> None:
    """Ni métadonnées ni identifiants de Jupyter, comme au sortir de certains éditeurs en ligne."""
    stripped(notebook)
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]


def posing_as_tests(notebook: Notebook) -> None:
    """Une réponse prend l’identifiant de ses tests."""
    cell_of(notebook, "moyenne")["metadata"]["nbgrader"]["grade_id"] = "moyenne-tests"


FORGERIES = {
    "cellules doublées": doubled,
    "tests vidés": softened,
    "grade à faux": _flag(grade=False),
    "solution à vrai": _flag(solution=True),
    "999 points": _flag(points=999),
    "version inconnue": _flag(schema_version=99),
    "rôles qui n’en sont pas": _flag(grade="oui", locked=[1], solution={}, points="beaucoup"),
    "type changé": in_another_type,
    "cellules à l’envers": backwards,
    "tests effacés": _without("outils", "moyenne-tests", "moyenne-tests-2", "essais", "part-tests"),
    "métadonnées ôtées": stripped,
    "tout ôté": stripped_bare,
    "réponse déguisée en tests": posing_as_tests,
    "étiquettes et noyau": tagged_otherwise,
}


def _replaced(data: bytes) -> Submission:
    return Submission({f"{toy.NAME}.ipynb": data})


def _built(build: Callable[[], bytes]) -> Callable[[], Submission]:
    return lambda: _replaced(build())


def _with_format(version: object) -> bytes:
    return toy.as_bytes(RIGHT.notebook | {"nbformat": version})


def _with_cells(cells: object) -> bytes:
    return toy.as_bytes(RIGHT.notebook | {"cells": cells})


_RIGHT_TEXT = RIGHT.data.decode()
_CELL = '{"cell_type":"code","source":""}'
UNREADABLE = {
    "vide": b"",
    "blancs": b" \n\n",
    "octets au hasard": bytes(range(256)) * 64,
    "zéros": bytes(4096),
    "archive zip": b"PK\x03\x04" + bytes(100),
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "page html": b"<!DOCTYPE html><html><body>Sign in</body></html>",
    "latin-1": _RIGHT_TEXT.encode("latin-1"),
    "utf-16": _RIGHT_TEXT.encode("utf-16"),
    "tronqué": RIGHT.data[: len(RIGHT.data) // 2],
    "tronqué dans un mot": RIGHT.data[:-3],
    "programme": b"def moyenne(valeurs):\n    return 2\n",
    "NaN": RIGHT.data.replace(b'"metadata": {}', b'"metadata": {"x": NaN}', 1),
    "infini": RIGHT.data.replace(b'"metadata": {}', b'"metadata": {"x": -Infinity}', 1),
    "entier démesuré": RIGHT.data.replace(b'"metadata": {}', b'"metadata": {"x": ' + b"9" * 5000 + b"}", 1),
    "crochets": b"[" * 200_000,
    "accolades": b'{"a":' * 200_000,
    "imbriqué dans une cellule": _with_cells([]).replace(b"[]", b"[" * 100_000 + b"]" * 100_000, 1),
    "liste": b"[1, 2]",
    "nombre": b"42",
    "null": b"null",
    "sans format": json.dumps({"cells": []}).encode(),
    "format 3": _with_format(3),
    "format 99": _with_format(99),
    "format en texte": _with_format("4"),
    "format vrai": _with_format(True),
    "sans cellules": json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode(),
    "cellules en objet": _with_cells({"0": 1}),
    "cellule nulle": _with_cells([None]),
    "cellule sans type": _with_cells([{"source": "1"}]),
    "cellule de type liste": _with_cells([{"cell_type": ["code"], "source": "1"}]),
    "cellule sans texte": _with_cells([{"cell_type": "code"}]),
    "texte en nombres": _with_cells([{"cell_type": "code", "source": [1, 2]}]),
    "dix mille cellules": _with_cells([json.loads(_CELL)] * 10_000),
}
"""Ce qui doit valoir 0, avec une phrase qui dit pourquoi."""

HUGE: dict[str, Callable[[], bytes]] = {
    "un million de cellules": lambda: f'{{"nbformat":4,"cells":[{",".join([_CELL] * 1_000_000)}]}}'.encode(),
    "cent mégaoctets": lambda: RIGHT.data + b" " * 100_000_000,
    "cellule de dix mégaoctets": lambda: _with_cells([{"cell_type": "code", "source": "#" * 10_000_000}]),
}
"""Les mêmes, trop lourds pour être construits d’avance."""

READABLE = {
    "marque UTF-8": b"\xef\xbb\xbf" + RIGHT.data,
    "fins de ligne Windows": json.dumps(RIGHT.notebook, indent=1).replace("\n", "\r\n").encode(),
    "fins de ligne dans le texte": RIGHT.data.replace(b"\\n", b"\\r\\n"),
    "version mineure future": toy.as_bytes(RIGHT.notebook | {"nbformat_minor": 42}),
    "clés inconnues": toy.as_bytes(RIGHT.notebook | {"futur": [1]}),
}
"""Ce qui surprend sans être une faute : la note est celle de la copie ordinaire."""

ATTACKS = (
    Attack(1, "étiquette skip-execution", Stage.PREPARE, WRONG.edited(tagged), scored(0, like=WRONG)),
    *(
        Attack(29, name, Stage.PREPARE, RIGHT.edited(edit), scored(6, like=RIGHT))
        for name, edit in FORGERIES.items()
    ),
    Attack(
        29,
        "points inventés",
        Stage.PREPARE,
        RIGHT.edited(with_points_of_its_own),
        scored(6, like=RIGHT.edited(with_an_extra_cell)),
    ),
    # La fonction auxiliaire a perdu la cellule qu’elle suivait : elle passe avant les tests, et rien d’autre ne change.
    Attack(29, "tous les tests effacés", Stage.PREPARE, RIGHT.edited(_without(*toy.TESTS)), scored(6)),
    Attack(29, "tests vidés, code faux", Stage.PREPARE, WRONG.edited(softened), scored(0, like=WRONG)),
    Attack(
        29,
        "réponse effacée",
        Stage.PREPARE,
        RIGHT.edited(_without("moyenne")),
        # `part` appelle `moyenne` : sans elle, il ne reste que les deux points de `normalise`.
        scored(2),
    ),
    *(
        Attack(31, name, Stage.PREPARE, _replaced(data), Expected("unreadable", 0, 0))
        for name, data in UNREADABLE.items()
    ),
    *(
        Attack(31, name, Stage.PREPARE, _built(build), Expected("unreadable", 0, 0))
        for name, build in HUGE.items()
    ),
    *(
        Attack(31, name, Stage.PREPARE, _replaced(data), scored(6, like=RIGHT))
        for name, data in READABLE.items()
    ),
)
