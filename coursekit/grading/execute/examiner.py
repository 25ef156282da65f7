"""Le processus des tests, vu de l’hôte : il exécute une cellule, et l’hôte porte ses questions à l’élève."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.grading.children import Child, GoneError
from coursekit.grading.exchange import Limits
from coursekit.grading.execute import sentences
from coursekit.grading.execute.outputs import Output
from coursekit.grading.execute.process import Process
from coursekit.grading.execute.pupil import Outcome, Pupil
from coursekit.grading.vocabulary import Ending

_GRACE = 2.0
"""Secondes laissées aux tests pour s’arrêter une fois interrompus."""


_MARGIN = 1.0
"""Secondes de plus que l’élève : c’est lui qu’on arrête d’abord."""

_FROM_TESTS = ("ask", "foresee", "tested")


@dataclass(frozen=True)
class Exam:
    """Ce qu’ont donné des tests. `needs` : pourquoi il leur faut le véritable objet de l’élève."""

    outcome: Outcome
    needs: str = ""


class Examiner(Process):
    """Le processus des tests. Les cellules verrouillées y sont exécutées juste avant les tests qui les suivent."""

    def __init__(self, spawn: Callable[[], Child], limits: Limits, modules: Sequence[str]) -> None:
        super().__init__(spawn, limits)
        self._modules = list(modules)
        self.loaded: tuple[str, ...] = ()
        """Les modules chargés depuis sa naissance, d’après ses derniers tests."""
        self._locked: list[str] = []
        self._done = 0
        self._test = 0
        self._stashed: dict[str, Any] | None = None
        self._waited = 0.0
        self._introduce()

    def add(self, source: str) -> None:
        """Une cellule verrouillée, à exécuter avant les prochains tests."""
        self._locked.append(source)

    def run(self, source: str, pupil: Pupil, deadline: float, outputs: list[Output]) -> Exam:
        """Exécute une cellule de tests. Ne lève rien : une fin, même brutale, est un `Exam`."""
        try:
            if self.gone is not None:
                self.restart()
                self._done = 0
                self._introduce()
            for locked in self._locked[self._done :]:
                self._run(locked, pupil, deadline, [], locked=True)
                self._done += 1
            return self._run(source, pupil, deadline, outputs)
        except GoneError as error:
            known = error.ending is Ending.TIMEOUT
            message = sentences.TESTS_TOO_LONG if known else sentences.TESTS_GONE
            return Exam(Outcome(error.ending if known else Ending.CRASHED, message))

    def _introduce(self) -> None:
        self.send({"op": "modules", "names": self._modules})

    def _run(
        self, source: str, pupil: Pupil, deadline: float, outputs: list[Output], *, locked: bool = False
    ) -> Exam:
        self._test += 1
        self._stashed, self._waited = None, 0.0
        self.begin()
        pupil.begin()
        order = {"op": "run", "source": source, "limit": self._limits.output, "locked": locked}
        self.send(order | {"epoch": pupil.births})
        while True:
            message = self._next(deadline, outputs)
            if message["op"] == "tested":
                return self._exam(message, pupil)
            self._carry(message, pupil, deadline, outputs)

    def _next(self, deadline: float, outputs: list[Output]) -> dict[str, Any]:
        if self._stashed is not None:
            message, self._stashed = self._stashed, None
            return message
        return self.receive(deadline + _MARGIN, outputs, _FROM_TESTS, grace=_GRACE)

    def _carry(self, asked: dict[str, Any], pupil: Pupil, deadline: float, outputs: list[Output]) -> None:
        """Porte une question à l’élève, et sa réponse aux tests."""

        def called_back(body: bytes) -> bytes:
            self.send({"op": "callback", "number": asked["number"], "body": body})
            return bytes(self.receive(deadline, outputs, ("returned",))["body"])

        def answered(bodies: list[bytes]) -> None:
            self.send({"op": "answers", "number": asked["number"], "bodies": bodies})

        def moved_on() -> bool:
            # `coursekit.checks` borne lui-même ses appels : les tests ont pu renoncer avant nous.
            self._stashed = self._stashed or self.peek(outputs, _FROM_TESTS)
            return self._stashed is not None

        start = time.monotonic()
        try:
            if pupil.gone is not None:
                raise pupil.gone
            known = (asked["body"], self._test, deadline, outputs, called_back, moved_on)
            if asked["op"] == "foresee":
                pupil.calls(*known, answered)
                self.send({"op": "answered", "number": asked["number"]})
            else:
                answered([pupil.call(*known)])
        except GoneError as error:
            if self.gone is not None:
                raise
            self._waited = self._waited or time.monotonic() - start
            self.send({"op": "gone", "number": asked["number"], "message": self._explained(error)})

    def _explained(self, error: GoneError) -> str:
        return sentences.call_too_long(self._waited) if error.ending is Ending.TIMEOUT else str(error)

    def _exam(self, done: dict[str, Any], pupil: Pupil) -> Exam:
        self.loaded = tuple(done["loaded"])
        if pupil.gone is not None:
            return Exam(Outcome(pupil.gone.ending, self._explained(pupil.gone)))
        if done["tampered"]:
            return Exam(Outcome(Ending.TAMPERED, sentences.TAMPERED_MESSAGE))
        if done["error"] is not None:
            interrupted = done["error"]["name"] == "KeyboardInterrupt"
            outcome = (
                Outcome(Ending.TIMEOUT, sentences.TESTS_TOO_LONG) if interrupted else Outcome(Ending.ERROR)
            )
            return Exam(outcome, str(done["needs"]))
        if done["overflowed"]:
            return Exam(Outcome(Ending.OUTPUT, sentences.too_much_output(self._limits), done["value"]))
        return Exam(Outcome(Ending.OK, value=done["value"]))
