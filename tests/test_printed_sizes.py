"""Les tailles de cartes que les articles impriment, retrouvées dans leurs tables."""

import pytest

from coursekit.tables import find
from coursekit.tables.zfnet import PRINTED_SIZES as ZFNET_SIZES

NIN_CIFAR_SIZES = {"mlpconv1.mlp2": 32, "pool1": 16, "mlpconv2.mlp2": 16, "pool2": 8, "mlpconv3.mlp2": 8}
PRINTED = {
    "zfnet": ZFNET_SIZES,
    "nin-cifar": NIN_CIFAR_SIZES,
    "nin-imagenet": {"pool3": 6, "mlpconv4.mlp2": 6},
}


@pytest.mark.parametrize(
    ("name", "layer", "size"),
    [(name, layer, size) for name, sizes in PRINTED.items() for layer, size in sizes.items()],
)
def test_map_has_the_printed_size(name, layer, size):
    rows = {row.name: row for row in find(name).rows()}
    assert rows[f"features.{layer}"].output.spatial == (size, size)


def test_zfnet_gives_9216_values_to_its_dense_layers():
    rows = {row.name: row for row in find("zfnet").rows()}
    assert rows["flatten"].output.channels == 6 * 6 * 256 == 9216


@pytest.mark.parametrize("layer", ["features.conv1", "features.conv2"])
def test_zfnet_sees_finer_than_alexnet(layer):
    steps = [{row.name: row for row in find(name).rows()}[layer].fields[0] for name in ("zfnet", "alexnet")]
    assert steps[0].jump <= steps[1].jump
    assert steps[0].size < steps[1].size


@pytest.mark.parametrize("name", ["nin-cifar", "nin-imagenet"])
def test_nin_has_no_dense_layer_and_one_last_map_per_class(name):
    entry = find(name)
    rows = entry.rows()
    assert all(row.kind != "Linear" for row in rows)
    assert rows[-3].output.channels == entry.num_classes
