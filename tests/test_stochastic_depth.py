"""La profondeur stochastique : quels chemins s’ôtent, combien souvent, et ce que cela épargne."""

import pytest
import torch

from coursekit import models
from coursekit.arithmetic import totals, walk
from coursekit.errors import ArgumentError
from coursekit.layers import Branches, Chain, DropPath
from coursekit.models.blocks import DropPath as DropPathModule
from coursekit.tables import find, names
from coursekit.tables.stochastic_depth import (
    count_additions,
    expected_saving,
    survival,
    with_stochastic_depth,
)

RESNET110 = "resnet110-cifar-stochastic-depth"


@pytest.mark.parametrize(
    ("block", "blocks", "last", "probability"),
    [(1, 54, 0.5, 1 - 1 / 108), (27, 54, 0.5, 0.75), (54, 54, 0.5, 0.5), (3, 4, 0.2, 0.4), (4, 4, 1.0, 1.0)],
)
def test_survival_decays_linearly(block, blocks, last, probability):
    assert survival(block, blocks, last) == pytest.approx(probability)


@pytest.mark.parametrize(
    ("block", "blocks", "last"), [(0, 54, 0.5), (55, 54, 0.5), (1, 54, 0.0), (1, 54, 1.1)]
)
def test_impossible_survival_is_refused(block, blocks, last):
    with pytest.raises(ArgumentError):
        survival(block, blocks, last)


def test_expected_depth_is_the_one_of_the_paper():
    """Section 3 : E(L̃) = (3L − 1) / 4, « environ 40 » blocs sur 54."""
    assert sum(survival(block, 54, 0.5) for block in range(1, 55)) == pytest.approx((3 * 54 - 1) / 4)


def drop_probabilities(net):
    match net:
        case DropPath(p=p):
            return [p]
        case Chain(layers=inner) | Branches(branches=inner):
            return [p for layer in inner for p in drop_probabilities(layer)]
    return []


@pytest.mark.parametrize("name", names("stochastic_depth"))
def test_model_drops_as_often_as_the_table_says(name):
    table = drop_probabilities(find(name).unroll(10))
    module = [p.p for p in models.build(name, device="meta").modules() if isinstance(p, DropPathModule)]
    assert module == pytest.approx(table)
    assert table == sorted(table)
    assert table[-1] == 0.5


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("resnet18", 8),
        ("resnet50-v1.5", 16),
        ("resnext50-32x4d", 16),
        ("preact-resnet164-cifar", 54),
        ("wrn-28-10", 12),
    ],
)
def test_any_resnet_can_be_wrapped(name, blocks):
    entry = find(name)
    net = entry.unroll(entry.num_classes)
    wrapped = with_stochastic_depth(net, 0.5)
    assert count_additions(net) == len(drop_probabilities(wrapped)) == blocks
    assert totals(walk(wrapped, entry.input)) == totals(entry.rows())


def test_plain_network_has_nothing_to_drop():
    plain = find("plain18")
    assert with_stochastic_depth(plain.unroll(10), 0.5) == plain.unroll(10)


def test_saving_is_nothing_when_every_block_survives_and_grows_as_fewer_do():
    rows = find(RESNET110).rows()
    assert expected_saving(rows, 1.0) == 0
    assert 0 < expected_saving(rows, 0.8) < expected_saving(rows, 0.5) < expected_saving(rows, 0.2)


def test_expected_saving_is_what_a_simulation_spares():
    """Des tirages, avec les MAC lues bloc par bloc dans la table : leur moyenne est l’espérance."""
    rows = find(RESNET110).rows()
    blocks = [row.name.removesuffix("drop_path") for row in rows if row.kind == "DropPath"]
    costs = torch.tensor(
        [sum(row.macs for row in rows if row.name.startswith(block)) for block in blocks], dtype=torch.float64
    )
    kept = torch.tensor(
        [survival(i, len(blocks), 0.5) for i in range(1, len(blocks) + 1)], dtype=torch.float64
    )
    dropped = (
        torch.rand(20_000, len(blocks), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        > kept
    )
    spared = (dropped * costs).sum(1).mean().item() / totals(rows)[1]
    assert spared == pytest.approx(expected_saving(rows, 0.5), rel=0.01)


def test_dropped_block_is_its_shortcut_and_the_others_are_not():
    block = models.build(RESNET110, device="cpu", seed=0).conv2_x[3].train()
    x = torch.rand(64, 16, 4, 4, generator=torch.Generator().manual_seed(0))
    block.drop_path.p = 0.5
    torch.manual_seed(0)
    same = [torch.equal(made, given) for made, given in zip(block(x.clone()), x, strict=True)]
    assert 15 < sum(same) < 49
    block.eval()
    assert not any(torch.equal(made, given) for made, given in zip(block(x.clone()), x, strict=True))
