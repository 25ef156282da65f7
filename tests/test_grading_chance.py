"""Le hasard partagé : chaque tirage se voit de l’autre côté, et rien ne passe quand rien n’est tiré."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from coursekit.grading.execute.chance import Chance

DRAWS: dict[str, tuple[str, Callable[[], object]]] = {
    "Python": ("random", random.random),
    "Python, graine": ("random", lambda: random.seed(3)),
    "NumPy": ("numpy", np.random.rand),
    "NumPy, graine": ("numpy", lambda: np.random.seed(3)),
    "NumPy, gaussienne": ("numpy", np.random.randn),
    "PyTorch": ("torch", lambda: torch.rand(1)),
    "PyTorch, graine": ("torch", lambda: torch.manual_seed(3)),
}


@pytest.fixture(autouse=True)
def undisturbed() -> Iterator[None]:
    """Les générateurs des autres tests restent où ils en étaient."""
    kept = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    random.setstate(kept[0])
    np.random.set_state(kept[1])
    torch.set_rng_state(kept[2])


@pytest.mark.parametrize("name", DRAWS)
def test_a_draw_is_seen_once(name: str) -> None:
    generator, draw = DRAWS[name]
    chance = Chance(active=True)
    draw()

    assert [changed for changed, _ in chance.changes()] == [generator]
    assert chance.changes() == []


def test_the_gaussian_put_aside_is_seen_too() -> None:
    np.random.randn()
    chance = Chance(active=True)
    # Ce tirage rend la seconde gaussienne du couple : le générateur n’avance pas.
    np.random.randn()
    assert [name for name, _ in chance.changes()] == ["numpy"]

    np.random.randn()
    np.random.seed(1)
    np.random.randn()
    chance.changes()
    np.random.seed(1)
    assert [name for name, _ in chance.changes()] == ["numpy"]


def test_another_bit_generator_is_read_whole() -> None:
    mersenne = np.random.get_bit_generator()
    try:
        np.random.set_bit_generator(np.random.PCG64(1))
        chance = Chance(active=True)
        assert chance.changes() == []
        np.random.rand()
        assert [name for name, _ in chance.changes()] == ["numpy"]
    finally:
        np.random.set_bit_generator(mersenne)


def test_what_one_side_draws_the_other_follows() -> None:
    tests, student = Chance(active=True), Chance(active=False)
    assert student.changes() == []

    np.random.seed(5)
    random.seed(5)
    torch.manual_seed(5)
    seeded = tests.changes()
    student.receive(seeded)
    expected = random.random(), np.random.rand(), float(torch.rand(1))

    student.receive(seeded)
    assert student.changes() == []
    assert (random.random(), np.random.rand(), float(torch.rand(1))) == expected
    assert sorted(name for name, _ in student.changes()) == ["numpy", "random", "torch"]
