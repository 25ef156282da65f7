"""La barre d’un entraînement et ses mesures en direct : tqdm, en français."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from coursekit.errors import require

FORMAT = "{desc} {percentage:3.0f} % |{bar:20}| {n_fmt}/{total_fmt} pas, {elapsed} écoulé, reste {remaining}"
REFRESH = 0.25
"""Secondes entre deux lectures des mesures : sur GPU, en lire une attend la fin des calculs."""


class Bar:
    """Une barre pour tout l’entraînement ; `due` dit s’il est temps de lire et d’afficher les mesures."""

    def __init__(self, total: int, done: int, *, shown: bool | None) -> None:
        self._shown = sys.stderr.isatty() or "ipykernel" in sys.modules if shown is None else shown
        self._bar: Any = None
        self._next = 0.0
        if self._shown:
            require("tqdm", "lab")
            from tqdm import tqdm

            self._bar = tqdm(
                total=total, initial=done, bar_format=FORMAT, file=sys.stderr, dynamic_ncols=True
            )

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + REFRESH
        return True

    def show(self, text: Callable[[], str], done: int) -> None:
        """Avance jusqu’au pas `done`, avec ce texte devant ; cachée, la barre ne le demande pas."""
        if self._bar is not None:
            self._bar.set_description_str(text(), refresh=False)
            self._bar.update(done - self._bar.n)
            if done == self._bar.total:
                self._bar.refresh()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
