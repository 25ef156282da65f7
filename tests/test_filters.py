"""Les filtres classiques : ce que la diapo affiche, les lois de l’algèbre, et l’accord avec SciPy et PyTorch."""

from __future__ import annotations

import socket
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.feature import match_template

from coursekit.errors import ArgumentError, CourseError, ShapeError, UnknownNameError
from coursekit.filters import (
    KERNELS,
    PHOTOS,
    box,
    convolve,
    correlate,
    correlate_bank,
    correlate_normalized,
    flip,
    gabor,
    gaussian,
    kernel,
    load_photo,
)

# Cours CNN I, diapo « Exemple convolution » : l’extrait d’image, et les quatre colonnes de réponse qu’elle montre.
SLIDE_IMAGE = np.array(
    [
        [207, 210, 195, 63, 57, 56, 59],
        [204, 212, 197, 82, 76, 74, 75],
        [202, 198, 202, 72, 65, 67, 63],
        [209, 201, 187, 78, 69, 71, 64],
    ]
)
SLIDE_RESPONSE = np.array([[-26, -533, -517, -28], [-29, -505, -513, -25]])

# nom → somme des poids : 0 pour un filtre de bordure, 1 pour un filtre qui garde la luminosité
SUMS = {
    "identity": 1,
    "prewitt-vertical": 0,
    "prewitt-horizontal": 0,
    "sobel-vertical": 0,
    "sobel-horizontal": 0,
    "laplacian": 0,
    "sharpen": 1,
}

# nom de bord → le même bord chez scipy.ndimage
SCIPY_MODES = {"zeros": "constant", "reflect": "mirror", "replicate": "nearest", "circular": "grid-wrap"}

BLANK = np.zeros((5, 5))


