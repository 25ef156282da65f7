"""Juger un tenseur : sa forme, son type, puis ses valeurs ; les erreurs courantes de convolution sont reconnues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from coursekit.checks.inspection import describe, is_a, is_from, type_name
from coursekit.checks.tensor_values import bare, dense
from coursekit.checks.verdict import Verdict, right, safely, wrong
from coursekit.errors import ArgumentError

Mistake = tuple[str, object, str]
"""Une erreur connue : son nom, la valeur fausse qu’elle donne, et ce qu’on en dit en français."""

Same = Callable[[torch.Tensor, torch.Tensor], bool]
Diagnosis = tuple[str | None, str]

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
        return left.shape == right.shape and torch.allclose(*_common(left, right), rtol=rtol, atol=atol)

    kind = _kind_error(values, target)
    if kind is None and same(values, target):
        return right(f"Oui : le tenseur de forme {_shape(values)} a les bonnes valeurs.", answer, got)
    for identifier, value, feedback in mistakes:
        if same(values, value):
            return wrong(feedback, answer, got, identifier)
    misconception, message = kind or _diagnose(values, target, same)
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
    return f"tenseur {_shape(values)} de {str(values.dtype).removeprefix('torch.')}"


def _shape(values: torch.Tensor) -> str:
    return str(tuple(values.shape))


def _common(left: torch.Tensor, right: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Les deux tenseurs dans un même type, assez large pour comparer."""
    wide = torch.complex128 if left.is_complex() or right.is_complex() else torch.float64
    return left.to(wide), right.to(wide)


def _kind_error(values: torch.Tensor, target: torch.Tensor) -> Diagnosis | None:
    given, wanted = _kind(values), _kind(target)
    if given == wanted:
        return None
    name = str(values.dtype).removeprefix("torch.")
    return "tensor.dtype", f"Votre tenseur contient des {given} ({name}) : on attend des {wanted}."


def _kind(values: torch.Tensor) -> str:
    if values.dtype == torch.bool:
        return "booléens"
    if values.is_complex():
        return "nombres complexes"
    return "réels" if values.is_floating_point() else "entiers"


def _diagnose(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis:
    for recognise in (_rearranged, _wrong_shape, _not_finite, _flipped, _shifted, _border):
        if found := recognise(values, target, same):
            return found
    return None, ""


def _rearranged(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis | None:
    if values.ndim >= 2 and same(values.transpose(-1, -2), target):
        return "tensor.transposed", "Vous avez échangé les lignes et les colonnes (hauteur et largeur)."
    if values.ndim >= 3 and same(values.movedim(-1, -3), target):
        return "tensor.layout", "Les canaux sont en dernier (HWC) : PyTorch les met avant la hauteur (CHW)."
    if values.shape != target.shape and same(values.squeeze(), target.squeeze()):
        return "tensor.unit-dimension", (
            f"Les valeurs sont justes, mais votre forme est {_shape(values)} : il y a une dimension de taille 1 "
            "en trop ou en moins (lot ou canal). Voyez unsqueeze et squeeze."
        )
    if values.numel() == target.numel() and same(values.reshape(target.shape), target):
        return (
            "tensor.reshaped",
            f"Les valeurs sont justes et dans l’ordre, mais votre forme {_shape(values)} ne l’est pas.",
        )
    return None


def _wrong_shape(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis | None:
    if values.shape == target.shape:
        return None
    if values.ndim != target.ndim:
        plural = "s" if values.ndim > 1 else ""
        return "tensor.shape", (
            f"Votre tenseur {_shape(values)} a {values.ndim} dimension{plural} : on en attend {target.ndim}."
        )
    axes = [str(i) for i, (a, b) in enumerate(zip(values.shape, target.shape, strict=True)) if a != b]
    plural = "s" if len(axes) > 1 else ""
    return "tensor.shape", (
        f"Votre tenseur a la forme {_shape(values)} : la taille est fausse selon "
        f"l{'es' if plural else 'a'} dimension{plural} {' et '.join(axes)} (la première porte le numéro 0)."
    )


def _not_finite(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis | None:
    bad = ~torch.isfinite(values) & torch.isfinite(target)
    if not bad.any():
        return None
    where = bad.nonzero()[0].tolist()
    what = "NaN" if torch.isnan(values[tuple(where)]) else "infini"
    return "tensor.not-finite", (
        f"Votre tenseur contient {what} en {where} ({int(bad.sum())} valeur{'s' if bad.sum() > 1 else ''} en tout) : "
        "une division par zéro, un logarithme de zéro ou un débordement ?"
    )


def _flipped(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis | None:
    last = [-2, -1] if values.ndim >= 2 else [-1] if values.ndim else []
    if last and same(values.flip(last), target):
        return "tensor.flipped", (
            "Votre tenseur est retourné : une convolution, qui retourne le filtre, au lieu d’une corrélation "
            "— ou l’inverse."
        )
    for axis, name in zip(reversed(last), ("gauche et droite", "haut et bas"), strict=False):
        if same(values.flip([axis]), target):
            return "tensor.mirrored", f"Votre tenseur est en miroir : {name} sont échangés."
    return None


def _shifted(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis | None:
    if values.numel() < 3 or values.dtype == torch.bool:
        return None
    a, b = _common(values, target)
    if same(-a, b):
        return "tensor.sign", "Tous les signes sont à l’envers."
    if same(a - (a - b).mean(), b):
        return (
            "tensor.offset",
            "Vos valeurs diffèrent toutes de la même constante : un biais oublié, ou compté deux fois ?",
        )
    norm = (a * a.conj()).sum()
    if norm != 0 and same(a * ((b * a.conj()).sum() / norm), b) and b.count_nonzero():
        return (
            "tensor.factor",
            "Vos valeurs sont proportionnelles aux bonnes : une moyenne au lieu d’une somme, ou l’inverse ?",
        )
    return None


def _border(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis | None:
    if values.ndim < 2 or min(values.shape[-2:]) < 5:
        return None
    for width in (1, 2):
        inside = (..., slice(width, -width), slice(width, -width))
        around = (..., 0, slice(None))
        if same(values[inside], target[inside]) and (values[around] != target[around]).float().mean() > 0.5:
            return "tensor.border", "L’intérieur est juste, le bord est faux : revoyez le padding."
    return None


def _difference(values: torch.Tensor, target: torch.Tensor, rtol: float, atol: float) -> str:
    a, b = _common(values, target)
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
