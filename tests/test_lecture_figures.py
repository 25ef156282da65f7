"""Chaque nombre des diapositives, recalculé ; ceux qui ne sortent pas ont leur erratum."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from coursekit import arithmetic as a
from coursekit.arithmetic import totals, walk
from coursekit.filters import correlate
from coursekit.layers import Chain, Conv, Shape
from coursekit.tables import densenet, find, resnet, resnext, se_inception, senet, stochastic_depth
from coursekit.tables.accuracy import CONTESTS
from coursekit.tables.alexnet import COUNT_ERRATUM, NORM_ERRATUM
from coursekit.tables.efficientnet import ALPHA, BETA, FLOPS_ERRATA, GAMMA, compound_scaling
from coursekit.tables.googlenet import BOTTLENECK_ERRATUM, CONTEST_ERRATUM, NAIVE_MODULE, SLIDE_INPUT
from coursekit.tables.googlenet import COUNT_ERRATUM as FIVE_MILLION_ERRATUM

FIGURES = {
    row["id"]: row for row in csv.DictReader((Path(__file__).parent / "data/lecture_figures.csv").open())
}

POOLED = ((5, 3, 0, 3), (4, 0, 9, 4), (2, 4, 1, 2), (1, 3, 2, 3))
REGIONS = ((5, 3, 4, 0), (0, 3, 9, 4), (2, 4, 1, 3), (1, 2, 2, 3))

EXTRACT = (
    (207, 210, 195, 63, 57, 56, 59),
    (204, 212, 197, 82, 76, 74, 75),
    (202, 198, 202, 72, 65, 67, 63),
    (209, 201, 187, 78, 69, 71, 64),
)
VERTICAL_EDGE = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))


def matrix(rows):
    """Comme la diapositive : valeurs séparées par une espace, lignes par une barre."""
    return " / ".join(" ".join(f"{float(value):g}" for value in row) for row in rows)


def probabilities():
    return " ; ".join(
        " ".join(fraction(p, region) for p in a.stochastic_probabilities(region)) for region in REGIONS
    )


def fraction(value, region):
    """La fraction non simplifiée, sur la somme de la région."""
    return f"{value * sum(region)}/{sum(region)}" if value else "0"


def alexnet_sizes():
    """La suite de la diapositive, qui met le pooling avant la normalisation (voir l’erratum)."""
    rows = {row.name.split(".")[-1]: row.output.spatial for row in find("alexnet").rows()}
    slide = ["conv1", "pool1", "pool1", "conv2", "pool2", "pool2", "conv3", "conv4", "conv5", "pool3"]
    return " ".join(["227", *(str(rows[name][0]) for name in slide)])


def naive_inception():
    return walk(NAIVE_MODULE, SLIDE_INPUT)


def conv_output():
    (row,) = walk(Conv(32, 5), Shape(3, (224, 224)))
    return "x".join(str(n) for n in row.output.hwc())


def separable_ratio_holds():
    """Le rapport mesuré sur des couches vaut 1/K + 1/F², pour plusieurs K et F."""
    for filters, size in ((64, 3), (128, 5), (256, 3)):
        shape, padding = Shape(32, (14, 14)), size // 2
        standard = totals(walk(Conv(filters, size, padding=padding, bias=False), shape))
        separable = totals(
            walk(
                Chain((Conv(32, size, padding=padding, groups=32, bias=False), Conv(filters, 1, bias=False))),
                shape,
            )
        )
        ratio = Fraction(1, filters) + Fraction(1, size**2)
        if any(Fraction(s, t) != ratio for s, t in zip(separable, standard, strict=True)):
            return "faux"
    return "1/K + 1/F²"


def millions(name):
    return f"{round(totals(find(name).rows())[0] / 1e6)}M"


def stochastic_depth_saving():
    """La part des MAC de ResNet-110 que l’entraînement épargne en espérance, avec p_L = 0,5."""
    rows = find("resnet110-cifar-stochastic-depth").rows()
    return f"{100 * stochastic_depth.expected_saving(rows, 0.5):.0f} %"


def dense_connections(depth):
    """Les groupes de cartes que lisent les couches d’un bloc dense déroulé : l’entrée et les sorties des précédentes.

    Avec k cartes à l’entrée comme à chaque couche, une couche qui lit m × k canaux reçoit m connexions.
    """
    config = densenet.DenseNet((depth,), growth=12, stem_channels=12, bottleneck=False)
    rows = walk(densenet.dense_block(config, depth), Shape(12, (8, 8)))
    return sum(row.input.channels // 12 for row in rows if row.kind == "Conv")


def dense_connections_hold():
    return "L(L+1)/2" if all(dense_connections(n) == n * (n + 1) // 2 for n in range(1, 25)) else "faux"


def gigamacs(*names):
    return " ".join(f"{totals(find(name).rows())[1] / 1e9:.1f}e9" for name in names)


B0_SLIDE = (
    ("Conv3x3", 224, 32, 1),
    ("MBConv1, k3x3", 112, 16, 1),
    ("MBConv6, k3x3", 112, 24, 2),
    ("MBConv6, k5x5", 56, 40, 2),
    ("MBConv6, k3x3", 28, 80, 3),
    ("MBConv6, k5x5", 14, 112, 3),
    ("MBConv6, k5x5", 14, 192, 4),
    ("MBConv6, k3x3", 7, 320, 1),
    ("Conv1x1", 7, 1280, 1),
)
"""La diapositive : opérateur, résolution d’entrée, canaux, couches ; la dernière porte aussi pooling et FC."""


def slide_of_b0():
    """La même table, relue sur les lignes du réseau."""
    rows = find("efficientnet-b0").rows()
    found = []
    for i in range(1, 10):
        stage = [row for row in rows if row.name.startswith(f"features.stage{i}.")]
        blocks = {row.name.split(".")[2] for row in stage if row.name.split(".")[2].isdigit()}
        first, last = stage[0], stage[-1]
        found.append((operator(stage), first.input.spatial[0], last.output.channels, max(1, len(blocks))))
    return "table" if tuple(found) == B0_SLIDE else found


def operator(stage):
    """Ce que la première colonne dit d’un étage : sa première couche, ou l’expansion et le filtre de ses blocs."""
    convs = [row for row in stage if row.kind == "Conv"]
    if len(convs) == 1:
        kernel = round((convs[0].parameters / convs[0].input.channels / convs[0].output.channels) ** 0.5)
        return f"Conv{kernel}x{kernel}"
    depthwise = next(row for row in convs if row.name.endswith("depthwise.conv"))
    kernel = round((depthwise.parameters / depthwise.output.channels) ** 0.5)
    return f"MBConv{depthwise.input.channels // stage[0].input.channels}, k{kernel}x{kernel}"


def compound_bases():
    """α, β et γ, si leur contrainte tient : α·β²·γ² ≈ 2, à 5 % près."""
    near = abs(compound_scaling(1).cost - 2) < 0.1
    return f"{ALPHA} {BETA} {GAMMA}" if near else compound_scaling(1).cost


def weight_files(*names):
    return " ".join(str(senet.file_size(find(name).rows())) for name in names)


COMPUTED = {
    "se-ratio-size": lambda: weight_files(
        "se-resnet50-r4", "se-resnet50-r8", "se-resnet50", "se-resnet50-r32", "resnet50"
    ),
    "efficientnet-b0": slide_of_b0,
    "efficientnet-params": lambda: " ".join(
        f"{totals(find(f'efficientnet-b{i}').rows())[0] / 1e6:.{1 if i == 1 else 0}f}M" for i in (1, 3, 4, 7)
    ),
    "compound-constraint": compound_bases,
    "fc-inputs": lambda: Shape(3, (32, 32)).numel,
    "conv-5x5x3x8-params": lambda: a.conv_parameters(3, 8, 5),
    "fc-equivalent-params": lambda: a.fully_connected_equivalent(32 * 32 * 3, 28 * 28 * 8),
    "conv-5x5-no-padding": conv_output,
    "same-padding-9": lambda: a.same_padding(9),
    "stride-2": lambda: f"{a.output_size(7, 3, 2)}x{a.output_size(7, 3, 2)}",
    "sobel-example": lambda: matrix(
        row[:4] for row in correlate(EXTRACT, VERTICAL_EDGE)
    ),  # la diapositive s’arrête là
    "maxpool-example": lambda: matrix(a.max_pool(POOLED)),
    "avgpool-example": lambda: matrix(a.average_pool(POOLED)),
    "stochastic-pooling-probabilities": probabilities,
    "alexnet-shapes": alexnet_sizes,
    "vgg16-params": lambda: millions("vgg16"),
    "three-3x3-vs-7x7": lambda: f"{100 * a.stack_saving(3):.0f} %",
    "inception-naive-ops": lambda: f"{round(totals(naive_inception())[1] / 1e6)}M",
    "inception-naive-depth": lambda: naive_inception()[-1].output.channels,
    "separable-ratio": separable_ratio_holds,
    "stochastic-depth-saving": stochastic_depth_saving,
    "densenet-connections": dense_connections_hold,
    "resnext50-flops": lambda: gigamacs("resnext50-1x64d", "resnext50-32x4d"),
    "resnext-width": lambda: " ".join(str(resnext.width_for(c)) for c in (1, 2, 4, 8, 32)),
}

CORRECTED = {
    "alexnet-params": COUNT_ERRATUM,
    "googlenet-params": FIVE_MILLION_ERRATUM,
    "inception-bottleneck-ops": BOTTLENECK_ERRATUM,
    "resnext50-params": resnext.COUNT_ERRATUM,
    "efficientnet-flops": FLOPS_ERRATA[4],
    "resnet-flops": resnet.ROUNDING_ERRATA[50][0],
    "se-gflops": se_inception.COST_ERRATA["inception-resnet-v2"],
    "ilsvrc-top5": CONTEST_ERRATUM,
}
"""Les nombres qu’une diapositive donne de travers : le catalogue en porte l’erratum."""


def test_every_figure_of_the_lectures_is_accounted_for():
    assert {*COMPUTED, *CORRECTED} == set(FIGURES)


@pytest.mark.parametrize("name", COMPUTED)
def test_figure_comes_out(name):
    assert str(COMPUTED[name]()) == FIGURES[name]["stated"]


def test_alexnet_of_sixty_million_is_the_one_in_two_groups():
    assert FIGURES["alexnet-params"]["stated"] == "60M"
    assert "60M" in COUNT_ERRATUM.stated
    assert [totals(find(name).rows())[0] for name in ("alexnet", "alexnet-groups")] == [
        62_378_344,
        60_965_224,
    ]


@pytest.mark.parametrize("name", ["googlenet-params", "inception-bottleneck-ops"])
def test_googlenet_corrects_what_the_slide_prints(name):
    assert CORRECTED[name].stated.startswith(FIGURES[name]["stated"])
    assert CORRECTED[name] in find("googlenet").errata


def test_alexnet_normalises_before_pooling_as_the_paper_does():
    assert NORM_ERRATUM in find("alexnet").errata
    names = [row.name for row in find("alexnet").rows()]
    assert names.index("features.norm1") < names.index("features.pool1")


def test_resnext_table_truncates_the_count_of_resnet50():
    assert FIGURES["resnext50-params"]["stated"] == "25.5e6 25.0e6"
    assert resnext.COUNT_ERRATUM in find("resnext50-1x64d").errata
    counts = [totals(find(name).rows())[0] for name in ("resnext50-1x64d", "resnext50-32x4d")]
    assert [f"{count / 1e6:.1f}" for count in counts] == ["25.6", "25.0"]


@pytest.mark.parametrize(("cardinality", "width"), [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)])
def test_each_row_of_the_resnext_table_of_widths_keeps_the_cost(cardinality, width):
    """« Environ 70 k » : la table 2 les dit tous égaux à l’arrondi près ; ses voisins en sont plus loin."""
    target = resnext.template_cost(1, 64)
    gap = abs(resnext.template_cost(cardinality, width) - target)
    assert gap <= 0.04 * target
    for other in (width - 1, width + 1):
        assert abs(resnext.template_cost(cardinality, other) - target) > gap


def test_efficientnet_flops_come_out_for_b1_and_b3_only():
    printed = dict(zip((1, 3, 4, 5), FIGURES["efficientnet-flops"]["stated"].split(), strict=True))
    counted = {i: totals(find(f"efficientnet-b{i}").rows())[1] / 1e9 for i in printed}
    right = [i for i, value in counted.items() if f"{value:.1f}B" == printed[i]]
    assert right == [1, 3]
    for i in (4, 5):
        assert FLOPS_ERRATA[i] in find(f"efficientnet-b{i}").errata
        assert FLOPS_ERRATA[i].correct == f"{counted[i]:.2f}\u202fG".replace(".", ",")


SE_COLUMNS = (
    *("resnet50", "resnet101", "resnet152", "resnext50-32x4d", "resnext101-32x4d"),
    *("bn-inception", "inception-resnet-v2"),
)
"""Les lignes de la table 2 de SENet que la diapositive reprend, dans son ordre."""


def test_squeeze_and_excite_costs_what_the_slide_prints_or_has_an_erratum():
    errata = senet.COST_ERRATA | se_inception.COST_ERRATA
    for network, printed in zip(SE_COLUMNS, FIGURES["se-gflops"]["stated"].split(), strict=True):
        for name, stated in zip((network, f"se-{network}"), printed.split("→"), strict=True):
            counted = f"{senet.published_cost(find(name).rows()):.2f}"
            erratum = errata.get(name)
            assert (counted == stated) == (erratum is None), name
            if erratum:
                assert erratum.correct == f"{counted}\u202fGFLOPs".replace(".", ",")
                assert stated.replace(".", ",") in erratum.stated


@pytest.mark.parametrize("network", SE_COLUMNS)
def test_gates_cost_at_most_the_hundredths_that_the_slide_prints(network):
    """Ce que les portes ajoutent sort pour tous, à l’arrondi de deux nombres près."""
    printed = FIGURES["se-gflops"]["stated"].split()[SE_COLUMNS.index(network)]
    before, after = (float(number) for number in printed.split("→"))
    added = senet.published_cost(find(f"se-{network}").rows()) - senet.published_cost(find(network).rows())
    assert added > 0
    assert abs(added - (after - before)) <= 0.01


def test_resnet_operations_round_to_the_slide_except_for_34_and_50():
    """18, 101 et 152 sortent ; les deux autres ont leur erratum."""
    printed = dict(zip((18, 34, 50, 101, 152), FIGURES["resnet-flops"]["stated"].split(), strict=True))
    for depth, stated in printed.items():
        errata = resnet.ROUNDING_ERRATA.get(depth, ())
        assert (gigamacs(f"resnet{depth}") == stated) == (not errata), depth
        for erratum in errata:
            assert erratum in find(f"resnet{depth}").errata
            assert stated.removesuffix("e9").replace(".", ",") in erratum.stated


def test_contest_of_2014_was_won_with_less_than_the_slide_says():
    """Les trois autres vainqueurs sont justes ; 7,3 est l’erreur de VGG, deuxième."""
    winners = {c.year: c.top5_error for c in CONTESTS if c.place == 1 and not c.outside_data}
    printed = dict(zip((2012, 2013, 2014, 2015), FIGURES["ilsvrc-top5"]["stated"].split(), strict=True))
    assert [year for year, error in winners.items() if f"{error:g}" != printed[year]] == [2014]
    (second,) = (c for c in CONTESTS if c.place == 2)
    assert (second.team, f"{second.top5_error:.1f}") == ("VGG", printed[2014])
    assert CONTEST_ERRATUM in find("googlenet").errata
    assert CONTEST_ERRATUM.correct == f"{winners[2014]} %".replace(".", ",")
