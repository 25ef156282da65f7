"""L’arithmétique contre les couches de PyTorch, sur des milliers de configurations tirées au hasard, refus compris."""

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from coursekit.arithmetic import totals, walk
from coursekit.errors import CourseError
from coursekit.layers import AdaptivePool, Chain, Conv, Flatten, Linear, Pool, Shape, per_dimension
from coursekit.measure import measure

MANY = settings(max_examples=1500, deadline=None, derandomize=True)
CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
POOLINGS = {
    ("max", 1): nn.MaxPool1d,
    ("max", 2): nn.MaxPool2d,
    ("max", 3): nn.MaxPool3d,
    ("avg", 1): nn.AvgPool1d,
    ("avg", 2): nn.AvgPool2d,
    ("avg", 3): nn.AvgPool3d,
}


def sizes(dims, low, high):
    """Un entier, ou une valeur par dimension."""
    one = st.integers(low, high)
    return one | st.tuples(*[one] * dims)


@st.composite
def shapes(draw):
    dims = draw(st.integers(1, 3))
    spatial = draw(st.tuples(*[st.integers(1, 14)] * dims))
    return Shape(draw(st.integers(1, 6)), spatial)


@st.composite
def convolutions(draw):
    shape = draw(shapes())
    conv = Conv(
        draw(st.integers(1, 6)),
        draw(sizes(shape.dims, 1, 5)),
        stride=draw(sizes(shape.dims, 1, 4)),
        padding=draw(sizes(shape.dims, 0, 3) | st.just("same")),
        dilation=draw(sizes(shape.dims, 1, 3)),
        groups=draw(st.integers(1, 4)),
        bias=draw(st.booleans()),
    )
    return shape, conv


@st.composite
def poolings(draw):
    shape = draw(shapes())
    pool = Pool(
        draw(st.sampled_from(["max", "avg"])),
        draw(sizes(shape.dims, 1, 5)),
        stride=draw(st.none() | sizes(shape.dims, 1, 4)),
        padding=draw(sizes(shape.dims, 0, 3)),
        ceil_mode=draw(st.booleans()),
    )
    return shape, pool


def ours(layer, shape):
    """(forme, paramètres, MAC), ou None si nous refusons."""
    try:
        (row,) = walk(layer, shape)
    except CourseError:
        return None
    return row.output, row.parameters, row.macs


def theirs(make, shape):
    """La même chose mesurée sur le module, ou None si PyTorch refuse de le construire ou de l’appliquer."""
    try:
        with torch.device("meta"):
            module = make()
        (row,) = measure(module, shape)
    except (CourseError, RuntimeError, ValueError, IndexError):
        return None
    return row.output, row.parameters, row.macs


@MANY
@given(convolutions())
def test_convolution(drawn):
    shape, conv = drawn
    assert ours(conv, shape) == theirs(
        lambda: CONVOLUTIONS[shape.dims](
            shape.channels,
            conv.out_channels,
            conv.kernel_size,
            stride=conv.stride,
            padding=conv.padding,
            dilation=conv.dilation,
            groups=conv.groups,
            bias=conv.bias,
        ),
        shape,
    )


def refused_before_padding(shape, pool):
    """AvgPool3d, et lui seul, exige que la fenêtre tienne dans l’image sans son padding."""
    kernels = per_dimension(pool.kernel_size, shape.dims, "F")
    return (
        pool.kind == "avg"
        and shape.dims == 3
        and any(w < f for w, f in zip(shape.spatial, kernels, strict=True))
    )


@MANY
@given(poolings())
def test_pooling(drawn):
    shape, pool = drawn
    assume(not refused_before_padding(shape, pool))
    assert ours(pool, shape) == theirs(
        lambda: POOLINGS[pool.kind, shape.dims](
            pool.kernel_size, stride=pool.stride, padding=pool.padding, ceil_mode=pool.ceil_mode
        ),
        shape,
    )


@settings(max_examples=200, deadline=None, derandomize=True)
@given(shapes(), st.integers(1, 8), st.booleans())
def test_flatten_then_linear(shape, out_features, bias):
    net = Chain((Flatten(name="0"), Linear(out_features, bias=bias, name="1")))
    module = nn.Sequential(nn.Flatten(), nn.Linear(shape.numel, out_features, bias=bias))
    counted, measured = walk(net, shape), measure(module, shape)
    assert totals(counted) == totals(measured)
    assert [row.output for row in counted] == [row.output for row in measured]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(shapes(), st.integers(1, 9))
def test_adaptive_pooling(shape, target):
    adaptive = {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d, 3: nn.AdaptiveAvgPool3d}[shape.dims]
    assert ours(AdaptivePool("avg", target), shape) == theirs(lambda: adaptive(target), shape)


def test_both_refusals_and_acceptances_are_drawn():
    """Le tirage ci-dessus n’aurait pas de sens s’il ne visitait que des cas permis, ou que des refus."""
    seen = []

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(convolutions())
    def collect(drawn):
        shape, conv = drawn
        seen.append(ours(conv, shape) is None)

    collect()
    assert 30 < sum(seen) < 270
