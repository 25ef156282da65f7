"""Les figures du champ récepteur : les unités atteintes, leurs positions, ce que touche le padding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from coursekit.arithmetic import receptive_field
from coursekit.errors import ArgumentError, CourseError, ShapeError
from coursekit.layers import Activation, Chain, Conv, Pool
from coursekit.viz.canvas import BLUE, VERMILION
from coursekit.viz.fields import Contamination, FieldGraph, show_contamination, show_field, show_growth


def chain(*layers: Conv | Pool) -> Chain:
    return Chain(layers)


THREE = chain(Conv(1, 3), Conv(1, 3), Conv(1, 3))
STRIDED = chain(Conv(1, 3), Conv(1, 3, stride=2), Conv(1, 3))
POOLED = chain(Conv(1, 3), Pool("max", 2), Conv(1, 3))
A_TROUS = chain(Conv(1, 3), Conv(1, 3, dilation=2), Conv(1, 3, dilation=4))
GRIDDED = chain(*(Conv(1, 3, dilation=2),) * 3)

REACHED = [
    ("trois 3×3", THREE, 9, [7, 5, 3, 1], range(1, 8)),
    ("un pas de 2", STRIDED, 13, [9, 7, 3, 1], range(2, 11)),
    ("un pooling", POOLED, 12, [8, 6, 3, 1], range(2, 10)),
    ("à trous 1, 2, 4", A_TROUS, 17, [15, 7, 3, 1], range(1, 16)),
    ("à trous 2, 2, 2 : un pixel sur deux", GRIDDED, 15, [7, 5, 3, 1], range(1, 15, 2)),
]

REFUSED = [
    ("padding", lambda: show_field(chain(Conv(1, 3, padding=1)), 9), ArgumentError),
    ("couche sans fenêtre", lambda: show_field(Chain((Activation(),)), 9), ArgumentError),
    ("unité qui n’existe pas", lambda: show_field(THREE, 9, unit=3), ArgumentError),
    ("entrée trop petite", lambda: show_field(THREE, 6), ShapeError),
    ("aucune profondeur", lambda: show_contamination(8, 3, ()), ArgumentError),
    ("profondeur nulle", lambda: show_contamination(8, 3, (0, 1)), ArgumentError),
    ("filtre pair", lambda: show_contamination(8, 4, (1,)), ShapeError),
    ("courbe trop courte", lambda: show_growth((1, 2), {"a": (3,)}, ylabel="pixels"), ArgumentError),
    (
        "trop de courbes",
        lambda: show_growth((1,), dict.fromkeys("abcde", (3,)), ylabel="pixels"),
        ArgumentError,
    ),
]


def units(figure: Figure, color: str) -> list[tuple[float, float]]:
    """(pixel, niveau) de chaque rond de cette couleur, de bas en haut."""
    return [
        tuple(float(value) for value in dots.get_offsets()[0])
        for dots in figure.axes[0].collections
        if to_hex(dots.get_facecolor()[0]) == color
    ]


@pytest.mark.parametrize(
    ("case", "net", "size", "counts", "pixels"), REACHED, ids=[case for case, *_ in REACHED]
)
def test_the_units_on_which_the_middle_one_depends(
    case: str, net: Chain, size: int, counts: list[int], pixels: range
) -> None:
    graph = FieldGraph(net, size)
    assert [len(level) for level in graph.reached] == counts
    assert sorted(graph.reached[0]) == list(pixels)


@pytest.mark.parametrize(("net", "size"), [(THREE, 9), (STRIDED, 13), (POOLED, 12), (A_TROUS, 17)])
def test_the_reached_pixels_span_the_computed_field(net: Chain, size: int) -> None:
    graph = FieldGraph(net, size)
    window = graph.fields[-1].window(graph.top)
    assert sorted(graph.reached[0]) == list(window)


def test_a_unit_stands_above_the_middle_of_what_it_sees() -> None:
    graph = FieldGraph(STRIDED, 13)
    assert [graph.x(2, unit) for unit in range(graph.counts[2])] == [2, 4, 6, 8, 10]
    assert graph.x(3, graph.top) == 6


def test_the_figure_fills_the_reached_units_and_tells_each_field() -> None:
    figure = show_field(THREE, 9)
    assert sorted(units(figure, BLUE)) == sorted(
        [(x, 0) for x in range(1, 8)] + [(x, 1) for x in range(2, 7)] + [(x, 2) for x in range(3, 6)]
    )
    assert units(figure, VERMILION) == [(4, 3)]
    texts = [text.get_text() for text in figure.axes[0].texts]
    fields = [receptive_field(((3, 1),) * depth) for depth in range(4)]
    names = ["entrée", "couche 1", "couche 2", "couche 3"]
    assert texts == [f"{name}\nchamp : {field}" for name, field in zip(names, fields, strict=True)]


def test_another_unit_can_be_followed() -> None:
    assert min(units(show_field(THREE, 9, unit=0), BLUE)) == (0, 0)
    assert min(units(show_field(THREE, 9, unit=2), BLUE)) == (2, 0)


@pytest.mark.parametrize("depth", [1, 4, 8, 15, 16])
@pytest.mark.parametrize("kernel", [3, 5])
def test_contaminated_units_are_those_that_torch_finds(kernel: int, depth: int) -> None:
    """Un filtre de uns sur une image de uns : là où la somme n’est pas pleine, il manquait des pixels."""
    response = torch.ones(1, 1, 32, 32, dtype=torch.float64)
    for _ in range(depth):
        weights = torch.full((1, 1, kernel, kernel), 1 / kernel**2, dtype=torch.float64)
        response = torch.nn.functional.conv2d(response, weights, padding=kernel // 2)
    case = Contamination(32, kernel, depth)
    assert np.array_equal(case.touched, (response < 1 - 1e-12)[0, 0].numpy())
    clean = max(0, 32 - 2 * depth * (kernel // 2))
    assert case.share == 1 - clean**2 / 32**2


def test_each_panel_tells_the_share_it_shows() -> None:
    figure = show_contamination(32, 3, (1, 4, 8, 16))
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == ["1 couche : 12 %", "4 couches : 44 %", "8 couches : 75 %", "16 couches : 100 %"]
    for ax, share in zip(figure.axes, (124, 448, 768, 1024), strict=True):
        assert ax.images[0].get_array().sum() == share


def test_a_curve_carries_its_name_at_its_end() -> None:
    figure = show_growth((1, 2, 4), {"théorique": (3, 5, 9), "mesuré": (3, 4, 5)}, ylabel="pixels")
    ax = figure.axes[0]
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("théorique", (4, 9)), ("mesuré", (4, 5))]
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 5, 9], [3, 4, 5]]
    assert len({(line.get_marker(), line.get_linestyle()) for line in ax.lines}) == 2


@pytest.mark.parametrize(("case", "draw", "error"), REFUSED, ids=[case for case, *_ in REFUSED])
def test_what_cannot_be_drawn_is_refused_in_french(case, draw, error: type[CourseError]) -> None:
    with pytest.raises(error, match=r"\.$"):
        draw()
