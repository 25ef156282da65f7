"""Les descendants de GoogLeNet : ce que leurs articles impriment, ligne par ligne, et ce qui n’en sort pas."""

from dataclasses import replace

import pytest
import torch

from coursekit import models
from coursekit.arithmetic import totals, walk
from coursekit.layers import Chain, Conv, Shape
from coursekit.tables import bn_inception, find, inception_resnet, inception_v3, se_inception, senet

IMAGE = Shape(3, (224, 224))


def last_channels(rows, module):
    """Les canaux que rend un module, lus sur sa dernière ligne."""
    return [row.output.channels for row in rows if row.name.split(".")[0] == module][-1]


@pytest.mark.parametrize(("module", "printed"), bn_inception.PRINTED_OUTPUTS.items())
def test_bn_inception_module_has_the_printed_channels_unless_an_erratum_says_why(module, printed):
    """Les sorties imprimées de 3c et 4e ont la taille de leur entrée, et le bon nombre de canaux pour 3c."""
    found = last_channels(find("bn-inception").rows(), f"inception{module}")
    assert (found == printed) is (module not in ("4c", "4d", "4e"))
    if found != printed:
        assert str(printed) in bn_inception.CHANNELS_ERRATUM.stated
        assert str(found) in bn_inception.CHANNELS_ERRATUM.correct


def test_narrower_projections_would_give_the_printed_channels_and_another_cost():
    """L’autre lecture de la figure 5 : 576 canaux partout, et un coût que SENet n’imprime pas."""
    modules, channels = [], 192
    for name, row in bn_inception.MODULES.items():
        read = replace(row, project=96) if name in ("4c", "4d") else row
        modules.append(Chain((bn_inception.inception(read),), name=f"inception{name}"))
        channels = read.out_channels(channels)
        assert channels == bn_inception.PRINTED_OUTPUTS[name]
    rows = walk(Chain((*bn_inception.STEM, *modules, *bn_inception.classifier(1000))), IMAGE)
    assert f"{totals(rows)[1] / 1e9:.2f}" == "2.02"


def macs_of_separable_stem():
    """Une 7×7 à 8 filtres par canal, puis une 1×1 : la première couche des deux articles."""
    stem = Chain((Conv(24, 7, stride=2, padding=3, groups=3, bias=False), Conv(64, 1, bias=False)))
    return totals(walk(stem, IMAGE))[1]


def separable_cost(name):
    rows = find(name).rows()
    first = next(row for row in rows if row.name == "conv1.conv")
    return totals(rows)[1] - first.macs + macs_of_separable_stem()


def test_bn_inception_costs_thirty_percent_more_than_googlenet_as_its_appendix_says():
    """Avec la première couche séparable de l’article ; le nombre de paramètres, lui, ne sort pas."""
    assert f"{separable_cost('bn-inception') / 1e9:.2f}" == "1.95"
    assert f"{separable_cost('bn-inception') / separable_cost('googlenet') - 1:.0%}" == "30%"
    growth = totals(find("bn-inception").rows())[0] / totals(find("googlenet").rows())[0] - 1
    assert f"{growth:.0%}" == "61%"
    assert "61\u202f%" in bn_inception.COUNT_ERRATUM.reason


@pytest.mark.parametrize("name", inception_resnet.PRINTED_CHANNELS)
def test_an_addition_demands_the_channels_of_its_input_and_the_paper_misprints_two(name):
    printed = inception_resnet.PRINTED_CHANNELS[name]
    rows = find(name).rows()
    found = tuple(
        next(row.output.channels for row in rows if row.name == f"blocks_{letter}.0.expand")
        for letter in "abc"
    )
    assert found == find(name).variant.stage_channels
    if name == "inception-resnet-v1":
        assert found == printed
    else:
        assert (found, printed) == ((384, 1152, 2144), (384, 1154, 2048))
        assert inception_resnet.CHANNELS_ERRATUM in find(name).errata


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        (
            "inception-v3",
            {"conv1": 149, "conv3": 147, "pool1": 73, "conv5": 71, "pool2": 35, "inception7c": 8},
        ),
        ("inception-resnet-v1", {"stem": 35, "blocks_a": 35, "blocks_b": 17, "blocks_c": 8}),
        ("inception-resnet-v2", {"stem": 35, "blocks_a": 35, "blocks_b": 17, "blocks_c": 8}),
    ],
)
def test_sizes_are_those_of_the_figures(name, sizes):
    rows = find(name).rows()
    assert {
        part: [row.output.spatial[0] for row in rows if row.name.split(".")[0] == part][-1] for part in sizes
    } == sizes


def test_inception_v3_keeps_under_twenty_five_million_parameters_and_over_five_billion_operations():
    parameters, macs = totals(find("inception-v3").rows())
    assert parameters < 25e6
    assert inception_v3.COST_ERRATUM.correct == f"{macs / 1e9:.2f}\u202fG".replace(".", ",")


@pytest.mark.parametrize("name", ["inception-resnet-v1", "inception-resnet-v2-timm"])
def test_residual_path_is_scaled_before_the_addition(name):
    """Figure 20 : y = ReLU(x + s·F(x)) ; sans le facteur, la sortie est autre."""
    network = models.build(name, image_size=110, num_classes=7, seed=0, device="cpu").eval()
    block = network.blocks_b[0]
    x = torch.rand(1, find(name).variant.stage_channels[1], 5, 5, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        path = block.expand(block.branches(x))
        torch.testing.assert_close(block(x), torch.relu(x + 0.1 * path))
        assert not torch.allclose(block(x), torch.relu(x + path))
    assert block.scale == inception_resnet.SCALES[1]


def test_weights_of_se_bn_inception_take_the_size_that_its_authors_give():
    """« 46 M » chez SENet ; 11,922 millions dans Open Model Zoo, normalisations fondues dans les filtres."""
    rows = find("se-bn-inception").rows()
    assert senet.file_size(rows) == 46
    folded = sum(row.parameters // 2 if row.kind == "Norm" else row.parameters for row in rows)
    assert f"{folded / 1e6:.3f}" == "11.922"


def test_gates_squeeze_sixteen_times_and_stand_once_per_module():
    rows = find("se-bn-inception").rows()
    squeezed = {row.name: row.output.channels for row in rows if row.name.endswith("se.fc1")}
    assert [name.split(".")[0] for name in squeezed] == [f"inception{key}" for key in bn_inception.MODULES]
    assert list(squeezed.values()) == [16, 20, 36, 36, 36, 38, 38, 66, 64, 64]  # prototxt des auteurs
    carried = {*find("se-bn-inception").errata, *find("se-inception-resnet-v2").errata}
    assert set(se_inception.COST_ERRATA.values()) <= carried
    blocks = [row.name for row in find("se-inception-resnet-v2").rows() if row.name.endswith("se.fc1")]
    assert len(blocks) == sum(inception_resnet.V2.depths)
