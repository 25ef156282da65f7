"""Les sorties d’une cellule, envoyées au fil de l’eau et bornées : Python, C et sous-processus confondus.

Au-delà de `limit` octets, ou de `MOST_MESSAGES` messages, la suite est perdue, et la cellule continue ; à `FLOOD` fois
la limite, elle est arrêtée.
"""

from __future__ import annotations

import io
import os
import select
import threading
import time
from collections.abc import Callable
from typing import Any

MOST_MESSAGES = 1000
"""Par cellule."""

FLOOD = 64
"""Combien de fois la limite une cellule peut tenter d’écrire."""

CHUNK = 2**14
PATIENCE = 0.2
"""Caractères et secondes au-delà desquels un texte en attente part."""

Output = dict[str, Any]


class Publisher:
    """Compte ce que la cellule en cours a écrit, et l’envoie par `send`. `warn` reçoit `overflow`, puis `flood`."""

    def __init__(self, send: Callable[[Output], None], warn: Callable[[str], None]) -> None:
        self._send, self._warn = send, warn
        self._lock = threading.RLock()
        self._waiting: list[tuple[str, str]] = []
        self.held: list[tuple[str, str]] | None = None
        """Le texte retenu pendant un appel des tests, qui l’afficheront eux-mêmes."""
        self.begin(0)

    def begin(self, limit: int) -> None:
        """Une nouvelle cellule : rien d’écrit, `limit` octets permis."""
        with self._lock:
            self._waiting.clear()
            self._pending = 0
            self.limit, self.size, self.messages, self.overflowed = limit, 0, 0, False
            self._last = 0.0

    def text(self, name: str, text: str) -> None:
        """Du texte sur `stdout` ou `stderr`. Les premiers messages partent aussitôt, les suivants par paquets."""
        with self._lock:
            if not self._fits(len(text)):
                return
            if self.held is not None:
                self.held.append((name, text))
                return
            self._waiting.append((name, text))
            self._pending += len(text)
            eager = self.messages < 20 or self._pending > CHUNK
            if eager or time.monotonic() - self._last > PATIENCE:
                self.flush()

    def show(self, output: Output, size: int) -> None:
        """Une sortie riche de `size` octets ; elle passe entière ou pas du tout."""
        with self._lock:
            self.flush()
            if self._fits(size):
                self._emit(output)

    def release(self) -> list[tuple[str, str]]:
        """Le texte retenu, qui ne l’est plus."""
        with self._lock:
            held, self.held = self.held or [], None
            return _joined(held)

    def flush(self) -> None:
        with self._lock:
            waiting, self._waiting, self._pending = self._waiting, [], 0
            for name, text in _joined(waiting):
                self._emit({"output_type": "stream", "name": name, "text": text})

    def _fits(self, size: int) -> bool:
        self.size += size
        fits = self.size <= self.limit and self.messages < MOST_MESSAGES
        if not fits and not self.overflowed:
            self.overflowed = True
            if self.limit:
                self._warn("overflow")
        if self.limit and self.size > FLOOD * self.limit:
            self._warn("flood")
        return fits

    def _emit(self, output: Output) -> None:
        self.messages += 1
        self._last = time.monotonic()
        self._send(output)


def _joined(waiting: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Les textes voisins d’un même flux ne font qu’un message."""
    joined: list[tuple[str, str]] = []
    for name, text in waiting:
        if joined and joined[-1][0] == name:
            joined[-1] = (name, joined[-1][1] + text)
        else:
            joined.append((name, text))
    return joined


class Stream(io.TextIOBase):
    """Ce que Python appelle `sys.stdout` ou `sys.stderr`."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, publisher: Publisher, name: str, descriptor: int) -> None:
        self._publisher, self.name, self._descriptor = publisher, f"<{name}>", descriptor
        self._channel = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._publisher.text(self._channel, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        """Le vrai descripteur, pour `subprocess` ou `faulthandler` ; il est lu lui aussi."""
        return self._descriptor

    @property
    def buffer(self) -> _Bytes:
        return _Bytes(self)


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)


class Descriptors:
    """Les descripteurs 1 et 2, détournés vers un tuyau que lit un fil : le C et les sous-processus y écrivent."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._lock = threading.Lock()
        self._pipes: dict[int, str] = {}
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            reading, writing = os.pipe()
            os.set_blocking(reading, False)
            os.dup2(writing, descriptor)
            os.close(writing)
            self._pipes[reading] = name
        threading.Thread(target=self._watch, daemon=True, name="sorties").start()

    def drain(self) -> None:
        """Prend tout ce qui attend dans les tuyaux, sans rien attendre."""
        with self._lock:
            for pipe, name in self._pipes.items():
                while data := _read(pipe):
                    self._publisher.text(name, data.decode("utf-8", "replace"))

    def _watch(self) -> None:
        while True:
            select.select(list(self._pipes), [], [])
            self.drain()


def _read(pipe: int) -> bytes:
    try:
        return os.read(pipe, 2**16)
    except (BlockingIOError, InterruptedError):
        return b""


def cleaned(output: Any) -> Output | None:
    """Une sortie de notebook refaite à neuf, ou `None` si ce n’en est pas une : rien d’autre n’en passe."""
    if type(output) is not dict:
        return None
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr") and type(output.get("text")) is str:
        return {"output_type": "stream", "name": output["name"], "text": output["text"]}
    if kind == "error" and type(output.get("traceback")) is list:
        fields = {name: _text(output.get(name)) for name in ("ename", "evalue")}
        return {"output_type": "error", **fields, "traceback": [_text(line) for line in output["traceback"]]}
    if kind in ("display_data", "execute_result") and type(output.get("data")) is dict:
        data = {key: value for key, value in output["data"].items() if _is_mime(key, value)}
        made: Output = {"output_type": kind, "data": data, "metadata": {}}
        return made if kind == "display_data" else {**made, "execution_count": None}
    return None


def _text(value: Any) -> str:
    return value if type(value) is str else ""


def _is_mime(key: Any, value: Any) -> bool:
    return type(key) is str and "/" in key and (type(value) is str or key.endswith("json"))


def merged(outputs: list[Output]) -> tuple[Output, ...]:
    """Les textes voisins d’un même flux réunis, comme Jupyter les garde."""
    made: list[Output] = []
    for output in outputs:
        last = made[-1] if made else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            made.append(dict(output))
    return tuple(made)
