"""Appeler une fonction avec, parmi les valeurs d’une question, celles qu’elle nomme.

C’est ce qui rend une famille courte : chaque fonction ne déclare que les paramètres dont elle se sert.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from inspect import Parameter, signature
from typing import Any

_NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


@cache
def names_of(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """Les paramètres que nomme une fonction ; `None` si elle les prend tous (`**_`)."""
    parameters = signature(function).parameters.values()
    if any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
        return None
    return tuple(p.name for p in parameters if p.kind in _NAMED)


@cache
def defaults_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Les valeurs par défaut d’une fonction."""
    parameters = signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not Parameter.empty}


def call(function: Callable[..., Any], values: Mapping[str, Any]) -> Any:
    """`function` sur les valeurs qu’elle nomme ; celles qui manquent gardent leur défaut."""
    names = names_of(function)
    if names is None:
        return function(**values)
    return function(**{name: values[name] for name in names if name in values})
