"""*Formes* : des images qui ne dépendent que de leur numéro, et dont chaque facteur se règle seul."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from coursekit.data import SHAPES, TEST, TEXTURES, Formes, masks, render, sample
from coursekit.data.draws import STRIDE, generator, key_of, mix, mixed, signed, uniform
from coursekit.data.factors import draw_factors
from coursekit.data.scene import rotation
from coursekit.data.textures import triangle_wave
from coursekit.errors import ArgumentError, UnknownNameError

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
SMALL = Formes(size=16)
BARE = Formes(size=32, noise=0, clutter=0, background=0, position=0, rotation=0, textures=("uni",))
NUMBERS = torch.arange(300)

WORDS = [0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xDEADBEEF, 0xFFFFFFFF]


@pytest.mark.parametrize("device", DEVICES)
def test_the_mixer_gives_the_bits_that_integers_give(device: str) -> None:
    given = torch.tensor([signed(word) for word in WORDS], dtype=torch.int32, device=device)
    assert mix(given).tolist() == [signed(mixed(word)) for word in WORDS]


def test_the_mixer_confuses_no_two_words() -> None:
    assert len(torch.unique(mix(torch.arange(1 << 18, dtype=torch.int32)))) == 1 << 18


def test_draws_are_uniform_and_unrelated() -> None:
    keys = torch.tensor([signed(key_of(0, column)) for column in range(2)], dtype=torch.int32)
    first, second = uniform(torch.arange(100_000)[:, None], keys).unbind(1)
    assert 0 <= first.min() < 1e-4 < 1 - 1e-4 < first.max() < 1
    assert torch.histc(first, 20, 0, 1).sub(5_000).abs().max() < 5 * 5_000**0.5
    for pair in (torch.stack((first, second)), torch.stack((first[1:], first[:-1]))):
        assert torch.corrcoef(pair)[0, 1].abs() < 0.015


@pytest.mark.parametrize(("parts", "others"), [((1, 2), (2, 1)), ((0,), (0, 0)), ((1,), (1 + (1 << 32),))])
def test_a_key_depends_on_every_part_and_on_their_order(
    parts: tuple[int, ...], others: tuple[int, ...]
) -> None:
    assert key_of(*parts) == key_of(*parts) != key_of(*others)
    assert (
        torch.rand(3, generator=generator(*parts)).tolist()
        != torch.rand(3, generator=generator(*others)).tolist()
    )


def test_the_stride_visits_every_word() -> None:
    assert STRIDE % 2 == 1


@pytest.mark.parametrize("device", DEVICES)
def test_an_image_depends_on_its_number_alone(device: str) -> None:
    images, labels = render(SMALL, NUMBERS.to(device))
    chosen = torch.tensor([250, 3, 3, 77])
    again, same = render(SMALL, chosen.to(device))
    assert torch.equal(again, images[chosen])
    assert torch.equal(same, labels[chosen])
    reference, expected = render(SMALL, NUMBERS)
    assert torch.equal(labels.cpu(), expected)
    torch.testing.assert_close(images.cpu(), reference, rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [16, 33])
def test_the_number_of_threads_changes_nothing(size: int) -> None:
    before = torch.get_num_threads()
    formes = replace(SMALL, size=size)
    several, _ = render(formes, NUMBERS)
    try:
        torch.set_num_threads(1)
        alone, _ = render(formes, NUMBERS)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(several, alone)


@pytest.mark.parametrize("size", [16, 32, 48, 64])
def test_images_have_the_size_asked_for_and_fit_between_black_and_white(size: int) -> None:
    images, labels = render(Formes(size=size), torch.arange(40))
    assert images.shape == (40, 3, size, size)
    assert images.dtype == torch.float32
    assert labels.dtype == torch.int64
    assert 0 <= images.min() < 0.1 < 0.9 < images.max() <= 1


FACTORS = [
    ("noise", {"noise": 0.2}),
    ("clutter", {"clutter": 5}),
    ("background", {"background": 0.4}),
    ("texture_contrast", {"texture_contrast": 0.1}),
    ("color", {"color": 0.0}),
    ("contrast", {"contrast": (0.1, 0.2)}),
    ("frequency", {"frequency": (2.0, 3.0)}),
]


@pytest.mark.parametrize("change", [change for _, change in FACTORS], ids=[name for name, _ in FACTORS])
def test_a_factor_of_appearance_leaves_class_and_place_alone(change: dict[str, object]) -> None:
    other = replace(SMALL, **change)  # type: ignore[arg-type]
    images, labels = render(SMALL, NUMBERS)
    changed, same = render(other, NUMBERS)
    assert torch.equal(labels, same)
    assert torch.equal(masks(SMALL, NUMBERS), masks(other, NUMBERS))
    assert not torch.equal(images, changed)


def test_more_objects_keep_the_first_ones() -> None:
    few, many = (draw_factors(replace(SMALL, clutter=count), NUMBERS) for count in (2, 5))
    assert torch.equal(few.objects, many.objects[:, :2])
    assert torch.equal(few.draws, many.draws)


def centres(covered: Tensor) -> Tensor:
    """Le centre des pixels que chaque forme couvre, en demi-côtés : N × 2."""
    size = covered.shape[-1]
    steps = (torch.arange(size) * 2 + 1) / size - 1
    weight = covered.sum((1, 2))
    return torch.stack(
        ((covered.sum(1) * steps).sum(1) / weight, -(covered.sum(2) * steps).sum(1) / weight), 1
    )


def test_position_moves_the_shape_and_zero_centres_it() -> None:
    discs = replace(BARE, shapes=("disque",))
    assert centres(masks(discs, NUMBERS)).abs().max() < 0.01
    moved = replace(discs, position=0.8)
    factors = draw_factors(moved, NUMBERS)
    found = centres(masks(moved, NUMBERS))
    torch.testing.assert_close(found, torch.stack((factors.x, factors.y), 1), rtol=0, atol=0.02)
    assert found.std() > 0.1


def test_the_shape_stays_inside_the_image() -> None:
    covered = masks(replace(SMALL, position=1.0, scale=(0.9, 0.9)), NUMBERS)
    edge = torch.ones(16, 16, dtype=torch.bool)
    edge[1:-1, 1:-1] = False
    assert covered.sum((1, 2)).min() > 10
    # Un disque de rayon 0,9 laisse 0,1 demi-côté, moins d’un pixel : le bord n’est touché que par sa moitié extérieure.
    assert covered[:, edge].mean() < 0.1


def test_scale_is_the_radius() -> None:
    areas = [
        float(masks(replace(BARE, shapes=("carré",), scale=(r, r)), NUMBERS[:1]).sum()) for r in (0.4, 0.8)
    ]
    assert areas == pytest.approx([(0.7 * r * 32) ** 2 for r in (0.4, 0.8)], rel=0.02)


def test_rotation_turns_the_shape() -> None:
    flat = replace(BARE, shapes=("rectangle",), scale=(0.8, 0.8))
    heights = [(masks(replace(flat, rotation=angle), NUMBERS).sum(2) > 0.5).sum(1) for angle in (0.0, 90.0)]
    assert heights[0].tolist() == [12] * len(
        NUMBERS
    )  # 2 × 0,43 × 0,8 demi-côtés de 16 pixels : 11 pixels et deux bords
    assert heights[1].min() < 14
    assert heights[1].max() > 22


def test_the_cosine_and_sine_of_turns() -> None:
    turns = torch.linspace(-1, 1, 2001, dtype=torch.float32)
    cosine, sine = rotation(turns)
    torch.testing.assert_close(cosine, (turns * torch.pi).cos(), rtol=0, atol=3e-6)
    torch.testing.assert_close(sine, (turns * torch.pi).sin(), rtol=0, atol=3e-6)


def test_noise_has_the_deviation_asked_for() -> None:
    plain = replace(BARE, contrast=(0.2, 0.2))
    clean, _ = render(plain, NUMBERS)
    noisy, _ = render(replace(plain, noise=0.04), NUMBERS)
    inside = (clean > 0.2) & (clean < 0.8)
    added = (noisy - clean)[inside]
    assert float(added.std()) == pytest.approx(0.04, rel=0.01)
    assert abs(float(added.mean())) < 1e-3


def test_no_color_is_gray() -> None:
    gray, _ = render(replace(BARE, color=0.0), NUMBERS)
    colored, _ = render(replace(BARE, color=0.2), NUMBERS)
    assert float((gray[:, 0] - gray[:, 2]).abs().max()) == 0
    assert float((colored[:, 0] - colored[:, 2]).abs().mean()) > 0.05


# La distance au centre, et au bord gauche et droit, que l’on vérifie à l’œil sur un dessin.
POINTS = [
    ("disque", (0, 0), (0.9, 0)),
    ("carré", (0.6, 0.6), (0.8, 0)),
    ("rectangle", (0.8, 0.3), (0, 0.6)),
    ("triangle", (0, 0.8), (0, -0.7)),
    ("hexagone", (0, 0), (0.9, 0.5)),
    ("étoile", (0, 0.9), (0, -0.6)),
    ("anneau", (0.68, 0), (0, 0)),
    ("croix", (0.8, 0), (0.6, 0.6)),
    ("croissant", (-0.6, 0), (0.4, 0)),
    ("demi-disque", (0, 0.2), (0, -0.6)),
    ("équerre", (-0.4, 0.6), (0.4, 0.4)),
    ("trèfle", (0, 0.6), (0.5, 0.5)),
]


@pytest.mark.parametrize(("name", "inside", "outside"), POINTS, ids=[name for name, *_ in POINTS])
def test_a_shape_knows_its_inside_from_its_outside(
    name: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    x, y = torch.tensor([inside, outside], dtype=torch.float32).unbind(1)
    distance = SHAPES[name](x, y)
    assert distance[0] < 0 < distance[1]


def test_every_shape_has_its_points() -> None:
    assert [name for name, *_ in POINTS] == list(SHAPES)


@pytest.mark.parametrize("name", list(SHAPES))
def test_a_shape_stays_in_its_disc(name: str) -> None:
    angle = torch.linspace(0, 2 * torch.pi, 721)
    assert SHAPES[name](1.02 * angle.cos(), 1.02 * angle.sin()).min() > 0


def test_the_triangle_wave() -> None:
    assert triangle_wave(torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0, -0.25, -0.5])).tolist() == [
        1,
        0,
        -1,
        0,
        1,
        0,
        -1,
    ]


LABELS = [("shape", 12), ("texture", 6), ("both", 72)]


@pytest.mark.parametrize(("label", "count"), LABELS)
def test_the_class_names_the_shape_the_texture_or_both(label: str, count: int) -> None:
    formes = replace(SMALL, label=label)  # type: ignore[arg-type]
    factors = draw_factors(formes, torch.arange(5_000))
    names = [formes.classes[rank] for rank in factors.labels.tolist()]
    shapes = [formes.shapes[rank] for rank in factors.shapes.tolist()]
    textures = [formes.textures[rank] for rank in factors.textures.tolist()]
    assert len(formes.classes) == len(set(names)) == count
    expected = {
        "shape": shapes,
        "texture": textures,
        "both": [f"{s}, {t}" for s, t in zip(shapes, textures, strict=True)],
    }
    assert names == expected[label]


@pytest.mark.parametrize("cue", [0.0, 0.5, 1.0])
def test_the_texture_can_betray_the_shape(cue: float) -> None:
    formes = replace(SMALL, texture_cue=cue)
    factors = draw_factors(formes, torch.arange(20_000))
    agree = (factors.textures == factors.labels % len(TEXTURES)).float().mean()
    assert float(agree) == pytest.approx(cue + (1 - cue) / len(TEXTURES), abs=0.015)


def test_classes_follow_the_balance() -> None:
    weights = (8.0, 4.0, 2.0, 1.0, 0.0, 1.0)
    formes = replace(SMALL, shapes=tuple(SHAPES)[:6], balance=weights)
    counts = sample(formes, 16_000).counts()
    assert counts[4] == 0
    assert counts == pytest.approx([1_000 * weight for weight in weights], rel=0.1)


def test_two_seeds_give_two_worlds() -> None:
    first, second = (render(replace(SMALL, seed=seed), NUMBERS) for seed in (0, 1))
    assert not torch.equal(first[1], second[1])
    assert float((first[0] - second[0]).abs().flatten(1).max(1).values.min()) > 0.1


def test_samples_are_slices_of_one_sequence() -> None:
    whole, later = sample(SMALL, 30), sample(SMALL, 10, start=20)
    assert torch.equal(whole.x[20:], later.x)
    assert torch.equal(whole.y[20:], later.y)
    assert not torch.equal(sample(SMALL, 10, start=TEST).x, later.x)


REFUSED = [
    ({"size": 8}, "16 à 64"),
    ({"size": 65}, "16 à 64"),
    ({"noise": -0.1}, "noise=-0.1"),
    ({"position": 1.5}, "position=1.5"),
    ({"scale": (0.8, 0.4)}, "0.8 ≤ 0.4"),
    ({"scale": (0.5, 1.2)}, "≤ 1"),
    ({"clutter": -1}, "clutter=-1"),
    ({"balance": (1.0, 2.0)}, "2 poids pour 12 classes"),
    ({"balance": (0.0,) * 12}, "les poids sont positifs"),
    ({"shapes": ()}, "au moins un nom"),
    ({"shapes": ("disque", "disque")}, "une seule fois"),
    ({"label": "texture", "texture_cue": 0.5}, "label='shape'"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_values_without_meaning_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        Formes(**change)  # type: ignore[arg-type]


def test_an_unknown_shape_suggests_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="Vouliez-vous dire étoile"):
        Formes(shapes=("etoile",))


@pytest.mark.parametrize(("start", "count"), [(-1, 2), (0, 0), ((1 << 31) - 1, 2)])
def test_numbers_out_of_the_sequence_are_refused(start: int, count: int) -> None:
    with pytest.raises(ArgumentError, match="2³¹"):
        sample(SMALL, count, start=start)
