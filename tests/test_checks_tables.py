"""`checks.table` : un petit tableau, juste ou faux case par case."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from labels import label

from coursekit import checks
from coursekit.arithmetic import average_pool, max_pool
from coursekit.errors import ArgumentError

ROWS = [[1, 2, 3], [4, 5, 6.5]]

ACCEPTED: list[tuple[Any, Any, dict[str, Any]]] = [
    (ROWS, ROWS, {}),
    (((1, 2, 3), (4, 5, 6.5)), ROWS, {}),
    (np.array(ROWS), ROWS, {}),
    (torch.tensor(ROWS, requires_grad=True), ROWS, {}),
    ([["1", "2", "3"], ["4", "5", "6,5"]], ROWS, {}),
    ([[1, 2, 3], [4, 5, Fraction(13, 2)]], ROWS, {}),
    ([[1, 2, 3], [4, 5, 6.49]], ROWS, {"abs": 0.02}),
    ([1, 2], [1, 2], {}),
    (max_pool([[1, 2], [3, 4]]), [[4]], {}),
    ([[0.3333333]], [[Fraction(1, 3)]], {}),
    ([[[1], [2]], [[3], [4]]], [[[1], [2]], [[3], [4]]], {}),
]

MISTAKES = [("pool.mean", average_pool([[1, 2], [3, 8]]), "C’est la moyenne.")]

REFUSED: list[tuple[Any, Any, dict[str, Any], str, str | None]] = [
    ([[1, 2, 3], [4, 5, 7]], ROWS, {}, "La case (ligne 2, colonne 3) vaut 7 dans votre réponse", None),
    ([[0, 2, 3], [4, 5, 7]], ROWS, {}, "La case (ligne 1, colonne 1) vaut 0", None),
    ([[0, 2, 3], [4, 5, 7]], ROWS, {}, "1 autre case aussi", None),
    ([[1, 4], [2, 5], [3, 6.5]], ROWS, {}, "échangé les lignes et les colonnes", "table.transposed"),
    ([[6.5, 5, 4], [3, 2, 1]], ROWS, {}, "retourné", "table.flipped"),
    ([1, 2, 3, 4, 5, 6.5], ROWS, {}, "à plat", "table.flat"),
    ([[1, 2], [4, 5]], ROWS, {}, "2 lignes et 2 colonnes", "table.shape"),
    ([[3.5]], [[8]], {"mistakes": MISTAKES}, "C’est la moyenne.", "pool.mean"),
    ([[1, 2, 3], [4, 5]], ROWS, {}, "pas toutes la même longueur", None),
    ([[1, 2, 3], [4, 5, None]], ROWS, {}, "Une case du tableau n’est pas un nombre", None),
    ([[1, 2, 3], [4, 5, float("nan")]], ROWS, {}, "NaN", None),
    ([], ROWS, {}, "0 ligne", "table.shape"),
    (None, ROWS, {}, "pas encore répondu", None),
    (3, ROWS, {}, "on attend un tableau", None),
    ("[[1, 2]]", ROWS, {}, "on attend un tableau", None),
    ([[0] * 200] * 200, ROWS, {}, "plus de 10000 cases", None),
    (torch.empty(2, 3, device="meta"), ROWS, {}, "ne se lit pas", None),
]


@pytest.mark.parametrize(("answer", "expected", "options"), ACCEPTED, ids=label)
def test_accepted(answer: Any, expected: Any, options: dict[str, Any]) -> None:
    assert checks.table(answer, expected, **options).ok


@pytest.mark.parametrize(("answer", "expected", "options", "words", "misconception"), REFUSED, ids=label)
def test_refused(
    answer: Any, expected: Any, options: dict[str, Any], words: str, misconception: str | None
) -> None:
    verdict = checks.table(answer, expected, **options)
    assert not verdict.ok, verdict
    assert words in verdict.message
    assert verdict.misconception == misconception
    assert verdict.expected == expected


@pytest.mark.parametrize("expected", [[[1, 2], [3]], "texte", [["a"]], None], ids=label)
def test_a_faulty_statement_is_the_teachers_error(expected: Any) -> None:
    with pytest.raises(ArgumentError):
        checks.table([[1]], expected)
