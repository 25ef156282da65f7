"""La boucle du processus d’un élève : recevoir un ordre de l’hôte, l’exécuter, répondre."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from coursekit.grading.children import GoneError
from coursekit.grading.execute.outputs import Output, Publisher
from coursekit.grading.execute.student.calls import Answering
from coursekit.grading.execute.student.cells import Cells
from coursekit.grading.execute.student.inprocess import run_tests
from coursekit.grading.execute.student.sheaf import Sheaf
from coursekit.grading.execute.student.table import Table
from coursekit.grading.execute.wire import CrossingError, pack, remember_arrays, unpack
from coursekit.grading.frames import Channel


def serve(channel: Channel) -> None:
    """Sert l’hôte jusqu’à ce qu’il ferme la conversation."""
    remember_arrays()
    # Comme dans Jupyter, mais à la fin : un fichier de la copie ne prend la place d’aucune bibliothèque.
    sys.path.append(os.getcwd())
    os.register_at_fork(after_in_child=channel.close)
    try:
        Session(channel).loop()
    except GoneError:
        return


class Callback:
    """Une fonction restée dans le processus des tests."""

    def __init__(self, ask: Callable[..., Any], number: int, name: str) -> None:
        self._ask, self._asked = ask, (number, name)
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(self._asked[0], args, kwargs)


class Session:
    """Ce qui lie le fil de messages à l’interpréteur et aux objets."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.cells = Cells(Publisher(self._show, lambda what: self._send({"op": what})))
        self.answering = Answering(
            self.cells.names, Table(self.cells.names, self._callback), self.cells.publisher
        )
        self.test = -1

    def loop(self) -> None:
        while True:
            order = unpack(self.channel.receive())
            match order["op"]:
                case "run":
                    done = self.cells.run(order["source"], order["word"], order["limit"])
                    self._send({"op": "ran", **done})
                case "call":
                    self._begin(order)
                    self._send({"op": "answer", "body": self._answer(partial(self.answering, order["body"]))})
                case "calls":
                    self._begin(order)
                    self._foreseen(order["body"])
                case "test":
                    done = run_tests(self.cells, order["source"], order["word"], order["limit"])
                    self._send({"op": "tested", **done})

    def _begin(self, order: dict[str, Any]) -> None:
        if order["test"] != self.test:
            self.test = order["test"]
            self.cells.publisher.begin(order["limit"])

    def _foreseen(self, body: bytes) -> None:
        """Des appels annoncés d’avance : chaque réponse part dès qu’elle est prête, ou avec ses voisines.

        Une erreur finit la série : les tests n’iraient peut-être pas plus loin.
        """
        request = unpack(body, self.answering.table)
        joined = {key: request[key] for key in ("sync", "chance", "no_grad") if key in request}
        with self._traps(), Sheaf(lambda bodies: self._send({"op": "answers", "bodies": bodies})) as sheaf:
            for rank, args in enumerate(request["calls"], start=1):
                call = {"do": "call", "on": request["on"], "args": args, "kwargs": {}, **joined}
                last = rank == len(request["calls"])
                sheaf.add(self.answering.answer(call.copy, last=last))
                self.cells.settle()
                joined = {key: value for key, value in joined.items() if key == "no_grad"}
                if self.answering.failed:
                    break
        self.cells.finish()
        self._send({"op": "answered"})

    @contextmanager
    def _traps(self) -> Iterator[None]:
        """Ce qu’IPython ajoute à Python pendant une cellule (`get_ipython`, `display`…)."""
        with self.cells.shell.builtin_trap, self.cells.shell.display_trap:
            yield

    def _answer(self, answering: Callable[[], bytes]) -> bytes:
        with self._traps():
            answer = answering()
        self.cells.settle()
        self.cells.finish()
        return answer

    def _callback(self, number: int, name: str) -> Any:
        """Une fonction des tests, donnée en argument : l’appeler demande un aller-retour."""

        return Callback(self._call_back, number, name)

    def _call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        table = self.answering.table
        self.cells.publisher.flush()
        body = pack({"number": number, "args": list(args), "kwargs": kwargs}, table)
        table.commit()
        self._send({"op": "callback", "body": body})
        answer = unpack(unpack(self.channel.receive())["body"], table)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def _show(self, output: Output) -> None:
        with suppress(CrossingError):
            self._send({"op": "out", "output": output})

    def _send(self, message: dict[str, Any]) -> None:
        self.channel.send(pack(message))
