"""Les filtres classiques : ce que la diapo affiche, les lois de l’algèbre, et l’accord avec SciPy et PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.feature import match_template

from coursekit.errors import ShapeError
from coursekit.filters import (
    KERNELS,
    convolve,
    correlate,
    correlate_bank,
    correlate_normalized,
    flip,
    kernel,
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

# nom de bord → le même bord chez scipy.ndimage
SCIPY_MODES = {"zeros": "constant", "reflect": "mirror", "replicate": "nearest", "circular": "grid-wrap"}


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
