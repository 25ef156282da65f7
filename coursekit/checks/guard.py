"""Exécuter le code d’un élève sous garde : dans un temps limité, sans que ses erreurs ni ses affichages ne débordent.

Le code tourne dans un fil à part, que l’appelant attend. Passé le délai, on lui injecte une exception, poliment d’abord
(ses `finally` s’exécutent), puis sans relâche : elle renaît chaque fois qu’on l’attrape, si bien qu’une boucle
`while True: try: … except: pass` finit par céder. Cela marche depuis le fil principal comme depuis les autres, et un
Ctrl-C de l’utilisateur arrive toujours à l’appelant.

Ce qui ne s’interrompt pas : un calcul en C qui garde le verrou de l’interpréteur (`10**10**10`,
`sum(range(10**12))`) ; il bloque tout le processus jusqu’à sa fin. Un appel en C qui rend le verrou (dormir, attendre,
convoluer) n’est pas interrompu non plus, mais l’appelant ne l’attend pas : le fil meurt dès que l’appel rend la main.
La correction d’une classe tourne donc, en plus, dans un bac à sable qui limite le temps du processus entier.
"""

from __future__ import annotations

import ctypes
import linecache
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Generic, TypeVar

from coursekit.checks.capture import unwatch, watch
from coursekit.checks.inspection import clean, type_name

T = TypeVar("T")

DEEPEST = 5_000
"""Appels imbriqués permis, même si l’élève a relevé la limite de Python."""

PULSE = 0.02
"""Secondes entre deux regards sur le fil : assez peu pour qu’une récursion sans limite n’empile pas trop d’appels."""

POLITE, RELENTLESS = 0.3, 1.0
"""Secondes laissées au fil pour mourir, à chaque étape."""


@dataclass(frozen=True)
class Failure:
    """Ce qui a empêché le code d’aller au bout : « timeout », ou une exception réduite à du texte."""

    kind: str
    text: str = ""
    where: str = ""


@dataclass
class Outcome(Generic[T]):
    """L’issue d’une exécution : une valeur ou un échec, et ce qui a été affiché."""

    value: T | None = None
    failure: Failure | None = None
    printed: str = ""


class TimeIsUp(BaseException):
    """Injectée dans le fil de l’élève quand le délai est passé : qui l’attrape doit la relancer."""


def run(call: Callable[[], T], time_limit: float) -> Outcome[T]:
    """Exécute `call` sous garde, pendant au plus `time_limit` secondes.

    Rien ne sort d’ici que ce que l’utilisateur provoque lui-même (Ctrl-C).
    """
    thread = _Guarded(call)
    thread.start()
    printed = watch(thread.number)
    thread.ready.set()
    try:
        _wait(thread, time_limit)
    finally:
        late = not thread.over
        if late:
            thread.kill()
        if thread.over:  # un fil abandonné reste surveillé : il n’affichera rien
            unwatch(thread.number)
    if late:
        return Outcome(failure=Failure("timeout"), printed=printed.text)
    return Outcome(thread.value, thread.failure, printed.text)


def _wait(thread: _Guarded[T], time_limit: float) -> None:
    """Attend le fil, en ramenant la limite de récursion à une valeur que la pile supporte si l’élève la relève."""
    before, end = sys.getrecursionlimit(), monotonic() + time_limit
    try:
        while not thread.over and (left := end - monotonic()) > 0:
            sys.setrecursionlimit(min(before, DEEPEST))
            thread.wait(min(left, PULSE))
    finally:
        sys.setrecursionlimit(before)


class _Guarded(threading.Thread, Generic[T]):
    """Le fil qui exécute un appel et en retient l’issue."""

    def __init__(self, call: Callable[[], T]) -> None:
        super().__init__(daemon=True, name="réponse d’un élève")
        self.call = call
        self.value: T | None = None
        self.failure: Failure | None = None
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
        me, reborn, silent = self.number, self.reborn, BaseException.__init__
        self.ready.wait()
        try:
            try:
                self._attempt()
            finally:  # cette affectation n’est pas interruptible : l’exception ne renaîtra plus
                reborn.__init__ = silent  # type: ignore[misc]
        except BaseException:  # le délai est passé
            pass
        while not self.finished:  # une dernière injection peut encore être en route
            try:
                with self.injecting:
                    self.finished = True
            except BaseException:
                pass
        with suppress(
            BaseException
        ):  # le système redonnera ce numéro à un autre fil, qui a le droit d’afficher
            unwatch(me)
        while self.running.locked():
            with suppress(BaseException):
                self.running.release()

    def wait(self, seconds: float) -> None:
        """Attend la fin du fil."""
        self.over = self.over or self.running.acquire(timeout=seconds)

    def _attempt(self) -> None:
        try:
            self.value = self.call()
        except BaseException as error:  # SystemExit et KeyboardInterrupt viennent aussi de l’élève
            self.failure = describe_exception(error)

    def kill(self) -> None:
        """Arrête le fil, ou l’abandonne : démon, il ne retiendra pas la fin du processus."""
        self._throw(TimeIsUp)
        self.wait(POLITE)
        if not self.over:
            # Rien que du C entre la naissance de l’exception et la suivante : une méthode en Python
            # recevrait elle-même l’injection qu’elle prépare.
            self.reborn.__init__ = staticmethod(partial(_inject, self.number, self.reborn))  # type: ignore[misc]
            self._throw(self.reborn)
            self.wait(RELENTLESS)

    def _throw(self, exception: type[BaseException]) -> None:
        with self.injecting:  # jamais après la fin : l’exception tomberait dans les rouages de threading
            if not self.finished:
                _inject(self.number, exception)


_inject = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.py_object)(
    ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
)


def describe_exception(error: BaseException) -> Failure:
    """Le nom, le texte et la ligne d’une exception. À appeler sous garde : son `__str__` est celui de l’élève."""
    try:
        text = clean(str(error), 400)
    except BaseException:
        text = ""
    return Failure(type_name(error), text, _student_line(error))


def _student_line(error: BaseException) -> str:
    """La dernière ligne exécutée hors des bibliothèques, telle que l’élève l’a écrite."""
    found, step = "", error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if not any(part in code.co_filename for part in ("site-packages", "coursekit", sys.base_prefix)):
            line = linecache.getline(code.co_filename, step.tb_lineno).strip()
            found = line or f"ligne {step.tb_lineno}"
        step = step.tb_next
    return clean(found, 80)
