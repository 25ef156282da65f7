"""Le champ récepteur calculé est celui que le gradient révèle, sur des chaînes comme sur des réseaux ramifiés."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from coursekit.arithmetic import first_pixel, jump, receptive_field, walk
from coursekit.errors import ShapeError
from coursekit.layers import AdaptivePool, Branches, Chain, Conv, Field, Flatten, Linear, Pool, Shape
from coursekit.models import build
from coursekit.reach import measured_fields
from coursekit.tables import CATALOGUE, find

SIZE = 96
IMAGE = Shape(1, (SIZE, SIZE))


class Paths(nn.Module):
    """Des chemins parallèles, réunis comme la table le dit."""

    def __init__(self, paths, merge):
        super().__init__()
        self.paths = nn.ModuleList(paths)
        self.merge = merge

    def forward(self, x):
        made = [path(x) for path in self.paths]
        if self.merge == "concat":
            return torch.cat(made, 1)
        return sum(made) if self.merge == "add" else torch.stack(torch.broadcast_tensors(*made)).prod(0)


def to_torch(net, channels=1):
    """Le module qui fait ce que dit `net`, à poids positifs, et son nombre de canaux."""
    match net:
        case Chain():
            modules = []
            for layer in net.layers:
                module, channels = to_torch(layer, channels)
                modules.append(module)
            return nn.Sequential(*modules), channels
        case Branches():
            made = [to_torch(branch, channels) for branch in net.branches]
            channels = sum(c for _, c in made) if net.merge == "concat" else made[0][1]
            return Paths([module for module, _ in made], net.merge), channels
        case Conv():
            conv = nn.Conv2d(
                channels, net.out_channels, net.kernel_size, net.stride, net.padding, net.dilation, bias=False
            )
            nn.init.constant_(conv.weight, 0.5)
            return conv, net.out_channels
        case Pool():
            return nn.AvgPool2d(net.kernel_size, net.stride, net.padding), channels
        case AdaptivePool():
            return nn.AdaptiveAvgPool2d(net.output_size), channels
    raise TypeError(net)


def clipped(window, size):
    return range(max(0, window.start), min(size, window.stop))


def seen_by_gradient(net, unit):
    module, _ = to_torch(net)
    image = torch.ones(1, 1, SIZE, SIZE, dtype=torch.float64, requires_grad=True)
    maps = module.double()(image)[0]
    (gradient,) = torch.autograd.grad(maps[(slice(None), *unit)].sum(), image)
    rows, columns = (gradient[0, 0] != 0).nonzero().unbind(1)
    return range(int(rows.min()), int(rows.max()) + 1), range(int(columns.min()), int(columns.max()) + 1)


convolutions = st.builds(
    Conv,
    st.just(2),
    st.integers(1, 4),
    stride=st.integers(1, 2),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
)
poolings = st.integers(2, 3).flatmap(
    lambda size: st.builds(
        Pool, st.just("avg"), st.just(size), stride=st.integers(1, 2), padding=st.integers(0, 1)
    )
)
same_size = st.sampled_from([1, 3, 5]).flatmap(
    lambda size: st.integers(1, 2).map(
        lambda dilation: Conv(2, size, padding=dilation * (size - 1) // 2, dilation=dilation)
    )
)
paths = st.lists(same_size, min_size=1, max_size=2).map(tuple).map(Chain)
blocks = st.builds(
    Branches, st.lists(paths, min_size=1, max_size=3).map(tuple), st.sampled_from(["concat", "add"])
)
gates = paths.map(lambda path: Branches((path, Chain((AdaptivePool("avg"), Conv(2, 1)))), "scale"))
networks = st.lists(convolutions | poolings | blocks | gates, min_size=1, max_size=4).map(tuple).map(Chain)


MARGIN = 24
"""À cette distance du bord, ni le padding ni les pixels qu’un pas ignore au bout ne touchent l’unité du milieu."""


@settings(max_examples=400, deadline=None, derandomize=True)
@given(networks)
def test_any_network_sees_what_its_gradient_reaches(net):
    row = walk(net, IMAGE)[-1]
    unit = tuple(size // 2 for size in row.output.spatial)
    windows = tuple(field.window(i) for field, i in zip(row.fields, unit, strict=True))
    seen = seen_by_gradient(net, unit)
    if all(window.start >= MARGIN and window.stop <= SIZE - MARGIN for window in windows):
        assert seen == windows
    else:  # au bord, le padding cache une partie du champ
        assert all(s.start >= w.start and s.stop <= w.stop for s, w in zip(seen, windows, strict=True))


def test_most_drawn_networks_are_compared_exactly():
    exact = []

    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(networks)
    def collect(net):
        exact.append(
            all(field.jump > 0 and field.size <= SIZE - 2 * MARGIN for field in walk(net, IMAGE)[-1].fields)
        )

    collect()
    assert sum(exact) > 100


FOLLOWED = 8
"""Combien de couches on suit dans chaque réseau, de la première à la dernière."""

WINDOWED = ("Conv", "PartialConv", "Pool", "Subsample", "AdaptivePool")


def pixels_read(first, image):
    """Jusqu’où la première couche lit l’image : quand le pas ne tombe pas juste, il en reste au bord."""
    last_units = zip(first.fields, first.output.spatial, image.spatial, strict=True)
    return tuple(min(size, field.window(units - 1).stop) for field, units, size in last_units)


def test_a_pixel_that_the_first_layer_leaves_out_is_seen_by_nobody():
    entry = find("nin-imagenet")
    rows = entry.rows()
    assert pixels_read(rows[0], entry.input) == (223, 223)  # 224 − 11 n’est pas un multiple de 4
    seen = measured_fields(build(entry.name, device="meta"), entry.input, {"gap": (0, 0)})
    assert seen["gap"] == (range(223), range(223))


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_catalogue_sees_what_its_gradient_reaches(entry):
    windowed = [row for row in entry.rows() if row.kind in WINDOWED]
    read = pixels_read(windowed[0], entry.input)
    rows = [windowed[i * (len(windowed) - 1) // (FOLLOWED - 1)] for i in range(FOLLOWED)]
    units = {row.name: tuple(size // 2 for size in row.output.spatial) for row in rows}
    windows = {
        row.name: tuple(
            clipped(field.window(unit), size)
            for field, unit, size in zip(row.fields, units[row.name], read, strict=True)
        )
        for row in rows
    }
    assert measured_fields(build(entry.name, device="meta"), entry.input, units) == windows


def test_formula_and_walk_agree():
    stack = ((11, 4), (3, 2), (5, 1), (3, 2), (3, 1))
    net = Chain(tuple(Conv(1, kernel, stride=stride) for kernel, stride in stack))
    (field, _) = walk(net, Shape(1, (227, 227)))[-1].fields
    assert (field.size, field.jump) == (receptive_field(stack), jump(stack))


def test_first_pixel_and_walk_agree():
    stack = ((7, 2, 3), (3, 2, 1), (3, 1, 1), (3, 2, 1))
    net = Chain(tuple(Conv(1, kernel, stride=stride, padding=padding) for kernel, stride, padding in stack))
    assert walk(net, Shape(1, (224,)))[-1].fields[0].start == first_pixel(stack)


def test_start_goes_into_the_padding():
    assert walk(Conv(1, 5, padding=2), Shape(1, (9,)))[0].fields == (Field(size=5, jump=1, start=-2),)


def test_a_dense_layer_sees_everything():
    net = Chain((Conv(1, 3), Flatten(), Linear(4)))
    assert walk(net, Shape(1, (9, 9)))[-1].receptive_field == (9, 9)


def test_branches_that_shrink_differently_are_refused_with_their_steps():
    net = Branches((Conv(1, 1, stride=2), Chain((Conv(1, 1, stride=2), AdaptivePool("avg", 1)))), "add")
    with pytest.raises(ShapeError, match="tailles spatiales"):
        walk(net, Shape(1, (8, 8)))


@pytest.mark.parametrize(
    ("net", "excerpt"),
    [
        (Branches((Conv(2, 1), Conv(3, 1)), "add"), "même forme"),
        (Branches((Conv(2, 1), Conv(3, 3)), "concat"), "tailles spatiales"),
        (Branches((Conv(2, 1), Chain((AdaptivePool("avg"), Conv(3, 1)))), "scale"), "pondérer"),
        (Branches((), "concat"), "au moins une branche"),
    ],
    ids=["canaux", "tailles", "porte", "aucune"],
)
def test_branches_that_do_not_fit_are_refused(net, excerpt):
    with pytest.raises((ShapeError, ValueError), match=excerpt):
        walk(net, IMAGE)
