"""Les fonctions verrouillées qui ont leur double chez l’élève, où la même cellule a tourné.

Donnée en argument à une réponse, une telle fonction s’appelle là-bas, comme dans un seul processus : la rappeler d’ici
demanderait un aller-retour par appel. Encore faut-il que rien ne distingue les deux : elle ne lit que des constantes,
des modules et des fonctions comme elle, et n’écrit rien hors d’elle.
"""

from __future__ import annotations

import builtins
import dis
import inspect
from collections.abc import Iterator, Mapping
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

_WRITES = ("STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR", "DELETE_ATTR", "IMPORT_NAME")
_READS = ("LOAD_GLOBAL", "LOAD_NAME")
_CONSTANTS = (type(None), bool, int, float, complex, str, bytes, range)
_SUSPENDED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class Twins:
    """Les fonctions que les cellules verrouillées ont définies, et le nom de chacune."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._kept: list[FunctionType] = []

    def notice(self, names: Mapping[str, Any]) -> None:
        """Après une cellule verrouillée : retient celles de ces fonctions qui ont un double."""
        for name, value in names.items():
            if type(value) is FunctionType and id(value) not in self._names and has_twin(value):
                self._names[id(value)] = name
                self._kept.append(value)

    def name(self, value: Any) -> str | None:
        """Le nom du double de cette fonction, chez l’élève."""
        return self._names.get(id(value))


def has_twin(function: FunctionType) -> bool:
    """Si la même définition, exécutée ailleurs, donne une fonction que rien ne distingue de celle-ci."""
    return _has_twin(function, set())


def _has_twin(function: FunctionType, seen: set[int]) -> bool:
    if id(function) in seen:
        return True
    seen.add(id(function))
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return (
        function.__module__ == "__main__"
        and function.__closure__ is None
        and not function.__dict__
        and not function.__code__.co_flags & _SUSPENDED
        and all(map(_is_constant, defaults))
        and all(_is_closed(code, function.__globals__, seen) for code in _codes(function.__code__))
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Un code, et ceux qu’il contient : fonctions imbriquées, compréhensions."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _is_closed(code: CodeType, names: Mapping[str, Any], seen: set[int]) -> bool:
    return all(
        step.opname not in _WRITES and (step.opname not in _READS or _is_same(step.argval, names, seen))
        for step in dis.get_instructions(code)
    )


def _is_same(name: str, names: Mapping[str, Any], seen: set[int]) -> bool:
    """Si ce nom désigne la même chose des deux côtés."""
    if name not in names:
        return hasattr(builtins, name)
    value: Any = names[name]
    kind = type(value)
    if kind is FunctionType and value.__module__ == "__main__":
        return _has_twin(value, seen)
    ours = getattr(value, "__module__", "__main__") == "__main__"
    library = kind in (FunctionType, BuiltinFunctionType) or isinstance(value, type)
    return kind is ModuleType or (library and not ours) or _is_constant(value)


def _is_constant(value: Any) -> bool:
    kind = type(value)
    return kind in _CONSTANTS or (kind in (tuple, frozenset) and all(map(_is_constant, value)))
