"""GoogLeNet : la table 1 de l’article ligne par ligne, et les deux modules des diapositives."""

import pytest

from coursekit.arithmetic import totals, walk
from coursekit.layers import Chain, Conv, Shape
from coursekit.measure import measure
from coursekit.models.googlenet import Inception, NaiveInception
from coursekit.proof import MERGES, first_difference
from coursekit.tables import find
from coursekit.tables.googlenet import (
    BOTTLENECK_ERRATUM,
    BOTTLENECK_MODULE,
    COUNT_ERRATUM,
    NAIVE_MODULE,
    PRINTED_MEGAMACS,
    ROW_ERRATUM,
    SLIDE_INPUT,
    SLIDE_ROW,
    STAGES,
    STEM_ERRATUM,
)

MISPRINTED = {"conv1": STEM_ERRATUM, "inception4a": ROW_ERRATUM, "inception5a": ROW_ERRATUM}
"""Les lignes dont la colonne « ops » n’est pas l’arrondi du compte."""


def cost(line, rows):
    """Les MAC d’une ligne imprimée : conv2 y réunit la réduction 1×1 et le filtre 3×3, nos conv2 et conv3."""
    parts = ("conv2", "conv3") if line == "conv2" else (line,)
    return sum(row.macs for row in rows if row.name.split(".")[0] in parts)


@pytest.mark.parametrize(("line", "printed"), PRINTED_MEGAMACS.items())
def test_printed_cost_is_the_rounded_count_unless_an_erratum_says_why(line, printed):
    agrees = round(cost(line, find("googlenet").rows()) / 1e6) == printed
    assert agrees is (line not in MISPRINTED)


def test_every_misprint_has_its_erratum():
    assert set(MISPRINTED.values()) <= set(find("googlenet").errata)


def test_printed_stem_is_the_one_of_a_separable_convolution():
    image = Shape(3, (224, 224))
    stem = Chain((Conv(24, 7, stride=2, padding=3, groups=3, bias=False), Conv(64, 1, bias=False)))
    parameters, macs = totals(walk(stem, image))
    assert parameters == 2712
    assert round(macs / 1e6) == PRINTED_MEGAMACS["conv1"]
    rows = find("googlenet").rows()
    total = totals(rows)[1]
    assert f"{total / 1e9:.2f}" == "1.58"
    assert f"{(total - cost('conv1', rows) + macs) / 1e9:.2f}" == "1.50"


@pytest.mark.parametrize(
    ("name", "shape"),
    [("3b", (480, 28)), ("4a", (512, 14)), ("4d", (528, 14)), ("4e", (832, 14)), ("5b", (1024, 7))],
)
def test_module_has_the_printed_output(name, shape):
    rows = {row.name: row.output for row in find("googlenet").rows()}
    channels, size = shape
    assert rows[f"inception{name}"] == Shape(channels, (size, size))
    assert STAGES[name[0]][name[1]].out_channels == channels


def test_naive_module_of_the_slide():
    rows = walk(NAIVE_MODULE, SLIDE_INPUT)
    assert totals(rows)[1] == 854_196_224
    assert rows[-1].output == Shape(672, (28, 28))


def test_bottleneck_module_of_the_slide_and_where_its_total_comes_from():
    rows = walk(BOTTLENECK_MODULE, SLIDE_INPUT)
    assert rows[-1].output == Shape(480, (28, 28))
    total = totals(rows)[1]
    (twice,) = (row.macs for row in rows if row.name == "branch3x3.spatial.conv")
    assert total == 271_351_808
    assert total + twice == 358_055_936
    assert BOTTLENECK_ERRATUM.stated == "358M ops"


@pytest.mark.parametrize(
    ("table", "module"),
    [
        (NAIVE_MODULE, NaiveInception(256, 128, 192, 96)),
        (BOTTLENECK_MODULE, Inception(256, SLIDE_ROW)),
    ],
    ids=["naïf", "bottlenecks"],
)
def test_module_of_the_slide_is_its_table(table, module):
    counted = [row for row in walk(table, SLIDE_INPUT) if row.kind not in MERGES]
    assert first_difference(counted, measure(module, SLIDE_INPUT)) == ""


def test_five_million_is_a_twelfth_of_alexnet_and_no_variant_has_it():
    assert COUNT_ERRATUM in find("googlenet").errata
    counts = {
        name: totals(find(name).rows())[0]
        for name in ("alexnet-groups", "googlenet", "googlenet-torchvision")
    }
    assert round(counts["alexnet-groups"] / 12 / 1e6) == 5
    assert [f"{counts[name] / 1e6:.1f}" for name in ("googlenet", "googlenet-torchvision")] == ["7.0", "6.6"]


def test_five_by_five_filters_see_further_than_the_three_by_three_of_torchvision():
    published, variant = (
        {row.name: row for row in find(name).rows()}["inception5b"].receptive_field
        for name in ("googlenet", "googlenet-torchvision")
    )
    assert published > variant
