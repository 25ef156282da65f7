"""Essayer une fonction d’élève sur des entrées tirées, sous garde, et retenir de chaque essai de quoi juger."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from types import CoroutineType, FunctionType
from typing import Any

from coursekit.checks.agreement import agrees
from coursekit.checks.arrays import array_shape
from coursekit.checks.guard import Failure, describe_exception
from coursekit.checks.inspection import clean, describe, is_a
from coursekit.checks.killable import TimeIsUp
from coursekit.errors import ArgumentError

Arguments = tuple[Any, ...]
Draws = Sequence[Any] | Callable[[Random], Any]

MOST_FAILURES = 5
"""Essais interrompus par une exception au-delà desquels on n’en fait plus."""

ENOUGH_ONCE = ("RecursionError", "MemoryError", "arity")
"""Les échecs trop lents, ou trop sûrs, pour qu’on les refasse."""

REPEATED = 3
"""Essais refaits pour voir si la fonction répond toujours la même chose."""


@dataclass
class Trial:
    """Un appel : ses arguments, ce qu’on en attend, ce qu’il a donné."""

    arguments: Arguments
    expected: Any
    result: Any = None
    failure: Failure | None = None
    changed: bool = False
    unstable: bool = False

    def right(self, rel: float | None) -> bool:
        return self.failure is None and agrees(self.result, self.expected, rel)

    @property
    def size(self) -> tuple[float, int]:
        """Les petits nombres d’abord : c’est l’appel qu’on refait le plus facilement à la main."""
        numbers = [abs(value) for value in self.arguments if isinstance(value, int | float)]
        return sum(numbers), len(show_arguments(self.arguments))


def draw_arguments(draws: Draws, count: int, seed: int) -> list[Arguments]:
    """Les arguments de chaque appel, donnés d’avance ou tirés avec une graine fixe.

    Raises:
        ArgumentError: il n’y a aucun appel à faire (c’est l’énoncé qui se trompe).
    """
    if callable(draws):
        rng = Random(seed)
        drawn = [draws(rng) for _ in range(count)]
    else:
        drawn = list(draws)
    if not drawn:
        raise ArgumentError("Donnez au moins un appel à essayer.")
    return [tuple(one) if isinstance(one, tuple) else (one,) for one in drawn]


def attempt_all(given: Callable[..., Any], trials: list[Trial], started: list[Trial]) -> None:
    """Fait tous les essais. À exécuter sous garde ; `started` dit, au fur et à mesure, où l’on en est."""
    foresee(given, [trial.arguments for trial in (*trials, *trials[:REPEATED])])
    failures = 0
    for trial in trials:
        started.append(trial)
        attempt(given, trial)
        if trial.failure is not None:
            failures += 1
            if failures == MOST_FAILURES or trial.failure.kind in ENOUGH_ONCE:
                return
    for trial in trials[:REPEATED]:
        if trial.failure is None and not trial.changed:
            again = Trial(trial.arguments, trial.expected)
            started.append(trial)
            attempt(given, again)
            trial.unstable = again.failure is not None or not repeats(trial.result, again.result)


def foresee(given: object, calls: list[Arguments]) -> None:
    """Annonce les appels à qui le demande : une fonction d’un autre processus, qu’un message par appel ralentit."""
    announce = getattr(type(given), "foresee_calls", None)
    if announce is not None:
        announce(given, calls)


def attempt(given: Callable[..., Any], trial: Trial) -> None:
    """Un essai, sur une copie des arguments."""
    arguments = deepcopy(trial.arguments)
    if (arity := arity_failure(given, arguments)) is not None:
        trial.failure = arity
        return
    try:
        trial.result = given(*arguments)
    except TimeIsUp:
        raise
    except BaseException as error:  # SystemExit et KeyboardInterrupt viennent ici de l’élève
        trial.failure = describe_exception(error)
    if type(trial.result) is CoroutineType:
        trial.result.close()  # sinon Python se plaint, plus tard, qu’on ne l’a pas attendue
    trial.changed = any(not repeats(a, b) for a, b in zip(arguments, trial.arguments, strict=True))


def repeats(again: Any, before: Any) -> bool:
    """Deux résultats de l’élève sont-ils les mêmes ? Vrai aussi quand on ne sait pas les comparer."""
    try:
        return again is before or agrees(again, before)
    except ArgumentError:
        return True


def arity_failure(given: Callable[..., Any], arguments: Arguments) -> Failure | None:
    """Le nombre d’arguments ne convient pas : on le voit sans appeler la fonction."""
    if not is_a(given, FunctionType):
        return None
    signature = inspect.signature(given)
    try:
        signature.bind(*arguments)
    except TypeError:
        names = ", ".join(clean(name, 30) for name in signature.parameters)
        return Failure("arity", names)
    return None


def show_call(given: Any, arguments: Arguments) -> str:
    """`taille(7, 3, 2)`, comme l’élève l’écrirait."""
    name = clean(given.__name__, 40) if is_a(given, FunctionType) else ""
    return f"{name if name.isidentifier() else 'f'}({show_arguments(arguments)})"


def show_arguments(arguments: Arguments) -> str:
    return ", ".join(_show(argument) for argument in arguments)


def _show(argument: Any) -> str:
    shape = array_shape(argument)
    if shape is not None:
        return f"tenseur de forme {shape}"
    if isinstance(argument, str):
        return repr(argument)
    if isinstance(argument, list | tuple | int | float | bool):
        text = repr(argument)
        return text if len(text) <= 60 else describe(argument)
    return describe(argument)
