"""Les figures des tailles : les cases lues, celles qu’on ignore, les sorties numérotées, les volumes d’une chaîne."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from coursekit.arithmetic import output_size
from coursekit.errors import ArgumentError, CourseError, ShapeError
from coursekit.layers import Activation, Chain, Conv, Linear, Pool, Shape
from coursekit.viz.canvas import BLUE, GREEN, ORANGE, PALE, SKY, VERMILION, WHITE, WIDTH, readable_on
from coursekit.viz.chain import TALLEST, show_chain
from coursekit.viz.sizes import Sliding, compare_fits, show_positions, show_sliding

READS = [
    ("7 pixels, filtre 3", Sliding(7, 3), [(0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 6)]),
    ("pas 2", Sliding(7, 3, stride=2), [(0, 1, 2), (2, 3, 4), (4, 5, 6)]),
    ("pas 3 : le dernier pixel est ignoré", Sliding(7, 3, stride=3), [(0, 1, 2), (3, 4, 5)]),
    (
        "le même, complété",
        Sliding(7, 3, stride=3, fit="pad"),
        [(0, 1, 2), (3, 4, 5), (6, 7, 8)],
    ),
    ("padding 1", Sliding(3, 3, padding=1), [(0, 1, 2), (1, 2, 3), (2, 3, 4)]),
    ("à trous, taux 2", Sliding(7, 3, dilation=2), [(0, 2, 4), (1, 3, 5), (2, 4, 6)]),
]

ENDS = [
    ("tombe juste", Sliding(7, 3, stride=2), 7, []),
    ("un pixel de trop", Sliding(7, 3, stride=3), 7, [6]),
    ("deux pixels de trop", Sliding(8, 3, stride=3), 8, [6, 7]),
    ("complété : rien n’est ignoré", Sliding(7, 3, stride=3, fit="pad"), 9, []),
    ("avec padding", Sliding(6, 3, stride=2, padding=1), 8, [7]),
]

REFUSED = [
    ("filtre plus grand que l’image", lambda: show_sliding(3, 5), ShapeError),
    ("pas nul", lambda: show_positions(7, 3, stride=0), ArgumentError),
    ("refus demandé", lambda: show_positions(7, 3, stride=3, fit="raise"), ShapeError),
    ("politiques d’un pas qui tombe juste", lambda: compare_fits(7, 3, 2), ArgumentError),
    ("chaîne sans convolution", lambda: show_chain(Chain((Activation(),)), Shape(3, (8, 8))), ArgumentError),
    ("chaîne sur un vecteur", lambda: show_chain(Chain((Linear(4),)), Shape(8)), ArgumentError),
    ("chaîne qui ne tient pas", lambda: show_chain(Chain((Conv(4, 9),)), Shape(3, (8, 8))), ShapeError),
]


def squares(figure: Figure, color: str, size: float = 1) -> set[tuple[float, float]]:
    """Les coins des rectangles de cette couleur et de cette largeur."""
    return {
        (patch.get_x(), patch.get_y())
        for patch in figure.axes[0].patches
        if isinstance(patch, Rectangle)
        and patch.get_width() == size
        and to_hex(patch.get_facecolor()) == color
    }


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


@pytest.mark.parametrize(("case", "sliding", "reads"), READS, ids=[case for case, *_ in READS])
def test_the_filter_reads_these_cells(case: str, sliding: Sliding, reads: list[tuple[int, ...]]) -> None:
    assert [sliding.reads(position) for position in range(sliding.count)] == reads


@pytest.mark.parametrize(("case", "sliding", "length", "ignored"), ENDS, ids=[case for case, *_ in ENDS])
def test_what_is_left_at_the_end(case: str, sliding: Sliding, length: int, ignored: list[int]) -> None:
    assert (sliding.length, list(sliding.ignored)) == (length, ignored)


def test_one_row_per_position_and_one_coloured_cell_per_weight() -> None:
    figure = show_positions(7, 3, stride=2, padding=1)
    assert [text for text in written(figure) if "sortie" in text] == [f"sortie {n}" for n in (1, 2, 3, 4)]
    assert len(squares(figure, SKY)) == 4 * 3
    assert len(squares(figure, PALE)) == 2  # les deux zéros du padding
    assert [text for text in written(figure) if text.isdigit()] == ["0", *"1234567", "0"]


def test_the_cells_of_a_dilated_filter_are_apart() -> None:
    first_row = sorted(squares(show_positions(7, 3, dilation=2), SKY), key=lambda corner: corner[::-1])[:3]
    assert [round(x - first_row[0][0], 9) for x, _ in first_row] == [0, 2, 4]


def test_an_ignored_pixel_is_hatched_and_named() -> None:
    figure = show_positions(7, 3, stride=3)
    hatched = [patch for patch in figure.axes[0].patches if patch.get_hatch()]
    assert len(hatched) == 1
    assert "ignoré" in written(figure)
    assert not [patch for patch in show_positions(7, 3).axes[0].patches if patch.get_hatch()]


def test_the_three_policies_say_what_they_give() -> None:
    figure = compare_fits(7, 3, 3)
    titles = [text for text in written(figure) if "(" in text]
    assert [title.split("\u00a0: ")[1] for title in titles] == [
        "sortie de taille 2",
        "sortie de taille 3",
        "une erreur",
    ]
    assert len(squares(figure, SKY)) == 3 * (2 + 3 + 2)
    overflow = [patch for patch in figure.axes[0].patches if patch.get_linestyle() == "--"]
    assert len(overflow) == 1
    assert overflow[0].get_x() + overflow[0].get_width() == pytest.approx(
        0.1 + 9
    )  # deux cases après la dernière


@pytest.mark.parametrize(
    ("settings", "last"), [({}, 25), ({"padding": 1}, 49), ({"stride": 2}, 9), ({"dilation": 2}, 9)]
)
def test_three_windows_carry_the_number_of_the_output_they_fill(settings: dict[str, int], last: int) -> None:
    figure = show_sliding(7, 3, **settings)
    side = output_size(7, 3, **settings)
    for color, number in ((BLUE, 1), (ORANGE, 2), (GREEN, last)):
        assert written(figure).count(str(number)) == 2  # dans la fenêtre et dans la sortie
        assert len(squares(figure, color)) == 9 + 1
    assert f"sortie {side}×{side}" in written(figure)
    padded = 7 + 2 * settings.get("padding", 0)
    assert len(squares(figure, WHITE) | squares(figure, PALE)) == padded**2 + side**2 - 3
    assert written(figure).count("0") == padded**2 - 49


def test_a_single_position_is_drawn_once() -> None:
    figure = show_sliding(3, 3)
    assert written(figure).count("1") == 2
    assert not squares(figure, ORANGE)


def test_a_chain_shows_each_volume_to_scale_with_its_size_and_its_filters() -> None:
    net = Chain((Conv(8, 5), Activation(), Conv(32, 5), Conv(16, 3), Pool("max", 2)))
    figure = show_chain(net, Shape(3, (32, 32)))
    assert written(figure) == [
        *("32×32×3", "28×28×8", "24×24×32", "22×22×16", "11×11×16"),
        *("8 filtres\n5×5×3", "32 filtres\n5×5×8", "16 filtres\n3×3×32", "max pool\n2×2"),
    ]
    fronts = [
        patch.get_xy()
        for patch in figure.axes[0].patches
        if isinstance(patch, Polygon) and to_hex(patch.get_facecolor()) == SKY
    ]
    heights = [front[2][1] - front[1][1] for front in fronts]
    assert [height / heights[0] for height in heights] == pytest.approx(
        [n / 32 for n in (32, 28, 24, 22, 11)]
    )
    assert max(heights) < TALLEST


def test_every_figure_fits_a_narrow_page() -> None:
    for figure in (show_sliding(7, 3), show_positions(7, 3), compare_fits(7, 3, 3)):
        assert figure.get_figwidth() == WIDTH
        assert min(text.get_fontsize() for text in figure.axes[0].texts) >= 9


@pytest.mark.parametrize(
    ("face", "ink"), [(WHITE, "#1a1a1a"), (PALE, "#1a1a1a"), (BLUE, WHITE), (VERMILION, WHITE)]
)
def test_ink_or_white_whichever_is_readable(face: str, ink: str) -> None:
    assert readable_on(face) == ink


@pytest.mark.parametrize(("case", "draw", "error"), REFUSED, ids=[case for case, *_ in REFUSED])
def test_what_cannot_be_drawn_is_refused_in_french(case, draw, error: type[CourseError]) -> None:
    with pytest.raises(error, match=r"\.$"):
        draw()
