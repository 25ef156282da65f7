"""Tailles, pas et padding : ce que devient une image en traversant une couche."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, kernel_size_for, output_size
from coursekit.layers import Shape
from coursekit.questions.answers import TensorShape
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family

FILTER_DEPTH = Family(
    id="conv.filter_depth",
    title="Profondeur d’un filtre",
    topic="tailles",
    level=1,
    time_s=30,
    source="CNN I, « Quelques questions »",
    objectives=("Donner la taille complète d’un filtre.",),
    domain={
        "size": choices(14, 28, 56, 112, 224),
        "channels": choices(1, 3, 6, 10, 48, 96, 192),
        "kernel": choices(1, 3, 5, 7, 11),
        "filters": choices(8, 16, 32, 64, 128, 256),
    },
    valid=lambda channels, filters, kernel: channels not in (filters, kernel),
    answer=lambda channels: channels,
    mistakes=(
        Misconception(
            "filter-depth.number-of-filters",
            lambda filters: filters,
            "Vous avez donné le nombre de filtres : c’est la profondeur de la sortie. Un filtre, lui, traverse "
            "toute la profondeur du volume qu’il lit.",
        ),
        Misconception(
            "filter-depth.always-colour",
            lambda: 3,
            "La profondeur vaut 3 quand l’entrée est une image en couleurs. Regardez combien de canaux a ce "
            "volume-ci.",
        ),
        Misconception(
            "filter-depth.flat",
            lambda: 1,
            "Un filtre plat ne lirait qu’un canal. Le filtre d’une couche convolutive lit tous les canaux à la fois.",
        ),
        Misconception(
            "filter-depth.cube",
            lambda kernel: kernel,
            "Un filtre n’est pas un cube : sa profondeur ne suit pas sa largeur, mais le nombre de canaux de "
            "l’entrée.",
        ),
        Misconception(
            "filter-depth.width",
            lambda size: size,
            "Vous avez donné la largeur de l’entrée. La profondeur se lit sur la troisième dimension.",
        ),
    ),
    statement=lambda size, channels, kernel, filters: (
        f"Une couche convolutive lit un volume de ${size}\\times{size}\\times{channels}$ (hauteur, largeur, canaux) "
        f"et lui applique {filters} filtres. Complétez la taille d’un filtre : ${kernel}\\times{kernel}\\times$ ?"
    ),
    solution=lambda size, channels, kernel, answer: (
        f"Un filtre lit tous les canaux de son entrée : le volume ${size}\\times{size}\\times{channels}$ en a "
        f"{answer.shown()}.",
        f"Chaque filtre est donc de taille ${kernel}\\times{kernel}\\times{channels}$.",
    ),
    hints=("Que doit voir un filtre pour combiner les couleurs d’un pixel ?",),
)

OUT_SIZE = Family(
    id="conv.out_size",
    title="Taille de sortie d’une convolution",
    topic="tailles",
    level=1,
    time_s=90,
    source="CNN I, « Tailles entrée et sortie »",
    objectives=("Calculer la taille de sortie d’une couche convolutive.",),
    tags=("padding", "pas"),
    domain={
        "input_size": choices(7, 12, 13, 14, 27, 28, 32, 55, 56, 64, 112, 224, 227),
        "kernel_size": choices(3, 5, 7, 11),
        "stride": choices(2, 3, 4),
        "padding": integers(1, 3),
    },
    valid=lambda input_size, kernel_size, padding: padding < kernel_size <= input_size,
    formula=output_size,
    statement=lambda input_size, kernel_size, stride, padding: (
        f"Une image de ${input_size}\\times{input_size}$ pixels traverse une couche convolutive dont les filtres "
        "sont "
        f"de taille ${kernel_size}\\times{kernel_size}$, avec un pas $S = {stride}$ et un padding $P = {padding}$ de "
        "chaque côté. Quelle est la largeur de la sortie, en pixels ?"
    ),
    hints=lambda padding: (
        "Le padding s’ajoute des deux côtés.",
        f"Ici, il ajoute $2P = {2 * padding}$ pixels à la largeur.",
    ),
)


def _volume(size: int, channels: int, kernel: int, padding: int, stride: int, filters: int) -> Shape:
    side = output_size(size, kernel, stride, padding)
    return Shape(filters, (side, side))


OUT_TENSOR = Family(
    id="conv.out_tensor",
    title="Volume de sortie d’une couche convolutive",
    topic="tailles",
    level=2,
    time_s=120,
    source="CNN I, « Tailles entrée et sortie »",
    objectives=("Donner la forme du volume que produit une couche convolutive.",),
    domain={
        "size": choices(14, 28, 32, 56, 64, 112, 224),
        "channels": choices(3, 16, 32, 64, 96),
        "kernel": choices(3, 5, 7, 11),
        "stride": choices(1, 2, 4),
        "padding": integers(0, 3),
        "filters": choices(8, 24, 48, 128, 256),
    },
    valid=lambda kernel, padding: padding < kernel,
    answer=lambda size, channels, kernel, stride, padding, filters: TensorShape(
        _volume(size, channels, kernel, padding, stride, filters).hwc(), input_channels=channels
    ),
    mistakes=(
        Misconception(
            "out-tensor.input-channels",
            lambda size, channels, kernel, stride, padding: _volume(
                size, channels, kernel, padding, stride, channels
            ),
            "Vous avez gardé les {channels} canaux de l’entrée. Chaque filtre produit une carte : "
            "la sortie en a {filters}.",
        ),
        Misconception(
            "out-tensor.multiplied-channels",
            lambda size, channels, kernel, stride, padding, filters: _volume(
                size, channels, kernel, padding, stride, channels * filters
            ),
            "Vous avez multiplié canaux et filtres. Un filtre lit tous les canaux à la fois et ne produit qu’une "
            "carte.",
        ),
        Misconception(
            "out-tensor.channels-first",
            lambda size, channels, kernel, stride, padding, filters: _volume(
                size, channels, kernel, padding, stride, filters
            ).as_tuple(),
            "Ce sont les bons nombres, dans l’ordre de PyTorch (C, H, W). On demande hauteur, largeur, canaux.",
        ),
        Misconception(
            "out-tensor.no-padding",
            lambda size, channels, kernel, stride, filters: _volume(
                size, channels, kernel, 0, stride, filters
            ),
            "Vous avez oublié le padding : P = {padding} de chaque côté.",
        ),
        Misconception(
            "out-tensor.no-plus-one",
            lambda size, channels, kernel, stride, padding, filters: (
                *(output_size(size, kernel, stride, padding) - 1,) * 2,
                filters,
            ),
            "Vous avez oublié le + 1 : il faut compter la position de départ du filtre.",
        ),
        Misconception(
            "out-tensor.unchanged",
            lambda size, filters: (size, size, filters),
            "Vous avez gardé la taille de l’image : elle n’est conservée qu’à pas 1 avec P = (F − 1)/2.",
        ),
    ),
    statement=lambda size, channels, kernel, stride, padding, filters: (
        f"Un volume de ${size}\\times{size}\\times{channels}$ (hauteur, largeur, canaux) traverse une couche de "
        f"{filters} filtres ${kernel}\\times{kernel}$, avec un pas $S = {stride}$ et un padding $P = {padding}$. "
        "Quelle est la forme du volume de sortie (hauteur × largeur × canaux) ?"
    ),
    solution=lambda size, kernel, stride, padding, filters, answer: (
        output_size.explain(size, kernel, stride, padding),
        f"Il y a une carte par filtre, soit {filters} canaux, quel que soit le nombre de canaux de l’entrée.",
        f"Le volume de sortie est {answer.shown()}.",
    ),
    hints=("Combien de cartes un filtre produit-il ?", "La hauteur et la largeur suivent la même formule."),
)


def _exact_input(kernel: int, output: int, stride: int, padding: int) -> int:
    """La largeur d’image qui donne exactement cette sortie."""
    return stride * (output - 1) + kernel - 2 * padding


INVERSE_FILTER = Family(
    id="conv.inverse_filter",
    title="Retrouver la taille du filtre",
    topic="tailles",
    level=2,
    time_s=120,
    source="CNN I, « Tailles entrée et sortie »",
    objectives=("Retourner la formule de la taille de sortie.",),
    domain={
        "kernel": choices(3, 4, 5, 6, 7, 9, 11),
        "output": choices(8, 13, 14, 16, 26, 27, 28, 55),
        "stride": integers(1, 4),
        "padding": integers(0, 3),
    },
    valid=lambda kernel, padding: padding < kernel,
    formula=kernel_size_for,
    arguments=lambda kernel, output, stride, padding: {
        "input_size": _exact_input(kernel, output, stride, padding),
        "output_size": output,
        "stride": stride,
        "padding": padding,
    },
    mistakes=(
        Misconception(
            "inverse-kernel.no-padding",
            lambda input_size, output_size, stride: input_size - stride * (output_size - 1),
            "Vous avez oublié le padding : le filtre glisse aussi sur les {padding} zéros ajoutés de chaque côté.",
        ),
        Misconception(
            "inverse-kernel.no-stride",
            lambda input_size, output_size, padding: input_size + 2 * padding - (output_size - 1),
            "Vous avez oublié le pas : entre deux positions, le filtre avance de {stride} pixels.",
        ),
        Misconception(
            "inverse-kernel.difference",
            lambda input_size, output_size: input_size - output_size,
            "La différence des tailles ne suffit pas. Posez la formule de la taille de sortie, puis isolez F.",
        ),
        Misconception(
            "inverse-kernel.plus-one",
            lambda input_size, output_size, stride, padding: (
                input_size + 2 * padding - stride * (output_size - 1) + 1
            ),
            "Vous avez ajouté 1 à la fin. Le 1 de la formule compte une position : il se retranche de W₂, avant de "
            "multiplier par le pas.",
        ),
    ),
    statement=lambda kernel, output, stride, padding: (
        f"Une image de ${_exact_input(kernel, output, stride, padding)}\\times"
        f"{_exact_input(kernel, output, stride, padding)}$ traverse une couche convolutive de pas $S = {stride}$"
        + (f" et de padding $P = {padding}$" if padding else ", sans padding")
        + f". La sortie est de ${output}\\times{output}$ et le pas tombe juste. Les filtres sont carrés : quelle est "
        "leur taille $F$ ?"
    ),
    hints=(
        "Combien de fois le filtre se déplace-t-il pour donner cette sortie ?",
        "Le filtre à sa dernière position touche le bord de l’image, padding compris.",
    ),
)


FAMILIES = (FILTER_DEPTH, OUT_SIZE, OUT_TENSOR, INVERSE_FILTER)
