"""Le catalogue compté trois fois : à la main, par la mesure, par l’article ; et ce que `build` refuse."""

from dataclasses import replace

import pytest
import torch
from small_networks import SMALL, each_entry, first_accepted
from torch import nn

from coursekit import models
from coursekit.arithmetic import totals
from coursekit.errors import ArgumentError, ShapeError, UnknownNameError
from coursekit.layers import Shape, edit
from coursekit.measure import measure
from coursekit.proof import MERGES, first_difference, prove
from coursekit.tables import CATALOGUE, find, names

OTHER = {entry.name: first_accepted(entry, SMALL[entry.name] + 43) for entry in CATALOGUE}


@each_entry
def test_hand_count_is_the_measured_count_is_the_published_count(entry):
    proof = prove(entry)
    assert proof.difference == ""
    assert [fact.stated for fact, agrees in proof.published if not agrees] == []
    assert proof.holds


@each_entry
def test_they_agree_on_another_image_and_other_classes(entry):
    size, channels = OTHER[entry.name], 2
    shape = Shape(channels, (size, size))
    model = models.build(entry.name, image_size=size, in_channels=channels, num_classes=7, device="meta")
    counted = [row for row in entry.rows(shape, 7) if row.kind not in MERGES]
    assert first_difference(counted, measure(model, shape)) == ""


@each_entry
def test_totals_are_the_sum_of_the_rows(entry):
    assert entry.totals() == totals(entry.rows())


def test_a_proof_can_fail_and_names_the_first_difference():
    entry = find("vgg16")
    wider = replace(
        entry, unroll=lambda classes: edit(entry.unroll(classes), "features.conv2_1", out_channels=96)
    )
    assert "features.conv2_1" in prove(wider).difference
    lying = replace(entry, published=(replace(entry.published[0], value=1.0),))
    assert not prove(lying).holds


@each_entry
def test_entry_says_where_it_comes_from(entry):
    assert entry.source
    assert entry.published or entry.departures or entry.errata, (
        "ni nombre publié, ni écart : que prouve cette entrée ?"
    )


def test_names_are_unique_and_ordered():
    assert len(set(names())) == len(names()) == len(CATALOGUE)
    assert names("vgg")[:5] == ("vgg11", "vgg13", "vgg16-c", "vgg16", "vgg19")
    assert names("vgg")[5:] == ("vgg11-bn", "vgg13-bn", "vgg16-bn", "vgg19-bn")


@pytest.mark.parametrize(
    ("name", "nearest"), [("vgg61", "vgg16"), ("AlexNet", "alexnet"), ("lenet", "lenet5")]
)
def test_unknown_name_gets_the_nearest(name, nearest):
    with pytest.raises(UnknownNameError, match=nearest):
        find(name)


def test_unknown_family_lists_them():
    with pytest.raises(UnknownNameError, match="lenet, alexnet, zfnet, vgg, nin"):
        names("zzz")


@pytest.mark.parametrize(
    ("name", "size", "layer"),
    [("vgg16", 31, "features.pool5"), ("alexnet", 50, "features.pool3"), ("lenet5", 27, "c5")],
)
def test_too_small_an_image_is_refused_before_running_with_the_layer(name, size, layer):
    with pytest.raises(ShapeError, match=layer):
        models.build(name, image_size=size)
    models.build(name, image_size=SMALL[name], device="meta")


@pytest.mark.parametrize("device", ["gpu", "cuda:banane", 3.5])
def test_unknown_device_is_refused(device):
    with pytest.raises(ArgumentError):
        models.build("lenet5", device=device)


def test_auto_device_is_the_gpu_when_there_is_one():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert next(models.build("lenet5", device="auto").parameters()).device.type == expected


def test_meta_device_allocates_nothing():
    model = models.build("vgg19", device="meta")
    assert all(tensor.is_meta for tensor in (*model.parameters(), *model.buffers()))


def test_a_norm_of_the_wrong_size_is_still_refused_when_only_its_shape_is_read():
    with torch.device("meta"):
        wrong = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(9))
    with pytest.raises(ShapeError, match="running_mean"):
        measure(wrong, Shape(3, (8, 8)))


@pytest.mark.parametrize("name", ["resnet20-cifar", "vgg11-bn", "googlenet-torchvision"])
def test_rows_measured_without_values_are_those_of_a_network_that_computes(name):
    entry = find(name)
    rows = [measure(models.build(name, device=device), entry.input) for device in ("meta", "cpu")]
    assert rows[0] == rows[1]


def test_lenet_output_is_smallest_on_the_code_it_resembles():
    model = models.build("lenet5", device="cpu", seed=0)
    penalties = model.output(model.output.codes)
    assert penalties.argmin(1).tolist() == list(range(10))
    assert penalties.diagonal().tolist() == [0.0] * 10


def test_lenet_c3_reads_the_maps_of_table_one():
    from coursekit.tables.lenet import C3_CONNECTIONS

    assert sorted(len(inputs) for inputs in C3_CONNECTIONS) == [3] * 6 + [4] * 9 + [6]
    assert len({frozenset(inputs) for inputs in C3_CONNECTIONS}) == 16
