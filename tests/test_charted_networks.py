"""Les réseaux dont on n’a que les chiffres publiés : d’où ils viennent, et ce que leurs modèles en disent."""

import re

import pytest
import torch
from peers import build_peer
from torch.utils.flop_counter import FlopCounterMode

from coursekit.tables import names
from coursekit.tables.charts import CHARTED, charted

WITNESSED = [network for network in CHARTED if network.witness]
DISAGREE = {"inception-v4"}
"""Ceux dont le modèle ne compte pas ce qui est publié ; une note le dit."""


def test_they_are_not_of_the_catalogue_and_say_where_they_come_from():
    assert not {network.name for network in CHARTED} & set(names())
    for network in CHARTED:
        assert re.search(r"\(20\d\d\)|torchvision", network.source)
        assert 0 < network.accuracy.top1 < network.accuracy.top5 < 100


def test_a_network_is_found_by_its_name_and_only_those():
    assert charted("nasnet-a").title == "NASNet-A (6 @ 4032)"
    assert charted("resnet50") is None


def count(peer, shape):
    """Paramètres et MAC d’un modèle, sans rien calculer ni réserver."""
    model = build_peer(peer, num_classes=1000).to("meta").eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *shape.as_tuple(), device="meta"))
    return sum(p.numel() for p in model.parameters()), counter.get_total_flops() // 2


@pytest.mark.parametrize("network", WITNESSED, ids=lambda network: network.name)
def test_witness_counts_what_the_table_says_it_counts(network):
    counted = count(network.witness.peer, network.input)
    assert counted == (network.witness.parameters, network.witness.macs)


@pytest.mark.parametrize("network", WITNESSED, ids=lambda network: network.name)
def test_published_costs_are_those_of_the_witness_to_one_percent_or_a_note_says_why(network):
    agree = (
        abs(network.parameters.value / network.witness.parameters - 1) < 0.01
        and abs(network.macs.value / network.witness.macs - 1) < 0.01
    )
    assert agree == (network.name not in DISAGREE)
    assert agree or network.note
