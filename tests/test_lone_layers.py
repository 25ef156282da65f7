"""Les couches qu’on essaie seules : la normalisation locale d’AlexNet et les poolings qui tirent au sort."""

from math import floor, sqrt

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.arithmetic import stochastic_expectation, stochastic_probabilities
from coursekit.errors import ArgumentError, ShapeError
from coursekit.models.lenet import RadialBasis
from coursekit.models.normalization import LocalResponseNorm, alexnet_norm
from coursekit.models.pooling import FractionalMaxPool2d, StochasticPool2d
from coursekit.tables.lenet import output_codes


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def activations(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=seeded()).relu().to(dtype)


SETTINGS = [(1, 1e-4, 0.75, 1.0), (3, 0.5, 0.5, 1.0), (5, 5e-4, 0.75, 2.0), (9, 1.0, 0.75, 2.0)]
"""n, α, β et k ; les troisièmes sont ceux d’AlexNet, et un voisinage peut dépasser le nombre de canaux."""


@pytest.mark.parametrize(("size", "alpha", "beta", "k"), SETTINGS)
@pytest.mark.parametrize("shape", [(2, 7, 5, 4), (1, 3, 1, 1)])
def test_response_norm_and_its_gradient_are_those_of_pytorch(size, alpha, beta, k, shape):
    ours = LocalResponseNorm(size, alpha=alpha, beta=beta, k=k)
    x, y = (3 * activations(*shape)).requires_grad_(), (3 * activations(*shape)).requires_grad_()
    made, expected = ours(x), nn.LocalResponseNorm(size, alpha, beta, k)(y)
    torch.testing.assert_close(made, expected, rtol=1e-6, atol=1e-6)
    made.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(x.grad, y.grad, rtol=1e-5, atol=1e-6)


def test_response_norm_is_the_printed_formula():
    x = activations(1, 8, 1, 1)
    a = x.flatten().tolist()
    expected = [a[i] / (2 + 1e-4 * sum(v**2 for v in a[max(0, i - 2) : i + 3])) ** 0.75 for i in range(8)]
    assert alexnet_norm()(x).flatten().tolist() == pytest.approx(expected)


def test_response_norm_works_in_bfloat16_where_that_of_pytorch_does_not():
    x = activations(2, 96, 6, 6, dtype=torch.bfloat16).requires_grad_()
    made = alexnet_norm()(x)
    made.sum().backward()
    assert made.dtype == x.grad.dtype == torch.bfloat16
    torch.testing.assert_close(made.float(), alexnet_norm()(x.float()), rtol=2e-2, atol=1e-2)


@pytest.mark.parametrize("size", [0, 2, 4, -1])
def test_a_neighbourhood_without_a_centre_is_refused(size):
    with pytest.raises(ArgumentError, match=f"n = {size}"):
        LocalResponseNorm(size)


def test_response_norm_can_be_exported():
    x = activations(2, 7, 5, 5)
    exported = torch.export.export(alexnet_norm(), (x,)).module()
    torch.testing.assert_close(exported(x), alexnet_norm()(x))


def test_lenet_output_works_in_bfloat16():
    codes = output_codes()
    layer, x = RadialBasis(codes), activations(4, 84)
    made = layer.bfloat16()(x.bfloat16().requires_grad_())
    made.sum().backward()
    torch.testing.assert_close(made.float(), RadialBasis(codes)(x), rtol=1e-2, atol=0)


LECTURE = ((5, 3, 0, 3), (4, 0, 9, 4), (2, 4, 1, 2), (1, 3, 2, 3))
REGIONS = ((5, 3, 4, 0), (0, 3, 9, 4), (2, 4, 1, 3), (1, 2, 2, 3))
"""Le tableau de la diapositive, et ses quatre régions 2×2."""

DRAWS = 20_000


def test_each_value_is_drawn_in_proportion_to_itself():
    table = torch.tensor(LECTURE, dtype=torch.float32).expand(DRAWS, 1, 4, 4)
    drawn = StochasticPool2d(2, generator=seeded())(table).flatten(1)  # DRAWS×4
    for region, values in enumerate(REGIONS):
        for value in set(values):
            expected = sum(
                p for p, v in zip(stochastic_probabilities(values), values, strict=True) if v == value
            )
            measured = (drawn[:, region] == value).float().mean().item()
            assert measured == pytest.approx(float(expected), abs=4 * sqrt(0.25 / DRAWS))


def test_evaluation_gives_the_weighted_mean():
    made = StochasticPool2d(2).eval()(torch.tensor(LECTURE, dtype=torch.float32)[None, None])
    assert made.flatten().tolist() == pytest.approx([float(stochastic_expectation(r)) for r in REGIONS])


@pytest.mark.parametrize("training", [True, False])
def test_a_silent_region_gives_zero_and_a_finite_gradient(training):
    x = torch.zeros(1, 2, 4, 4, requires_grad=True)
    made = StochasticPool2d(2).train(training)(x)
    made.sum().backward()
    assert made.tolist() == torch.zeros(1, 2, 2, 2).tolist()
    assert x.grad.isfinite().all()


def test_gradient_reaches_only_what_was_drawn():
    x = (activations(2, 3, 8, 6) + 0.1).requires_grad_()
    made = StochasticPool2d(2, generator=seeded())(x)
    made.sum().backward()
    assert x.grad.unique().tolist() == [0, 1]
    assert F.avg_pool2d(x.grad * x, 2).mul(4).allclose(made)  # le gradient désigne la valeur rendue


