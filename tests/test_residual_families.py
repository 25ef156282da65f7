"""Ce que les descendants de ResNet ont de propre : la pré-activation, l’élargissement, les errata de leurs comptes."""

import pytest
import torch

from coursekit import models
from coursekit.tables import find, preact


def test_preact_erratum_is_the_count_without_the_norms():
    entry = find("preact-resnet1001-cifar")
    assert preact.NORM_ERRATUM in entry.errata
    learned = {
        kind: sum(row.parameters for row in entry.rows() if (row.kind == "Norm") == kind)
        for kind in (True, False)
    }
    assert f"{sum(learned.values()) / 1e6:.1f}" == "10.3"
    assert f"{learned[False] / 1e6:.1f}" == "10.2"


@pytest.mark.parametrize("name", ["preact-resnet110-cifar", "preact-resnet164-cifar", "wrn-16-8"])
def test_preact_shortcut_is_the_identity_where_the_shape_stays(name):
    """Avec des convolutions nulles, une telle unité rend son entrée intacte ; celles de ResNet la passent à la ReLU."""
    unit = models.build(name, device="cpu", seed=0).conv2_x[1].eval()
    for layer in unit.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.zeros_(layer.weight)
    x = torch.randn(1, unit.bn1.num_features, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(unit(x), x)


def test_resnet_shortcut_is_followed_by_a_relu():
    unit = models.build("resnet20-cifar", device="cpu", seed=0).conv2_x[1].eval()
    for layer in unit.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.zeros_(layer.weight)
    x = torch.randn(1, 16, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(unit(x), x.relu())


def test_wide_dropout_stands_between_the_convolutions():
    names = [row.name for row in find("wrn-28-10-dropout").rows() if row.name.startswith("conv3_x.1.")]
    assert names == [
        f"conv3_x.1.{part}" for part in ("bn1", "relu1", "conv1", "bn2", "relu2", "dropout", "conv2")
    ]
    assert not [row for row in find("wrn-28-10").rows() if row.kind == "Dropout"]


def highway_layer(gate_bias):
    layer = models.build("highway-19-cifar", device="cpu", seed=0).features.stage1.highway1
    torch.nn.init.constant_(layer.gate.bias, gate_bias)
    return layer


def test_closed_gate_carries_the_input_and_open_gate_transforms_it():
    x = torch.rand(1, 32, 8, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(highway_layer(-200.0)(x), x)
    layer = highway_layer(200.0)
    torch.testing.assert_close(layer(x), layer.transform(x).relu())


def test_highway_gates_start_mostly_closed_and_cost_as_much_as_what_they_open():
    model = models.build("highway-19-cifar", device="cpu", seed=0)
    biases = {name.split(".")[-2]: p for name, p in model.named_parameters() if name.endswith("bias")}
    assert biases["gate"].unique().tolist() == [-2.0]
    assert biases["transform"].unique().tolist() == [0.0]
    rows = {row.name: row for row in find("highway-19-cifar").rows()}
    transform, gate = (rows[f"features.stage2.highway3.{part}"] for part in ("transform", "gate"))
    assert (transform.parameters, transform.macs) == (gate.parameters, gate.macs)


def test_highway_has_the_depth_of_its_name():
    config = find("highway-19-cifar").variant
    assert config.depth == 19
    assert sum(row.kind == "Conv" for row in find("highway-19-cifar").rows()) == 18 + sum(config.layers)
