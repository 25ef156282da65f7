"""Le vocabulaire : formes, couches éditées, parcours nommés."""

import pytest

from coursekit.arithmetic import totals, walk
from coursekit.errors import ArgumentError, ShapeError, UnknownNameError
from coursekit.layers import (
    Activation,
    Branches,
    Chain,
    Conv,
    Field,
    Flatten,
    Linear,
    Norm,
    Pool,
    Shape,
    edit,
)

NET = Chain(
    (
        Chain(
            (Conv(8, 5, name="conv1"), Activation(name="relu1"), Pool("max", 2, name="pool1")),
            name="features",
        ),
        Flatten(name="flatten"),
        Linear(10, name="fc"),
    )
)


def test_shape_in_both_orders():
    shape = Shape(3, (224, 320))
    assert shape.as_tuple() == (3, 224, 320)
    assert shape.hwc() == (224, 320, 3)
    assert shape.numel == 215_040
    assert str(shape) == "3×224×320"


@pytest.mark.parametrize(
    ("channels", "spatial"), [(0, (4,)), (3, (0, 4)), (True, (4,)), (3, (4, -1)), (2.0, ())]
)
def test_impossible_shape_is_refused(channels, spatial):
    with pytest.raises(ArgumentError):
        Shape(channels, spatial)


def test_field_of_a_unit():
    assert list(Field(size=5, jump=2, start=-2).window(3)) == [4, 5, 6, 7, 8]


def test_walk_names_rows_by_path_and_adds_up():
    rows = walk(NET, Shape(3, (32, 32)))
    assert [row.name for row in rows] == [
        "features.conv1",
        "features.relu1",
        "features.pool1",
        "flatten",
        "fc",
    ]
    assert [str(row.output) for row in rows] == ["8×28×28", "8×28×28", "8×14×14", "1568", "10"]
    assert totals(rows) == (608 + 15_690, 28 * 28 * 8 * 75 + 15_680)


def test_edit_changes_one_layer_and_leaves_the_rest():
    edited = edit(NET, "features.conv1", stride=2)
    assert walk(edited, Shape(3, (32, 32)))[0].output == Shape(8, (14, 14))
    assert walk(NET, Shape(3, (32, 32)))[0].output == Shape(8, (28, 28))


def test_edit_reaches_into_branches():
    net = Branches((Chain((Conv(4, 1, name="a"),)), Chain((Conv(4, 1, name="b"),))), "concat", name="mix")
    assert walk(edit(net, "mix.b", out_channels=6), Shape(2, (5, 5)))[-1].output.channels == 10


def test_the_name_does_not_count_in_equality():
    assert Conv(8, 3, name="conv1") == Conv(8, 3, name="conv2") != Conv(8, 5, name="conv1")


def test_edit_with_the_same_value_changes_nothing_but_finds_the_layer():
    assert edit(NET, "features.conv1", stride=1) == NET


@pytest.mark.parametrize(
    ("name", "changes", "error", "excerpt"),
    [
        ("features.conv2", {"stride": 2}, UnknownNameError, "features.conv1"),
        ("features.conv1", {"pas": 2}, ArgumentError, "pas"),
    ],
)
def test_edit_refuses_what_does_not_exist(name, changes, error, excerpt):
    with pytest.raises(error, match=excerpt):
        edit(NET, name, **changes)


@pytest.mark.parametrize(
    ("layer", "shape", "excerpt"),
    [
        (Conv(8, 5, name="conv1"), Shape(3, (4, 4)), r"conv1.: Conv\(8, 5\) sur une entrée 3×4×4"),
        (Conv(8, 3), Shape(100), "glisse sur une image"),
        (Linear(10), Shape(8, (2, 2)), "Flatten.*32 valeurs"),
        (Conv(8, 3, groups=2), Shape(3, (8, 8)), "g = 2 groupes"),
        (Conv(8, (3, 3, 3)), Shape(3, (8, 8)), "2 dimensions"),
        (Conv(8, 3, stride=2, padding="same"), Shape(3, (8, 8)), "pas de 1"),
        (Conv(8, 3, padding="valid"), Shape(3, (8, 8)), "« same »"),
        (Conv(0, 3), Shape(3, (8, 8)), "au moins 1"),
        (Conv(8, [3, 3]), Shape(3, (8, 8)), "des tuples, pas des listes"),
        (Conv(8, 3, stride=0), Shape(3, (8, 8)), "au moins 1"),
    ],
)
def test_refusal_names_the_layer_and_its_input(layer, shape, excerpt):
    with pytest.raises((ShapeError, ArgumentError), match=excerpt):
        walk(layer, shape)


def test_batch_norm_has_two_parameters_per_channel_and_local_response_none():
    shape = Shape(96, (27, 27))
    assert walk(Norm("batch"), shape)[0].parameters == 192
    assert walk(Norm("local_response"), shape)[0].parameters == 0
