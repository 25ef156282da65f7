"""Le fil qui relie les tests à l’élève, par l’hôte : une requête, des rappels éventuels, une réponse."""

from __future__ import annotations

import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from coursekit.errors import CourseError
from coursekit.grading.children import GoneError
from coursekit.grading.execute.chance import Chance
from coursekit.grading.execute.trusted.aftermath import copy_back, rebuilt
from coursekit.grading.execute.wire import MalformedError, Others, pack, unpack
from coursekit.grading.frames import Channel


class NeedsRealError(CourseError, TypeError):
    """Ces tests ont besoin du véritable objet de l’élève."""


class GoneStudentError(CourseError, RuntimeError):
    """Le processus de l’élève s’est arrêté pendant un appel."""


class Codec(Others, Protocol):
    """Écrit et relit les objets, et joint à chaque requête ce qui a changé des modules."""

    def sync(self, request: dict[str, Any]) -> None: ...

    def synced(self, told: Any) -> None: ...

    def call(self, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...

    def foresee(self, on: Any, calls: list[list[Any]]) -> None: ...

    def settle(self) -> None: ...


class Link:
    """Envoie les requêtes et attend leurs réponses, d’où qu’on l’appelle.

    Un seul fil lit ; une réponse attendue par un fil abandonné est perdue, sans gêner les autres.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._open: dict[int, Conversation] = {}
        self._lock = threading.Lock()
        self._asked = 0
        self.orders: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.others: Codec
        self.called_back: Callable[[bytes], bytes]
        self.before_asking: Callable[[], None] = lambda: None
        self.lost: str = ""
        """Pourquoi l’élève ne répond plus à cette cellule de tests."""
        self.needs_real: str = ""
        """Pourquoi cette cellule a besoin du véritable objet."""
        self.chance = Chance(active=True)
        self.tampered = False
        """L’élève a répondu n’importe quoi."""
        threading.Thread(target=self._read, daemon=True, name="réponses").start()

    def begin(self) -> None:
        """Une nouvelle cellule de tests."""
        self.lost = self.needs_real = ""
        self.tampered = False

    def needs(self, why: str) -> NeedsRealError:
        """L’erreur à lever ; qui l’attrape n’efface pas la raison."""
        self.needs_real = self.needs_real or why
        return NeedsRealError(why)

    def ask(self, **request: Any) -> Any:
        """La réponse de l’élève.

        Raises:
            GoneStudentError: son processus s’est arrêté, maintenant ou plus tôt dans la cellule.
            Exception: l’erreur qu’il a levée, de même classe si elle est de Python.
        """
        if self.lost:
            raise GoneStudentError(self.lost)
        self.others.settle()
        self.others.sync(request)
        body = pack(request, self.others)
        conversation = self.open("ask", body)
        try:
            answer = self.answer_of(conversation.next() or b"")
        finally:
            self.close(conversation)
        return self.value_of(answer, request)

    def open(self, op: str, body: bytes) -> Conversation:
        """Envoie une requête ; ses réponses se lisent sur ce qui est rendu."""
        if self.lost:
            raise GoneStudentError(self.lost)
        self.before_asking()
        with self._lock:
            self._asked += 1
            made = self._open[self._asked] = Conversation(self, self._asked)
        self.send({"op": op, "number": made.number, "body": body})
        return made

    def close(self, conversation: Conversation) -> None:
        self._open.pop(conversation.number, None)

    def answer_of(self, body: bytes) -> dict[str, Any]:
        """Une réponse relue ; ce que l’élève y dit de ses modules est retenu.

        Raises:
            MalformedError: ce n’en est pas une.
        """
        try:
            answer: dict[str, Any] = unpack(body, self.others)
            if "sync" in answer:
                self.others.synced(answer["sync"])
            if "chance" in answer:
                self.chance.receive(answer["chance"])
            for name, text in answer["printed"]:
                (sys.stderr if name == "stderr" else sys.stdout).write(text)
        except (MalformedError, LookupError, TypeError, ValueError):
            self.tampered = True
            raise
        return answer

    def value_of(self, answer: dict[str, Any], request: dict[str, Any]) -> Any:
        """La valeur d’une réponse, une fois refait sur les arguments ce que l’appel leur a fait."""
        if "error" in answer:
            raise rebuilt(answer["error"])
        if answer["changed"] is not None:
            copy_back(request, answer["changed"])
        return answer["value"]

    def send(self, message: dict[str, Any]) -> None:
        self._channel.send(pack(message))

    def _read(self) -> None:
        try:
            while True:
                message = unpack(self._channel.receive())
                if "number" in message:
                    if (conversation := self._open.get(message["number"])) is not None:
                        conversation.inbox.put(message)
                else:
                    self.orders.put(message)
        except GoneError:
            self.orders.put(None)


class Conversation:
    """Une requête, ses rappels et ses réponses."""

    def __init__(self, link: Link, number: int) -> None:
        self.number = number
        self.inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._link = link
        self._ready: deque[bytes] = deque()
        self._over = False

    def next(self, seconds: float | None = None) -> bytes | None:
        """La réponse suivante ; `None` s’il n’y en aura plus.

        Raises:
            GoneStudentError: le processus de l’élève s’est arrêté.
            Empty: elle n’est pas venue à temps.
        """
        while not self._ready and not self._over:
            message = self.inbox.get(timeout=seconds)
            match message["op"]:
                case "answers":
                    self._ready.extend(message["bodies"])
                case "answered":
                    self._over = True
                case "gone":
                    self._link.lost = message["message"]
                    raise GoneStudentError(message["message"])
                case "callback":
                    body = self._link.called_back(message["body"])
                    self._link.send({"op": "returned", "number": self.number, "body": body})
        return self._ready.popleft() if self._ready else None
