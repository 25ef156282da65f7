"""Ce qui passe d’un processus à l’autre : ce qui s’écrit se relit, du même type ; ce qui n’est pas d’ici se refuse."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coursekit.grading.execute import wire
from coursekit.grading.execute.wire import CrossingError, MalformedError, pack, unpack

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**54), 2**54)
    | st.floats()
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
hashable = leaves.filter(lambda value: value == value) | st.tuples(
    leaves.filter(lambda value: value == value)
)
values = st.recursive(
    leaves | st.lists(st.integers()) | st.lists(st.floats()) | st.lists(st.text()),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.sets(hashable)
        | st.frozensets(hashable)
        | st.dictionaries(hashable, inner)
    ),
    max_leaves=30,
)


def same(one: Any, other: Any) -> bool:
    """Mêmes types et mêmes valeurs, à toute profondeur ; un nan est égal à lui-même."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and all(same(one[key], other[key]) for key in one)
    return repr(one) == repr(other) if isinstance(one, float) else bool(one == other)


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert same(unpack(pack(value)), value)


@pytest.mark.parametrize(
    "whole", [[1, True], [1, None], [1.0, 2], [2**53, 1], [float("inf")], ["a", 1.5], [True, None, "x"]]
)
def test_a_list_of_several_kinds_keeps_each(whole: list[Any]) -> None:
    assert same(unpack(pack(whole)), whole)


class Odd(int):
    """Un entier qui choisirait ce qu’il vaut."""


class Name(str):
    pass


@pytest.mark.parametrize("stranger", [Odd(3), Name("a"), object(), len])
def test_only_exact_types_pass(stranger: Any) -> None:
    for value in (stranger, [stranger], [1, stranger], {1: (stranger,)}):
        with pytest.raises(CrossingError):
            pack(value)


def test_depth_and_length_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: list[Any] = []
    for _ in range(wire.DEEPEST - 1):
        deep = [deep]
    assert unpack(pack(deep)) == deep
    with pytest.raises(CrossingError):
        pack([[deep, 1]])
    monkeypatch.setattr(wire, "MOST_NODES", 100)
    assert unpack(pack(list(range(99)))) == list(range(99))
    pairs = {str(rank): rank for rank in range(49)}
    assert unpack(pack(pairs)) == pairs
    for long in (list(range(100)), ["a"] * 100, [0.5] * 100, [[0] * 60, [0] * 60], pairs | {"49": 49}):
        with pytest.raises(CrossingError):
            pack(long)


DTYPES = [
    *(torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn),
    *(torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool),
    *(torch.complex64, torch.complex128),
]
SHAPES = [(), (0,), (1,), (3,), (2, 3), (0, 3), (2, 3, 4, 5)]


def drawn(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    return (10 * torch.rand(shape, generator=torch.Generator().manual_seed(0))).to(dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_tensor_keeps_its_type_its_shape_and_its_values(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    value = drawn(shape, dtype)
    read = unpack(pack(value))
    assert (read.dtype, read.shape) == (dtype, value.shape)
    assert read.contiguous().flatten().view(torch.uint8).tolist() == (
        value.contiguous().flatten().view(torch.uint8).tolist()
    )


LAYOUTS = {
    "transposé": (lambda x: x[0, 0].t(), False),
    "renversé": (lambda x: x.permute(3, 2, 1, 0), False),
    "un pas sur deux": (lambda x: x[..., ::2], True),
    "canaux en dernier": (lambda x: x.to(memory_format=torch.channels_last), True),
    "étendu": (lambda x: x[:1].expand(3, -1, -1, -1), True),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_transposed_tensor_stays_so(name: str) -> None:
    arrange, contiguous = LAYOUTS[name]
    value = arrange(drawn((2, 3, 4, 5), torch.float32))
    read = unpack(pack(value))
    assert torch.equal(read, value)
    assert read.is_contiguous() is contiguous


def test_gradients_parameters_conjugates_and_meta_pass() -> None:
    parameter = unpack(pack(torch.nn.Parameter(torch.ones(2), requires_grad=False)))
    assert type(parameter) is torch.nn.Parameter
    assert not parameter.requires_grad
    assert unpack(pack(torch.ones(2).requires_grad_())).requires_grad
    conjugate = torch.tensor([1 + 2j]).conj()
    assert unpack(pack(conjugate)).tolist() == [1 - 2j]
    assert unpack(pack(torch.empty(2, 3, device="meta"))).shape == (2, 3)


def message(tree: Any, blobs: bytes = b"") -> bytes:
    text = json.dumps(tree).encode()
    return struct.pack(">I", len(text)) + text + blobs


MALFORMED = {
    "un octet de trop": (["T", 5, "float32", False, False, [1], False], bytes(5)),
    "une forme plus grande": (["T", 4, "float32", False, False, [2], False], bytes(4)),
    "une longueur négative": (["T", 4, "float32", False, False, [-1, -1], False], bytes(4)),
    "une longueur vraie": (["T", 4, "float32", False, False, [True], False], bytes(4)),
    "une forme sans fin": (["T", 0, "float32", False, False, [0, 2**62, 2**62], False], b""),
    "un type inconnu": (["T", 4, "float33", False, False, [1], False], bytes(4)),
    "un type quantifié": (["T", 4, "qint32", False, False, [1], False], bytes(4)),
    "un gradient d’entiers": (["T", 8, "int64", True, False, [1], False], bytes(8)),
    "des octets absents": (["T", 400, "float32", False, False, [100], False], bytes(4)),
    "une marque inconnue": (["?", 1], b""),
    "un objet": ({"a": 1}, b""),
    "un objet dans une liste": (["l", [1, {"a": 1}]], b""),
    "une liste sans marque dans une autre": (["l", [1, []]], b""),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_pack_does_not_write_is_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        unpack(message(*MALFORMED[name]))
