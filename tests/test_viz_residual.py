"""Les figures du chapitre « ResNet » : les étapes écrites, le raccourci, et chaque essai tracé."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from coursekit.errors import ArgumentError, ShapeError
from coursekit.viz.canvas import VERMILION
from coursekit.viz.residual import Block, plot_repeated, show_blocks

PLAIN = Block("plain", ("conv 1", "ReLU", "conv 2"), after=("ReLU",))
RESIDUAL = Block("résiduel", ("conv 1", "ReLU", "conv 2"), after=("ReLU",), skip="identité")


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def shortcuts(figure: Figure) -> int:
    return sum(to_hex(line.get_color()) == VERMILION for line in figure.axes[0].lines)


def test_a_block_is_read_from_x_to_y() -> None:
    assert texts(show_blocks(PLAIN)) == ["plain", "x", "conv 1", "ReLU", "conv 2", "ReLU", "y"]


def test_only_a_residual_block_has_a_shortcut_and_a_sum() -> None:
    figure = show_blocks(PLAIN, RESIDUAL)
    assert texts(figure).count("+") == texts(figure).count("identité") == shortcuts(figure) == 1
    assert shortcuts(show_blocks(PLAIN)) == 0


def test_a_taller_block_makes_a_taller_figure() -> None:
    one, two = (show_blocks(block).get_size_inches() for block in (PLAIN, RESIDUAL))
    assert one[0] == two[0]
    assert one[1] < two[1]


def test_each_run_and_their_mean_are_drawn() -> None:
    figure = plot_repeated({"ici": {"a": [[1, 3], [3, 7]]}}, (1, 2), xlabel="x", ylabel="y", chance=0.5)
    drawn = [tuple(line.get_ydata()) for line in figure.axes[0].lines]
    assert drawn == [(1, 3), (3, 7), (2, 5), (0.5, 0.5)]


def test_a_frame_has_a_legend_as_soon_as_it_has_two_measures() -> None:
    one, two = {"a": [[1, 2]]}, {"a": [[1, 2]], "b": [[2, 1]]}
    figure = plot_repeated({"un": one, "deux": two}, (1, 2), xlabel="x", ylabel="y")
    assert [ax.get_legend() is not None for ax in figure.axes] == [False, True]


REFUSED = [
    ("aucun bloc", lambda: show_blocks(), ArgumentError),
    ("aucun cadre", lambda: plot_repeated({}, (1,), xlabel="x", ylabel="y"), ArgumentError),
    (
        "cinq mesures",
        lambda: plot_repeated({"": {name: [[1]] for name in "abcde"}}, (1,), xlabel="x", ylabel="y"),
        ArgumentError,
    ),
    (
        "une abscisse de trop",
        lambda: plot_repeated({"": {"a": [[1]]}}, (1, 2), xlabel="", ylabel=""),
        ShapeError,
    ),
    ("un essai à plat", lambda: plot_repeated({"": {"a": [1, 2]}}, (1, 2), xlabel="", ylabel=""), ShapeError),
]


@pytest.mark.parametrize(("draw", "error"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_drawn_is_refused(draw, error) -> None:
    with pytest.raises(error):
        draw()
