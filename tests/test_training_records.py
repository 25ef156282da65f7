"""Les entraînements enregistrés et les erreurs publiées : complets, datés, d’accord avec le catalogue."""

from __future__ import annotations

import pytest

from coursekit.errors import UnknownNameError
from coursekit.tables import find
from coursekit.tables.residual_errors import CIFAR, IMAGENET, PREACTIVATION, SHORTCUTS
from coursekit.training.records import load_record, names


@pytest.mark.parametrize("name", names())
def test_a_record_says_where_it_comes_from_and_is_complete(name: str) -> None:
    record = load_record(name)
    epochs = record.settings["recipe"]["epochs"]
    assert all((record.machine, record.torch, record.date))
    assert record.command.startswith(f"python bench/{name}.py")
    assert len({(run.name, run.seed) for run in record.runs}) == len(record.runs)
    for run in record.runs:
        assert find(run.name).name == run.name
        assert len(run.loss) == len(run.accuracy) == len(run.test_accuracy) == epochs
        assert all(0 <= share <= 1 for share in (*run.accuracy, *run.test_accuracy))


def test_the_degradation_is_recorded_with_three_seeds_and_is_there() -> None:
    record = load_record("degradation")
    last = {name: [run.accuracy[-1] for run in record.of(name)] for name in {run.name for run in record.runs}}
    assert {len(found) for found in last.values()} == {3}
    assert max(last["plain44-cifar"]) < min(last["plain20-cifar"]) < min(last["resnet44-cifar"])


def test_an_unknown_record_or_network_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="degradation"):
        load_record("dégradation")
    with pytest.raises(UnknownNameError, match="plain44"):
        load_record("degradation").of("plain45-cifar")


def test_published_errors_are_of_networks_of_the_catalogue() -> None:
    for error in (*CIFAR, *IMAGENET):
        assert find(error.network).name == error.network
    assert {find(moved.network).stem for _, moved in PREACTIVATION} == {"preact"}


def test_published_errors_agree_between_tables() -> None:
    imagenet = {error.network: error.percent for error in IMAGENET}
    assert (imagenet["plain34"], imagenet["resnet34"]) == (SHORTCUTS["none"], SHORTCUTS["A"])
    assert PREACTIVATION[0][0].percent == {error.network: error.percent for error in CIFAR}["resnet110-cifar"]
