"""Les objets d’un élève, gardés chez lui : on n’en donne que le numéro, et ce qu’ils savent faire."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

from coursekit.grading.execute import wire
from coursekit.grading.execute.wire import NOTHING_ELSE, CrossingError, MalformedError, Reader, Writer, pack

FORWARDED = (
    *("__call__", "__len__", "__iter__", "__next__", "__getitem__", "__setitem__", "__delitem__"),
    *("__enter__", "__exit__", "__bool__", "__str__", "__repr__", "__float__", "__int__", "__index__"),
    *("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__matmul__"),
    *("__neg__", "__pos__", "__abs__", "__invert__", "__round__"),
)
"""Les méthodes spéciales qu’une poignée a quand son objet les a."""

PUBLIC_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        list,
        tuple,
        dict,
        set,
        frozenset,
        range,
        object,
        type,
    )
}
"""Les classes qui passent elles-mêmes, par leur nom."""

_MRO = type.__dict__["__mro__"].__get__


class Table:
    """Les objets déjà donnés ; un même objet garde son numéro.

    Args:
        names: l’espace de noms de l’élève, où une fonction verrouillée des tests a son double.
        callback: de quoi appeler une fonction restée dans le processus des tests.
    """

    def __init__(self, names: Mapping[str, Any], callback: Callable[[int, str], Any]) -> None:
        self._names, self._callback = names, callback
        self._lent: dict[int, tuple[int, str]] = {}
        self.objects: list[Any] = []
        self.networks: Any = None
        self._told: dict[int, Any] = {}
        self._telling: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def number(self, value: Any) -> int:
        known = self._numbers.get(id(value))
        if known is None:
            known = self._numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return known

    def write(self, writer: Writer, value: Any, depth: int) -> list[Any]:
        kind = type(value)
        if kind is type and any(value is known for known in PUBLIC_TYPES.values()):
            return ["C", value.__name__]
        if (asked := getattr(value, "_asked", None)) and kind.__name__ == "Callback":
            return ["K", *asked]
        if kind is types.FunctionType and id(value) in self._lent:
            return ["K", *self._lent[id(value)]]
        number = self.number(value)
        networks = self._networks()
        if networks is not None and networks.is_module(value):
            return self._module(writer, value, number, depth)
        if self._tells(number, True):
            return ["H", number, writer.node(_about(value, kind), depth + 1)]
        return ["H", number, None]

    def begin(self) -> None:
        """Une nouvelle réponse : rien n’y est encore dit."""
        self._telling = {}

    def commit(self) -> None:
        """La réponse est écrite : ce qu’elle dit des objets n’est plus à redire."""
        self._told |= self._telling

    def _tells(self, number: int, what: Any) -> bool:
        if self._told.get(number) == what or self._telling.get(number) == what:
            return False
        self._telling[number] = what
        return True

    def _module(self, writer: Writer, value: Any, number: int, depth: int) -> list[Any]:
        """Un module PyTorch ; il n’est décrit de nouveau que si sa structure change."""
        known = self.networks
        if not self._tells(number, known.structure(value)):
            return ["M", number, None]
        kind = type(value)
        about = {"name": _name(kind), "bases": [name for base in _MRO(kind) if (name := public_name(base))]}
        return ["M", number, writer.node(about | known.describe(value), depth + 1)]

    def _networks(self) -> Any:
        if self.networks is None and wire.loaded_torch() is not None:
            from coursekit.grading.execute.student.networks import Networks

            self.networks = Networks(self.number)
        return self.networks

    def read(self, reader: Reader, node: list[Any]) -> Any:
        match node:
            case ["H", int(number)]:
                return self.objects[number]
            case ["C", str(name)]:
                return PUBLIC_TYPES[name]
            case ["K", int(number), str(name), twin]:
                return self._function(number, name, twin)
        raise MalformedError(f"élément inconnu : {node[:1]!r}")

    def _function(self, number: int, name: str, twin: str | None) -> Any:
        """Une fonction des tests : son double d’ici si elle en a un, sinon de quoi la rappeler."""
        found = self._names.get(twin) if twin else None
        if type(found) is not types.FunctionType:
            return self._callback(number, name)
        self._lent[id(found)] = number, name
        return found


class Quiet:
    """La même écriture, pour comparer deux états : rien n’est dit des objets, que leur numéro."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write(self, writer: Writer, value: Any, depth: int) -> list[Any]:
        return ["H", self._table.number(value)]

    def read(self, reader: Reader, node: list[Any]) -> Any:
        raise MalformedError("rien ne se relit ici.")


def _about(value: Any, kind: type) -> dict[str, Any]:
    """Ce qu’une poignée doit savoir de son objet : noms, classes publiques, méthodes spéciales, signature."""
    is_class = type in _MRO(kind)
    classes = _MRO(value) if is_class else _MRO(kind)
    return {
        "name": _name(value if is_class else kind),
        "class": is_class,
        "function": kind in (types.FunctionType, types.MethodType),
        "bases": [name for base in classes if (name := public_name(base))],
        "methods": [name for name in FORWARDED if any(name in vars(base) for base in _MRO(kind))],
        "signature": _signature(value),
    }


def _name(kind: Any) -> str:
    return str.__str__(type.__dict__["__name__"].__get__(kind))[:80]


def public_name(kind: Any) -> str:
    """« module.Classe » pour une classe que chacun peut importer ; vide pour celles de l’élève."""
    module = type.__dict__["__module__"].__get__(kind) if kind is not object else ""
    name = _name(kind)
    if type(module) is not str or module == "__main__" or not module:
        return ""
    found = getattr(sys.modules.get(module), name, None)
    return f"{module}.{name}" if found is kind else ""


def _signature(value: Any) -> list[list[Any]] | None:
    """Les paramètres : nom, sorte, valeur par défaut si c’est une donnée."""
    try:
        parameters = inspect.signature(value).parameters.values() if callable(value) else ()
        return [[str(p.name), int(p.kind), *_default(p.default)] for p in parameters]
    except BaseException:
        return None


def _default(value: Any) -> list[Any]:
    if value is inspect.Parameter.empty:
        return [False, None]
    try:
        pack(value, NOTHING_ELSE)
    except CrossingError:
        return [True, Ellipsis]
    return [True, value]
