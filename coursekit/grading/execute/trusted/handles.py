"""Les poignées : des objets de l’élève vus de loin.

Une poignée a les méthodes spéciales de son objet, et son `__class__` est la première classe publique dont il hérite :
`isinstance(net, nn.Module)` répond donc comme dans un seul processus.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from coursekit.grading.execute.student.table import FORWARDED, PUBLIC_TYPES
from coursekit.grading.execute.trusted.link import GoneStudentError, Link, NeedsRealError
from coursekit.grading.execute.trusted.series import Series
from coursekit.grading.execute.trusted.twins import Twins
from coursekit.grading.execute.wire import CrossingError, MalformedError, Reader, Writer, loaded_torch, pack

if TYPE_CHECKING:
    from coursekit.grading.execute.trusted.networks import Doubles

_PRIVATE = ("_link", "_number", "_about")
_SECRETS = ("__code__", "__globals__", "__closure__", "__builtins__")
_EXACT = {
    "__len__": int,
    "__bool__": bool,
    "__str__": str,
    "__repr__": str,
    "__float__": float,
    "__int__": int,
}
_BINARY = tuple(
    f"__{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
)
_Functions = (FunctionType, BuiltinFunctionType, MethodType, type(sorted))


class Handle:
    """Un objet de l’élève. Ses comparaisons sont refusées : c’est lui qui en déciderait."""

    def __init__(self, link: Link, number: int, about: dict[str, Any]) -> None:
        for name, value in zip(_PRIVATE, (link, number, about), strict=True):
            object.__setattr__(self, name, value)

    def foresee_calls(self, calls: list[tuple[Any, ...]]) -> None:
        """Annonce les appels qui vont être faits, dans l’ordre."""
        self._link.others.foresee(self, [list(arguments) for arguments in calls])

    def __getattr__(self, name: str) -> Any:
        if name in _SECRETS:
            raise self._link.needs(f"ces tests lisent le code d’une fonction de l’élève ({name}).")
        if name.startswith("__array") or name in ("_ipython_display_", "_repr_mimebundle_"):
            raise AttributeError(name)
        return self._link.ask(do="get", on=self, name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._link.ask(do="set", on=self, name=name, value=value)

    def __delattr__(self, name: str) -> None:
        self._link.ask(do="delete", on=self, name=name)

    @property
    def __class__(self) -> Any:
        if self._about["class"] or self._about["function"]:
            return type if self._about["class"] else FunctionType
        found = [kind for name in self._about["bases"] if (kind := resolved(name)) not in (None, object)]
        return found[0] if found else type(self)

    @__class__.setter
    def __class__(self, kind: Any) -> None:
        raise TypeError("la classe d’un objet de l’élève ne se change pas d’ici.")

    @property
    def __bases__(self) -> tuple[type, ...]:
        if not self._about["class"]:
            raise AttributeError("__bases__")
        return tuple(kind for name in self._about["bases"] if (kind := resolved(name)) is not None)

    @property
    def __signature__(self) -> inspect.Signature:
        if self._about["signature"] is None:
            raise AttributeError("__signature__")
        return inspect.Signature([_parameter(*given) for given in self._about["signature"]])

    def __instancecheck__(self, value: Any) -> bool:
        if not issubclass(type(value), Handle) and not hasattr(type(value), "_is_double"):
            return False
        return self._link.ask(do="instance", on=self, value=value) is True

    def __subclasscheck__(self, value: Any) -> bool:
        return isinstance(value, Handle) and self._link.ask(do="subclass", on=self, value=value) is True

    def __mro_entries__(self, bases: Any) -> Any:
        raise self._link.needs("ces tests héritent d’une classe de l’élève.")

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self._link.needs("ces tests copient un objet de l’élève.")

    def __deepcopy__(self, memo: Any) -> Handle:
        return self

    def __hash__(self) -> int:
        return hash(("élève", self._number))

    def _refuse(self, other: Any) -> Any:
        raise TypeError(f"{_named(self)} n’est pas une donnée simple : elle ne se compare pas.")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse

    def __repr__(self) -> str:
        return f"<{_named(self)}>"


def _named(handle: Handle) -> str:
    about = handle._about
    what = "une classe" if about["class"] else "une fonction" if about["function"] else "un objet"
    return f"{what} de l’élève ({about['name']})"


def _forward(name: str) -> Callable[..., Any]:
    """Une méthode spéciale : l’appel s’exécute chez l’élève, et ce que Python en attend est vérifié."""
    if name == "__call__":
        return lambda self, /, *args, **kwargs: self._link.others.call(self, args, kwargs)

    def method(self: Any, *args: Any) -> Any:
        value = self._link.ask(do="method", on=self, name=name, args=list(args))
        if name in _EXACT and type(value) is not _EXACT[name]:
            raise TypeError(f"{name} de {_named(self)} ne rend pas ce qu’il faut.")
        if name in _BINARY and not isinstance(args[0], Handle) and not isinstance(value, Handle):
            raise TypeError(
                f"{_named(self)} n’est pas une donnée simple : son résultat avec un nombre est refusé."
            )
        return value

    method.__name__ = name
    return method


@cache
def handle_type(name: str, methods: tuple[str, ...]) -> type[Handle]:
    """La classe des poignées d’objets qui ont ces méthodes spéciales."""
    return type(name, (Handle,), {method: _forward(method) for method in methods})


def resolved(name: str) -> type | None:
    """Une classe publique par son nom, si les tests ont déjà chargé son module."""
    module, _, kind = name.rpartition(".")
    found = getattr(sys.modules.get(module), kind, None)
    return found if isinstance(found, type) else None


def _parameter(name: str, kind: int, has_default: bool, default: Any) -> inspect.Parameter:
    given = default if has_default else inspect.Parameter.empty
    return inspect.Parameter(name, inspect._ParameterKind(kind), default=given)


class Handles:
    """Écrit les poignées et les fonctions des tests par leur numéro, et relit celles de l’élève."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._known: dict[int, Handle] = {}
        self._functions: list[Callable[..., Any]] = []
        self._function_numbers: dict[int, int] = {}
        self._series: Series | None = None
        self._doubles: Doubles | None = None
        self._epoch = 0
        self.twins = Twins()

    def begin(self, epoch: int) -> None:
        """Une cellule de tests ; si l’élève a un processus neuf, les anciennes poignées n’y mènent plus."""
        if epoch != self._epoch:
            self._epoch, self._known = epoch, {}
            if self._doubles is not None:
                self._doubles.clear()

    def sync(self, request: dict[str, Any]) -> None:
        """Joint à une requête ce que les tests ont changé aux modules."""
        if drawn := self._link.chance.changes():
            request["chance"] = drawn
        torch = loaded_torch()
        if torch is not None and not torch.is_grad_enabled():
            request["no_grad"] = True
        if self._doubles is not None and any(changes := self._doubles.outgoing()):
            request["sync"] = list(changes)

    def synced(self, told: Any) -> None:
        self.doubles.incoming(*told)

    @property
    def doubles(self) -> Doubles:
        if self._doubles is None:
            from coursekit.grading.execute.trusted.networks import Doubles

            self._doubles = Doubles(self._link)
        return self._doubles

    def call(self, on: Handle, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Un appel ; si un gradient peut le traverser, il est relié au graphe d’ici."""
        if loaded_torch() is not None and self.doubles.crosses([list(args), kwargs]):
            return self.doubles.call(on, args, kwargs)
        if self._series is not None and not kwargs:
            series = self._series
            if (answer := series.take(on, list(args))) is not None:
                return self._link.value_of(answer, {"args": list(args)})
            self._series = None
        return self._link.ask(do="call", on=on, args=list(args), kwargs=kwargs)

    def foresee(self, on: Handle, calls: list[list[Any]]) -> None:
        """Annonce des appels qui vont suivre. Ce qui ne s’y prête pas se fera appel par appel."""
        self.settle()
        if loaded_torch() is None or not self.doubles.crosses(calls):
            with suppress(CrossingError, NeedsRealError, GoneStudentError):
                self._series = Series(self._link, on, calls)

    def settle(self) -> None:
        """Finit la série en cours, s’il y en a une."""
        series, self._series = self._series, None
        if series is not None:
            with suppress(GoneStudentError):
                series.finish()

    def write(self, writer: Writer, value: Any, depth: int) -> list[Any]:
        kind = type(value)
        if issubclass(kind, Handle):
            number: int = value._number
            if self._known.get(number) is not value:
                raise GoneStudentError("cet objet de l’élève a disparu avec le processus qui l’avait.")
            return ["H", number]
        if self._doubles is not None and (double := self._doubles.number(value)) is not None:
            return ["H", double]
        if kind is type and any(value is known for known in PUBLIC_TYPES.values()):
            return ["C", value.__name__]
        if kind in _Functions:
            number = self._function_numbers.setdefault(id(value), len(self._functions))
            if number == len(self._functions):
                self._functions.append(value)
            return ["K", number, str(getattr(value, "__name__", "f")), self.twins.name(value)]
        raise self._link.needs(f"ces tests donnent à l’élève un objet de type {kind.__name__}.")

    def read(self, reader: Reader, node: list[Any]) -> Any:
        match node:
            case ["M", int(number), None]:
                return self.doubles.modules[number]
            case ["M", int(number), told]:
                about = reader.value(told)
                return self.doubles.make(number, str(about["name"]), [*map(resolved, about["bases"])], about)
            case ["K", int(number), str()]:
                return self._functions[number]
            case ["H", int(number), about]:
                return self._handle(number, reader.value(about))
            case ["C", str(name)] if name in PUBLIC_TYPES:
                return PUBLIC_TYPES[name]
        raise MalformedError(f"élément inconnu : {node[:1]!r}")

    def _handle(self, number: int, about: Any) -> Handle:
        if about is None:
            return self._known[number]
        methods = tuple(name for name in about["methods"] if name in FORWARDED)
        made = handle_type(str(about["name"]), methods)(self._link, number, about)
        return self._known.setdefault(number, made)

    def called_back(self, body: bytes) -> bytes:
        """Exécute une fonction des tests que l’élève appelle ; seules des données en reviennent."""
        from coursekit.grading.execute.wire import unpack

        try:
            request = unpack(body, self)
            function = self._functions[request["number"]]
            return pack({"value": function(*request["args"], **request["kwargs"])}, self)
        except (Exception, CrossingError) as error:
            return pack({"error": f"{type(error).__name__} : {error}"})
