"""Les figures du pooling : ce qui y est écrit, ce qui y est coloré, ce qu’elles refusent."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coursekit.errors import ArgumentError, CourseError, ShapeError
from coursekit.viz.canvas import INK, ORANGE, SKY
from coursekit.viz.pooling import show_pooling, show_regions, show_spread

SLIDE = [[5, 3, 0, 3], [4, 0, 9, 4], [2, 4, 1, 2], [1, 3, 2, 3]]
TIED = [[7, 7], [7, 7]]

REFUSED = [
    ("fenêtres qui ne pavent pas", lambda: show_pooling([[1, 2, 3], [4, 5, 6]]), ShapeError),
    ("lignes inégales", lambda: show_pooling([[1, 2], [3]]), ShapeError),
    ("aucun tirage", lambda: show_regions(6, [], 2), ArgumentError),
    ("région qui déborde", lambda: show_regions(6, [[0, 5]], 2), ArgumentError),
    (
        "une abscisse de trop",
        lambda: show_spread((1, 2), {"a": [[1, 2, 3]]}, xlabel="x", ylabel="y"),
        ShapeError,
    ),
    ("un seul essai à plat", lambda: show_spread((1, 2), {"a": [1, 2]}, xlabel="x", ylabel="y"), ShapeError),
    (
        "trop de courbes",
        lambda: show_spread((1,), {name: [[1]] for name in "abcdef"}, xlabel="x", ylabel="y"),
        ArgumentError,
    ),
]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def filled(figure: Figure, color: str) -> list[tuple[float, float, float]]:
    """(x, y, largeur) de chaque rectangle de cette couleur."""
    return [
        (round(patch.get_x(), 3), round(patch.get_y(), 3), round(patch.get_width(), 3))
        for patch in figure.axes[0].patches
        if isinstance(patch, Rectangle) and to_hex(patch.get_facecolor()) == color
    ]


def frames(figure: Figure) -> int:
    return sum(
        to_hex(patch.get_edgecolor()) == INK and patch.get_facecolor()[3] == 0
        for patch in figure.axes[0].patches
    )


def test_the_slide_with_its_maxima_and_means() -> None:
    numbers = [text for text in texts(show_pooling(SLIDE)) if text[0].isdigit()]
    assert numbers == [*"5303409424121323", "5", "9", "4", "3", "3", "4", "2,5", "2"]


def test_the_cell_that_gives_the_maximum_is_coloured() -> None:
    inside = [(x - 0.2, y - 0.9) for x, y, _ in filled(show_pooling(SLIDE), SKY) if x < 4.2]
    assert [(round(x), round(y)) for x, y in inside] == [(0, 0), (2, 1), (1, 2), (3, 3)]


def test_a_tie_colours_the_first_cell_only() -> None:
    assert len([x for x, _, _ in filled(show_pooling(TIED), SKY) if x < 2.2]) == 1


def test_every_window_and_every_output_is_framed() -> None:
    assert frames(show_pooling(SLIDE)) == 4 + 4 + 4


def test_regions_stand_where_they_start_and_neighbours_differ() -> None:
    figure = show_regions(6, [[0, 1, 3], [0, 2, 4]], 2)
    assert [x for x, _, _ in filled(figure, SKY)] == [0.1, 3.1, 0.1, 4.1]
    assert [x for x, _, _ in filled(figure, ORANGE)] == [1.1, 2.1]
    assert {width for _, _, width in filled(figure, SKY)} == {2}


def test_a_curve_is_the_mean_and_its_band_one_standard_deviation() -> None:
    runs = np.array([[1.0, 4.0], [3.0, 8.0]])
    axes = show_spread((1, 2), {"max": runs}, xlabel="décalage", ylabel="écart").axes[0]
    (line,) = axes.lines
    assert list(line.get_ydata()) == [2, 6]
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (1, 8)


def test_curves_differ_by_more_than_their_colour() -> None:
    curves = {name: [[1, 2]] for name in "abcde"}
    lines = show_spread((1, 2), curves, xlabel="x", ylabel="y").axes[0].lines
    assert len({line.get_marker() for line in lines}) == len(lines) == 5


@pytest.mark.parametrize(("case", "draw", "error"), REFUSED, ids=[case for case, *_ in REFUSED])
def test_what_cannot_be_drawn_is_refused(case: str, draw, error: type[CourseError]) -> None:
    with pytest.raises(error):
        draw()
