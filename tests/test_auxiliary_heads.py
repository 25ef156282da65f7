"""Les têtes auxiliaires : des couches prouvées comme celles du réseau, et que l’évaluation laisse de côté."""

from dataclasses import replace

import pytest
import torch

from coursekit import models
from coursekit.arithmetic import totals
from coursekit.errors import ShapeError
from coursekit.layers import Shape
from coursekit.measure import measure
from coursekit.proof import first_difference
from coursekit.tables import CATALOGUE, find

WITH_HEADS = [entry for entry in CATALOGUE if entry.auxiliary]


@pytest.mark.parametrize("entry", WITH_HEADS, ids=lambda entry: entry.name)
def test_hand_count_of_each_head_is_the_measured_count(entry):
    module = models.build(entry.name, device="meta")
    fed = {row.name: row.output for row in entry.rows()}
    measured = [
        replace(row, name=f"{head.name}.{row.name}")
        for head in entry.auxiliary
        for row in measure(module.get_submodule(head.name), fed[head.after])
    ]
    assert measured
    assert first_difference(entry.auxiliary_rows(), measured) == ""


@pytest.mark.parametrize("entry", WITH_HEADS, ids=lambda entry: entry.name)
def test_network_and_heads_hold_every_parameter_of_the_module(entry):
    module = models.build(entry.name, device="meta")
    counted = totals(entry.rows())[0] + totals(entry.auxiliary_rows())[0]
    assert counted == sum(parameter.numel() for parameter in module.parameters())


def test_a_network_without_heads_has_no_rows_for_them():
    assert find("vgg16").auxiliary_rows() == ()


@pytest.mark.parametrize(
    ("name", "total"),
    [("googlenet", 13_378_280), ("googlenet-torchvision", 13_004_888), ("inception-v3", 27_161_264)],
)
def test_total_with_the_heads(name, total):
    """GoogLeNet en double presque ; celui d’Inception-v3 est le num_params de torchvision."""
    entry = find(name)
    assert totals((*entry.rows(), *entry.auxiliary_rows()))[0] == total


def test_loss_of_the_heads_weighs_three_tenths():
    assert [head.loss_weight for head in find("googlenet").auxiliary] == [0.3, 0.3]
    assert [head.loss_weight for head in find("inception-v3").auxiliary] == [0.4]


def test_googlenet_gives_three_outputs_in_training_and_one_in_evaluation():
    module = models.build("googlenet", num_classes=7, image_size=96, seed=0, device="cpu")
    images = torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    made = module(images)
    assert [tuple(made.main.shape), tuple(made.aux1.shape), tuple(made.aux2.shape)] == [(2, 7)] * 3
    assert module.eval()(images).shape == (2, 7)


def test_an_image_too_small_for_a_head_is_refused_before_building():
    entry = find("googlenet")
    assert entry.rows(Shape(3, (48, 48)))  # le réseau principal s’en contente
    with pytest.raises(ShapeError, match=r"aux1\.pool"):
        models.build("googlenet", image_size=48)
