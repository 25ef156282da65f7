"""Juger un tenseur : sa forme, son type, puis ses valeurs ; les erreurs courantes de convolution sont reconnues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from coursekit.checks.inspection import describe, is_a, is_from, type_name
from coursekit.checks.tensor_mistakes import common, diagnose, kind_error, shape_text
from coursekit.checks.tensor_values import bare, dense
from coursekit.checks.verdict import Verdict, right, safely, wrong
from coursekit.errors import ArgumentError

Mistake = tuple[str, object, str]
"""Une erreur connue : son nom, la valeur fausse qu’elle donne, et ce qu’on en dit en français."""

MOST_SHOWN = 1_000
"""Un verdict ne garde pas les valeurs d’un tenseur plus grand : seulement sa forme."""


def tensor(
    given: object,
    expected: object,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    mistakes: Sequence[Mistake] = (),
) -> Verdict:
    """Compare un tenseur à celui qu’on attend, comme `torch.allclose`.

    L’appareil ne compte pas, ni le gradient, ni la précision (float32 ou float64) ; entiers, réels, complexes et
    booléens ne se confondent pas. Un tableau NumPy n’est accepté que si on en attend un. `mistakes` donne, pour chaque
    erreur connue, son nom, le tenseur faux qu’elle produit et son explication.

    Raises:
        ArgumentError: la valeur attendue n’est pas un tenseur (c’est l’énoncé qui se trompe).
    """
    target = _trusted(expected)
    wrong_values = [(identifier, _trusted(value), feedback) for identifier, value, feedback in mistakes]
    arrays = is_from(expected, "numpy", "ndarray")
    return safely(lambda: _judge(given, target, rtol, atol, wrong_values, arrays), plain_tensor(target))


def _judge(
    given: object,
    target: torch.Tensor,
    rtol: float,
    atol: float,
    mistakes: list[tuple[str, torch.Tensor, str]],
    arrays: bool,
) -> Verdict:
    answer = plain_tensor(target)
    values, refusal = _read(given, arrays)
    if values is None:
        return wrong(refusal, answer, describe(given))
    got = plain_tensor(values)

    def same(left: torch.Tensor, right: torch.Tensor) -> bool:
        return left.shape == right.shape and torch.allclose(*common(left, right), rtol=rtol, atol=atol)

    kind = kind_error(values, target)
    if kind is None and same(values, target):
        return right(f"Oui : le tenseur de forme {shape_text(values)} a les bonnes valeurs.", answer, got)
    for identifier, value, feedback in mistakes:
        if same(values, value):
            return wrong(feedback, answer, got, identifier)
    misconception, message = kind or diagnose(values, target, same)
    return wrong(message or _difference(values, target, rtol, atol), answer, got, misconception)


def _trusted(expected: object) -> torch.Tensor:
    try:
        found = dense(torch.as_tensor(expected).detach(), most=10**9)
    except (TypeError, ValueError, RuntimeError):
        found = None
    if found is None:
        raise ArgumentError(f"La valeur attendue n’est pas un tenseur : {expected!r}.")
    return found


def _read(given: Any, arrays: bool) -> tuple[torch.Tensor | None, str]:
    """Les valeurs données, ou pourquoi on ne peut pas les lire."""
    if is_from(given, "numpy", "ndarray"):
        if not arrays:
            return None, "Vous avez donné un tableau NumPy : torch.from_numpy(x) en fait un tenseur."
        return _from_numpy(given)
    plain = bare(given)
    if plain is None:
        return None, _not_a_tensor(given)
    if plain.device.type == "meta":
        return None, "Ce tenseur est sur l’appareil « meta » : il a une forme, mais pas de valeurs."
    values = dense(plain)
    return (
        (values, "") if values is not None else (None, "Les valeurs de ce tenseur ne peuvent pas être lues.")
    )


def _from_numpy(given: Any) -> tuple[torch.Tensor | None, str]:
    import numpy as np

    dtype = np.ndarray.dtype.__get__(given)
    if dtype.kind not in "biufc":
        return None, f"Votre tableau NumPy contient des objets ({dtype}), pas des nombres."
    # Une copie : torch refuse les pas négatifs de x[::-1].
    return torch.from_numpy(np.array(given, dtype=dtype.newbyteorder("="), copy=True, subok=False)), ""


def _not_a_tensor(given: Any) -> str:
    if given is None or given is Ellipsis:
        return f"Vous n’avez pas encore répondu : la valeur donnée est {given}. Remplacez-la par un tenseur."
    if is_a(given, list, tuple):
        return f"Vous avez donné {describe(given, 0)} : torch.tensor(…) en fait un tenseur."
    if is_from(given, "torch", "Tensor"):
        return f"Vous avez donné un tenseur d’un type particulier ({type_name(given)}) : on attend un torch.Tensor."
    return f"Vous avez donné {describe(given)} : on attend un tenseur."


def plain_tensor(values: torch.Tensor) -> object:
    """Le tenseur en listes de nombres, ou sa description s’il est grand."""
    if values.numel() <= MOST_SHOWN and not values.is_complex():
        return values.tolist()
    return f"tenseur {shape_text(values)} de {str(values.dtype).removeprefix('torch.')}"


def _difference(values: torch.Tensor, target: torch.Tensor, rtol: float, atol: float) -> str:
    a, b = common(values, target)
    wrong_ones = ~torch.isclose(a, b, rtol=rtol, atol=atol)
    where = wrong_ones.nonzero()[0].tolist()
    shown = (
        f"{values[tuple(where)].item():.6g}" if not values.is_complex() else str(values[tuple(where)].item())
    )
    count, place = int(wrong_ones.sum()), f"en {where}"
    shown = shown.replace(".", ",")
    if count == 1:
        return (
            f"Une valeur est fausse : {place}, votre réponse vaut {shown}." if where else f"{shown} est faux."
        )
    return f"{count} valeurs sur {values.numel()} sont fausses ; la première, {place}, vaut {shown} dans votre réponse."
