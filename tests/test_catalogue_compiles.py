"""Chaque réseau du catalogue se trace sans rupture : `torch.export`, et `torch.compile` en un seul graphe."""

import shutil

import pytest
import torch
from short_networks import anatomy, short_model, skeleton, traced_model, with_values, without_repeats
from small_networks import listed, small_batch, small_model
from torch import nn

from coursekit.tables import CATALOGUE, find, names


@pytest.fixture(scope="module")
def short(entry):
    return traced_model(entry)


DONE = {}
"""Ce que chaque preuve a établi, par squelette : ResNet-56, aux blocs répétés près, est ResNet-20."""


def once(proof, entry, short):
    key = proof.__name__, skeleton(short)
    if key not in DONE:
        torch.compiler.reset()
        DONE[key] = proof(with_values(short), small_batch(entry, 2))
    return DONE[key]


def exported(model, images):
    """En évaluation."""
    program = torch.export.export(model.eval(), (images,)).module()
    with torch.no_grad():
        return program(images), model(images)


def compiled(model, images, backend="eager"):
    """En entraînement : tout ce que fait l’évaluation, et en plus les tirages et les têtes auxiliaires."""
    made = []
    for network in (torch.compile(model.train(), backend=backend, fullgraph=True), model):
        torch.manual_seed(0)  # les mêmes masques de dropout
        made.append(network(images))
    return tuple(made)


each_entry_by_family = pytest.mark.parametrize(
    "entry",
    [
        pytest.param(entry, id=entry.name, marks=pytest.mark.xdist_group(f"compile-{entry.stem}"))
        for entry in CATALOGUE
    ],
    scope="module",
)
"""Une famille va au même processus : ses réseaux ont souvent la même anatomie."""


@pytest.mark.parametrize("proof", [exported, compiled])
@each_entry_by_family
def test_traced_network_gives_the_same_outputs(entry, short, proof):
    for traced, eager in zip(*map(listed, once(proof, entry, short)), strict=True):
        torch.testing.assert_close(traced, eager)


class LooksAtItsValues(nn.Module):
    """Un réseau dont le chemin dépend des valeurs : il n’a pas un graphe unique."""

    def forward(self, x):
        return x if x.sum() > 0 else -x


@pytest.mark.parametrize("proof", [exported, compiled])
def test_a_network_without_a_single_graph_is_refused(proof):
    with pytest.raises(RuntimeError):
        proof(LooksAtItsValues(), torch.ones(2, 3))


def test_only_repeated_blocks_are_left_out():
    deep, shallow = (without_repeats(small_model(find(f"resnet{depth}-cifar"))) for depth in (1202, 20))
    assert anatomy(deep) == anatomy(shallow)
    assert [len(shallow.get_submodule(f"conv{i}_x")) for i in (2, 3, 4)] == [1, 2, 2]
    dense = find("densenet-40-12")  # d’une couche à l’autre, les canaux croissent
    assert anatomy(without_repeats(small_model(dense))) == anatomy(small_model(dense))


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("densenet121", "densenet201", True),
        ("efficientnet-b5", "efficientnet-b7", True),
        ("resnet50", "resnet50-v1.5", False),
        ("vgg11", "vgg11-bn", False),
    ],
)
def test_a_skeleton_ignores_sizes_and_nothing_else(name, other, same):
    one, two = (short_model(find(chosen)) for chosen in (name, other))
    assert (skeleton(one) == skeleton(two)) is same


@pytest.mark.parametrize("name", [name for name in names("densenet") if name.startswith("densenet")])
def test_a_shallow_densenet_is_traced_for_the_whole_one(name):
    entry = find(name)
    assert skeleton(traced_model(entry)) == skeleton(small_model(entry, device="meta"))


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ manque. Installez-le : sudo apt-get install g++")
@pytest.mark.parametrize("name", ["lenet5-modern", "highway-19-cifar", "resnet20-cifar"])
def test_default_compiler_gives_the_same_outputs_and_gradients(name):
    entry = find(name)
    torch.compiler.reset()
    model = with_values(short_model(entry))
    gradients = []
    for outputs in compiled(model, small_batch(entry, 2), backend="inductor"):
        gradients.append(torch.autograd.grad(outputs.square().mean(), list(model.parameters())))
    for made, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(made, expected, rtol=1e-3, atol=1e-3 * expected.abs().max().item())
