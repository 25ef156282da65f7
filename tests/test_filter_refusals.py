"""Ce que les filtres refusent : chaque appel invalide à côté de son voisin valide, et ce que dit le message."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.errors import ArgumentError, CourseError, ShapeError, UnknownNameError
from coursekit.filters import box, correlate, correlate_bank, gabor, gaussian, kernel, load_photo

BLANK = np.zeros((5, 5))

# (l’appel valide, son voisin invalide, l’erreur, ce que le message doit dire)
NEIGHBOURS = [
    (lambda: correlate(BLANK, box(5)), lambda: correlate(BLANK, box(6)), ShapeError, "5 − 6 + 1 = 0"),
    (
        lambda: correlate(BLANK, box(6), padding="full"),
        lambda: correlate(BLANK, box(7)),
        ShapeError,
        "5 − 7 + 1 = −1",
    ),
    (
        lambda: correlate(BLANK, box(3), padding="same"),
        lambda: correlate(BLANK, box(4), padding="same"),
        ShapeError,
        "4 × 4 n’a pas de pixel central",
    ),
    (lambda: correlate(BLANK, box(4)), lambda: correlate(BLANK[None], box(4)), ShapeError, "correlate_bank"),
    (lambda: correlate(BLANK, [[1]]), lambda: correlate(BLANK, [1]), ShapeError, "Le filtre a 1 dimension"),
    (
        lambda: correlate([[1, 2]], [[1]]),
        lambda: correlate([[1, 2], [3]], [[1]]),
        ArgumentError,
        "même longueur",
    ),
    (
        lambda: correlate([[1.0]], [[1]]),
        lambda: correlate([[float("nan")]], [[1]]),
        ArgumentError,
        "1 valeur",
    ),
    (
        lambda: correlate([[True]], [[1]]),
        lambda: correlate("photo.png", [[1]]),
        ArgumentError,
        "reçu est str",
    ),
    (lambda: correlate([[2]], [[1]]), lambda: correlate([[2j]], [[1]]), ArgumentError, "nombres réels"),
    (
        lambda: correlate(BLANK, BLANK),
        lambda: correlate(BLANK, np.zeros((0, 3))),
        ShapeError,
        "aucune valeur",
    ),
    (
        lambda: correlate(torch.zeros(3, 3), [[1]]),
        lambda: correlate(torch.zeros(3, 3, requires_grad=True), [[1]]),
        ArgumentError,
        "detach()",
    ),
    (
        lambda: correlate(BLANK, box(3), padding="same"),
        lambda: correlate(BLANK, box(3), padding="sam"),
        UnknownNameError,
        "Vouliez-vous dire same",
    ),
    (
        lambda: correlate(BLANK, box(3), border="reflect"),
        lambda: correlate(BLANK, box(3), border="mirror"),
        UnknownNameError,
        "mode de bord inconnu",
    ),
    (
        lambda: correlate_bank(np.zeros((3, 5, 5)), np.zeros((8, 3, 3, 3))),
        lambda: correlate_bank(np.zeros((3, 5, 5)), np.zeros((8, 4, 3, 3))),
        ShapeError,
        "8 × 3 × 3 × 3",
    ),
    (
        lambda: correlate_bank(np.zeros((1, 5, 5)), np.zeros((2, 1, 3, 3)), [0, 0]),
        lambda: correlate_bank(np.zeros((1, 5, 5)), np.zeros((2, 1, 3, 3)), [0]),
        ShapeError,
        "un biais par filtre",
    ),
    (lambda: kernel("sobel-vertical"), lambda: kernel("sobel"), UnknownNameError, "sobel-vertical"),
    (lambda: box(1), lambda: box(0), ArgumentError, "entier d’au moins 1"),
    (lambda: box(3), lambda: box(3.0), ArgumentError, "3.0"),
    (lambda: gaussian(0.1), lambda: gaussian(0), ArgumentError, "dépasser 0"),
    (lambda: gaussian(1, size=6), lambda: gaussian(True), ArgumentError, "True"),
    (lambda: gabor(2), lambda: gabor(1.9), ArgumentError, "au moins 2"),
    (lambda: gabor(4, 45), lambda: gabor(4, "45°"), ArgumentError, "45°"),
    (lambda: gabor(4, aspect=2), lambda: gabor(4, aspect=float("inf")), ArgumentError, "inf"),
    (lambda: load_photo("camera"), lambda: load_photo("caméra"), UnknownNameError, "camera"),
]


@pytest.mark.parametrize(
    ("valid", "invalid", "error", "says"), NEIGHBOURS, ids=lambda case: getattr(case, "__name__", None)
)
def test_each_refusal_speaks_french_and_its_neighbour_passes(
    valid, invalid, error: type[CourseError], says: str
) -> None:
    valid()
    with pytest.raises(error) as caught:
        invalid()
    assert says in str(caught.value)
