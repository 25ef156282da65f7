"""Ce qui passe d’un processus à l’autre : des données simples, et rien d’autre.

Une valeur devient un arbre JSON suivi des octets de ses tableaux. Seuls les types exacts comptent : une sous-classe de
`int`, qui choisirait ce qu’elle vaut, n’est pas une donnée. Rien ici n’est du code : ni `pickle`, ni objet NumPy.

Ce qui n’est pas une donnée est confié à `others` : une poignée, ou un refus.
"""

from __future__ import annotations

import io
import json
import math
import struct
import sys
from collections.abc import Callable, Collection
from typing import Any, Protocol

from coursekit.errors import CourseError

DEEPEST = 60
MOST_NODES = 2_000_000
MOST_BYTES = 48 * 2**20

_SIZE = struct.Struct(">I")
_SMALL = 2**53
_CONTAINERS = {"l": list, "t": tuple, "s": set, "z": frozenset}
_TAGS: dict[type, str] = {kind: tag for tag, kind in _CONTAINERS.items()}
_FLAT = {list, dict}
"""Ce qui, dans un arbre, ne se lit pas tel quel."""
_SIMPLE = {type(None), bool, str}
_TEXT = {str}
_encoded = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode
"""Sans chercher de cycle : `Writer` borne la profondeur, et un arbre qu’il rend n’en a pas."""


class CrossingError(CourseError, TypeError):
    """Cette valeur ne passe pas d’un processus à l’autre."""


class MalformedError(CourseError, ValueError):
    """Ces octets ne sont pas un message d’ici."""


class Others(Protocol):
    """Ce que devient une valeur qui n’est pas une donnée, et ce qu’on relit à sa place."""

    def write(self, writer: Writer, value: Any, depth: int) -> list[Any]: ...

    def read(self, reader: Reader, node: list[Any]) -> Any: ...


class NoOthers:
    """Que des données."""

    def write(self, writer: Writer, value: Any, depth: int) -> list[Any]:
        raise CrossingError(f"un objet de type {type(value).__name__} ne passe pas d’un processus à l’autre.")

    def read(self, reader: Reader, node: list[Any]) -> Any:
        raise MalformedError(f"élément inconnu : {node[:1]!r}")


NOTHING_ELSE = NoOthers()


def pack(value: Any, others: Others = NOTHING_ELSE) -> bytes:
    """Écrit une valeur.

    Raises:
        CrossingError: elle n’est pas faite de données, ou elle est trop profonde ou trop grande.
    """
    writer = Writer(others)
    tree = _encoded(writer.node(value, 0)).encode()
    if len(tree) + writer.size > MOST_BYTES:
        raise CrossingError(f"une valeur de plus de {MOST_BYTES >> 20} Mio ne passe pas.")
    return b"".join((_SIZE.pack(len(tree)), tree, *writer.blobs))


def unpack(data: bytes, others: Others = NOTHING_ELSE) -> Any:
    """Relit une valeur.

    Raises:
        MalformedError: ce n’est pas ce que `pack` écrit.
    """
    try:
        (size,) = _SIZE.unpack_from(data)
        tree = json.loads(data[_SIZE.size : _SIZE.size + size])
        return Reader(others, memoryview(data)[_SIZE.size + size :]).value(tree)
    except MalformedError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        struct.error,
        RecursionError,
        OverflowError,
    ) as error:
        raise MalformedError(f"message illisible ({type(error).__name__}).") from None


