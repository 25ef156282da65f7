"""Les erreurs qu’un tenseur trahit : axes échangés, retournement, signe, biais, bord, type, valeurs infinies."""

from __future__ import annotations

from collections.abc import Callable

import torch

Same = Callable[[torch.Tensor, torch.Tensor], bool]
Diagnosis = tuple[str | None, str]
"""Le nom de l’erreur et son explication ; (None, "") quand rien n’est reconnu."""


def shape_text(values: torch.Tensor) -> str:
    return str(tuple(values.shape))


def common(left: torch.Tensor, right: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Les deux tenseurs dans un même type, assez large pour comparer."""
    wide = torch.complex128 if left.is_complex() or right.is_complex() else torch.float64
    return left.to(wide), right.to(wide)


def kind_error(values: torch.Tensor, target: torch.Tensor) -> Diagnosis | None:
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


def diagnose(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis:
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
            f"Les valeurs sont justes, mais votre forme est {shape_text(values)} : il y a une dimension de taille 1 "
            "en trop ou en moins (lot ou canal). Voyez unsqueeze et squeeze."
        )
    if values.numel() == target.numel() and same(values.reshape(target.shape), target):
        return (
            "tensor.reshaped",
            f"Les valeurs sont justes et dans l’ordre, mais votre forme {shape_text(values)} ne l’est pas.",
        )
    return None


def _wrong_shape(values: torch.Tensor, target: torch.Tensor, same: Same) -> Diagnosis | None:
    if values.shape == target.shape:
        return None
    if values.ndim != target.ndim:
        plural = "s" if values.ndim > 1 else ""
        return "tensor.shape", (
            f"Votre tenseur {shape_text(values)} a {values.ndim} dimension{plural} : on en attend {target.ndim}."
        )
    axes = [str(i) for i, (a, b) in enumerate(zip(values.shape, target.shape, strict=True)) if a != b]
    plural = "s" if len(axes) > 1 else ""
    return "tensor.shape", (
        f"Votre tenseur a la forme {shape_text(values)} : la taille est fausse selon "
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
    a, b = common(values, target)
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
