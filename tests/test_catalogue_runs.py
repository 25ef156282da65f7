"""Chaque réseau du catalogue part des poids que dit sa source, puis calcule, en deux précisions."""

from copy import deepcopy

import pytest
import torch
from published_starts import Gaussian, Uniform, published_start
from small_networks import CLASSES, each_entry, listed, small_batch, small_model
from torch import nn

from coursekit.models.blocks import DropPath


@pytest.fixture(scope="module")
def built(entry):
    """Le réseau de l’entrée, construit une fois pour tous les tests de ce fichier."""
    return small_model(entry)


@pytest.fixture
def model(built):
    """Le même, rendu après chaque test tel qu’il était : sans gradient, avec ses premières statistiques."""
    before = [buffer.clone() for buffer in built.buffers()]
    yield built
    built.train().zero_grad()
    for buffer, value in zip(built.buffers(), before, strict=True):
        buffer.copy_(value)


def parts(model, kind):
    return [part for part in model.modules() if isinstance(part, kind)]


def backward(model, images):
    """Les sorties du réseau, après la rétropropagation de la somme de leurs carrés."""
    outputs = listed(model(images))
    sum(output.square().sum() for output in outputs).backward()
    return outputs


def ends(gradient):
    """La plus petite et la plus grande valeur, en une lecture : un NaN ou un infini, où qu’il soit, s’y voit."""
    return torch.stack(torch.aminmax(gradient))


def in_half_precision(model):
    """Une copie en bfloat16 ; les poids y vont droit, sans passer par une copie en float32."""
    cast = {id(p): nn.Parameter(p.detach().bfloat16()) for p in model.parameters()}
    return deepcopy(model, cast).bfloat16()


@each_entry
def test_same_seed_same_weights_and_the_global_generator_is_untouched(entry, model):
    state = torch.get_rng_state()
    again = small_model(entry)
    assert torch.equal(torch.get_rng_state(), state)
    for mine, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(mine, other)


SURE = 10_000
"""À partir de combien de valeurs on reconnaît la loi d’où elles viennent."""


def assert_drawn_from(law, values, name):
    """La moyenne, l’écart type et, au-delà de `SURE`, l’écart moyen de ce tirage, à six erreurs types près."""
    error = 6 * law.std / values.numel() ** 0.5
    assert values.mean().item() == pytest.approx(0, abs=error), name
    assert values.std().item() == pytest.approx(law.std, abs=error), name
    if values.numel() >= SURE:
        assert values.abs().mean().item() == pytest.approx(law.mean_deviation, abs=error), name
    if isinstance(law, Uniform):
        assert values.abs().max().item() <= law.bound * (1 + 1e-6), name


@each_entry
def test_weights_start_as_published(entry, model):
    layers = [
        (name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    for name, layer in layers:
        start = published_start(entry, name)
        assert_drawn_from(start.law(layer), layer.weight.detach(), name)
        if layer.bias is not None and start.bias is not None:
            assert layer.bias.unique().tolist() == [start.bias], name
    for norm in parts(model, nn.BatchNorm2d):
        assert (norm.weight.unique().tolist(), norm.bias.unique().tolist()) == ([1.0], [0.0])


def test_another_law_is_told_apart():
    gaussian = torch.randn(SURE, generator=torch.Generator().manual_seed(0))
    assert_drawn_from(Gaussian(1.0), gaussian, "")
    for wrong in (Gaussian(1.2), Uniform(3**0.5)):
        with pytest.raises(AssertionError):
            assert_drawn_from(wrong, gaussian, "")


GRADIENT_LOST = {"plain1202-cifar": "1200 couches sans raccourci : le gradient déborde dès l’initialisation"}
"""Les réseaux dont c’est justement le défaut ; l’article ne les entraîne pas."""


@each_entry
def test_gradient_reaches_every_parameter_and_is_finite(entry, model, monkeypatch):
    for path in parts(model, DropPath):
        monkeypatch.setattr(path, "p", 0.0)  # le hasard n’ôte aucun chemin
    outputs = backward(model, small_batch(entry, 2))
    assert {tuple(output.shape) for output in outputs} == {(2, CLASSES)}
    assert all(output.isfinite().all() for output in outputs)
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    assert [name for name, gradient in gradients.items() if gradient is None] == []
    reached = {name: ends(gradient) for name, gradient in gradients.items()}
    overflowed = [name for name, values in reached.items() if not values.isfinite().all()]
    if entry.name in GRADIENT_LOST:
        assert overflowed
        return
    assert overflowed == []
    assert [name for name, values in reached.items() if not values.any()] == []


@each_entry
def test_half_precision_is_finite_forward_and_backward(entry, model):
    half = in_half_precision(model)
    outputs = backward(half, small_batch(entry, 2).bfloat16())
    assert {output.dtype for output in outputs} == {torch.bfloat16}
    assert all(output.isfinite().all() for output in outputs)
    if entry.name not in GRADIENT_LOST:
        assert all(ends(parameter.grad).isfinite().all() for parameter in half.parameters())


@each_entry
def test_batch_of_one_is_finite_once_the_statistics_are_known(entry, model, monkeypatch):
    for norm in parts(model, nn.BatchNorm2d):
        # les statistiques de ce lot, et non une moyenne avec l’initialisation
        monkeypatch.setattr(norm, "momentum", None)
    with torch.no_grad():
        model(small_batch(entry, 4))
        assert model.eval()(small_batch(entry, 1)).isfinite().all()
