"""La règle d’agrandissement d’EfficientNet, et ce que le code des auteurs fixe : deux choses à ne pas confondre."""

import pytest

from coursekit.arithmetic import totals, walk
from coursekit.errors import ArgumentError
from coursekit.layers import Shape
from coursekit.tables import find
from coursekit.tables.efficientnet import (
    B0,
    COEFFICIENTS,
    STRIDES,
    by_rule,
    closest_phi,
    compound_scaling,
    implied_phi,
    round_channels,
    round_layers,
    unroll,
)


def macs(config):
    return totals(walk(unroll(config, 1000), Shape(3, (config.resolution, config.resolution))))[1]


def test_strides_follow_from_the_printed_resolutions():
    assert STRIDES == (2, 1, 2, 2, 2, 1, 2, 1, 1)


@pytest.mark.parametrize(
    ("phi", "depth", "width", "resolution"),
    [(0, 1, 1, 1), (1, 1.2, 1.1, 1.15), (2, 1.44, 1.21, 1.3225), (0.5, 1.2**0.5, 1.1**0.5, 1.15**0.5)],
)
def test_rule_multiplies_depth_width_and_resolution(phi, depth, width, resolution):
    scaling = compound_scaling(phi)
    assert (scaling.depth, scaling.width, scaling.resolution) == pytest.approx((depth, width, resolution))


def test_rule_doubles_the_cost_or_nearly():
    assert compound_scaling(1).cost == pytest.approx(1.2 * 1.1**2 * 1.15**2) == pytest.approx(2, rel=0.05)
    assert compound_scaling(3).cost == pytest.approx(compound_scaling(1).cost ** 3)


@pytest.mark.parametrize("bases", [{"alpha": 0.9}, {"beta": 0.5}, {"gamma": 0}])
def test_a_base_that_shrinks_is_refused(bases):
    with pytest.raises(ArgumentError, match="≥ 1"):
        compound_scaling(1, **bases)


@pytest.mark.parametrize(
    ("channels", "rounded"),
    [(32, 32), (35.2, 32), (36, 40), (17.6, 16), (3, 8), (12, 16), (11, 16), (20, 24)],
)
def test_channels_are_rounded_to_eight_and_never_lose_a_tenth(channels, rounded):
    assert round_channels(channels) == rounded
    assert rounded >= 0.9 * channels


@pytest.mark.parametrize(("layers", "rounded"), [(1, 1), (1.1, 2), (4.2, 5), (4.0, 4)])
def test_layers_are_rounded_up(layers, rounded):
    assert round_layers(layers) == rounded


def test_first_network_of_both_is_the_printed_table():
    assert COEFFICIENTS[0].stages() == by_rule(0).stages() == B0


def test_rounding_of_the_authors_makes_the_rule_cost_more_than_it_says():
    base = macs(by_rule(0))
    for phi in (1, 2, 3):
        assert macs(by_rule(phi, plain=False)) / base > compound_scaling(phi).cost


@pytest.mark.parametrize("phi", [0.5, 1, 2, 3.5, 5, 6, 7])
def test_rule_by_the_letter_costs_what_it_says_to_one_eighth(phi):
    """Arrondir deux ou trois couches à l’entier se voit ; arrondir vers le haut, comme les auteurs, encore plus."""
    base, said = macs(by_rule(0)), compound_scaling(phi).cost
    assert macs(by_rule(phi)) / base == pytest.approx(said, rel=1 / 8)
    assert macs(by_rule(phi, plain=False)) > macs(by_rule(phi))


def test_each_network_has_its_twin_by_the_rule_and_the_first_is_both():
    assert [closest_phi(config) for config in COEFFICIENTS] == [0, 0.5, 1, 2, 3.5, 5, 6, 7]
    for index, config in enumerate(COEFFICIENTS[1:], start=1):
        published, ruled = find(f"efficientnet-b{index}"), find(f"efficientnet-b{index}-rule")
        assert ruled.variant.stages() != published.variant.stages() == config.stages()
        assert ruled.variant.scaling != published.variant.scaling
        assert not ruled.published
    assert by_rule(0).stages() == COEFFICIENTS[0].stages()


@pytest.mark.parametrize(("phi", "channels"), [(1, 35), (2, 39), (7, 62)])
def test_rule_by_the_letter_keeps_channels_that_are_no_multiple_of_eight(phi, channels):
    assert by_rule(phi).stages()[0].channels == channels == round(32 * 1.1**phi)


def test_second_published_network_is_the_rule_at_one_up_to_the_pixels():
    published, ruled = COEFFICIENTS[2], by_rule(1)
    assert (published.width, published.depth) == pytest.approx((ruled.width, ruled.depth))
    assert (published.resolution, ruled.resolution) == (260, 258)


@pytest.mark.parametrize("index", [1, 4, 5, 6, 7])
def test_no_single_exponent_gives_the_published_coefficients(index):
    exponents = implied_phi(COEFFICIENTS[index].scaling)
    assert max(exponents) - min(exponents) > 0.5


def test_exponent_is_found_back_where_the_rule_is_followed():
    assert implied_phi(compound_scaling(2.5)) == pytest.approx((2.5, 2.5, 2.5))


def test_drop_path_grows_from_nothing_towards_the_last_block():
    chances = COEFFICIENTS[0].drop_paths()
    assert chances[0] == 0
    assert list(chances) == sorted(chances)
    assert len(chances) == 16
    assert chances[-1] == pytest.approx(0.2 * 15 / 16)
