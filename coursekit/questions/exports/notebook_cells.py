"""Les cellules d’une question dans un notebook nbgrader : l’énoncé, les indices, la réponse, les tests.

Source : `nbgrader/nbgraderformat/v3.py` pour les métadonnées ; `nbformat` 4.5 pour le reste.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from coursekit.questions.answers import (
    Answer,
    Boolean,
    Choice,
    Choices,
    FormulaText,
    Integer,
    MatrixAnswer,
    Real,
    TensorShape,
)
from coursekit.questions.exports.fields import part_options
from coursekit.questions.sets import record
from coursekit.questions.styles import MARKDOWN, PLAIN, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import LETTERS, Item, Variant

NBGRADER_SCHEMA = 3
_SPECIAL = str.maketrans(
    {"$": "<span>&#36;</span>", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
    | {sign: f"&#{ord(sign)};" for sign in "\\`*_[]#+|~"}
)


def escape(text: str) -> str:
    """Un texte où Markdown ne voit ni balise, ni emphase, ni lien, ni formule.

    Un « $ » y est seul dans son élément : MathJax ne ferme pas une formule d’un élément à l’autre.
    """
    return text.translate(_SPECIAL)


STYLE = replace(MARKDOWN, text=escape, bold=lambda text: f"**{escape(text)}**")

Cell = dict[str, Any]


def markdown(ident: str, source: str, **more: Any) -> Cell:
    """Une cellule de texte que l’élève ne modifie pas."""
    return {
        "cell_type": "markdown",
        "id": ident,
        "metadata": _nbgrader(ident, locked=True),
        "source": source,
        **more,
    }


def code(ident: str, source: str, metadata: dict[str, Any]) -> Cell:
    empty: dict[str, Any] = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "id": ident, "metadata": metadata, "source": source, **empty}


def _nbgrader(
    ident: str, *, locked: bool = False, solution: bool = False, points: int | None = None
) -> dict[str, Any]:
    """Les métadonnées que nbgrader attend d’une cellule ; `points` en fait une cellule notée."""
    found: dict[str, Any] = {
        "grade": points is not None,
        "grade_id": ident,
        "locked": locked,
        "schema_version": NBGRADER_SCHEMA,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": found if points is None else {**found, "points": points}}


def question_cells(variant: Variant, number: int) -> Iterator[Cell]:
    """Les cellules de la question `number`."""
    yield _statement(variant, number)
    yield from _hints(variant, number)
    yield code(f"q{number}", _answer(variant, number), _nbgrader(f"q{number}", solution=True))
    tests = f"q{number}-tests"
    # « Tout exécuter » ne doit pas s’arrêter à la première question sans réponse.
    tags = {"tags": ["raises-exception"]}
    yield code(
        tests, _tests(variant, number), _nbgrader(tests, locked=True, points=variant.family.points) | tags
    )


def points_text(points: int) -> str:
    return f"{points} point{'s' if points > 1 else ''}"


def _statement(variant: Variant, number: int) -> Cell:
    title = f"## Question {number} ({points_text(variant.family.points)})"
    parts = [title, render(variant.statement, STYLE)]
    more: dict[str, Any] = {}
    if variant.figure:
        name = f"q{number}.svg"
        parts.append(f"![{escape(variant.figure.alt)}](attachment:{name})")
        data = b64encode(variant.figure.svg.encode()).decode()
        more["attachments"] = {name: {"image/svg+xml": data}}
    parts += list(_prompts(variant))
    return markdown(f"q{number}-enonce", "\n\n".join(parts), **more)


def _prompts(variant: Variant) -> Iterator[str]:
    """Les propositions, ou les questions des parties."""
    rows = zip(LETTERS, variant.options, strict=False)
    if variant.options:
        yield "\n".join(f"- **{letter}.** {render_inline(option.text, STYLE)}" for letter, option in rows)
    for item in variant.items:
        if item.prompt:
            yield f"({item.label}) {render_inline(item.prompt, STYLE)}"
            if options := part_options(item):
                yield "\n".join(f"- {render_inline(option.text, STYLE)}" for option in options)


def _hints(variant: Variant, number: int) -> Iterator[Cell]:
    if variant.hints:
        text = "\n\n".join(render(hint, STYLE) for hint in variant.hints)
        summary = "Indices" if len(variant.hints) > 1 else "Indice"
        source = f"<details>\n<summary><strong>{summary}</strong></summary>\n\n{text}\n\n</details>"
        yield markdown(f"q{number}-indices", source)


def names(variant: Variant, number: int) -> list[str]:
    """Les variables où l’élève met ses réponses : `reponse_1`, ou `reponse_1a`, `reponse_1b`…"""
    return [f"reponse_{number}{item.label}" for item in variant.items]


def _answer(variant: Variant, number: int) -> str:
    """La cellule de réponse, et sa solution que nbgrader retire en distribuant."""
    waiting, solved = [], []
    for item, name in zip(variant.items, names(variant, number), strict=True):
        waiting += [f"# {name}{NBSP}: {_expected(variant, item)}", f"{name} = None"]
        solved.append(
            f"{name} = {literal(item.answer) if not variant.options else repr(variant.right_option)}"
        )
    steps = [
        f"# {line}" for step in variant.solution for line in render(step, PLAIN).splitlines() if line.strip()
    ]
    return "\n".join([*waiting, "### BEGIN SOLUTION", *steps, *solved, "### END SOLUTION"])


def _expected(variant: Variant, item: Item) -> str:
    """Ce qu’on attend de l’élève, et comment l’écrire."""
    if variant.options:
        several = isinstance(variant.answer, Choices)
        return 'les lettres choisies, comme "AC"' if several else 'la lettre choisie, comme "A"'
    match item.answer:
        case Integer():
            return "un entier"
        case Real():
            return 'un nombre, comme 3.5 ou "3,5"'
        case TensorShape(dims):
            sizes = ", ".join("abcdefgh"[: len(dims)])
            return f"une forme, comme ({sizes}{',' if len(dims) == 1 else ''})"
        case MatrixAnswer():
            return "un tableau, comme [[1, 2], [3, 4]]"
        case Boolean():
            return "True ou False"
        case FormulaText(_, variables):
            return f"une formule de {', '.join(variables)}, entre guillemets"
    return "le texte choisi, entre guillemets"


def literal(answer: Answer) -> str:
    """La bonne réponse, écrite en Python."""
    match answer:
        case Integer(value) | Boolean(value):
            return repr(value)
        case Real():
            return repr(float(answer.typed().replace(",", ".")))
        case TensorShape(dims):
            return repr(dims)
        case MatrixAnswer(rows):
            return repr([[_cell(float(cell)) for cell in row] for row in rows])
        case Choice(text):
            return repr(text)
    return repr(answer.typed())


def _cell(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _tests(variant: Variant, number: int) -> str:
    """Les tests : l’élève voit s’il a répondu ; le jugement, qui connaît la question, reste caché."""
    points = variant.family.points
    found = names(variant, number)
    given = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
    return "\n".join(
        [
            f"# Vérification de la question {number} ({points_text(points)})",
            *(f'assert {name} is not None, "Donnez une valeur à {name}."' for name in _all(found)),
            "### BEGIN HIDDEN TESTS",
            "from coursekit.questions.notebook_grading import grade",
            "",
            f"question_{number} = {record(variant, points)!r}",
            f"grade({given}, question_{number}, points={points})",
            "### END HIDDEN TESTS",
        ]
    )


def _all(found: Sequence[str]) -> Sequence[str]:
    """Une question à parties se note même incomplète."""
    return found if len(found) == 1 else ()
