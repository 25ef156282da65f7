"""Le hasard partagé : une graine posée par les tests vaut aussi chez l’élève, et les tirages s’y suivent.

Rien ne passe tant que les tests n’ont touché à aucun générateur.
"""

from __future__ import annotations

import random
import sys
from typing import Any


class Chance:
    """L’état des générateurs de Python, de NumPy et de PyTorch, et celui du dernier échange."""

    def __init__(self, active: bool) -> None:
        self._active = active
        self._known = _states() if active else {}

    def changes(self) -> list[list[Any]]:
        """Les générateurs dont l’état a changé ; un seul côté, celui des tests, en nomme de nouveaux."""
        if not self._known and not self._active:
            return []
        changed = []
        for name, state in _states().items():
            new = name not in self._known
            if self._active if new else not _same(state, self._known[name]):
                self._known[name] = state
                changed.append([name, state])
        return changed

    def receive(self, changes: list[list[Any]]) -> None:
        for name, state in changes:
            _set(name, state)
            self._known[name] = state


def _states() -> dict[str, Any]:
    found: dict[str, Any] = {"random": random.getstate()}
    if (numpy := sys.modules.get("numpy")) is not None and hasattr(numpy, "random"):
        found["numpy"] = numpy.random.get_state()
    if (torch := sys.modules.get("torch")) is not None and hasattr(torch, "get_rng_state"):
        found["torch"] = torch.get_rng_state().numpy().tobytes()
    return found


def _same(state: Any, known: Any) -> bool:
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
