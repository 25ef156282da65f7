"""Un processus qui exécute des cellules, vu de l’hôte : ses messages sont lus sans confiance, et toujours à temps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from coursekit.grading.children import Child, GoneError
from coursekit.grading.exchange import Limits
from coursekit.grading.execute import sentences
from coursekit.grading.execute.outputs import Output, cleaned
from coursekit.grading.execute.wire import MOST_BYTES, MalformedError, pack, unpack
from coursekit.grading.vocabulary import Ending

_SLICE = 0.5
"""Secondes entre deux regards ailleurs, pendant une attente."""


class Process:
    """Un enfant d’une pépinière et le fil de messages qui y mène."""

    def __init__(self, spawn: Callable[[], Child], limits: Limits) -> None:
        self._spawn, self._limits = spawn, limits
        self.child = spawn()
        self.gone: GoneError | None = None
        self._read = 0
        self._overflowed = False

    def restart(self) -> None:
        """Un enfant neuf à la place de celui qui est mort."""
        self.stop()
        self.child, self.gone = self._spawn(), None

    def stop(self) -> None:
        self.child.kill()

    def begin(self) -> None:
        """Une nouvelle cellule : le compte de ses messages repart de zéro."""
        self._read = 0
        self._overflowed = False

    def send(self, message: Mapping[str, Any]) -> None:
        try:
            self.child.send(pack(dict(message)))
        except GoneError as error:
            raise self._end(error) from None

    def receive(
        self,
        deadline: float,
        outputs: list[Output],
        expected: tuple[str, ...],
        glance: Callable[[], bool] = lambda: False,
        grace: float = 0.0,
    ) -> dict[str, Any]:
        """Le prochain message d’une des sortes attendues ; les sorties vont dans `outputs`.

        `glance` est regardé de temps en temps : vrai, il arrête l’attente. Passé le délai, le processus est d’abord
        interrompu s’il a droit à une `grace`, en secondes.

        Raises:
            GoneError: le processus est mort, ou ne répond pas, ou dit n’importe quoi ; il est tué.
        """
        while True:
            try:
                data = self._bytes(deadline, glance)
            except GoneError as error:
                if not (error.ending is Ending.TIMEOUT and grace and time.monotonic() >= deadline):
                    raise self._end(error) from None
                self.child.interrupt()
                deadline, grace = time.monotonic() + grace, 0.0
                continue
            if (message := self._kept(data, outputs, expected)) is not None:
                return message

    def peek(self, outputs: list[Output], expected: tuple[str, ...]) -> dict[str, Any] | None:
        """Le prochain message s’il est déjà là."""
        try:
            return self._kept(self.child.receive(0.001), outputs, expected)
        except GoneError:
            return None

    def _kept(self, data: bytes, outputs: list[Output], expected: tuple[str, ...]) -> dict[str, Any] | None:
        self._read += len(data)
        message = self._message(data)
        if message["op"] == "flood" or self._read > outputs_limit(self._limits):
            raise self._end(GoneError(Ending.OUTPUT, sentences.too_much_output(self._limits)))
        if message["op"] == "out" and (output := cleaned(message.get("output"))) is not None:
            outputs.append(output)
        self._overflowed = self._overflowed or message["op"] == "overflow"
        if message["op"] in ("out", "overflow"):
            return None
        if message["op"] not in expected:
            raise self._tampered()
        return message

    def _bytes(self, deadline: float, glance: Callable[[], bool]) -> bytes:
        while True:
            start = time.monotonic()
            wait = min(max(deadline - start, 0.001), _SLICE)
            try:
                return self.child.receive(wait)
            except GoneError as error:
                early = time.monotonic() - start < wait / 2
                late = error.ending is not Ending.TIMEOUT or early or time.monotonic() >= deadline
                if late or glance():
                    raise

    def _message(self, data: bytes) -> dict[str, Any]:
        try:
            message = unpack(data)
        except MalformedError:
            raise self._tampered() from None
        if type(message) is not dict or type(message.get("op")) is not str:
            raise self._tampered()
        return message

    def _tampered(self) -> GoneError:
        return self._end(GoneError(Ending.TAMPERED, sentences.TAMPERED_MESSAGE))

    def _end(self, error: GoneError) -> GoneError:
        self.stop()
        if error.ending is Ending.TIMEOUT and self._overflowed:
            error = GoneError(Ending.OUTPUT, sentences.too_much_output(self._limits))
        self.gone = error
        return error


def outputs_limit(limits: Limits) -> int:
    """Octets de messages qu’une cellule peut envoyer : ses sorties, et de grands résultats à ses tests."""
    return 4 * limits.output + 8 * MOST_BYTES
