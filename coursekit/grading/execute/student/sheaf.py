"""Des réponses envoyées par gerbes : une par message coûterait plus que bien des appels."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Self

PATIENCE = 0.02
"""Secondes qu’une réponse attend ses voisines, au plus."""

LARGEST = 2**20
"""Octets au-delà desquels une gerbe part."""


class Sheaf:
    """Une série de réponses. Un fil envoie celles qui attendent pendant qu’un appel n’en finit pas."""

    def __init__(self, send: Callable[[list[bytes]], None]) -> None:
        self._send = send
        self._waiting: list[bytes] = []
        self._size = 0
        self._lock = threading.Lock()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True, name="gerbes").start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._flush()

    def add(self, body: bytes) -> None:
        with self._lock:
            self._waiting.append(body)
            self._size += len(body)
        if self._size > LARGEST:
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            waiting, self._waiting, self._size = self._waiting, [], 0
            if waiting:
                self._send(waiting)

    def _watch(self) -> None:
        while not self._over.wait(PATIENCE):
            self._flush()
