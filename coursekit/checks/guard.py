"""Exécuter le code d’un élève sous garde : dans un temps limité, sans que ses erreurs ni ses affichages ne débordent.

Le code tourne dans un fil à part, que l’appelant attend ; passé le délai, ce fil est arrêté
(`coursekit.checks.killable`). Cela marche depuis le fil principal comme depuis les autres, et un Ctrl-C de
l’utilisateur arrive toujours à l’appelant.

Ce qui ne s’interrompt pas : un calcul en C qui garde le verrou de l’interpréteur (`10**10**10`,
`sum(range(10**12))`) ; il bloque tout le processus jusqu’à sa fin. Un appel en C qui rend le verrou (dormir, attendre,
convoluer) n’est pas interrompu non plus, mais l’appelant ne l’attend pas. Pour noter une classe, donnez donc aussi un
temps limite au processus entier (nbgrader le fait pour chaque cellule).
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from coursekit.checks.capture import unwatch, watch
from coursekit.checks.inspection import clean, type_name
from coursekit.checks.killable import KillableThread, TimeIsUp
from coursekit.checks.recursion import DEEPEST, bounded_recursion, deep_stack

T = TypeVar("T")

PULSE = 0.02
"""Secondes entre deux regards sur le fil : celui qui attend reste interruptible, s’il est lui-même sous garde."""


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


def run(call: Callable[[], T], time_limit: float) -> Outcome[T]:
    """Exécute `call` sous garde, pendant au plus `time_limit` secondes.

    Rien ne sort d’ici que ce que l’utilisateur provoque lui-même (Ctrl-C).
    """
    outcome: Outcome[T] = Outcome(failure=Failure("timeout"))

    def attempt() -> None:
        try:
            value = call()
        except TimeIsUp:
            raise
        except BaseException as error:  # SystemExit et KeyboardInterrupt viennent ici de l’élève
            outcome.failure = describe_exception(error)
        else:
            outcome.value, outcome.failure = value, None

    # Un fil abandonné reste surveillé, et n’affichera rien ; à sa mort, le système donnera son numéro à un autre.
    thread = KillableThread(attempt, farewell=lambda: unwatch(thread.number))
    with deep_stack():
        thread.start()
    printed = watch(thread.number)
    try:
        _wait(thread, time_limit)
    finally:
        late = not thread.over
        if late:
            thread.kill()
        if thread.over:
            unwatch(thread.number)
    if late:
        return Outcome(failure=Failure("timeout"), printed=printed.text)
    outcome.printed = printed.text
    return outcome


def _wait(thread: KillableThread, time_limit: float) -> None:
    """Attend le fil, qui ne s’enfoncera pas au-delà de `DEEPEST` appels."""
    before, end = sys.getrecursionlimit(), monotonic() + time_limit
    sys.setrecursionlimit(min(before, DEEPEST))
    with bounded_recursion():
        thread.ready.set()
        while not thread.over and (left := end - monotonic()) > 0:
            thread.wait(min(left, PULSE))
    # Abaisser la limite sous la profondeur d’un fil vivant ferait avorter Python 3.11 ; la relever est sans danger.
    if thread.over or sys.getrecursionlimit() < before:
        sys.setrecursionlimit(before)


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
