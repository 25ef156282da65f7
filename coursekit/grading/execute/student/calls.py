"""Répondre aux tests : appeler une fonction de l’élève, lire un attribut, avancer d’un élément.

Une requête et sa réponse sont des données (`wire`) ; les objets de l’élève restent ici. Une réponse dit aussi ce que
l’appel a changé dans ses arguments, pour que les tests le voient comme s’ils étaient dans le même processus.
"""

from __future__ import annotations

import builtins
import operator
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from coursekit.grading.execute.chance import Chance
from coursekit.grading.execute.outputs import Publisher
from coursekit.grading.execute.student.cells import describe
from coursekit.grading.execute.student.table import Quiet, Table
from coursekit.grading.execute.wire import NOTHING_ELSE, CrossingError, loaded_torch, pack, unpack

MISSING = "missing"
_MUTABLE = (list, dict, set)
_IMMUTABLE = (type(None), bool, int, float, complex, str, bytes, range, slice)


class Answering:
    """Sert les requêtes sur les objets d’un élève ; `names` est son espace de noms."""

    def __init__(self, names: dict[str, Any], table: Table, publisher: Publisher) -> None:
        self.names, self.table, self.publisher = names, table, publisher
        self.chance = Chance(active=False)
        self.failed = False
        """La dernière requête a levé une erreur."""

    def __call__(self, body: bytes) -> bytes:
        """La réponse à une requête, erreurs de l’élève comprises. Ne lève rien d’autre que Ctrl-C."""
        return self.answer(lambda: unpack(body, self.table))

    def answer(self, read: Callable[[], dict[str, Any]], *, last: bool = True) -> bytes:
        """La réponse à la requête que rend `read` ; la dernière d’une série dit ce que le hasard y est devenu."""
        try:
            self.failed = False
            self.publisher.held = []
            self.table.begin()
            request = read()
            if "chance" in request:
                self.chance.receive(request["chance"])
            if "sync" in request:
                self.table.networks.receive(*request["sync"])
            watched = _watched(request, self.table)
            with _without_gradient(request):
                value = getattr(self, f"do_{request['do']}")(request)
            printed = self.publisher.release()
            answer = {"value": value, "changed": _changed(request, watched), "printed": printed}
            if last and (drawn := self.chance.changes()):
                answer["chance"] = drawn
            if self.table.networks is not None and any(changes := self.table.networks.changes()):
                answer["sync"] = list(changes)
            packed = pack(answer, self.table)
            self.table.commit()
            return packed
        except BaseException as error:
            self.failed = True
            return pack({"error": _failure(error), "printed": self.publisher.release()}, NOTHING_ELSE)

    def do_forward(self, request: dict[str, Any]) -> Any:
        return self.table.networks.forward(request)

    def do_backward(self, request: dict[str, Any]) -> Any:
        return self.table.networks.backward(request)

    def do_name(self, request: dict[str, Any]) -> Any:
        if request["name"] not in self.names:
            return [MISSING]
        return [request["name"], self.names[request["name"]]]

    def do_call(self, request: dict[str, Any]) -> Any:
        return request["on"](*request["args"], **request["kwargs"])

    def do_get(self, request: dict[str, Any]) -> Any:
        return getattr(request["on"], request["name"])

    def do_set(self, request: dict[str, Any]) -> None:
        setattr(request["on"], request["name"], request["value"])

    def do_delete(self, request: dict[str, Any]) -> None:
        delattr(request["on"], request["name"])

    def do_method(self, request: dict[str, Any]) -> Any:
        """Une méthode spéciale, prise sur la classe comme Python le fait."""
        on, name = request["on"], request["name"]
        known = _BY_OPERATOR.get(name)
        return known(on, *request["args"]) if known else getattr(type(on), name)(on, *request["args"])

    def do_instance(self, request: dict[str, Any]) -> bool:
        return isinstance(request["value"], request["on"]) is True

    def do_subclass(self, request: dict[str, Any]) -> bool:
        return issubclass(request["value"], request["on"]) is True


_BY_OPERATOR: dict[str, Callable[..., Any]] = {
    name: getattr(operator, name)
    for name in (
        *("__getitem__", "__setitem__", "__delitem__", "__index__"),
        *("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__matmul__"),
        *("__neg__", "__pos__", "__abs__", "__invert__"),
    )
} | {
    f"__{name}__": getattr(builtins, name)
    for name in ("len", "iter", "next", "bool", "str", "repr", "float", "int")
}


def _without_gradient(request: dict[str, Any]) -> AbstractContextManager[Any]:
    if not request.get("no_grad"):
        return nullcontext()
    found: AbstractContextManager[Any] = loaded_torch().no_grad()
    return found


def _watched(request: dict[str, Any], table: Table) -> list[Callable[[], bool]]:
    """De quoi voir, après l’appel, s’il a changé un de ses arguments."""
    values = (*request.get("args", ()), *request.get("kwargs", {}).values())
    return [_watch(value, table) for value in values if not _cannot_change(value)]


def _cannot_change(value: Any) -> bool:
    """Une constante, ou un objet de l’élève : ce n’est pas une donnée, il n’a pas à revenir."""
    kind = type(value)
    return kind in _IMMUTABLE or (kind not in _MUTABLE and kind.__module__ not in ("numpy", "torch"))


def _watch(value: Any, table: Table) -> Callable[[], bool]:
    torch = loaded_torch()
    if torch is not None and type(value) is torch.Tensor:
        from coursekit.grading.execute.student.networks import same

        copy = value.detach().clone()
        return lambda: not same(value, copy)
    before = pack(value, Quiet(table))
    return lambda: pack(value, Quiet(table)) != before


def _changed(request: dict[str, Any], watched: list[Callable[[], bool]]) -> Any:
    try:
        changed = any(differs() for differs in watched)
    except CrossingError:
        return None
    return [request["args"], request.get("kwargs", {})] if changed else None


def _failure(error: BaseException) -> dict[str, Any]:
    told = describe(error) or {}
    try:
        arguments = list(error.args)
        pack(arguments, NOTHING_ELSE)
    except BaseException:
        arguments = [told["text"]]
    return told | {"args": arguments, "lines": _frames(error)}


def _frames(error: BaseException) -> list[str]:
    """Où l’erreur est née, dans les cellules de l’élève."""
    try:
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__, limit=-20)
            if "coursekit/grading" not in frame.filename
        ]
        return [str(line).rstrip("\n")[:2000] for line in traceback.format_list(frames)]
    except BaseException:
        return []
