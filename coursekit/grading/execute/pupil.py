"""L’élève, vu de l’hôte : exécuter ses cellules, les rejouer après un arrêt, lui poser les questions des tests."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coursekit.grading.children import Child
from coursekit.grading.exchange import Limits
from coursekit.grading.execute import sentences
from coursekit.grading.execute.outputs import Output
from coursekit.grading.execute.process import Process
from coursekit.grading.vocabulary import Ending

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Outcome:
    """Comment s’est finie une cellule dans un processus, et ce qu’il y a à en dire."""

    ending: Ending
    message: str = ""
    value: Any = None


class Pupil(Process):
    """Le processus d’un élève. Ses cellules passées sont retenues, pour être rejouées."""

    def __init__(self, spawn: Callable[[], Child], limits: Limits) -> None:
        super().__init__(spawn, limits)
        self._past: list[str] = []
        self.births = 1

    def run(self, source: str, deadline: float, outputs: list[Output]) -> Outcome:
        """Exécute une cellule.

        Raises:
            GoneError: la cellule n’est pas revenue ; l’élève est mort.
        """
        outcome = self._run(source, deadline, outputs, self._limits.output)
        self._past.append(source)
        return outcome

    def revive(self, deadline: float) -> None:
        """Un processus neuf, où les cellules passées sont rejouées, sans leurs sorties.

        Raises:
            GoneError: l’une d’elles, cette fois, n’est pas revenue.
        """
        self.restart()
        self.births += 1
        for source in self._past:
            self._run(source, deadline, [], 0)

    def _run(self, source: str, deadline: float, outputs: list[Output], limit: int) -> Outcome:
        word = secrets.token_hex(16)
        self.begin()
        self.send({"op": "run", "source": source, "word": word, "limit": limit})
        done = self.receive(deadline, outputs, ("ran",))
        if done.get("sung") != word:
            return Outcome(Ending.TAMPERED, sentences.TAMPERED)
        return self._outcome(done)

    def call(
        self,
        body: bytes,
        test: int,
        deadline: float,
        outputs: list[Output],
        called_back: Callable[[bytes], bytes],
        glance: Callable[[], bool],
    ) -> bytes:
        """La réponse à une requête des tests ; `called_back` sert les rappels.

        Raises:
            GoneError: l’élève n’a pas répondu.
        """
        self.send({"op": "call", "body": body, "test": test, "limit": self._limits.output})
        while True:
            message = self.receive(deadline, outputs, ("answer", "callback"), glance)
            if message["op"] == "callback":
                self._serve(message, called_back)
                continue
            if type(message.get("body")) is not bytes:
                raise self._tampered()
            return bytes(message["body"])

    def calls(
        self,
        body: bytes,
        test: int,
        deadline: float,
        outputs: list[Output],
        called_back: Callable[[bytes], bytes],
        glance: Callable[[], bool],
        answered: Callable[[list[bytes]], None],
    ) -> None:
        """Des appels annoncés d’avance ; leurs réponses vont à `answered`, par gerbes.

        Raises:
            GoneError: l’élève n’a pas répondu.
        """
        self.send({"op": "calls", "body": body, "test": test, "limit": self._limits.output})
        while True:
            message = self.receive(deadline, outputs, ("answers", "answered", "callback"), glance)
            if message["op"] == "answered":
                return
            if message["op"] == "callback":
                self._serve(message, called_back)
                continue
            bodies = message.get("bodies")
            if type(bodies) is not list or not all(type(one) is bytes for one in bodies):
                raise self._tampered()
            answered(bodies)

    def _serve(self, message: dict[str, Any], called_back: Callable[[bytes], bytes]) -> None:
        if type(message.get("body")) is not bytes:
            raise self._tampered()
        self.send({"op": "returned", "body": called_back(message["body"])})

    def test(self, source: str, deadline: float, outputs: list[Output]) -> Outcome:
        """Exécute une cellule de tests dans le processus de l’élève, faute de mieux.

        Raises:
            GoneError: elle n’est pas revenue.
        """
        word = secrets.token_hex(16)
        self.begin()
        self.send({"op": "test", "source": source, "word": word, "limit": self._limits.output})
        done = self.receive(deadline, outputs, ("tested",))
        failed = done.get("error") is not None
        if done.get("canary") is not True or (done.get("spoken") is not True and not failed):
            return Outcome(Ending.TAMPERED, sentences.TAMPERED_TESTS)
        return self._outcome(done)

    def _outcome(self, done: dict[str, Any]) -> Outcome:
        if type(error := done.get("error")) is dict:
            return _of_error(error)
        if done.get("overflowed"):
            return Outcome(Ending.OUTPUT, sentences.too_much_output(self._limits), done.get("value"))
        return Outcome(Ending.OK, value=done.get("value"))


def _of_error(error: dict[str, Any]) -> Outcome:
    """Une erreur ordinaire, ou celle par laquelle Python dit qu’une limite est atteinte."""
    name, text, number = str(error.get("name")), str(error.get("text")), error.get("number")
    if name == "MemoryError":
        return Outcome(Ending.MEMORY, sentences.from_memory(name))
    if number in _FULL:
        return Outcome(Ending.DISK, sentences.from_disk(text))
    if (name, number) == ("BlockingIOError", errno.EAGAIN) or text == "can’t start new thread":
        return Outcome(Ending.PROCESSES, sentences.from_processes(text))
    return Outcome(Ending.ERROR)
