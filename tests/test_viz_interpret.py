"""Les figures de l’intérieur d’un réseau : ce qu’elles montrent, à quelle échelle, et ce qu’en dit leur légende."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from small_nets import Gap, drawn, images
from test_interpret_residual import LABELS, data, error, residual

from coursekit.interpret import (
    Landscape,
    activation_maps,
    cam,
    deconvnet,
    delete_each,
    delete_several,
    grad_cam,
    gradient,
    gradient_by_depth,
    gradient_by_path_length,
    guided_backprop,
    kernels,
    loss_landscape,
    occlusion,
    reorder,
)
from coursekit.viz.gradients import plot_depth
from coursekit.viz.inside import show_heat, show_kernels, show_maps, show_saliency
from coursekit.viz.lesions import plot_deletions, plot_order

NET, X, RESIDUAL = drawn(Gap()), images(), residual()

RESULTS = {
    "filtres": (lambda: kernels(NET), ()),
    "filtres profonds": (lambda: kernels(NET, "conv2"), ()),
    "cartes": (lambda: activation_maps(NET, X), ("conv1",)),
    "occlusion": (lambda: occlusion(NET, X, window=4), (X,)),
    "gradient": (lambda: gradient(NET, X), (X,)),
    "deconvnet": (lambda: deconvnet(NET, X, 2), (X,)),
    "guided backprop": (lambda: guided_backprop(NET, X, [0, 1, 2]), (X,)),
    "CAM": (lambda: cam(NET, X), (X,)),
    "Grad-CAM": (lambda: grad_cam(NET, X), (X,)),
    "un bloc": (lambda: delete_each(RESIDUAL, error), ()),
    "plusieurs blocs": (lambda: delete_several(RESIDUAL, error, (1, 2), repeats=2), ()),
    "ordre": (lambda: reorder(RESIDUAL, error, (1, 2), repeats=2), ()),
    "profondeur": (lambda: gradient_by_depth(RESIDUAL, images(3, 16), LABELS), ()),
    "chemins": (lambda: gradient_by_path_length(RESIDUAL, images(3, 16), LABELS), ()),
    "paysage": (lambda: loss_landscape(RESIDUAL, data(), alphas=(-1, 0, 1), betas=(-1, 0, 1)), ()),
    "ligne": (lambda: loss_landscape(RESIDUAL, data(), alphas=(-1, 0, 1), betas=(0,)), ()),
}
POINT = re.compile(r"\d\.\d")


@pytest.mark.parametrize(("make", "given"), RESULTS.values(), ids=RESULTS)
def test_a_result_draws_itself_and_says_what_it_shows(make, given):
    result, before = make(), plt.get_fignums()
    figure = result.plot(*given)
    figure.canvas.draw()
    assert plt.get_fignums() == before, "une figure laissée à pyplot s’afficherait deux fois"
    caption = result.caption(*given) if callable(result.caption) else result.caption
    assert caption.endswith(".")
    assert not POINT.search(re.sub(r"conv\w+(\.\w+)+", "", caption)), caption
    ticks = [text.get_text() for ax in figure.axes for text in ax.get_xticklabels() + ax.get_yticklabels()]
    assert not any(POINT.search(text) for text in ticks), ticks


def test_a_color_kernel_is_grey_where_it_is_zero():
    weights = np.zeros((1, 3, 2, 2))
    weights[0, 0, 0, 0], weights[0, 2, 1, 1] = 4, -2
    board = show_kernels(weights).axes[0].images[0].get_array()
    colors = {tuple(np.round(color, 3)) for color in board.reshape(-1, 3).tolist()}
    assert colors == {(1, 1, 1), (1, 0.5, 0.5), (0.5, 0.5, 0.5), (0.5, 0.5, 0.25)}


def test_maps_share_one_scale_and_are_numbered():
    figure = show_maps(np.stack([np.full((8, 8), 1.0), np.full((8, 8), 4.0)]))
    drawn_image = figure.axes[0].images[0]
    assert drawn_image.get_clim() == (0, 4)
    assert sorted(set(drawn_image.get_array().compressed().tolist())) == [1, 4]
    assert [text.get_text() for text in figure.axes[0].texts] == ["0", "1"]


def test_signed_maps_are_white_at_zero():
    shown = show_maps(np.array([[[-3.0, 0.0], [1.0, 2.0]]])).axes[0].images[0]
    assert shown.get_clim() == (-3, 3)
    assert np.round(shown.cmap(shown.norm(0.0))[:3], 2) == pytest.approx(0.97, abs=0.03)


def test_a_heat_map_hides_nothing_where_it_is_zero_and_says_its_range():
    heat = np.zeros((1, 4, 4))
    heat[0, 0, 0], heat[0, 3, 3] = 2.5, -5
    axes = show_heat(np.zeros((1, 3, 4, 4)), heat, "CAM").axes
    alpha = axes[1].images[1].get_alpha()
    assert alpha[1, 1] == 0
    assert alpha[3, 3] == alpha.max() > alpha[0, 0] > 0
    assert axes[1].get_xlabel() == "de −5 à 2,5"
    assert [axes[0].get_title(), axes[1].get_title()] == ["image", "CAM"]


def test_images_out_of_the_unit_interval_are_brought_back():
    normalised = np.array([-1.0, 0.0, 1.0, 3.0]).reshape(1, 1, 2, 2)
    shown = show_saliency(normalised, np.ones((1, 1, 2, 2)), "gradient").axes[0].images[0].get_array()
    assert shown.ravel().tolist() == [0, 0.25, 0.5, 1]


def test_a_bar_per_block_and_the_whole_network_as_a_line():
    figure = plot_deletions(["a", "b"], [0.25, 0.75], 0.125)
    ax = figure.axes[0]
    assert [bar.get_height() for bar in ax.patches] == [0.25, 0.75]
    assert set(ax.lines[0].get_ydata()) == {0.125}
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b"]


def test_order_reads_from_the_learned_one_to_disorder():
    left, right = plot_order([1, 0.5, -1], [0.1, 0.2, 0.9], 0.1).axes[0].get_xlim()
    assert left > 1 > -1 > right


def test_several_networks_are_named():
    figure = plot_depth({"ordinaire": [1, 2], "résiduel": [2, 1]})
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["ordinaire", "résiduel"]
    assert plot_depth({"": [1, 2]}).axes[0].get_legend() is None


def test_a_loss_that_is_no_longer_a_number_stays_white():
    loss = torch.tensor(
        [[1.0, 2.0, 4.0], [1.0, 0.5, 8.0], [float("inf"), 16.0, float("nan")]], dtype=torch.float64
    )
    made = Landscape((-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0), loss, torch.zeros(3, 3))
    figure = made.plot()
    figure.canvas.draw()
    assert figure.axes[0].get_xlabel() == "α"
    assert made.caption.count("0,5") == 1
    assert "16" in made.caption
