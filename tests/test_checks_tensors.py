"""`checks.tensor` : les bonnes valeurs sous toutes leurs formes, et les erreurs de convolution reconnues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from labels import label
from torch import nn

from coursekit import checks
from coursekit.errors import ArgumentError

IMAGE = torch.tensor(
    [[[0.0, 1, 2, 3, 1], [4, 5, 0, 7, 2], [8, 1, 10, 11, 0], [3, 13, 14, 2, 1], [1, 0, 5, 2, 9]]]
)
KERNEL = torch.tensor([[1.0, 0, -1], [2, 0.5, -2], [1, 0, -3]])


def correlate(kernel: torch.Tensor, **options: Any) -> torch.Tensor:
    return F.conv2d(IMAGE[None], kernel[None, None], **options)[0, 0]


EXPECTED = correlate(KERNEL, padding=1)
CONVOLUTION = correlate(KERNEL.flip(0, 1), padding=1)
REFLECTED = F.conv2d(F.pad(IMAGE[None], [1] * 4, mode="reflect"), KERNEL[None, None])[0, 0]
MISTAKES = [("convolution", CONVOLUTION, "Vous avez retourné le filtre.")]


class Subclass(torch.Tensor):
    """Une sous-classe ordinaire, comme en ont les bibliothèques d’images."""


ACCEPTED: list[tuple[Any, Any]] = [
    (EXPECTED, EXPECTED),
    (EXPECTED + 1e-6, EXPECTED),
    (EXPECTED.double(), EXPECTED),
    (EXPECTED.clone().requires_grad_() * 1, EXPECTED),
    (nn.Parameter(EXPECTED), EXPECTED),
    (EXPECTED.as_subclass(Subclass), EXPECTED),
    (EXPECTED.T.contiguous().T, EXPECTED),
    (EXPECTED.to_sparse(), EXPECTED),
    (EXPECTED, EXPECTED.numpy()),
    (EXPECTED.numpy(), EXPECTED.numpy()),
    (EXPECTED.numpy()[::-1], EXPECTED.numpy()[::-1].copy()),
    (EXPECTED, EXPECTED.tolist()),
    (torch.tensor([1, 2]), torch.tensor([1, 2])),
    (torch.tensor([1, 2], dtype=torch.int8), torch.tensor([1, 2])),
    (torch.tensor([True, False]), torch.tensor([True, False])),
    (torch.tensor(2.5), torch.tensor(2.5)),
    (torch.tensor([float("inf")]), torch.tensor([float("inf")])),
    (torch.empty(0, 3), torch.empty(0, 3)),
]

REFUSED: list[tuple[Any, Any, str, str | None]] = [
    (correlate(KERNEL.T, padding=1), EXPECTED, "25 valeurs sur 25 sont fausses", None),
    (EXPECTED.index_put((torch.tensor(0), torch.tensor(3)), torch.tensor(7.25)), EXPECTED, "en [0, 3]", None),
    (EXPECTED.index_put((torch.tensor(0), torch.tensor(3)), torch.tensor(7.25)), EXPECTED, "7,25", None),
    (correlate(KERNEL), EXPECTED, "fausse selon les dimensions 0 et 1", "tensor.shape"),
    (EXPECTED[:, :4], EXPECTED, "fausse selon la dimension 1", "tensor.shape"),
    (EXPECTED[None, None], EXPECTED, "squeeze", "tensor.unit-dimension"),
    (EXPECTED.flatten(), EXPECTED, "mais votre forme (25,)", "tensor.reshaped"),
    (EXPECTED[0], EXPECTED, "a 1 dimension : on en attend 2", "tensor.shape"),
    (torch.ones(3, 2, 2, 2), EXPECTED, "a 4 dimensions : on en attend 2", "tensor.shape"),
    (EXPECTED.T, EXPECTED, "échangé les lignes et les colonnes", "tensor.transposed"),
    (EXPECTED[:4].T, EXPECTED[:4], "échangé les lignes et les colonnes", "tensor.transposed"),
    (torch.arange(24.0).reshape(2, 3, 4).movedim(0, -1), torch.arange(24.0).reshape(2, 3, 4), "HWC", "tensor.layout"),
    (EXPECTED.flip(0, 1), EXPECTED, "au lieu d’une corrélation", "tensor.flipped"),
    (KERNEL.flip(0, 1), KERNEL, "au lieu d’une corrélation", "tensor.flipped"),
    (torch.tensor([3.0, 2, 7]), torch.tensor([7.0, 2, 3]), "au lieu d’une corrélation", "tensor.flipped"),
    (EXPECTED.flip(1), EXPECTED, "gauche et droite", "tensor.mirrored"),
    (EXPECTED.flip(0), EXPECTED, "haut et bas", "tensor.mirrored"),
    (-EXPECTED, EXPECTED, "signes", "tensor.sign"),
    (EXPECTED + 0.5, EXPECTED, "même constante", "tensor.offset"),
    (EXPECTED / 9, EXPECTED, "proportionnelles", "tensor.factor"),
    (REFLECTED, EXPECTED, "revoyez le padding", "tensor.border"),
    (EXPECTED / torch.ones(5, 5).tril(), EXPECTED, "contient infini en [0, 1]", "tensor.not-finite"),
    (EXPECTED.log(), EXPECTED, "contient NaN en [0, 0]", "tensor.not-finite"),
    (EXPECTED.int(), EXPECTED, "entiers (int32) : on attend des réels", "tensor.dtype"),
    (EXPECTED > 0, EXPECTED, "booléens (bool)", "tensor.dtype"),
    (EXPECTED.to(torch.complex64), EXPECTED, "nombres complexes", "tensor.dtype"),
    (torch.tensor([1.0, 2]), torch.tensor([1, 2]), "réels (float32) : on attend des entiers", "tensor.dtype"),
    (torch.empty(5, 5, device="meta"), EXPECTED, "« meta »", None),
    (EXPECTED.numpy(), EXPECTED, "torch.from_numpy", None),
    (EXPECTED.tolist(), EXPECTED, "une liste de 5 éléments : torch.tensor(…)", None),
    (np.array(["a"]), EXPECTED.numpy(), "contient des objets", None),
    (3.5, EXPECTED, "on attend un tenseur", None),
    (None, EXPECTED, "pas encore répondu", None),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "expected"), ACCEPTED, ids=range(len(ACCEPTED)))
def test_accepted(answer: Any, expected: Any) -> None:
    verdict = checks.tensor(answer, expected)
    assert verdict.ok, verdict


@pytest.mark.parametrize(("answer", "expected", "words", "misconception"), REFUSED, ids=lambda v: str(v)[:30])
def test_refused(answer: Any, expected: Any, words: str, misconception: str | None) -> None:
    verdict = checks.tensor(answer, expected)
    assert not verdict.ok, verdict
    assert words in verdict.message
    assert verdict.misconception == misconception


def test_a_mistake_of_the_statement_comes_first() -> None:
    assert checks.tensor(EXPECTED, EXPECTED, mistakes=MISTAKES).ok
    verdict = checks.tensor(CONVOLUTION, EXPECTED, mistakes=MISTAKES)
    assert (verdict.misconception, verdict.message) == ("convolution", "Vous avez retourné le filtre.")
    assert checks.tensor(CONVOLUTION, EXPECTED).misconception is None


def test_tolerances() -> None:
    near = EXPECTED * 1.001
    assert not checks.tensor(near, EXPECTED).ok
    assert checks.tensor(near, EXPECTED, rtol=1e-2).ok
    assert checks.tensor(EXPECTED + 0.01, EXPECTED, atol=0.1).ok


def test_a_verdict_keeps_no_big_tensor() -> None:
    big = torch.ones(100, 100)
    verdict = checks.tensor(big, big)
    assert verdict.ok
    assert verdict.expected == verdict.got == "tenseur (100, 100) de float32"


@pytest.mark.parametrize("expected", ["texte", None, torch.empty(3, device="meta"), [[1], [2, 3]]], ids=label)
def test_a_faulty_statement_is_the_teachers_error(expected: Any) -> None:
    with pytest.raises(ArgumentError):
        checks.tensor(EXPECTED, expected)