@st.composite
def images_and_kernels(draw: st.DrawFn, *, odd: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Une image et un filtre tirés au sort, le filtre tenant dans l’image."""
    kernel_shape = tuple(
        2 * draw(st.integers(0, 3)) + 1 if odd else draw(st.integers(1, 6)) for _ in range(2)
    )
    image_shape = tuple(length + draw(st.integers(0, 8)) for length in kernel_shape)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.normal(size=image_shape), rng.normal(size=kernel_shape)


# --- la diapo


def test_the_slide_shows_the_first_four_columns_of_the_sobel_response() -> None:
    response = correlate(SLIDE_IMAGE, kernel("sobel-vertical"))
    assert response.shape == (2, 5)
    np.testing.assert_array_equal(response[:, :4], SLIDE_RESPONSE)


def test_sobel_is_the_only_named_filter_which_gives_the_slide() -> None:
    found = [
        k.name for k in KERNELS if np.array_equal(correlate(SLIDE_IMAGE, k.values)[:, :4], SLIDE_RESPONSE)
    ]
    assert found == ["sobel-vertical"]


def test_a_true_convolution_would_change_the_sign_of_the_slide() -> None:
    response = convolve(SLIDE_IMAGE, kernel("sobel-vertical"))
    np.testing.assert_array_equal(response[:, :4], -SLIDE_RESPONSE)


# --- corrélation et convolution


def test_a_single_bright_pixel_shows_the_kernel_under_convolution_and_flipped_under_correlation() -> None:
    impulse, weights = np.zeros((5, 5)), np.arange(9.0).reshape(3, 3)
    impulse[2, 2] = 1
    np.testing.assert_array_equal(convolve(impulse, weights), weights)
    np.testing.assert_array_equal(correlate(impulse, weights), weights[::-1, ::-1])


@given(images_and_kernels())
def test_correlate_is_the_double_sum(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    image, weights = drawn
    response = correlate(image, weights)
    assert response.shape == tuple(n - f + 1 for n, f in zip(image.shape, weights.shape, strict=True))
    y, x = response.shape[0] - 1, response.shape[1] // 2
    total = 0.0
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            total += image[y + i, x + j] * weights[i, j]
    assert response[y, x] == pytest.approx(total)


@given(images_and_kernels(), st.sampled_from(["valid", "full"]))
def test_correlate_agrees_with_torch(drawn: tuple[np.ndarray, np.ndarray], padding: str) -> None:
    image, weights = drawn
    margins = (0, 0) if padding == "valid" else tuple(length - 1 for length in weights.shape)
    expected = torch.nn.functional.conv2d(
        torch.tensor(image)[None, None], torch.tensor(weights)[None, None], padding=margins
    )
    np.testing.assert_allclose(correlate(image, weights, padding=padding), expected[0, 0].numpy(), atol=1e-12)


@given(images_and_kernels(odd=True), st.sampled_from(sorted(SCIPY_MODES)))
def test_same_padding_agrees_with_scipy_at_every_border(
    drawn: tuple[np.ndarray, np.ndarray], border: str
) -> None:
    image, weights = drawn
    for ours, theirs in ((correlate, ndimage.correlate), (convolve, ndimage.convolve)):
        expected = theirs(image, weights, mode=SCIPY_MODES[border])
        np.testing.assert_allclose(ours(image, weights, padding="same", border=border), expected, atol=1e-12)


@given(images_and_kernels())
def test_convolution_is_correlation_with_the_flipped_kernel(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    image, weights = drawn
    np.testing.assert_array_equal(convolve(image, weights), correlate(image, flip(weights)))
    np.testing.assert_array_equal(flip(flip(weights)), weights)


@given(images_and_kernels())
def test_convolution_commutes_and_correlation_gives_the_map_turned_around(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    a, b = drawn
    np.testing.assert_allclose(convolve(a, b, padding="full"), convolve(b, a, padding="full"), atol=1e-12)
    np.testing.assert_allclose(
        correlate(a, b, padding="full"), flip(correlate(b, a, padding="full")), atol=1e-12
    )


def test_correlation_does_not_commute() -> None:
    a, b = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 0.0]])
    assert not np.allclose(correlate(a, b, padding="full"), correlate(b, a, padding="full"))


@given(images_and_kernels(), st.integers(0, 2**32 - 1))
def test_convolution_is_associative_and_two_correlations_fuse_by_convolution(
    drawn: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    image, first = drawn
    second = np.random.default_rng(seed).normal(size=(3, 2))
    fused = convolve(first, second, padding="full")
    for operation in (convolve, correlate):
        twice = operation(operation(image, first, padding="full"), second, padding="full")
        np.testing.assert_allclose(twice, operation(image, fused, padding="full"), atol=1e-11)


def test_correlation_is_not_associative() -> None:
    rng = np.random.default_rng(0)
    image, first, second = rng.normal(size=(8, 8)), rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    left = correlate(correlate(image, first, padding="full"), second, padding="full")
    right = correlate(image, correlate(first, second, padding="full"), padding="full")
    assert np.abs(left - right).max() > 1


@given(images_and_kernels(odd=True), st.integers(1, 4), st.integers(1, 4), st.booleans())
@settings(max_examples=50)
def test_a_bank_agrees_with_a_torch_layer(
    drawn: tuple[np.ndarray, np.ndarray], channels: int, filters: int, with_bias: bool
) -> None:
    shape, reach = drawn[0].shape, drawn[1].shape
    rng = np.random.default_rng(shape[0])
    volume, bank = rng.normal(size=(channels, *shape)), rng.normal(size=(filters, channels, *reach))
    bias = rng.normal(size=filters) if with_bias else None
    expected = torch.nn.functional.conv2d(
        torch.tensor(volume), torch.tensor(bank), None if bias is None else torch.tensor(bias), padding="same"
    )
    np.testing.assert_allclose(
        correlate_bank(volume, bank, bias, padding="same"), expected.numpy(), atol=1e-12
    )


# --- corrélation normalisée


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10), st.floats(-5, 5))
def test_normalized_correlation_agrees_with_skimage_and_ignores_brightness_and_contrast(
    seed: int, contrast: float, brightness: float
) -> None:
    image = np.random.default_rng(seed).uniform(size=(14, 15))
    template = image[3:8, 4:10]
    cosines = correlate_normalized(image, template)
    np.testing.assert_allclose(cosines, match_template(image, template), atol=1e-6)
    np.testing.assert_allclose(
        cosines, correlate_normalized(contrast * image + brightness, template), atol=1e-6
    )
    assert np.unravel_index(cosines.argmax(), cosines.shape) == (3, 4)
    assert cosines.max() == pytest.approx(1)
    assert np.abs(cosines).max() <= 1


def test_a_uniform_window_looks_like_nothing_and_a_uniform_template_is_refused() -> None:
    image = np.full((6, 12), 0.1)
    image[:, 8:] = np.random.default_rng(0).uniform(size=(6, 4))
    template = image[:3, 9:12]
    assert np.array_equal(correlate_normalized(image, template)[:, :6], np.zeros((4, 6)))
    with pytest.raises(ShapeError, match="uniforme"):
        correlate_normalized(image, image[:3, :3])


# --- les filtres


def test_the_catalogue_has_unique_names_and_known_sums() -> None:
    assert {entry.name: entry.values.sum() for entry in KERNELS} == SUMS
    assert len({entry.name for entry in KERNELS}) == len(KERNELS)


def test_a_catalogue_matrix_is_a_free_copy() -> None:
    kernel("identity")[:] = 0
    assert kernel("identity").sum() == 1


def test_edge_filters_answer_positively_where_the_image_brightens() -> None:
    left_to_right = np.tile(np.arange(5.0), (5, 1))
    for name in ("sobel", "prewitt"):
        assert (correlate(left_to_right, kernel(f"{name}-vertical")) > 0).all()
        assert (correlate(left_to_right.T, kernel(f"{name}-horizontal")) > 0).all()
        assert not correlate(left_to_right, kernel(f"{name}-horizontal")).any()


def test_sobel_box_and_gaussian_are_separable_but_the_laplacian_is_not() -> None:
    np.testing.assert_array_equal(kernel("sobel-vertical"), np.outer([1, 2, 1], [-1, 0, 1]))
    for separable in (box(4), gaussian(1.5), kernel("prewitt-horizontal")):
        assert np.linalg.matrix_rank(separable) == 1
    assert np.linalg.matrix_rank(kernel("laplacian")) == 2


def test_sharpen_is_identity_minus_laplacian() -> None:
    np.testing.assert_array_equal(kernel("sharpen"), kernel("identity") - kernel("laplacian"))


@given(st.integers(1, 9))
def test_box_agrees_with_scipy(half: int) -> None:
    image = np.random.default_rng(half).uniform(size=(24, 21))
    ours = correlate(image, box(2 * half - 1), padding="same", border="reflect")
    np.testing.assert_allclose(ours, ndimage.uniform_filter(image, 2 * half - 1, mode="mirror"), atol=1e-12)


@given(st.floats(0.3, 4))
def test_gaussian_agrees_with_scipy_and_sums_to_one(sigma: float) -> None:
    image = np.random.default_rng(0).uniform(size=(40, 40))
    weights = gaussian(sigma)
    assert weights.sum() == pytest.approx(1)
    expected = ndimage.gaussian_filter(image, sigma, mode="mirror", radius=len(weights) // 2)
    np.testing.assert_allclose(
        correlate(image, weights, padding="same", border="reflect"), expected, atol=1e-12
    )


# --- Gabor


@given(st.floats(2, 20), st.floats(-360, 360), st.floats(-180, 180), st.floats(0.3, 2))
@settings(max_examples=50)
def test_gabor_ignores_uniform_regions_and_its_weights_sum_to_one_in_absolute_value(
    wavelength: float, angle: float, phase: float, aspect: float
) -> None:
    weights = gabor(wavelength, angle, phase=phase, aspect=aspect)
    assert weights.sum() == pytest.approx(0, abs=1e-12)
    assert np.abs(weights).sum() == pytest.approx(1)
    assert len(weights) % 2 == 1


def _grating(wavelength: float, angle: float) -> np.ndarray:
    y, x = np.mgrid[:64, :64]
    theta = np.deg2rad(angle)
    return 0.5 + 0.5 * np.cos(2 * np.pi * (x * np.cos(theta) + y * np.sin(theta)) / wavelength)


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
def test_gabor_prefers_its_own_orientation(angle: float) -> None:
    tried = np.arange(0, 180, 15)
    strength = [np.abs(correlate(_grating(8, a), gabor(8, angle))).max() for a in tried]
    assert tried[int(np.argmax(strength))] == angle
    across = strength[int(np.flatnonzero(tried == (angle + 90) % 180)[0])]
    assert across < 0.01 * max(strength)


def test_gabor_prefers_its_own_wavelength() -> None:
    tried = [4, 6, 8, 12, 16]
    strength = [np.abs(correlate(_grating(w, 0), gabor(8))).max() for w in tried]
    assert tried[int(np.argmax(strength))] == 8


def test_an_odd_gabor_answers_positively_from_dark_to_bright_and_an_even_one_to_a_bright_line() -> None:
    step, line = np.zeros((31, 31)), np.zeros((31, 31))
    step[:, 16:] = 1
    line[:, 15] = 1
    odd, even = gabor(4, phase=-90, size=31), gabor(4, phase=0, size=31)
    assert correlate(step, odd) > 0.1
    assert correlate(line, even) > 0.1
    assert correlate(line, odd) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(odd, -odd[:, ::-1], atol=1e-15)
    np.testing.assert_allclose(even, even[:, ::-1], atol=1e-15)


# --- la photographie


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda photo: photo.name)
def test_photos_open_without_network(photo, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("une photographie ne doit rien télécharger")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    gray, color = load_photo(photo.name), load_photo(photo.name, color=True)
    assert color.shape == (3, *gray.shape)
    for pixels in (gray, color):
        assert pixels.min() >= 0
        assert 0.7 < pixels.max() <= 1
    assert photo.licence in load_photo.__doc__
    assert photo.author in load_photo.__doc__


def test_filters_load_neither_torch_nor_matplotlib_nor_skimage() -> None:
    code = "import sys, coursekit.filters; print([m for m in ('torch', 'matplotlib', 'skimage') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


# --- ce qui est refusé

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