class Writer:
    """Écrit l’arbre, et met de côté les octets."""

    def __init__(self, others: Others) -> None:
        self.others, self.blobs, self.size, self.count = others, list[bytes](), 0, 0

    def blob(self, data: bytes) -> int:
        self.blobs.append(data)
        self.size += len(data)
        if self.size > MOST_BYTES:
            raise CrossingError(f"une valeur de plus de {MOST_BYTES >> 20} Mio ne passe pas.")
        return len(data)

    def node(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.count += 1
        if depth > DEEPEST or self.count > MOST_NODES:
            raise CrossingError("une valeur trop profonde, trop longue ou qui se contient ne passe pas.")
        if kind in _SIMPLE:
            return value
        if kind is int:
            return value if -_SMALL < value < _SMALL else ["i", hex(value)]
        if kind is float:
            return value if math.isfinite(value) else ["f", repr(value)]
        if kind in _TAGS:
            return [_TAGS[kind], self._items(value, depth + 1)]
        if kind is dict:
            return self._pairs(value, depth + 1)
        return self._rarer(kind, value, depth)

    def _pairs(self, value: dict[Any, Any], depth: int) -> list[Any]:
        if set(map(type, value)) <= _TEXT:
            self.count += len(value)
            return ["o", {key: self.node(item, depth) for key, item in value.items()}]
        return ["d", [[self.node(key, depth), self.node(item, depth)] for key, item in value.items()]]

    def _items(self, values: Collection[Any], depth: int) -> list[Any]:
        """Ce que contient une valeur ; d’une traite quand ce sont des textes, ou des nombres qui passent tels quels."""
        kinds = set(map(type, values))
        if depth <= DEEPEST and (
            kinds <= _SIMPLE
            or (kinds == {int} and -_SMALL < min(values) <= max(values) < _SMALL)
            or (kinds == {float} and all(map(math.isfinite, values)))
        ):
            self.count += len(values)
            if self.count <= MOST_NODES:
                return list(values)
        return [self.node(item, depth) for item in values]

    def _rarer(self, kind: type, value: Any, depth: int) -> list[Any]:
        if kind is bytes:
            return ["b", self.blob(value)]
        if kind is complex:
            return ["c", self.node(value.real, depth), self.node(value.imag, depth)]
        if kind is range or kind is slice:
            parts = (value.start, value.stop, value.step)
            return ["r" if kind is range else "x", *(self.node(part, depth + 1) for part in parts)]
        if value is Ellipsis:
            return ["e"]
        for codec in _CODECS or _array_codecs():
            if (written := codec(self, kind, value)) is not None:
                return written
        return self.others.write(self, value, depth)


class Reader:
    """Relit l’arbre ; chaque bloc d’octets se prend dans l’ordre où il a été écrit."""

    def __init__(self, others: Others, blobs: memoryview) -> None:
        self.others, self.blobs, self.place = others, blobs, 0

    def blob(self, size: int) -> bytes:
        start, self.place = self.place, self.place + size
        if type(size) is not int or size < 0 or self.place > len(self.blobs):
            raise MalformedError("il manque des octets.")
        return bytes(self.blobs[start : self.place])

    def value(self, node: Any) -> Any:
        if type(node) is not list:
            if type(node) is dict:
                raise MalformedError("un objet JSON n’est pas d’ici.")
            return node
        tag, *rest = node
        if tag == "o" and type(rest[0]) is dict:
            return {
                key: item if type(item) not in _FLAT else self.value(item) for key, item in rest[0].items()
            }
        if tag in _CONTAINERS:
            items = rest[0]
            return _CONTAINERS[tag](items if _FLAT.isdisjoint(map(type, items)) else map(self.value, items))
        match tag:
            case "d":
                return {self.value(key): self.value(item) for key, item in rest[0]}
            case "i":
                return int(rest[0], 16)
            case "f":
                return float(rest[0])
            case "b":
                return self.blob(rest[0])
            case "c":
                return complex(self.value(rest[0]), self.value(rest[1]))
            case "r":
                return range(*map(self.value, rest))
            case "x":
                return slice(*map(self.value, rest))
            case "e":
                return Ellipsis
        if tag in ("n", "g"):
            return read_array(self.blob(rest[0]), scalar=tag == "g")
        if tag in ("T", "S", "D", "V"):
            from coursekit.grading.execute.tensors import read_torch

            return read_torch(self, tag, rest)
        return self.others.read(self, node)


Codec = Callable[[Writer, type, Any], "list[Any] | None"]
_NUMPY, _TORCH = sys.modules.get("numpy"), sys.modules.get("torch")
_CODECS: list[Codec] = []
"""Vide tant que NumPy et PyTorch ne sont pas tous deux chargés."""


def remember_arrays() -> None:
    """Retient NumPy et PyTorch tels qu’ils sont : du code d’élève peut ensuite les remplacer dans `sys.modules`."""
    global _NUMPY, _TORCH
    _NUMPY = _NUMPY or sys.modules.get("numpy")
    _TORCH = _TORCH or sys.modules.get("torch")


def loaded_torch() -> Any:
    """PyTorch, s’il est chargé."""
    remember_arrays()
    return _TORCH


def _array_codecs() -> list[Codec]:
    """Qui donne un tableau a forcément chargé la bibliothèque qui le fait."""
    remember_arrays()
    codecs: list[Codec] = [write_array] if _NUMPY else []
    if _TORCH:
        from coursekit.grading.execute.tensors import write_torch

        codecs.append(write_torch)
    if _NUMPY and _TORCH:
        _CODECS[:] = codecs
    return codecs


def write_array(writer: Writer, kind: type, value: Any) -> list[Any] | None:
    """Un tableau NumPy de nombres ou de textes, ou un scalaire NumPy ; `None` pour le reste."""
    numpy: Any = _NUMPY
    array, generic = getattr(numpy, "ndarray", None), getattr(numpy, "generic", None)
    if type(generic) is not type:
        return None
    scalar = kind.__module__ == "numpy" and generic in type.__dict__["__mro__"].__get__(kind)
    if kind is not array and not scalar:
        return None
    if value.dtype.hasobject or value.dtype.names:
        return None
    return ["g" if scalar else "n", writer.blob(npy(numpy.asarray(value)))]


def npy(array: Any) -> bytes:
    import numpy as np

    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def read_array(data: bytes, *, scalar: bool) -> Any:
    import numpy as np

    read = np.load(io.BytesIO(data), allow_pickle=False)
    if type(read) is not np.ndarray or read.dtype.hasobject:
        raise MalformedError("ce tableau n’en est pas un.")
    return read[()] if scalar and read.ndim == 0 else read
