"""Borner la profondeur des appels d’un élève, même s’il relève la limite de Python.

Une récursion sans fin finit alors par la `RecursionError` ordinaire, avant d’avoir épuisé la mémoire, ou la pile du
fil : après certains échecs de `torch.compile`, chaque appel Python en consomme aussi de celle-ci.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

DEEPEST = 20_000
"""Appels imbriqués permis."""

STACK = 64 * 2**20
"""Octets de pile de qui va si profond, en comptant 3 Kio par appel ; le système ne réserve que ce qui sert."""

_lock = threading.Lock()
_bounds = 0


def _set_at_most_deepest(set_limit: Callable[[int], None], limit: int) -> None:
    set_limit(min(limit, DEEPEST))


@contextmanager
def bounded_recursion() -> Iterator[None]:
    """Fait que `sys.setrecursionlimit`, d’ici à la sortie, ne dépasse pas `DEEPEST`, d’où qu’on l’appelle."""
    global _bounds
    with _lock:
        if not _bounds:
            sys.setrecursionlimit = partial(_set_at_most_deepest, sys.setrecursionlimit)
        _bounds += 1
    try:
        yield
    finally:
        with _lock:
            _bounds -= 1
            if not _bounds and isinstance(sys.setrecursionlimit, partial):
                sys.setrecursionlimit = sys.setrecursionlimit.args[0]


@contextmanager
def deep_stack() -> Iterator[None]:
    """Donne aux fils qui naissent d’ici à la sortie de quoi descendre à `DEEPEST`."""
    before = threading.stack_size(STACK)
    try:
        yield
    finally:
        threading.stack_size(before)
