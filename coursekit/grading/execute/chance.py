"""Le hasard partagé : une graine posée par les tests vaut aussi chez l’élève, et les tirages s’y suivent.

Rien ne passe tant que les tests n’ont touché à aucun générateur.
"""

from __future__ import annotations

import random
import sys
from ctypes import ArgumentError, string_at
from typing import Any


class Chance:
    """L’état des générateurs de Python, de NumPy et de PyTorch, et celui du dernier échange."""

    def __init__(self, active: bool) -> None:
        self._active = active
        self._numpy = NumpyState()
        self._known = self._states() if active else {}

    def changes(self) -> list[list[Any]]:
        """Les générateurs dont l’état a changé ; un seul côté, celui des tests, en nomme de nouveaux."""
        if not self._known and not self._active:
            return []
        changed = []
        for name, state in self._states().items():
            new = name not in self._known
            if self._active if new else not _same(state, self._known[name]):
                self._known[name] = state
                changed.append([name, state])
        return changed

    def receive(self, changes: list[list[Any]]) -> None:
        for name, state in changes:
            _set(name, state)
            self._known[name] = state

    def _states(self) -> dict[str, Any]:
        found: dict[str, Any] = {"random": random.getstate()}
        if (numpy := sys.modules.get("numpy")) is not None and hasattr(numpy, "random"):
            found["numpy"] = self._numpy.read(numpy)
        if (torch := sys.modules.get("torch")) is not None and hasattr(torch, "get_rng_state"):
            found["torch"] = torch.get_rng_state().numpy().tobytes()
        return found


class NumpyState:
    """L’état du générateur de NumPy, relu seulement s’il a pu changer : il le recopie nombre par nombre.

    Un tirage change les octets du générateur ; seul n’y touche pas celui qui rend la gaussienne mise de côté.
    """

    def __init__(self) -> None:
        self._bytes = b""
        self._state: Any = None

    def read(self, numpy: Any) -> Any:
        now = _mersenne(numpy)
        if not now or now != self._bytes or self._state[_HAS_GAUSS]:
            self._bytes, self._state = now, numpy.random.get_state(legacy=bool(now))
        return self._state


_MERSENNE_BYTES = 4 * 624 + 4
"""Les mots du générateur, et le rang du prochain."""

_HAS_GAUSS = 3


def _mersenne(numpy: Any) -> bytes:
    """Les octets du générateur de NumPy ; rien si ce n’est pas celui qu’il a d’origine."""
    bits = numpy.random.get_bit_generator()
    if type(bits) is not numpy.random.MT19937:
        return b""
    try:
        return string_at(bits.ctypes.state_address, _MERSENNE_BYTES)
    except ArgumentError as error:  # c’est ainsi que `ctypes` dit que la pile d’appels est pleine
        raise RecursionError(str(error)) from None


def _same(state: Any, known: Any) -> bool:
    if state is known:
        return True
    if type(state) is tuple and state and state[0] == "MT19937":
        return bool((state[1] == known[1]).all()) and state[2:] == known[2:]
    return bool(state == known)


def _set(name: str, state: Any) -> None:
    if name == "random":
        random.setstate(state)
    elif name == "numpy":
        sys.modules["numpy"].random.set_state(state)
    elif name == "torch":
        torch = sys.modules["torch"]
        torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
