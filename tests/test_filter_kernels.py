"""Les filtres réglés à la main : sommes, séparabilité, sélectivité de Gabor, accord avec SciPy, photographies."""

from __future__ import annotations

import socket
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from coursekit.filters import KERNELS, PHOTOS, box, correlate, gabor, gaussian, kernel, load_photo

# nom → somme des poids : 0 pour un filtre de bordure, 1 pour un filtre qui garde la luminosité
SUMS = {
    "identity": 1,
    "prewitt-vertical": 0,
    "prewitt-horizontal": 0,
    "sobel-vertical": 0,
    "sobel-horizontal": 0,
    "laplacian": 0,
    "sharpen": 1,
    "emboss": 1,
}


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


def test_emboss_is_identity_plus_an_odd_difference() -> None:
    difference = kernel("emboss") - kernel("identity")
    np.testing.assert_array_equal(difference, -difference[::-1, ::-1])
    assert difference.any()


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