@pytest.mark.parametrize(
    ("kernel_size", "stride", "size"),
    [(2, None, (4, 3)), (3, 2, (3, 2)), ((3, 2), (2, 1), (3, 5)), (2, 3, (3, 2))],
)
def test_regions_may_overlap_or_leave_gaps(kernel_size, stride, size):
    x = activations(2, 3, 8, 6)
    pool = StochasticPool2d(kernel_size, stride, generator=seeded())
    assert pool(x).shape == (2, 3, *size)
    assert F.max_pool2d(x, kernel_size, stride).shape == (2, 3, *size)
    assert (pool.eval()(x) <= F.max_pool2d(x, kernel_size, stride)).all()


@pytest.mark.parametrize("pool", [StochasticPool2d, lambda **kw: FractionalMaxPool2d(0.7, **kw)])
def test_same_generator_same_draw_and_the_global_one_is_untouched(pool):
    first, second, other = (
        pool(**options, generator=seeded(seed))
        for seed, options in zip((0, 0, 1), [{"kernel_size": 2}] * 3, strict=True)
    )
    state, x = torch.get_rng_state(), activations(2, 8, 12, 12)
    made = first(x)
    assert torch.equal(made, second(x))
    assert not torch.equal(made, other(x))
    assert not torch.equal(made, first(x))  # le tirage suivant diffère
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("training", [True, False])
def test_stochastic_pooling_works_in_bfloat16(training):
    x = activations(2, 3, 8, 8, dtype=torch.bfloat16).requires_grad_()
    made = StochasticPool2d(2).train(training)(x)
    made.sum().backward()
    assert made.dtype == x.grad.dtype == torch.bfloat16


def test_stochastic_pooling_can_be_exported_for_evaluation():
    x, pool = activations(2, 3, 8, 8), StochasticPool2d(3, 2).eval()
    torch.testing.assert_close(torch.export.export(pool, (x,)).module()(x), pool(x))


@pytest.mark.parametrize("pool", [StochasticPool2d(2), FractionalMaxPool2d(0.7)])
def test_pooling_has_a_shape_before_it_has_values(pool):
    drawn = pool(activations(2, 3, 10, 10))
    assert pool.to("meta")(torch.empty(2, 3, 10, 10, device="meta")).shape == drawn.shape


@pytest.mark.parametrize(
    ("build", "image", "error", "excerpt"),
    [
        (lambda: StochasticPool2d(2), -torch.ones(1, 1, 4, 4), ArgumentError, "ReLU.*-1"),
        (lambda: StochasticPool2d(5), torch.ones(1, 1, 4, 4), ShapeError, "F = 5"),
        (lambda: StochasticPool2d(0), torch.ones(1, 1, 4, 4), ArgumentError, "fenêtre"),
        (lambda: StochasticPool2d(2, stride=0), torch.ones(1, 1, 4, 4), ArgumentError, "pas S"),
        (lambda: FractionalMaxPool2d(1.2), torch.ones(1, 1, 4, 4), ArgumentError, r"r = 1\.2"),
        (lambda: FractionalMaxPool2d(0), torch.ones(1, 1, 4, 4), ArgumentError, "r = 0"),
        (lambda: FractionalMaxPool2d(0.5, 5), torch.ones(1, 1, 4, 4), ShapeError, "F = 5"),
    ],
)
def test_impossible_pooling_is_refused(build, image, error, excerpt):
    with pytest.raises(error, match=excerpt):
        build()(image)


@pytest.mark.parametrize("ratio", [1 / sqrt(2), 0.9, 0.5, 2 ** (-1 / 3)])
def test_fractional_pooling_reduces_by_any_factor(ratio):
    x = activations(2, 3, 25, 36)
    assert FractionalMaxPool2d(ratio)(x).shape == (2, 3, floor(25 * ratio), floor(36 * ratio))


def starts(ratio, seed):
    """Le premier pixel de chaque région, lu sur une rampe décroissante : le max d’une région y est son début."""
    ramp = torch.arange(64.0, 0, -1).expand(1, 1, 64, 64)
    return [64 - int(v) for v in FractionalMaxPool2d(ratio, generator=seeded(seed))(ramp)[0, 0, 0]]


@pytest.mark.parametrize("seed", range(5))
def test_regions_are_disjoint_or_overlap_according_to_the_ratio(seed):
    gaps = {
        r: [b - a for a, b in zip(starts(r, seed), starts(r, seed)[1:], strict=False)] for r in (0.45, 0.7)
    }
    assert min(gaps[0.45]) >= 2  # régions de 2 pixels : disjointes
    assert set(gaps[0.7]) == {1, 2}  # un pas de 1 les fait se chevaucher
    assert starts(0.7, seed)[-1] == 62  # la dernière finit au bord


def test_regions_change_with_the_draw():
    assert len({tuple(starts(0.7, seed)) for seed in range(8)}) > 1


def test_fractional_pooling_works_in_bfloat16():
    x = activations(2, 3, 12, 12, dtype=torch.bfloat16).requires_grad_()
    made = FractionalMaxPool2d(0.7)(x)
    made.sum().backward()
    assert made.dtype == torch.bfloat16
    assert x.grad.isfinite().all()
