"""Des appels annoncés d’avance : l’élève les fait à la suite, et chacun trouve ensuite sa réponse déjà venue.

`coursekit.checks.function` essaie une fonction sur des dizaines d’arguments : un aller-retour par essai coûterait plus
que les essais. Ce que l’on voit est le même : les appels se font dans l’ordre, et une erreur arrête la série.
"""

from __future__ import annotations

import queue
from collections import deque
from typing import Any

from coursekit.grading.execute.trusted.link import Link
from coursekit.grading.execute.wire import pack

_PATIENCE = 1.0
_ATOMS = {type(None), bool, int, float, str}


class Series:
    """Une série d’appels d’un même objet."""

    def __init__(self, link: Link, on: Any, calls: list[list[Any]]) -> None:
        self._link, self._on = link, on
        self._expected = deque(self._recognized(arguments) for arguments in calls)
        request: dict[str, Any] = {"on": on, "calls": calls}
        link.others.sync(request)
        self._conversation = link.open("foresee", pack(request, link.others))

    def take(self, on: Any, args: list[Any]) -> dict[str, Any] | None:
        """La réponse à cet appel s’il est le prochain de la série ; sinon, la série est finie."""
        if on is self._on and self._expected and self._recognized(args) == self._expected[0]:
            self._expected.popleft()
            if (body := self._conversation.next()) is not None:
                return self._link.answer_of(body)
        self.finish()
        return None

    def _recognized(self, args: list[Any]) -> object:
        """À quoi l’on reconnaît un appel : ses arguments si rien ne peut les changer, sinon leurs octets."""
        if _ATOMS.issuperset(map(type, args)):
            return [(type(arg), _exact(arg)) for arg in args]
        return pack(args, self._link.others)

    def finish(self) -> None:
        """Lit ce qui reste : une réponse perdue emporterait ce qu’elle dit des objets."""
        self._expected.clear()
        try:
            while (body := self._conversation.next(_PATIENCE)) is not None:
                self._link.answer_of(body)
        except queue.Empty:
            return
        self._link.close(self._conversation)


def _exact(atom: Any) -> Any:
    """Ce à quoi seul lui est égal : le zéro a deux signes."""
    return repr(atom) if type(atom) is float else atom
