"""Ce que les descendants de ResNet ont de propre : la pré-activation, l’élargissement, les errata de leurs comptes."""

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
    """Avec des convolutions nulles, une telle unité rend son entrée intacte ; celles de ResNet la passent à la ReLU."""
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
