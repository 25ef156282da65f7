"""Les descendants de GoogLeNet : ce que leurs articles impriment, ligne par ligne, et ce qui n’en sort pas."""

from dataclasses import replace

import pytest

from coursekit.arithmetic import totals, walk
from coursekit.layers import Chain, Conv, Shape
from coursekit.tables import bn_inception, find

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
    assert "61 %" in bn_inception.COUNT_ERRATUM.reason
