"""Tailles le long d’une dimension : filtre dilaté, padding, pas, sortie d’une convolution ou d’un pooling.

Notations du cours : W taille d’entrée, F taille du filtre, S pas (stride), P padding de chaque côté, d dilatation.
Source : diapositives « Effet de bord », « Pas (stride) » et « Tailles entrée et sortie » ; Dumoulin et Visin (2016).
"""

from __future__ import annotations

from math import ceil
from typing import Literal

from coursekit.arithmetic.formula import Misconception, formula
from coursekit.errors import ArgumentError, ShapeError
from coursekit.layers import whole

Fit = Literal["crop", "pad", "raise"]


def _explain_effective_kernel(result: int, kernel_size: int, dilation: int) -> str:
    return (
        f"Un filtre de taille F = {kernel_size} dilaté de d = {dilation} s’étend sur "
        f"d(F − 1) + 1 = {dilation}×({kernel_size} − 1) + 1 = {result} pixels, dont il n’en lit que {kernel_size}."
    )


@formula(
    title="Étendue d’un filtre dilaté",
    latex=r"F_d = d\,(F - 1) + 1",
    worked=_explain_effective_kernel,
    misconceptions=(
        Misconception(
            "dilation.product",
            lambda kernel_size, dilation: kernel_size * dilation,
            "Vous avez multiplié F par d. La dilatation écarte les F − 1 intervalles entre les poids, "
            "pas les poids eux-mêmes : d(F − 1) + 1.",
        ),
        Misconception(
            "dilation.sum",
            lambda kernel_size, dilation: kernel_size + dilation,
            "Vous avez ajouté d à F. La dilatation multiplie les F − 1 intervalles entre les poids : d(F − 1) + 1.",
        ),
        Misconception(
            "dilation.holes-only",
            lambda kernel_size, dilation: kernel_size + dilation * (kernel_size - 1),
            "Vous avez inséré d trous entre les poids. Un taux d n’en insère que d − 1 : d(F − 1) + 1.",
        ),
    ),
)
def effective_kernel(kernel_size: int, dilation: int = 1) -> int:
    """Étendue, en pixels, d’un filtre de taille F dilaté de d.

    Raises:
        ArgumentError: F ou d n’est pas un entier d’au moins 1.
    """
    whole(kernel_size, "La taille du filtre F")
    whole(dilation, "La dilatation d")
    return dilation * (kernel_size - 1) + 1


@formula(
    title="Taille après padding",
    latex=r"W' = W + 2P",
    worked=lambda result, input_size, padding: (
        f"Le padding ajoute P = {padding} zéros de chaque côté : W + 2P = {input_size} + 2×{padding} = {result}."
    ),
    misconceptions=(
        Misconception(
            "padding.one-side",
            lambda input_size, padding: input_size + padding,
            "Vous n’avez ajouté P que d’un côté. Le padding entoure l’image : W + 2P.",
        ),
    ),
)
def padded_size(input_size: int, padding: int) -> int:
    """Taille, en pixels, d’une image de W pixels entourée de P zéros de chaque côté."""
    return whole(input_size, "La taille d’entrée W") + 2 * whole(padding, "Le padding P", minimum=0)


def _explain_same_padding(result: int, kernel_size: int, dilation: int) -> str:
    if dilation == 1:
        return (
            f"À pas 1, la sortie perd F − 1 = {kernel_size - 1} pixels ; on les rend, moitié de chaque côté : "
            f"P = (F − 1)/2 = ({kernel_size} − 1)/2 = {result}."
        )
    return (
        f"À pas 1, la sortie perd d(F − 1) = {dilation}×({kernel_size} − 1) = {dilation * (kernel_size - 1)} pixels ; "
        f"on les rend, moitié de chaque côté : P = {dilation * (kernel_size - 1)}/2 = {result}."
    )


@formula(
    title="Padding qui conserve la taille",
    latex=r"P = \frac{d\,(F - 1)}{2}",
    worked=_explain_same_padding,
    misconceptions=(
        Misconception(
            "same-padding.total",
            lambda kernel_size, dilation: dilation * (kernel_size - 1),
            "C’est le padding total. P est la largeur ajoutée de chaque côté : il faut diviser par deux.",
        ),
        Misconception(
            "same-padding.rounded-up",
            lambda kernel_size, dilation: (kernel_size + 1) // 2,
            "Vous avez calculé (F + 1)/2. À pas 1 la sortie perd F − 1 pixels : P = (F − 1)/2.",
        ),
        Misconception(
            "same-padding.always-one",
            lambda kernel_size, dilation: 1,
            "P = 1 ne convient qu’au filtre 3×3. En général P = (F − 1)/2.",
        ),
        Misconception(
            "same-padding.none",
            lambda kernel_size, dilation: 0,
            "Sans padding, la sortie perd F − 1 pixels à pas 1. Il faut P = (F − 1)/2 pour les rendre.",
        ),
    ),
)
def same_padding(kernel_size: int, dilation: int = 1) -> int:
    """Padding P, en pixels de chaque côté, qui conserve la taille à pas 1.

    Raises:
        ShapeError: d(F − 1) est impair ; aucun padding symétrique ne convient.
    """
    lost = effective_kernel(kernel_size, dilation) - 1
    if lost % 2:
        raise ShapeError(
            f"Un filtre de taille F = {kernel_size} (d = {dilation}) fait perdre d(F − 1) = {lost} pixels, "
            f"un nombre impair : aucun padding symétrique ne conserve la taille. Prenez un filtre de taille impaire."
        )
    return lost // 2


