"""La reprise : tué deux fois, un entraînement finit, au bit près, avec les poids de celui qu’on n’a pas tué."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from resumed_training import EPOCHS, RECIPE, images, network, train

from coursekit.data import Batches, in_order
from coursekit.errors import TrainingError
from coursekit.training import History, Recipe, Sgd, fit

SCRIPT = Path(__file__).with_name("resumed_training.py")
STEPS = EPOCHS * 6


def launch(folder: Path, kill_after: int | None = None, delay: float = 0.0) -> bool:
    """Lance l’entraînement ; le tue (kill -9) `delay` secondes après ce pas. Vrai s’il est allé au bout."""
    command = [sys.executable, str(SCRIPT), str(folder / "reprise.pt"), str(folder / "poids.pt")]
    if kill_after is None:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode == 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(kill_after):
            assert process.stdout.readline() == b"pas\n"
            process.stdin.write(b"\n")
            process.stdin.flush()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    return process.returncode != -signal.SIGKILL


@pytest.fixture(scope="module")
def expected() -> dict[str, torch.Tensor]:
    """Les poids de l’entraînement que rien n’interrompt."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    state = train(None).state_dict()
    torch.set_num_threads(before)
    return state


def test_killed_twice_the_weights_are_the_same_to_the_bit(
    expected: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    draws = random.Random(0)
    assert not launch(tmp_path, draws.randint(8, STEPS // 2), draws.uniform(0, 0.01))
    assert (tmp_path / "reprise.pt").exists()
    assert not launch(tmp_path, draws.randint(1, 12), draws.uniform(0, 0.01))
    assert not (tmp_path / "poids.pt").exists()
    assert launch(tmp_path)
    found = torch.load(tmp_path / "poids.pt", weights_only=True)
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert torch.equal(found[name], value), name


def test_another_seed_would_show() -> None:
    before, after = network(), network()
    fit(before, Batches(images(), 10), replace(RECIPE, epochs=1, patience=None), progress=False)
    fit(after, Batches(images(), 10), replace(RECIPE, epochs=1, patience=None, seed=4), progress=False)
    assert any(not torch.equal(a, b) for a, b in zip(before.parameters(), after.parameters(), strict=True))


SHORT = Recipe(epochs=2, optimizer=Sgd(lr=0.05))


def run(checkpoint: Path, recipe: Recipe = SHORT, *, size: int = 10) -> History:
    return fit(network(), Batches(images(), size), recipe, checkpoint=checkpoint, progress=False)


def test_a_finished_training_is_read_and_not_done_again(tmp_path: Path) -> None:
    history = run(tmp_path / "reprise.pt")
    assert run(tmp_path / "reprise.pt") == history


def test_a_write_interrupted_leaves_the_former_checkpoint(tmp_path: Path) -> None:
    history = run(tmp_path / "reprise.pt")
    whole = (tmp_path / "reprise.pt").read_bytes()
    (tmp_path / "reprise.pt.partiel").write_bytes(whole[: len(whole) // 2])
    assert run(tmp_path / "reprise.pt") == history


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_truncated_checkpoint_is_named(tmp_path: Path, part: float) -> None:
    path = tmp_path / "reprise.pt"
    run(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(TrainingError, match="n’est pas un point de reprise entier"):
        run(path)


@pytest.mark.parametrize(
    ("recipe", "size", "words"),
    [
        (replace(SHORT, epochs=3), 10, "epochs : 2 dans le fichier, 3 demandé"),
        (replace(SHORT, seed=1), 10, "seed : 0"),
        (SHORT, 20, "lots par époque : 6 dans le fichier, 3 demandé"),
    ],
)
def test_another_recipe_does_not_resume(tmp_path: Path, recipe: Recipe, size: int, words: str) -> None:
    run(tmp_path / "reprise.pt")
    with pytest.raises(TrainingError, match=words):
        run(tmp_path / "reprise.pt", recipe, size=size)


def test_another_network_does_not_resume(tmp_path: Path) -> None:
    run(tmp_path / "reprise.pt")
    other = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 3))
    with pytest.raises(TrainingError, match="vient d’un autre réseau"):
        fit(other, Batches(images(), 10), SHORT, checkpoint=tmp_path / "reprise.pt", progress=False)


def test_the_randomness_outside_is_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    model = network()
    torch.manual_seed(7)
    fit(model, Batches(images(), 10), SHORT, validation=in_order(images()), progress=False)
    assert torch.equal(torch.rand(3), expected)
