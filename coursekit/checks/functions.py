"""Juger une fonction : on l’essaie sur des entrées tirées, et on nomme le plus petit appel qui la met en défaut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from coursekit.arithmetic import Formula
from coursekit.checks.agreement import agrees
from coursekit.checks.faults import Fault, explain_fault, not_a_function
from coursekit.checks.formulas import idea
from coursekit.checks.guard import run
from coursekit.checks.inspection import describe, is_a, simplify
from coursekit.checks.trials import Draws, Trial, attempt_all, draw_arguments, show_call
from coursekit.checks.verdict import Verdict, right, wrong

Mistake = tuple[str, Callable[..., object], str]
"""Une erreur connue : son nom, la fonction fausse qu’elle donne, et ce qu’on en dit en français."""


def function(
    given: object,
    reference: Callable[..., object],
    draws: Draws,
    *,
    time_limit: float = 5.0,
    mistakes: Sequence[Mistake] = (),
    rel: float | None = None,
    count: int = 40,
    seed: int = 0,
) -> Verdict:
    """Compare une fonction à `reference`, sur des appels donnés ou tirés.

    `draws` est une suite de tuples d’arguments, ou une fonction `draw(rng: random.Random) -> tuple` appelée
    `count` fois avec une graine fixe. Une erreur connue (`mistakes`, ou celles de `reference` si c’est une
    `Formula`) n’est reconnue que si elle explique *tous* les essais. `rel` est l’écart relatif toléré, comme dans
    `number`. La fonction ne doit pas modifier ses arguments, et doit répondre deux fois la même chose.
    `time_limit` borne tous les essais ensemble, en secondes ; `coursekit.checks.guard` dit ce qu’il n’arrête pas.

    Raises:
        ArgumentError: il n’y a rien à essayer (c’est l’énoncé qui se trompe).
    """
    # Les valeurs attendues se calculent avant que le code de l’élève ne tourne.
    trials = [Trial(args, reference(*deepcopy(args))) for args in draw_arguments(draws, count, seed)]
    if refusal := not_a_function(given):
        return wrong(refusal, None, describe(given))
    started: list[Trial] = []
    outcome = run(lambda: attempt_all(given, trials, started), time_limit)  # type: ignore[arg-type]
    last = started[-1] if started else trials[0]
    if outcome.failure is not None:
        return _verdict(last, explain_fault(given, last, outcome, time_limit))
    failed = sorted((trial for trial in started if not trial.right(rel)), key=lambda trial: trial.size)
    if not failed:
        return _well_behaved(given, trials)
    smallest = failed[0]
    known = _recognise(trials, smallest, reference, mistakes, rel)
    if known is not None:
        call = f"{show_call(given, smallest.arguments)} renvoie {describe(smallest.result)}."
        return _verdict(smallest, Fault(f"{call} {known[1]}", known[0]))
    fault = explain_fault(given, smallest, outcome, time_limit)
    if isinstance(reference, Formula) and fault.misconception is None:
        fault = Fault(f"{fault.message} {idea(reference)}")
    return _verdict(smallest, fault)


def _verdict(trial: Trial, fault: Fault) -> Verdict:
    return wrong(fault.message, simplify(trial.expected), describe(trial.result), fault.misconception)


def _well_behaved(given: object, trials: list[Trial]) -> Verdict:
    for trial in trials:
        call = show_call(given, trial.arguments)
        if trial.changed:
            return _verdict(
                trial,
                Fault(
                    f"{call} donne la bonne valeur, mais modifie ses arguments : travaillez sur une copie.",
                    "function.mutation",
                ),
            )
        if trial.unstable:
            return _verdict(
                trial, Fault(f"{call} ne donne pas deux fois la même valeur.", "function.unstable")
            )
    plural = "s" if len(trials) > 1 else ""
    return right(f"Oui : votre fonction est juste sur {len(trials)} appel{plural}.")


def _recognise(
    trials: list[Trial],
    smallest: Trial,
    reference: Callable[..., object],
    mistakes: Sequence[Mistake],
    rel: float | None,
) -> tuple[str, str] | None:
    """L’erreur connue qui explique tous les essais : (nom, explication)."""
    if any(trial.failure is not None for trial in trials):
        return None
    for identifier, mistaken, feedback in mistakes:
        if all(agrees(trial.result, mistaken(*trial.arguments), rel) for trial in trials):
            return identifier, feedback
    if isinstance(reference, Formula):
        for misconception in reference.misconceptions:
            if all(_explains(misconception.value(reference.arguments(*t.arguments)), t, rel) for t in trials):
                return misconception.id, misconception.explain(reference.arguments(*smallest.arguments))
    if all(_explains_division(trial) for trial in trials):
        return "function.true-division", "Le quotient n’est pas arrondi : la division entière s’écrit //."
    return None


def _explains(value: object, trial: Trial, rel: float | None) -> bool:
    """Là où l’erreur ne peut pas se produire, la réponse doit être juste."""
    return agrees(trial.result, trial.expected if value is None else value, rel)


def _explains_division(trial: Trial) -> bool:
    if type(trial.expected) is not int or not is_a(trial.result, float):
        return False
    value: Any = float.__float__(trial.result)
    return bool(abs(value) < 1e15 and value // 1 == trial.expected)
