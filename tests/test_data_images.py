"""Jeux en mémoire, lots, ordres et longue traîne : ce qui passe, combien de fois, et dans quel ordre."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
import torch

from coursekit.data import (
    TEST,
    Batches,
    ClassAware,
    Formes,
    Fresh,
    Images,
    InOrder,
    Shuffled,
    crop_and_flip,
    digits,
    in_order,
    long_tailed,
    render,
    tail_weights,
    v2,
)
from coursekit.errors import ArgumentError, ShapeError


def numbered(counts: tuple[int, ...]) -> Images:
    """Une image d’un pixel par exemple, dont la valeur est le numéro ; `counts` images par classe, mêlées."""
    labels = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))]
    x = torch.arange(len(labels), dtype=torch.float32)[:, None, None, None]
    return Images(x, labels, tuple("abcdefgh"[: len(counts)]))


EVEN, UNEVEN = numbered((5, 5)), numbered((12, 5, 1))


def seen(batches: Batches) -> list[int]:
    return [int(value) for x, _ in batches for value in x.flatten()]


def test_digits_are_there_without_a_network() -> None:
    images = digits()
    assert images.x.shape == (1797, 1, 8, 8)
    assert (float(images.x.min()), float(images.x.max())) == (0.0, 1.0)
    assert images.counts() == (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)


def test_a_split_shares_nothing_and_forgets_nothing() -> None:
    first, second = UNEVEN.split(6, seed=1)
    both = sorted(torch.cat((first.x, second.x)).flatten().tolist())
    assert (len(first), both) == (6, list(range(18)))
    assert not torch.equal(first.x, UNEVEN.split(6, seed=2)[0].x)


@pytest.mark.parametrize("count", [0, 18, 19])
def test_a_split_without_two_parts_is_refused(count: int) -> None:
    with pytest.raises(ArgumentError, match=f"0 < {count} < 18"):
        UNEVEN.split(count)


def test_images_and_labels_must_agree() -> None:
    x = torch.zeros(3, 1, 2, 2)
    assert len(Images(x, torch.tensor([0, 1, 1]), ("a", "b"))) == 3
    with pytest.raises(ShapeError, match=r"\(3, 1, 2, 2\)"):
        Images(x, torch.tensor([0, 1]), ("a", "b"))
    with pytest.raises(ShapeError, match="canaux"):
        Images(x[:, 0], torch.tensor([0, 1, 1]), ("a", "b"))
    with pytest.raises(ArgumentError, match="de 0 à 2 pour 2 classes"):
        Images(x, torch.tensor([0, 1, 2]), ("a", "b"))


def test_an_epoch_shows_every_image_once() -> None:
    batches = Batches(UNEVEN, 4)
    assert len(batches) == 5
    assert sorted(seen(batches)) == list(range(18))
    assert seen(Batches(UNEVEN, 4, order=InOrder())) == seen(in_order(UNEVEN)) == list(range(18))


def test_dropping_the_last_batch_leaves_full_ones() -> None:
    kept = Batches(UNEVEN, 4, drop_last=True)
    assert [len(y) for _, y in kept] == [4] * len(kept) == [4] * 4


def test_shuffling_depends_on_seed_and_epoch_alone() -> None:
    batches = Batches(UNEVEN, 4, order=Shuffled(seed=3))
    first = seen(batches)
    assert seen(batches) == first
    batches.set_epoch(1)
    assert seen(batches) != first
    batches.set_epoch(0)
    assert seen(batches) == first
    assert seen(Batches(UNEVEN, 4, order=Shuffled(seed=4))) != first


@pytest.mark.parametrize("size", [0, 19])
def test_a_batch_larger_than_the_set_is_refused(size: int) -> None:
    with pytest.raises(ArgumentError, match="de 1 à 18"):
        Batches(UNEVEN, size)


def test_bytes_become_fractions() -> None:
    images = Images(
        torch.tensor([0, 255], dtype=torch.uint8)[:, None, None, None], torch.tensor([0, 0]), ("a",)
    )
    x, _ = next(iter(in_order(images)))
    assert x.flatten().tolist() == [0.0, 1.0]


def stream(images: Images, epochs: int, seed: int = 0) -> list[int]:
    """Les images que tire l’échantillonnage par classes, époque après époque."""
    order = ClassAware(seed)
    return torch.cat([order.indices(images.y, epoch) for epoch in range(epochs)]).tolist()


def test_every_class_comes_back_equally_often() -> None:
    drawn = UNEVEN.y[stream(UNEVEN, 10)].tolist()
    assert Counter(drawn) == {0: 60, 1: 60, 2: 60}
    assert all(set(drawn[start : start + 3]) == {0, 1, 2} for start in range(0, 180, 3))
    assert (
        len({tuple(drawn[start : start + 3]) for start in range(0, 180, 3)}) == 6
    )  # la liste des classes se mélange


@pytest.mark.parametrize("label", [0, 1])
def test_a_list_is_dealt_to_its_end_before_being_shuffled_again(label: int) -> None:
    own = [index for index in stream(UNEVEN, 10) if UNEVEN.y[index] == label]
    members = set((UNEVEN.y == label).nonzero()[:, 0].tolist())
    rounds = [own[start : start + len(members)] for start in range(0, len(own), len(members))]
    assert all(set(turn) == members for turn in rounds)
    assert rounds[0] != rounds[1]


def test_an_epoch_of_class_aware_sampling_needs_no_memory_of_the_former_ones() -> None:
    whole = stream(UNEVEN, 7)
    assert ClassAware(0).indices(UNEVEN.y, 6).tolist() == whole[6 * 18 :]
    assert stream(UNEVEN, 7, seed=1) != whole


def test_an_empty_class_is_never_drawn() -> None:
    images = Images(EVEN.x, EVEN.y * 2, ("a", "vide", "c"))
    assert Counter(images.y[stream(images, 2)].tolist()) == {0: 10, 2: 10}


def test_the_tail_decreases_geometrically() -> None:
    weights = tail_weights(10, 100)
    assert (weights[0], weights[-1]) == (1, pytest.approx(0.01))
    assert [b / a for a, b in pairwise(weights)] == pytest.approx([0.01 ** (1 / 9)] * 9)


def test_a_long_tail_keeps_as_many_images_as_it_can() -> None:
    images = numbered((100, 100, 100))
    assert long_tailed(images, 100).counts() == (100, 10, 1)
    assert long_tailed(numbered((100, 5, 100)), 100).counts() == (
        50,
        5,
        1,
    )  # la deuxième classe manque la première
    assert not torch.equal(long_tailed(images, 100, seed=1).x, long_tailed(images, 100, seed=2).x)


@pytest.mark.parametrize(("classes", "ratio"), [(1, 10), (3, 0.5), (3, float("nan"))])
def test_a_tail_that_does_not_decrease_is_refused(classes: int, ratio: float) -> None:
    with pytest.raises(ArgumentError, match="au moins 2 classes"):
        tail_weights(classes, ratio)


def test_an_empty_class_has_no_tail() -> None:
    with pytest.raises(ArgumentError, match="vide"):
        long_tailed(Images(EVEN.x, EVEN.y * 2, ("a", "rien", "c")), 2)


def test_fresh_batches_never_show_an_image_twice() -> None:
    formes = Formes(size=16)
    fresh = Fresh(formes, size=8, steps=3)
    epochs = []
    for epoch in range(2):
        fresh.set_epoch(epoch)
        epochs.append(torch.cat([x for x, _ in fresh]))
    assert torch.equal(torch.cat(epochs), render(formes, torch.arange(48))[0])


def test_fresh_batches_stop_before_the_test_images() -> None:
    fresh = Fresh(Formes(size=16), size=8, steps=3)
    fresh.set_epoch(TEST // 24 - 1)
    with pytest.raises(ArgumentError, match="images d’entraînement"):
        fresh.set_epoch(TEST // 24)


def test_a_transform_draws_for_each_image() -> None:
    images = Images(
        torch.arange(64.0).view(1, 1, 8, 8).repeat(40, 1, 1, 1) + 1, torch.zeros(40).long(), ("a",)
    )
    x, _ = next(iter(Batches(images, 40, transform=crop_and_flip(8))))
    assert x.shape == (40, 1, 8, 8)
    assert len(torch.unique(x, dim=0)) > 20  # 9 × 9 recadrages, deux sens
    plain, _ = next(iter(Batches(images, 40)))
    assert len(torch.unique(plain, dim=0)) == 1


def test_a_batch_transform_mixes_images_and_labels() -> None:
    mixed = Batches(EVEN, 10, batch_transform=v2().MixUp(num_classes=2, alpha=1.0))
    x, y = next(iter(mixed))
    assert x.shape == (10, 1, 1, 1)
    assert y.shape == (10, 2)
    assert y.sum(1).tolist() == pytest.approx([1.0] * 10)
