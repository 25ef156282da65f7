"""Ce qu’un appel laisse derrière lui : l’erreur que l’élève a levée, et ce qu’il a fait à ses arguments."""

from __future__ import annotations

import builtins
from typing import Any


class ForeignError(Exception):
    """Une erreur de l’élève dont la classe n’est pas de Python ; `name` est celui de sa classe."""


def rebuilt(told: dict[str, Any]) -> BaseException:
    """L’erreur de l’élève : de sa classe de Python la plus précise, sinon une `ForeignError`."""
    arguments, name = told["args"], str(told["name"])
    for kind in told["kinds"]:
        found = getattr(builtins, str(kind), None)
        if (
            isinstance(found, type)
            and issubclass(found, BaseException)
            and found not in (Exception, BaseException)
        ):
            error = _made(found, arguments, told["text"])
            break
    else:
        error = ForeignError(f"{name} : {told['text']}")
    if told["lines"]:
        error.add_note("Dans la copie :\n" + "\n".join(map(str, told["lines"])))
    return error


def _made(kind: type[BaseException], arguments: Any, text: str) -> BaseException:
    try:
        return kind(*arguments)
    except Exception:
        return ForeignError(text)


def copy_back(request: dict[str, Any], changed: list[Any]) -> None:
    """Refait sur les arguments ce que l’appel leur a fait."""
    arguments, keywords = changed
    for given, after in zip(request["args"], arguments, strict=True):
        _copy(given, after)
    for name, given in request.get("kwargs", {}).items():
        _copy(given, keywords[name])


def _copy(given: Any, after: Any) -> None:
    kind = type(given)
    if kind is not type(after):
        return
    if kind in (list, tuple) and len(given) == len(after):
        for old, new in zip(given, after, strict=True):
            _copy(old, new)
    if kind is list:
        given[:] = [old if _same(old, new) else new for old, new in _paired(given, after)]
    elif kind is dict:
        kept = {
            key: given[key] if key in given and _same(given[key], value) else value
            for key, value in after.items()
        }
        given.clear()
        given.update(kept)
    elif kind is set:
        given.clear()
        given.update(after)
    elif kind.__module__ == "numpy" and getattr(given, "shape", None) == after.shape:
        given[...] = after
    elif kind.__module__ == "torch" and getattr(given, "shape", None) == after.shape:
        given.detach().copy_(after.detach())


def _paired(given: list[Any], after: list[Any]) -> list[tuple[Any, Any]]:
    longest = [*given, *[None] * (len(after) - len(given))]
    return list(zip(longest[: len(after)], after, strict=True))


def _same(old: Any, new: Any) -> bool:
    """L’ancien objet, déjà mis à jour, peut-il rester à sa place ?"""
    return type(old) is type(new) and type(old) in (list, dict, set)
