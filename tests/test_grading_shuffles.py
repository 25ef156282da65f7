"""Mêlée, doublée, ré-étiquetée, dépouillée, une copie honnête se prépare toujours aux mêmes cellules."""

from __future__ import annotations

import copy
from typing import Any

from attacks import RIGHT, toy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coursekit.grading import Answer, Role, prepare, read_reference

REFERENCE = read_reference(toy.as_bytes(toy.source()))
MINE = ("aide", "essai-final")
"""Les cellules que l’élève a ajoutées."""

Cell = dict[str, Any]
CELLS: list[Cell] = RIGHT.notebook["cells"]
GRADED = [cell["id"] for cell in CELLS if "nbgrader" in cell["metadata"]]

junk = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
flags = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("grade", "solution", "locked", "task", "points", "checksum", "cell_type"), junk),
)
tags = st.lists(
    st.sampled_from(["skip-execution", "raises-exception", "remove-cell", "parameters"]) | junk, max_size=3
)
several = settings(max_examples=150, deadline=None)


def prepared(cells: list[Cell]) -> Any:
    return prepare(REFERENCE, toy.as_bytes(RIGHT.notebook | {"cells": cells}))


def mine_removed() -> list[Cell]:
    return [cell for cell in copy.deepcopy(CELLS) if cell["id"] not in MINE]


def retagged(cell: Cell, flags: Any, tags: Any) -> Cell:
    changed = copy.deepcopy(cell)
    if "nbgrader" in changed["metadata"]:
        changed["metadata"]["nbgrader"] |= flags
    changed["metadata"]["tags"] = tags
    return changed


@settings(several, max_examples=60)
@given(st.data())
def test_any_disorder_of_the_teachers_cells(data: st.DataObject) -> None:
    """Ordre quelconque, copies n’importe où, métadonnées quelconques hors l’identifiant."""
    honest = mine_removed()
    extra = data.draw(st.lists(st.sampled_from(honest), max_size=6))
    shuffled = data.draw(st.permutations([*honest, *extra]))
    disordered = [retagged(cell, data.draw(flags), data.draw(tags)) for cell in shuffled]

    assert prepared(disordered).cells == prepared(honest).cells


@several
@given(st.data())
def test_any_stripping_in_place(data: st.DataObject) -> None:
    """Des cellules perdent leurs métadonnées, leur identifiant de Jupyter, ou les deux."""
    cells = copy.deepcopy(CELLS)
    for cell in cells:
        if data.draw(st.booleans()):
            cell["metadata"] = {}
        if data.draw(st.booleans()):
            del cell["id"]

    assert prepared(cells).cells == prepared(CELLS).cells


@several
@given(st.permutations(CELLS))
def test_stripped_cells_that_kept_their_jupyter_id_may_move(cells: list[Cell]) -> None:
    stripped = [cell | {"metadata": {}} for cell in cells if cell["id"] not in MINE]

    assert prepared(stripped).cells == prepared(mine_removed()).cells


@several
@given(st.permutations(range(len(CELLS) - len(MINE))))
def test_a_free_cell_follows_its_neighbour(order: list[int]) -> None:
    blocks: list[list[Cell]] = []
    for cell in CELLS:
        if cell["id"] in MINE:
            blocks[-1].append(cell)
        else:
            blocks.append([cell])

    assert prepared([cell for rank in order for cell in blocks[rank]]).cells == prepared(CELLS).cells


@several
@given(st.sets(st.sampled_from(GRADED)), st.permutations(CELLS))
def test_nothing_is_lost_and_nothing_is_invented(deleted: set[str], cells: list[Cell]) -> None:
    """Quoi qu’il manque : les cellules de l’enseignant dans son ordre, et chaque cellule de l’élève une fois.

    À la place d’une réponse effacée, une cellule de l’élève passe pour cette réponse : c’est peut-être la sienne.
    """
    kept = [cell for cell in cells if cell["id"] not in deleted]
    done = prepared(kept)

    assert [cell.grade_id for cell in done.cells if cell.grade_id] == GRADED
    assert {cell.grade_id for cell in done.cells if cell.answer is Answer.MISSING} <= deleted
    written = [cell.source for cell in done.of_role(Role.FREE, Role.ANSWER, Role.MANUAL)]
    assert [written.count(cell["source"]) for cell in CELLS if cell["id"] in MINE] == [1, 1]


@several
@given(st.binary(max_size=200) | junk.map(lambda value: repr(value).encode()))
def test_no_bytes_raise(data: bytes) -> None:
    assert prepare(REFERENCE, data).verdict.message


@several
@given(st.integers(0, len(RIGHT.data) - 1), st.binary(min_size=1, max_size=3))
def test_no_scratch_raises(place: int, scratch: bytes) -> None:
    """Une copie abîmée en un point se lit encore, ou dit pourquoi elle ne se lit plus."""
    damaged = RIGHT.data[:place] + scratch + RIGHT.data[place + len(scratch) :]
    assume(damaged != RIGHT.data)
    done = prepare(REFERENCE, damaged)

    assert bool(done.cells) == (not done.verdict.message)
    if done.cells:
        assert [cell.source for cell in done.of_role(Role.TESTS)] == list(toy.TESTS.values())


@several
@given(
    st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys(("cell_type", "source", "metadata", "id"), junk))
    ),
    junk,
)
def test_no_shape_raises(cells: list[Cell], metadata: Any) -> None:
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}

    assert prepare(REFERENCE, toy.as_bytes(notebook)).max_score == toy.MAX_SCORE