def windows_or_raise(input_size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    """Place disponible W + 2P − F_d pour faire glisser le filtre, en pixels.

    Raises:
        ArgumentError: un argument n’est pas un entier permis.
        ShapeError: le filtre ne tient pas dans l’image, padding compris.
    """
    whole(stride, "Le pas S")
    reach = effective_kernel(kernel_size, dilation)
    room = padded_size(input_size, padding) - reach
    if room < 0:
        raise ShapeError(
            f"Le filtre ne tient pas dans l’entrée : il s’étend sur {reach} pixels et l’entrée n’en a que "
            f"W + 2P = {input_size} + 2×{padding} = {input_size + 2 * padding}. "
            f"Augmentez le padding, ou réduisez le filtre ou la dilatation."
        )
    return room


def _quotient(input_size: int, kernel_size: int, padding: int, dilation: int, stride: int) -> str:
    """Le quotient (W + 2P − F)/S avec les nombres."""
    kernel = str(kernel_size) if dilation == 1 else f"{effective_kernel(kernel_size, dilation)}"
    return f"({input_size} + 2×{padding} − {kernel})/{stride}"


def _explain_output_size(
    result: int, input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, fit: Fit
) -> str:
    room = windows_or_raise(input_size, kernel_size, stride, padding, dilation)
    quotient = _quotient(input_size, kernel_size, padding, dilation, stride)
    parts = [] if dilation == 1 else [effective_kernel.explain(kernel_size, dilation)]
    if room % stride == 0:
        parts.append(f"(W + 2P − F)/S + 1 = {quotient} + 1 = {room // stride} + 1 = {result}.")
    else:
        spare, missing = room % stride, -room % stride
        ignored = "le dernier pixel" if spare == 1 else f"les {spare} derniers pixels"
        added = "un zéro" if missing == 1 else f"{missing} zéros"
        action = f"on ignore {ignored}" if fit == "crop" else f"on ajoute {added} au bout"
        parts.append(
            f"(W + 2P − F)/S = {quotient} n’est pas entier : {action}, le quotient devient {result - 1}, "
            f"d’où {result - 1} + 1 = {result}."
        )
    return " ".join(parts)


def _positions(input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, fit: Fit) -> int:
    room = windows_or_raise(input_size, kernel_size, stride, padding, dilation)
    return (-(-room // stride) if fit == "pad" else room // stride) + 1


@formula(
    title="Taille de sortie d’une convolution",
    latex=r"W_2 = \left\lfloor \frac{W + 2P - \left(d\,(F - 1) + 1\right)}{S} \right\rfloor + 1",
    worked=_explain_output_size,
    misconceptions=(
        Misconception(
            "output-size.no-plus-one",
            lambda input_size, kernel_size, stride, padding, dilation, fit: (
                _positions(input_size, kernel_size, stride, padding, dilation, fit) - 1
            ),
            "Vous avez oublié le + 1 : le quotient compte les déplacements du filtre, "
            "et il faut ajouter sa position de départ.",
        ),
        Misconception(
            "output-size.one-sided-padding",
            lambda input_size, kernel_size, stride, padding, dilation, fit: (
                (input_size + padding - effective_kernel(kernel_size, dilation)) // stride + 1
            ),
            "Vous n’avez compté le padding que d’un côté : il s’ajoute à gauche et à droite, soit 2P = 2×{padding}.",
        ),
        Misconception(
            "output-size.no-padding",
            lambda input_size, kernel_size, stride, padding, dilation, fit: _positions(
                input_size, kernel_size, stride, 0, dilation, fit
            ),
            "Vous avez oublié le padding : ici P = {padding}, de chaque côté.",
        ),
        Misconception(
            "output-size.no-stride",
            lambda input_size, kernel_size, stride, padding, dilation, fit: _positions(
                input_size, kernel_size, 1, padding, dilation, fit
            ),
            "Vous avez oublié le pas : le filtre avance de S = {stride} pixels à la fois.",
        ),
        Misconception(
            "output-size.no-dilation",
            lambda input_size, kernel_size, stride, padding, dilation, fit: _positions(
                input_size, kernel_size, stride, padding, 1, fit
            ),
            "Vous avez oublié la dilatation : le filtre s’étend sur d(F − 1) + 1 pixels, avec d = {dilation}.",
        ),
        Misconception(
            "output-size.divide-only",
            lambda input_size, kernel_size, stride, padding, dilation, fit: input_size // stride,
            "Vous avez divisé la taille par le pas. Le filtre occupe aussi de la place : (W + 2P − F)/S + 1.",
        ),
        Misconception(
            "output-size.rounded-up",
            lambda input_size, kernel_size, stride, padding, dilation, fit: (
                ceil((input_size + 2 * padding - effective_kernel(kernel_size, dilation)) / stride) + 1
            ),
            "Vous avez arrondi vers le haut. Quand le pas ne tombe pas juste, PyTorch ignore les derniers pixels : "
            "on arrondit vers le bas.",
        ),
        Misconception(
            "output-size.unchanged",
            lambda input_size, kernel_size, stride, padding, dilation, fit: input_size,
            "Vous avez gardé la taille d’entrée. Elle n’est conservée qu’à pas 1 avec P = (F − 1)/2.",
        ),
    ),
)
def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1, fit: Fit = "crop"
) -> int:
    """Nombre de positions du filtre le long d’une dimension, donc taille de sortie W₂, en pixels.

    Quand le pas ne tombe pas juste, la diapositive « Pas (stride) » donne trois politiques : `fit="crop"`
    ignore les derniers pixels (PyTorch), `"pad"` ajoute des zéros au bout, `"raise"` refuse.

    Raises:
        ArgumentError: un argument n’est pas un entier permis, ou `fit` n’est pas une de ces politiques.
        ShapeError: le filtre ne tient pas dans l’image, ou le pas ne tombe pas juste avec `fit="raise"`.
    """
    room = windows_or_raise(input_size, kernel_size, stride, padding, dilation)
    if fit not in ("crop", "pad", "raise"):
        raise ArgumentError(
            f"fit = {fit!r} n’est pas une politique connue : choisissez « crop », « pad » ou « raise »."
        )
    if fit == "raise" and room % stride:
        quotient = _quotient(input_size, kernel_size, padding, dilation, stride)
        raise ShapeError(
            f"Le pas ne tombe pas juste : (W + 2P − F)/S = {quotient} = {room}/{stride} n’est pas entier. "
            f'Changez S ou P, ou ajoutez {-room % stride} zéros au bout (fit="pad").'
        )
    return _positions(input_size, kernel_size, stride, padding, dilation, fit)


def _explain_missing(
    result: int, input_size: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> str:
    room = windows_or_raise(input_size, kernel_size, stride, padding, dilation)
    return (
        f"W + 2P − F = {input_size} + 2×{padding} − {effective_kernel(kernel_size, dilation)} = {room} "
        f"laisse {room % stride} après division par S = {stride} : il manque {result} zéros au bout."
    )


@formula(
    title="Zéros à ajouter pour que le pas tombe juste",
    latex=r"Z = -(W + 2P − F_d) \bmod S",
    worked=_explain_missing,
    misconceptions=(
        Misconception(
            "missing-zeros.remainder",
            lambda input_size, kernel_size, stride, padding, dilation: (
                (input_size + 2 * padding - effective_kernel(kernel_size, dilation)) % stride
            ),
            "C’est le reste de la division, donc le nombre de pixels ignorés. Il manque S moins ce reste.",
        ),
    ),
)
def missing_zeros(input_size: int, kernel_size: int, stride: int, padding: int = 0, dilation: int = 1) -> int:
    """Nombre de zéros à ajouter au bout d’une dimension pour que le filtre tombe juste (0 s’il tombe juste)."""
    return -windows_or_raise(input_size, kernel_size, stride, padding, dilation) % stride


@formula(
    title="Taille du filtre qui donne une sortie voulue",
    latex=r"F = W + 2P - S\,(W_2 - 1)",
    worked=lambda result, input_size, output_size, stride, padding: (
        f"F = W + 2P − S(W₂ − 1) = {input_size} + 2×{padding} − {stride}×({output_size} − 1) = {result}."
    ),
    misconceptions=(
        Misconception(
            "inverse-kernel.no-minus-one",
            lambda input_size, output_size, stride, padding: input_size + 2 * padding - stride * output_size,
            "Vous avez compté W₂ déplacements. Pour W₂ positions, le filtre ne se déplace que W₂ − 1 fois.",
        ),
        Misconception(
            "inverse-kernel.one-sided-padding",
            lambda input_size, output_size, stride, padding: (
                input_size + padding - stride * (output_size - 1)
            ),
            "Vous n’avez compté le padding que d’un côté : il s’ajoute des deux, soit 2P = 2×{padding}.",
        ),
    ),
)
def kernel_size_for(input_size: int, output_size: int, stride: int = 1, padding: int = 0) -> int:
    """Taille F du filtre qui mène exactement de W à W₂ pixels.

    Raises:
        ShapeError: aucune taille de filtre n’y mène.
    """
    whole(output_size, "La taille de sortie W₂")
    whole(stride, "Le pas S")
    kernel = padded_size(input_size, padding) - stride * (output_size - 1)
    if kernel < 1:
        raise ShapeError(
            f"Aucun filtre ne mène de W = {input_size} à W₂ = {output_size} : "
            f"F = {input_size} + 2×{padding} − {stride}×({output_size} − 1) = {kernel}. Réduisez S ou W₂."
        )
    return kernel
