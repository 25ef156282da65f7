"""Le fil qui relie les tests à l’élève, par l’hôte : une requête, des rappels éventuels, une réponse."""

from __future__ import annotations

import builtins
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from coursekit.errors import CourseError
from coursekit.grading.children import GoneError
from coursekit.grading.execute.chance import Chance
from coursekit.grading.execute.wire import MalformedError, Others, pack, unpack
from coursekit.grading.frames import Channel


class NeedsRealError(CourseError, TypeError):
    """Ces tests ont besoin du véritable objet de l’élève."""


class GoneStudentError(CourseError, RuntimeError):
    """Le processus de l’élève s’est arrêté pendant un appel."""


class ForeignError(Exception):
    """Une erreur de l’élève dont la classe n’est pas de Python ; `name` est celui de sa classe."""


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
            queue.Empty: elle n’est pas venue à temps.
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
