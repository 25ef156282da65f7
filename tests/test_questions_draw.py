"""Les tirages : figés pour toujours, sans biais, sans état global."""

import random
from collections import Counter

import pytest

from coursekit.errors import ArgumentError
from coursekit.questions import Key, ShortageError, capacity, find, generate
from coursekit.questions.domain import Domain, choices, grid, integers, params_at, size
from coursekit.questions.draw import Draws, seed_of

SPLITMIX64 = (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F)
"""Les premières sorties de la référence de Steele, Lea et Flood pour la graine 0."""

NAMES = ("cnn1", "examen", "alice", "conv.out_size", 1, 0)


def test_the_generator_is_the_published_one():
    draws = Draws(0)
    assert tuple(draws.word() for _ in range(3)) == SPLITMIX64


def test_golden_draws():
    assert seed_of(*NAMES) == 8285813622115234284
    draws = Draws(seed_of(*NAMES))
    assert [draws.below(10) for _ in range(10)] == [6, 5, 1, 8, 9, 3, 7, 2, 1, 7]
    assert draws.below(10**40) == 4796019427824055657436695110155090201020
    assert "".join(draws.shuffled("abcdef")) == "dafebc"
    assert draws.sample(range(100), 4) == [39, 75, 43, 89]


GOLDEN = {
    "conv.out_size": [
        "conv.out_size@1 input_size=112 kernel_size=11 stride=3 padding=3 -> 36",
        "conv.out_size@1 input_size=227 kernel_size=7 stride=3 padding=3 -> 76",
    ],
    "resnet.subnets": [
        "resnet.subnets@1 blocks=14 removed=2 -> 4096",
        "resnet.subnets@1 blocks=9 removed=1 -> 256",
    ],
}
"""Changer ces valeurs, c’est rendre irréproductibles les sujets déjà distribués : on change alors `version`."""


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_questions(name):
    drawn = generate(find(name), 2, Key("cnn1", "examen", "alice", 1))
    assert [variant.note for variant in drawn] == GOLDEN[name]


@pytest.mark.parametrize(
    ("one", "other"), [(("ab", "c"), ("a", "bc")), (("a", ""), ("", "a")), ((1, 12), (11, 2))]
)
def test_names_do_not_run_together(one, other):
    assert seed_of(*one) != seed_of(*other)


def test_below_is_uniform_and_bounded():
    draws = Draws(7)
    counts = Counter(draws.below(6) for _ in range(12_000))
    assert set(counts) == set(range(6))
    assert all(1800 < times < 2200 for times in counts.values())


@pytest.mark.parametrize("bound", [1, 2**63, 2**64, 2**64 + 1, 10**30])
def test_below_takes_any_bound(bound):
    draws = Draws(1)
    found = [draws.below(bound) for _ in range(50)]
    assert all(0 <= value < bound for value in found)
    assert bound == 1 or max(found) > bound // 2


@pytest.mark.parametrize("bound", [0, -1])
def test_nothing_to_draw_from(bound):
    with pytest.raises(ArgumentError):
        Draws(1).below(bound)


def test_every_order_comes_up():
    draws = Draws(3)
    orders = Counter("".join(draws.shuffled("abc")) for _ in range(1200))
    assert len(orders) == 6
    assert min(orders.values()) > 140


@pytest.mark.parametrize(
    ("domain", "values"),
    [
        (integers(2, 5), [2, 3, 4, 5]),
        (integers(0, 9, 4), [0, 4, 8]),
        (choices("a", "b"), ["a", "b"]),
        (grid(1, 2, low=0, high=1), [((0, 0),), ((1, 0),), ((0, 1),), ((1, 1),)]),
    ],
)
def test_a_domain_is_numbered(domain, values):
    assert [domain.at(index) for index in range(domain.size)] == values


def test_every_set_of_parameters_has_its_number():
    domain = {"a": integers(1, 3), "b": choices(True, False), "c": grid(2, low=0, high=2)}
    found = [tuple(params_at(domain, index).items()) for index in range(size(domain))]
    assert len(set(found)) == 3 * 2 * 9


@pytest.mark.parametrize("empty", [lambda: integers(3, 2), lambda: choices()])
def test_a_domain_is_never_empty(empty):
    with pytest.raises(ArgumentError):
        empty()
    assert Domain((1,)).size == 1


def notes(count, **names):
    return [variant.note for variant in generate(find("conv.out_size"), count, Key(**names))]


def test_the_same_key_gives_the_same_questions():
    random.seed(1)
    first = notes(20, seed=5)
    random.seed(2)
    assert notes(20, seed=5) == first
    assert notes(10, seed=5) == first[:10]


@pytest.mark.parametrize("other", [{"seed": 6}, {"student": "bob"}, {"name": "examen"}, {"course": "cnn2"}])
def test_another_key_gives_other_questions(other):
    assert notes(20, seed=5) != notes(20, **{"seed": 5, **other})


def test_a_family_gives_all_it_has_and_says_so():
    family = find("vgg.stack_params")
    known = capacity(family)
    assert len({variant.note for variant in generate(family, known)}) == known
    with pytest.raises(ShortageError, match=f"que {known} questions distinctes"):
        list(generate(family, known + 1))


def test_questions_already_given_are_not_given_again():
    family, seen = find("resnet.subnets"), set()
    first = list(generate(family, 20, Key(seed=1), seen=seen))
    second = list(generate(family, 19, Key(seed=2), seen=seen))
    assert not {v.note for v in first} & {v.note for v in second}


def test_the_whole_domain_is_used():
    """Tirer beaucoup de questions n’en oublie ni n’en préfère aucune."""
    family = find("resnet.subnets")
    counts = Counter(next(generate(family, 1, Key(seed=s))).note for s in range(39 * 60))
    assert len(counts) == capacity(family)
    assert max(counts.values()) < 3 * min(counts.values())
