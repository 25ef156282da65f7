"""Juger un `nn.Module` : il tourne, ses formes, ses paramètres, son gradient, et s’il calcule ce qu’il doit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from coursekit.checks.faults import Fault
from coursekit.checks.guard import Failure, run
from coursekit.checks.inspection import describe
from coursekit.checks.module_counts import explain_count, explain_hidden, french_count, unreached
from coursekit.checks.module_runs import (
    FaultError,
    Snapshot,
    draw_input,
    explain_module_failure,
    forward,
    not_a_module,
    preserved,
    set_training,
)
from coursekit.checks.module_twins import alike, compare_with_reference, near
from coursekit.checks.shapes import shape
from coursekit.checks.verdict import Verdict, right, wrong
from coursekit.errors import ArgumentError
from coursekit.layers import Shape

Dims = Shape | Sequence[int]

Mistake = tuple[str, nn.Module, str]
"""Une erreur connue : son nom, le module faux qu’elle donne, et ce qu’on en dit en français."""


def module(
    given: object,
    *,
    input_shape: Dims,
    output_shape: Dims | None = None,
    parameters: int | None = None,
    reference: nn.Module | None = None,
    gradient: bool = True,
    time_limit: float = 20.0,
    mistakes: Sequence[Mistake] = (),
) -> Verdict:
    """Vérifie un module sur des entrées tirées au hasard (graine fixe), sans en changer l’état.

    Les formes sont celles d’un seul exemple, sans le lot : `(3, 224, 224)`. Le module est essayé en mode
    évaluation sur un exemple puis deux, et en mode entraînement ; ses sorties doivent être finies, ne pas mélanger
    les exemples du lot, et ne pas modifier l’entrée. `parameters` est le nombre de paramètres attendu. Avec
    `reference`, les deux modules reçoivent les mêmes poids tirés (appariés par ordre et par forme) et doivent donner
    la même sortie. `gradient` demande que chaque paramètre reçoive un gradient. Un module refusé qui, aux mêmes poids,
    calcule ce que calcule l’un de ceux de `mistakes` reçoit l’explication de cette erreur.

    Raises:
        ArgumentError: ce que donne l’énoncé n’a pas de sens (forme vide, référence qui refuse cette entrée…).
    """
    ours = [*([] if reference is None else [reference]), *(mistaken for _, mistaken, _ in mistakes)]
    for one in ours:
        if not isinstance(one, nn.Module):
            raise ArgumentError(f"La référence doit être un nn.Module ; l’énoncé donne {one!r}.")
    dims = _dims(input_shape)
    answer = None if output_shape is None else _dims(output_shape)
    with ExitStack() as stack:
        for one in ours:
            stack.enter_context(preserved(one))
            set_training(one, False)
        if reference is not None:
            answer = answer or _reference_shape(reference, dims)
        exam = Exam(dims, answer, parameters, reference, gradient, tuple(mistakes))
        fault, counted = _guarded_exam(given, exam, time_limit)
    if fault is not None:
        expected = answer if parameters is None else parameters
        return wrong(fault.message, expected, describe(given), fault.misconception)
    plural = "s" if counted > 1 else ""
    return right(
        f"Oui : votre module tourne et a {french_count(counted)} paramètre{plural}.", parameters, counted
    )


@dataclass(frozen=True)
class Exam:
    """Ce qu’on demande à un module ; `None` veut dire qu’on ne le demande pas."""

    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...] | None
    parameters: int | None
    reference: nn.Module | None
    gradient: bool
    mistakes: tuple[Mistake, ...]


def _guarded_exam(given: Any, exam: Exam, time_limit: float) -> tuple[Fault | None, int]:
    """La première faute, ou le nombre de paramètres. Tout ce qui touche à `given` se fait sous garde."""
    opened = run(lambda: not_a_module(given) or Snapshot(given), time_limit)
    if isinstance(opened.value, Fault):
        return opened.value, 0
    if opened.value is None:
        return _failure(opened.failure, time_limit)
    outcome = run(lambda: _examine(given, exam), time_limit)
    run(opened.value.restore, time_limit)  # à part : un examen interrompu n’aurait pas pu le faire
    return outcome.value or _failure(outcome.failure, time_limit)


def _failure(failure: Failure | None, time_limit: float) -> tuple[Fault, int]:
    return explain_module_failure("Votre module", failure or Failure("timeout"), time_limit), 0


def _dims(given: Dims) -> tuple[int, ...]:
    dims = given.as_tuple() if isinstance(given, Shape) else tuple(given)
    if not dims or not all(isinstance(n, int) and n > 0 for n in dims):
        raise ArgumentError(
            f"Une forme est faite d’entiers positifs, sans le lot ; l’énoncé donne {given!r}."
        )
    return dims


@torch.no_grad()
def _reference_shape(reference: nn.Module, dims: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return tuple(reference(draw_input(reference, dims, batch=1)).shape[1:])
    except (RuntimeError, ValueError, TypeError) as error:
        raise ArgumentError(f"La référence refuse une entrée {(1, *dims)} : {error}") from None


def _examine(given: nn.Module, exam: Exam) -> tuple[Fault | None, int]:
    try:
        x = draw_input(given, exam.input_shape, batch=2)
        set_training(given, False)
        with torch.no_grad():
            _evaluate(given, x, exam.output_shape)
        _raise(explain_hidden(given))
        if exam.parameters is not None:
            _raise(explain_count(given, exam.parameters))
        if exam.reference is not None:
            _raise(compare_with_reference(given, exam.reference, exam.input_shape))
        _train(given, x, exam.gradient)
    except FaultError as error:
        return _known_mistake(given, exam) or error.fault, 0
    return None, sum(p.numel() for p in nn.Module.parameters(given))


def _known_mistake(given: nn.Module, exam: Exam) -> Fault | None:
    set_training(given, False)
    for identifier, mistaken, feedback in exam.mistakes:
        if alike(given, mistaken, exam.input_shape):
            return Fault(feedback, identifier)
    return None


def _raise(fault: Fault | None) -> None:
    if fault is not None:
        raise FaultError(fault.message, fault.misconception)


def _evaluate(given: nn.Module, x: torch.Tensor, answer: tuple[int, ...] | None) -> None:
    """Un exemple, puis deux : la forme, les valeurs, et que les exemples ne se mêlent pas."""
    one = x[:1].clone()
    alone = forward(given, one, "évaluation")
    _check_shape(alone, one, answer)
    if not torch.equal(one, x[:1]):
        raise FaultError(
            "Votre module modifie son entrée (une opération « inplace » sur x) : travaillez sur une copie.",
            "module.input-changed",
        )
    if not torch.isfinite(alone).all():
        raise FaultError("La sortie de votre module contient des NaN ou des infinis.", "module.not-finite")
    together = _two_examples(given, x)
    if together.shape[0] != 2:
        raise FaultError(
            f"Sur un lot de 2 exemples, la sortie a la forme {tuple(together.shape)} : la première dimension doit "
            "rester celle du lot. Vectorisez avec flatten(1), qui la garde.",
            "module.batch",
        )
    if not near(together[:1], alone):
        again = forward(given, x[:1].clone(), "évaluation")
        if not near(again, alone):
            raise FaultError(
                "En mode évaluation, votre module ne donne pas deux fois la même sortie : un dropout reste actif. "
                "Prenez nn.Dropout, ou F.dropout(x, training=self.training).",
                "module.eval-random",
            )
        raise FaultError(
            "En mode évaluation, la sortie d’un exemple dépend des autres exemples du lot.",
            "module.batch-mixed",
        )


def _two_examples(given: nn.Module, x: torch.Tensor) -> torch.Tensor:
    try:
        return forward(given, x.clone(), "évaluation")
    except FaultError as error:
        raise FaultError(
            f"Votre module accepte un exemple, mais pas un lot de deux. {error.fault.message}", "module.batch"
        ) from None


def _check_shape(output: torch.Tensor, x: torch.Tensor, answer: tuple[int, ...] | None) -> None:
    got = tuple(output.shape)
    if answer is None or got == (1, *answer):
        return
    start = f"Sur une entrée {tuple(x.shape)}, la sortie a la forme {got}."
    if len(answer) == 1 and len(got) > 2:
        raise FaultError(
            f"{start} On attend un vecteur par exemple : vectorisez avec flatten(1).", "module.no-flatten"
        )
    if got == answer or not got or got[0] != 1:
        raise FaultError(f"{start} La première dimension doit être celle du lot.", "module.batch")
    verdict = shape(got[1:], answer)
    raise FaultError(f"{start} {verdict.message}", verdict.misconception or "module.shape")


def _train(given: nn.Module, x: torch.Tensor, gradient: bool) -> None:
    set_training(given, True)
    with torch.enable_grad():
        output = forward(given, x.clone(), "entraînement")
        if gradient:
            _raise(unreached(given, output))
