"""Dire en français ce qui n’a pas marché dans un essai : fonction vide, return oublié, exception, délai…"""

from __future__ import annotations

from dataclasses import dataclass
from types import CoroutineType, FunctionType, GeneratorType
from typing import Any

from coursekit.checks.arrays import is_array
from coursekit.checks.guard import Failure, Outcome
from coursekit.checks.inspection import clean, describe, integer, is_a
from coursekit.checks.trials import Trial, show_call


@dataclass(frozen=True)
class Fault:
    """Une explication, et le nom de l’erreur si on l’a reconnue."""

    message: str
    misconception: str | None = None


NOT_WRITTEN = "Votre fonction n’est pas encore écrite : remplacez ce qui tient lieu de réponse."


def not_a_function(given: object) -> str:
    """Pourquoi `given` ne s’appelle pas comme une fonction ; vide si elle s’appelle."""
    if given is None or given is Ellipsis:
        return f"Vous n’avez pas encore répondu : la valeur donnée est {given}. Donnez une fonction."
    if is_a(given, type):
        return f"Vous avez donné {describe(given)} : on attend une fonction, écrite avec def."
    if callable(given):
        return ""
    if integer(given) is not None or is_a(given, float, list, tuple):
        return f"Vous avez donné {describe(given)} : donnez la fonction elle-même, sans l’appeler (f et non f(…))."
    return f"Vous avez donné {describe(given)} : on attend une fonction."


def explain_fault(given: Any, trial: Trial, outcome: Outcome[None], time_limit: float) -> Fault:
    """Ce qu’on dit d’un essai manqué."""
    call = show_call(given, trial.arguments)
    failure = outcome.failure or trial.failure
    if failure is not None:
        return explain_failure(call, failure, time_limit, len(trial.arguments))
    return _explain_result(given, call, trial, outcome.printed)


def explain_failure(call: str, failure: Failure, time_limit: float, given_count: int = 0) -> Fault:
    """Ce qu’on dit d’une exécution qui n’est pas allée au bout."""
    at = f" (à la ligne « {failure.where} »)" if failure.where else ""
    detail = f" : {clean(failure.text, 150)}" if failure.text else ""
    match failure.kind:
        case "timeout":
            return Fault(
                f"{call} n’a pas répondu en {f'{time_limit:g}'.replace('.', ',')} s : "
                "une boucle ne s’arrête-t-elle jamais, ou le calcul est-il beaucoup trop long ?",
                "function.timeout",
            )
        case "arity":
            return Fault(
                f"On appelle votre fonction avec {given_count} argument{'s' if given_count > 1 else ''}, {call}, "
                f"mais elle attend ({failure.text}).",
                "function.arity",
            )
        case "NotImplementedError":
            return Fault(NOT_WRITTEN, "function.not-written")
        case "RecursionError":
            return Fault(
                f"{call} s’appelle elle-même sans fin{at} : il manque un cas d’arrêt.", "function.recursion"
            )
        case "SystemExit":
            return Fault(
                f"{call} arrête Python{at} : n’appelez pas exit() dans une fonction.", "function.exit"
            )
    return Fault(f"{call} s’arrête sur {failure.kind}{detail}{at}.", "function.exception")


def _explain_result(given: Any, call: str, trial: Trial, printed: str) -> Fault:
    result = trial.result
    if result is Ellipsis or result is NotImplemented:
        return Fault(NOT_WRITTEN, "function.not-written")
    if result is None:
        return _explain_none(given, call, printed)
    if is_a(result, GeneratorType):
        return Fault(f"{call} renvoie un générateur : remplacez yield par return.", "function.generator")
    if is_a(result, CoroutineType):
        return Fault(f"{call} renvoie une coroutine : écrivez def, sans async.", "function.coroutine")
    if is_a(result, FunctionType):
        return Fault(
            f"{call} renvoie une fonction au lieu de son résultat : appelez-la.", "function.function"
        )
    if is_a(result, str) and not isinstance(trial.expected, str):
        return Fault(f"{call} renvoie un texte, {describe(result)} : on attend une valeur.", "function.text")
    if is_array(trial.expected):
        return _explain_tensor(call, trial)
    return Fault(f"{call} renvoie {describe(result)} : ce n’est pas la bonne valeur.")


def _explain_none(given: Any, call: str, printed: str) -> Fault:
    if printed:
        return Fault(
            f"{call} affiche quelque chose mais ne renvoie rien : remplacez print(…) par return.",
            "function.print",
        )
    if _empty(given):
        return Fault(NOT_WRITTEN, "function.not-written")
    return Fault(f"{call} ne renvoie rien : avez-vous écrit return ?", "function.no-return")


def _empty(given: Any) -> bool:
    """Le corps de la fonction est-il `pass` ou `...` ?"""
    if not is_a(given, FunctionType):
        return False
    code = given.__code__
    constants = set(code.co_consts) - {None, Ellipsis, given.__doc__}
    return not constants and not code.co_names and code.co_nlocals == code.co_argcount


def _explain_tensor(call: str, trial: Trial) -> Fault:
    from coursekit.checks.tensors import tensor

    verdict = tensor(trial.result, trial.expected)
    return Fault(f"{call} : {verdict.message[:1].lower()}{verdict.message[1:]}", verdict.misconception)
