"""Retenir ce qu’un fil d’exécution affiche, sans toucher à ce qu’affichent les autres.

`sys.stdout` appartient à tout le processus : on y pose un aiguillage qui regarde quel fil écrit, et on le retire quand
plus aucun fil n’est surveillé.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from typing import Any

LARGEST = 10_000
"""Caractères retenus par fil ; la suite est perdue."""

_lock = threading.Lock()
_watched: dict[int, Printed] = {}


class Printed:
    """Le début de ce qu’un fil a affiché."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, text: str) -> None:
        if len(self.text) < LARGEST:
            self.text += text[: LARGEST - len(self.text)]


class _Switch:
    """Un flux qui retient le texte des fils surveillés, et laisse passer celui des autres."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        printed = _watched.get(threading.get_ident())
        if printed is None:
            return int(self.stream.write(text))
        printed.add(str.__str__(text))
        return str.__len__(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if threading.get_ident() not in _watched:
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def watch(ident: int) -> Printed:
    """Retient désormais ce que le fil `ident` écrit sur stdout et stderr."""
    with _lock:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if not isinstance(stream, _Switch):
                setattr(sys, name, _Switch(stream))
        _watched[ident] = Printed()
        return _watched[ident]


def unwatch(ident: int) -> None:
    """Laisse de nouveau passer ce que ce fil écrit."""
    with _lock:
        _watched.pop(ident, None)
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if not _watched and isinstance(stream, _Switch):
                setattr(sys, name, stream.stream)
