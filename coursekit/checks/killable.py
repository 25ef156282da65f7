"""Un fil d’exécution qu’on peut arrêter de l’extérieur, ce que `threading` ne sait pas faire.

On lui injecte une exception (`PyThreadState_SetAsyncExc`), qui naît à sa prochaine instruction Python. D’abord
poliment : ses `finally` s’exécutent. Puis sans relâche, pour qu’une boucle `while True: try: … except: pass` finisse
par céder : l’exception renaît chaque fois qu’on l’attrape, ou, à partir de Python 3.12, qui peut livrer l’exception
renée à l’intérieur du `try`, à chaque ligne des fonctions en cours (`sys.monitoring`).

Un fil bloqué en C n’est pas interrompu : il est abandonné, et meurt dès que l’appel rend la main.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from time import monotonic
from types import CodeType, FrameType

POLITE, RELENTLESS = 0.3, 1.0
"""Secondes laissées au fil pour mourir, à chaque étape."""

LOCKING = (
    "<frozen importlib._bootstrap>",
    "<frozen importlib._bootstrap_external>",
    "/threading.py",
    "/queue.py",
    "/logging/__init__.py",
)
"""Des bibliothèques où mourir laisserait un verrou fermé pour tout le processus (celui des imports, par exemple)."""


class TimeIsUp(BaseException):
    """Injectée dans le fil de l’élève quand le délai est passé : qui l’attrape doit la relancer."""


class KillableThread(threading.Thread):
    """Exécute `call`, qui ne doit laisser sortir aucune exception que celles qu’on injecte ; puis `farewell`."""

    def __init__(self, call: Callable[[], None], farewell: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="réponse d’un élève")
        self.call, self.farewell = call, farewell
        self.ready = threading.Event()
        self.injecting = threading.Lock()
        self.finished = False
        # Un Ctrl-C pendant Thread.join fait croire à Python 3.11 que le fil est mort : on attend un verrou à nous.
        self.running = threading.Lock()
        self.running.acquire()
        self.over = False
        self.reborn = type("TimeIsUp", (TimeIsUp,), {})

    @property
    def number(self) -> int:
        assert self.ident is not None, "le fil n’a pas démarré"
        return self.ident

    def run(self) -> None:
        reborn, silent = self.reborn, BaseException.__init__
        self.ready.wait()
        try:
            try:
                self.call()
            finally:  # cette affectation n’est pas interruptible : l’exception ne renaîtra plus
                reborn.__init__ = silent  # type: ignore[misc]
        except BaseException:
            pass
        while not self.finished:  # une dernière injection peut encore être en route
            try:
                with self.injecting:
                    self.finished = True
            except BaseException:
                pass
        with suppress(BaseException):
            _doomed.discard(self.number)
            self.farewell()
        while self.running.locked():
            with suppress(BaseException):
                self.running.release()

    def wait(self, seconds: float) -> None:
        """Attend la fin du fil ; `over` dit ensuite si elle est venue."""
        self.over = self.over or self.running.acquire(timeout=seconds)

    def kill(self) -> None:
        """Arrête le fil, ou l’abandonne : démon, il ne retiendra pas la fin du processus."""
        if self.throw(TimeIsUp, POLITE):
            self.wait(POLITE)
        end = monotonic() + RELENTLESS
        while not self.over and monotonic() < end:
            self._insist()
            self.wait(0.1)

    def _insist(self) -> None:
        if sys.version_info >= (3, 12):
            codes = [frame.f_code for frame in islice(self._frames(), 1000)]
            raise_on_every_line(
                self.number, [code for code in codes if not code.co_filename.endswith(LOCKING)]
            )
            self.throw(TimeIsUp)
        else:
            # Rien que du C entre la naissance de l’exception et la suivante : une méthode en Python
            # recevrait elle-même l’injection qu’elle prépare.
            self.reborn.__init__ = staticmethod(partial(_inject, self.number, self.reborn))  # type: ignore[misc]
            self.throw(self.reborn)

    def throw(self, exception: type[BaseException], patience: float = 0.0) -> bool:
        """Lève `exception` dans le fil, dès qu’il ne tient plus de verrou commun ; faux s’il n’en sort pas à temps."""
        end = monotonic() + patience
        while not self.over:
            with self.injecting:  # jamais après la fin : l’exception tomberait dans les rouages de threading
                if not self.finished and not self._may_hold_a_lock():
                    _inject(self.number, exception)
                    return True
            if monotonic() >= end:
                return False
            self.wait(0.002)
        return False

    def _may_hold_a_lock(self) -> bool:
        return any(frame.f_code.co_filename.endswith(LOCKING) for frame in islice(self._frames(), 1000))

    def _frames(self) -> Iterator[FrameType]:
        """Les appels en cours, du plus récent à celui qui a lancé `call`."""
        frame = sys._current_frames().get(self.number)
        while frame is not None and frame.f_code is not KillableThread.run.__code__:
            yield frame
            frame = frame.f_back


_inject = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.py_object)(
    ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
)


_doomed: set[int] = set()
"""Les fils que chaque ligne arrête (Python ≥ 3.12)."""

if sys.version_info >= (3, 12):
    TOOL = 4
    """Un numéro d’outil que ni débogueur, ni mesure de couverture, ni profileur ne réserve."""

    def raise_on_every_line(ident: int, codes: list[CodeType]) -> None:
        """Lève `TimeIsUp` à chaque ligne de ces fonctions, dans ce fil seulement, tant qu’il vit."""
        monitoring = sys.monitoring
        if monitoring.get_tool(TOOL) is None:
            monitoring.use_tool_id(TOOL, "coursekit.checks")
            monitoring.register_callback(TOOL, monitoring.events.LINE, _raise_if_doomed)
        _doomed.add(ident)
        for code in codes:
            monitoring.set_local_events(TOOL, code, monitoring.events.LINE)

    def _raise_if_doomed(code: CodeType, line: int) -> None:
        if threading.get_ident() in _doomed:
            raise TimeIsUp
