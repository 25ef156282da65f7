"""Les figures d’images : ce qu’elles écrivent, ce qu’elles encadrent, ce qu’elles refusent."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coursekit.errors import ArgumentError, CourseError, ShapeError
from coursekit.filters import kernel
from coursekit.viz.images import Window, number_text, show_images
from coursekit.viz.matrices import show_matrices, show_step

IMAGE = np.arange(28.0).reshape(4, 7)
SOBEL = kernel("sobel-vertical")

NUMBERS = [
    (3.0, "3"),
    (-533.0, "−533"),
    (0.25, "0,25"),
    (-1 / 3, "−0,333"),
    (np.float64(2.5), "2,5"),
    (0.0, "0"),
]


def written(figure: Figure) -> list[str]:
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def frames(figure: Figure) -> list[tuple[float, float, float, float]]:
    return [
        (patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height())
        for ax in figure.axes
        for patch in ax.patches
        if isinstance(patch, Rectangle)
    ]


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_numbers_are_written_in_french(value: float, text: str) -> None:
    assert number_text(value) == text


def test_a_matrix_shows_each_of_its_values_in_order() -> None:
    assert written(show_matrices([SOBEL], ["Sobel"])) == ["−1", "0", "1", "−2", "0", "2", "−1", "0", "1"]


def test_values_too_small_to_be_read_are_not_written() -> None:
    assert written(show_matrices([np.eye(5)], ["lisible"]))
    assert not written(show_matrices([np.eye(60)], ["illisible"]))


def test_every_ink_contrasts_with_its_cell() -> None:
    figure = show_matrices(
        [np.linspace(-1, 1, 9).reshape(3, 3), np.linspace(0, 1, 9).reshape(3, 3)], ["a", "b"]
    )
    for ax in figure.axes:
        drawn = ax.images[0]
        for text in ax.texts:
            column, row = text.get_position()
            red, green, blue, _ = drawn.cmap(drawn.norm(drawn.get_array()[int(row), int(column)]))
            luminance = 0.299 * red + 0.587 * green + 0.114 * blue
            assert abs(luminance - {"white": 1.0, "black": 0.0}[text.get_color()]) >= 0.5


def test_a_step_frames_the_window_and_its_value_and_writes_the_sum_of_the_products() -> None:
    figure = show_step(IMAGE, SOBEL, row=1, column=2)
    assert set(frames(figure)) == {(1.5, 0.5, 3, 3), (1.5, 0.5, 1, 1)}
    assert figure.axes[3].get_title(loc="left").endswith(": 8)")
    assert len(written(figure)) == 28 + 9 + 9 + 10


def test_the_cells_of_a_step_all_have_the_same_size() -> None:
    figure = show_step(IMAGE, SOBEL)
    width, height = figure.get_size_inches()
    boxes = [(ax.get_position(original=True), ax.images[0].get_array().shape) for ax in figure.axes]
    sides = [
        side
        for box, (rows, columns) in boxes
        for side in (box.width * width / columns, box.height * height / rows)
    ]
    np.testing.assert_allclose(sides, sides[0])


def test_signed_maps_are_centred_on_zero_and_each_says_its_own_scale() -> None:
    figure = show_images([IMAGE - 3, -IMAGE, IMAGE / 54], ["a", "b", "c"])
    assert [ax.images[0].get_clim() for ax in figure.axes] == [(-24, 24), (-27, 27), (0, 1)]
    assert [ax.get_xlabel() for ax in figure.axes] == ["de −24 à 24", "de −27 à 27", ""]


def test_a_given_scale_is_shared_and_shown_once() -> None:
    *maps, bar = show_images([IMAGE - 3, -IMAGE], ["a", "b"], scale=5).axes
    assert [ax.images[0].get_clim() for ax in maps] == [(-5, 5), (-5, 5)]
    assert [label.get_text() for label in bar.get_xticklabels()] == ["−5", "0", "5"]


def test_a_window_cuts_what_it_frames() -> None:
    window = Window(1, 2, 2, 3)
    assert IMAGE[window.slices].tolist() == [[9, 10, 11], [16, 17, 18]]
    assert set(frames(show_images([IMAGE, IMAGE], ["a", "b"], windows=[window, None]))) == {(1.5, 0.5, 3, 2)}


def test_a_color_image_is_three_channels_first() -> None:
    color = np.zeros((3, 4, 5))
    color[0] = 1
    assert show_images([color], ["rouge"]).axes[0].images[0].get_array()[0, 0].tolist() == [1, 0, 0]


def test_figures_are_not_left_open_in_pyplot() -> None:
    before = plt.get_fignums()
    show_images([IMAGE], ["a"])
    show_step(IMAGE, SOBEL)
    assert plt.get_fignums() == before


REFUSED = [
    (lambda: show_images([IMAGE], []), ArgumentError, "0 pour 1"),
    (lambda: show_images([], []), ArgumentError, "aucune image"),
    (lambda: show_images([IMAGE], ["a"], windows=[]), ArgumentError, "windows"),
    (lambda: show_images([np.zeros((4, 5, 3))], ["a"]), ShapeError, "3 × hauteur × largeur"),
    (lambda: show_matrices([[1, 2]], ["a"]), ShapeError, "2 (hauteur × largeur)"),
    (lambda: show_step(IMAGE, SOBEL, row=2), ShapeError, "2 × 5 positions"),
    (lambda: show_step(IMAGE, SOBEL, column=-1), ShapeError, "2 × 5 positions"),
    (lambda: show_step(SOBEL, IMAGE), ShapeError, "ne tient pas"),
]


@pytest.mark.parametrize(("call", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused_in_french(call, error: type[CourseError], says: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert says in str(caught.value)
