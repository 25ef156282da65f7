"""Ce qu’on réemploie d’un réseau : ses dernières cartes (`features`), sa dernière couche, son `repr`."""

import re

import pytest
import torch
from short_networks import short_model, with_values
from small_networks import CLASSES, SMALL, each_entry, small_batch
from torch import nn

from coursekit.layers import Shape
from coursekit.measure import row_modules, watching

HEADS = re.compile(r"(fc|output|classifier(\.\w+)?|features\.mlpconv\d\.mlp2)$")
"""Où se trouve la dernière couche : NiN en fait sa dernière convolution, une carte par classe."""


@pytest.fixture(scope="module")
def model(entry):
    return with_values(short_model(entry)).eval()


def rows_of(entry):
    side = SMALL[entry.name]
    return entry.rows(Shape(entry.input.channels, (side, side)), CLASSES)


def body_and_head(rows):
    """La ligne qui donne les dernières cartes, et la première de celles qui les résument."""
    last = max(
        i for i, row in enumerate(rows) if row.output.dims and row.kind not in ("AdaptivePool", "Dropout")
    )
    return rows[last], rows[last + 1]


@each_entry
def test_features_are_the_last_maps_of_the_table_and_those_that_the_head_reads(entry, model):
    body, head = body_and_head(rows_of(entry))
    read = {}
    with (
        torch.no_grad(),
        watching(
            {head.name: model.get_submodule(head.name)}, lambda name, given, _made: read.update({name: given})
        ),
    ):
        model(small_batch(entry, 2))
        maps = model.features(small_batch(entry, 2))
    assert maps.shape == (2, *body.output.as_tuple())
    assert torch.equal(maps, read[head.name])


@each_entry
def test_last_layer_is_easily_found_and_gives_the_classes(entry, model):
    row = [row for row in rows_of(entry) if row.macs][-1]
    assert HEADS.match(row.name), row.name
    assert row.output.channels == CLASSES
    counted = [name for name, layer in row_modules(model) if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert row.name == "output" or counted[-1] == row.name


@each_entry
def test_repr_says_each_setting_and_no_address(entry, model):
    assert " at 0x" not in repr(model)
    for name, layer in model.named_modules():
        own = {key for key in vars(layer) if not key.startswith("_")} - {"training"}
        silent = type(layer).extra_repr is nn.Module.extra_repr and not list(layer.children())
        assert not (own and silent), f"{name} : {type(layer).__name__} tait {sorted(own)}"
        tensors = list(layer.parameters(recurse=False)) + list(layer.buffers(recurse=False))
        assert not (tensors and silent), f"{name} : {type(layer).__name__} tait ses tailles"
