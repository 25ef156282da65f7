"""`checks.shape` : les écritures acceptées, et les confusions reconnues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from labels import label

from coursekit import checks
from coursekit.errors import ArgumentError
from coursekit.layers import Shape

CHW = (32, 220, 200)
HWC = (220, 200, 32)
NCHW = (8, 32, 220, 200)

ACCEPTED: list[tuple[Any, Any, dict[str, Any]]] = [
    ((32, 220, 200), CHW, {}),
    ([32, 220, 200], CHW, {}),
    (Shape(32, (220, 200)), CHW, {}),
    (torch.Size([32, 220, 200]), CHW, {}),
    (torch.zeros(1).expand(32, 220, 200).shape, CHW, {}),
    (np.empty((32, 220, 200), dtype=bool).shape, CHW, {}),
    (torch.tensor([32, 220, 200]), CHW, {}),
    (np.array([32, 220, 200]), CHW, {}),
    ([np.int64(32), torch.tensor(220), 200], CHW, {}),
    (("32", "220", "200"), CHW, {}),
    ("32×220×200", CHW, {}),
    ("32x220x200", CHW, {}),
    ("32 X 220 X 200", CHW, {}),
    ("32*220*200", CHW, {}),
    ("(32, 220, 200)", CHW, {}),
    ("[32; 220; 200]", CHW, {}),
    ("32 220 200", CHW, {}),
    ("torch.Size([32, 220, 200])", CHW, {}),
    ("220×200×32", HWC, {"layout": "HWC"}),
    (Shape(32, (220, 200)), HWC, {"layout": "HWC"}),
    ((32, 220, 200), Shape(32, (220, 200)), {}),
    ((220, 200, 32), Shape(32, (220, 200)), {"layout": "HWC"}),
    ((8, 32, 220, 200), NCHW, {"layout": "NCHW"}),
    ("1 024×7×7", (1024, 7, 7), {}),
    ((4096,), (4096,), {}),
    (4096, (4096,), {}),
    ("4096", (4096,), {}),
    ("(4096,)", (4096,), {}),
    ((32, 100), (32, 100), {}),
    ((16, 8, 32, 32), (16, 8, 32, 32), {}),
    ((5, 5, 5), (5, 5, 5), {}),
]

REFUSED: list[tuple[Any, Any, dict[str, Any], str, str | None]] = [
    (HWC, CHW, {}, "dans l’ordre HWC", "shape.layout"),
    ("220×200×32", CHW, {}, "dans l’ordre HWC", "shape.layout"),
    (CHW, HWC, {"layout": "HWC"}, "dans l’ordre CHW", "shape.layout"),
    ((8, 220, 200, 32), NCHW, {"layout": "NCHW"}, "dans l’ordre NHWC", "shape.layout"),
    ((32, 200, 220), CHW, {}, "la hauteur vient d’abord", "shape.transposed"),
    ((200, 220, 32), HWC, {"layout": "HWC"}, "la hauteur vient d’abord", "shape.transposed"),
    ((8, 32, 200, 220), NCHW, {"layout": "NCHW"}, "la hauteur vient d’abord", "shape.transposed"),
    ((220, 32, 200), CHW, {}, "dans le désordre", "shape.order"),
    ((1, *CHW), CHW, {}, "un seul exemple", "shape.batch-extra"),
    ((None, *CHW), CHW, {}, "un seul exemple", "shape.batch-extra"),
    ("(N, 32, 220, 200)", CHW, {}, "un seul exemple", "shape.batch-extra"),
    ((-1, *HWC), HWC, {"layout": "HWC"}, "un seul exemple", "shape.batch-extra"),
    (CHW, NCHW, {"layout": "NCHW"}, "manque la dimension du lot", "shape.batch-missing"),
    ((3, 220, 200), CHW, {"input_channels": 3}, "canaux de l’entrée", "shape.input-channels"),
    ((3, 220, 200), CHW, {}, "à revoir, le nombre de canaux ; le reste est juste", None),
    ((32, 219, 200), CHW, {}, "à revoir, la hauteur ; le reste est juste", None),
    ((32, 219, 199), CHW, {}, "à revoir, la hauteur et la largeur", None),
    ((219, 199, 32), HWC, {"layout": "HWC"}, "à revoir, la hauteur et la largeur", None),
    ((7, 32, 220, 200), NCHW, {"layout": "NCHW"}, "à revoir, la taille du lot", None),
    ((3, 219, 199), CHW, {}, "aucune dimension n’est juste", None),
    (32 * 220 * 200, CHW, {}, "vous avez multiplié", "shape.product"),
    ("1408000", CHW, {}, "vous avez multiplié", "shape.product"),
    ("1 408 000", CHW, {}, "vous avez multiplié", "shape.product"),
    ((220, 200), CHW, {}, "manque le nombre de canaux", "shape.no-channels"),
    (220, CHW, {}, "une seule des dimensions", "shape.one-side"),
    ((32, 220), CHW, {}, "a 2 dimensions, on en attend 3", "shape.rank"),
    ((1, 1, *CHW), CHW, {}, "a 5 dimensions, on en attend 3", "shape.rank"),
    ((32.0, 220.0, 200.0), CHW, {}, "la division entière s’écrit //", "shape.float"),
    ((32, 220.5, 200), CHW, {}, "220.5 n’est pas une taille", None),
    (torch.empty(32, 220, 200), CHW, {}, "x.shape", "shape.tensor"),
    (torch.empty(32, 220, 200, device="meta"), CHW, {}, "x.shape", "shape.tensor"),
    (np.empty((32, 220, 200)), CHW, {}, "x.shape", "shape.tensor"),
    ({32, 220, 200}, CHW, {}, "n’a pas d’ordre", None),
    ([0] * 1000, CHW, {}, "les valeurs au lieu de la forme", None),
    ((0, 220, 200), CHW, {}, "entier positif", None),
    ((-32, 220, 200), CHW, {}, "entier positif", None),
    ((True, 220, 200), CHW, {}, "n’est pas une taille", None),
    ("32 par 220 par 200", CHW, {}, "n’est pas une taille", None),
    ("image", CHW, {}, "n’est pas une taille", None),
    ("", CHW, {}, "n’est pas une forme", None),
    ((), CHW, {}, "vide", None),
    (None, CHW, {}, "pas encore répondu", None),
    (3.5, CHW, {}, "on attend une forme", None),
]


@pytest.mark.parametrize(("answer", "expected", "options"), ACCEPTED, ids=label)
def test_accepted(answer: Any, expected: Any, options: dict[str, Any]) -> None:
    verdict = checks.shape(answer, expected, **options)
    assert verdict.ok, verdict
    assert verdict.got == verdict.expected


@pytest.mark.parametrize(("answer", "expected", "options", "words", "misconception"), REFUSED, ids=label)
def test_refused(
    answer: Any, expected: Any, options: dict[str, Any], words: str, misconception: str | None
) -> None:
    verdict = checks.shape(answer, expected, **options)
    assert not verdict.ok, verdict
    assert words in verdict.message.replace("Vous", "vous")
    assert verdict.misconception == misconception
    assert verdict.expected == expected


@given(st.tuples(st.integers(1, 600), st.integers(1, 600), st.integers(1, 600)), st.permutations(range(3)))
def test_only_the_asked_order_is_right(dims: tuple[int, int, int], order: list[int]) -> None:
    shuffled = tuple(dims[i] for i in order)
    assert checks.shape(shuffled, dims).ok is (shuffled == dims)
    assert checks.shape("×".join(map(str, dims)), dims).ok


@given(st.tuples(st.integers(1, 600), st.integers(1, 600), st.integers(1, 600)))
def test_the_message_of_a_wrong_shape_does_not_give_the_right_one(dims: tuple[int, int, int]) -> None:
    wrong = tuple(n + 1000 for n in dims)
    said = checks.shape(wrong, dims).message
    assert not any(f" {n} " in said.replace("×", " ") for n in dims)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ((3, 4), {"layout": "WHC"}),
        ((), {}),
        ((0, 3), {}),
        ((3.5, 2), {}),
        (Shape(3, (4, 4)), {"layout": "NCHW"}),
    ],
)
def test_a_faulty_statement_is_the_teachers_error(expected: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        checks.shape((3, 4), expected, **options)
