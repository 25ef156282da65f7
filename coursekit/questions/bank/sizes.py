"""Tailles, pas et padding : ce que devient une image en traversant une couche."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, output_size
from coursekit.errors import ShapeError
from coursekit.layers import Shape
from coursekit.questions.answers import Choice, TensorShape
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family

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


def _fits(size: int, kernel: int, padding: int, stride: int) -> bool:
    try:
        output_size(size, kernel, stride, padding, fit="raise")
    except ShapeError:
        return False
    return True


_YES = "Oui : le filtre couvre toute l’image."
_NO = "Non : les derniers pixels sont ignorés."

STRIDE_FITS = Family(
    id="conv.stride_fits",
    title="Le pas tombe-t-il juste ?",
    topic="tailles",
    level=1,
    time_s=60,
    source="CNN I, « Pas (stride) »",
    objectives=("Reconnaître un pas qui ne tombe pas juste.",),
    domain={
        "size": integers(12, 64),
        "kernel": choices(3, 5, 7),
        "stride": choices(2, 3, 4),
        "padding": integers(0, 2),
    },
    answer=lambda size, kernel, padding, stride: Choice(
        _YES if _fits(size, kernel, padding, stride) else _NO
    ),
    mistakes=(
        Misconception(
            "stride-fits.opposite",
            lambda size, kernel, padding, stride: _NO if _fits(size, kernel, padding, stride) else _YES,
            "Regardez le reste de la division de W + 2P − F par S = {stride}.",
        ),
        Misconception(
            "stride-fits.size-only",
            lambda: "Cela dépend du nombre de filtres.",
            "Le nombre de filtres donne le nombre de cartes ; il ne change pas leur taille.",
        ),
        Misconception(
            "stride-fits.content",
            lambda: "Cela dépend des valeurs de l’image.",
            "Les positions du filtre ne dépendent que de W, F, S et P, jamais des valeurs.",
        ),
    ),
    statement=lambda size, kernel, stride, padding: (
        f"Une image de ${size}\\times{size}$ pixels, un filtre ${kernel}\\times{kernel}$, un pas $S = {stride}$, un "
        f"padding $P = {padding}$. Le pas tombe-t-il juste ?"
    ),
    solution=lambda size, kernel, stride, padding, answer: (
        f"$W + 2P − F = {size} + 2\\times{padding} − {kernel} = {size + 2 * padding - kernel}$, dont le reste par "
        f"$S = {stride}$ est {(size + 2 * padding - kernel) % stride}.",
        answer.shown(),
    ),
)

FAMILIES = (OUT_SIZE, OUT_TENSOR, STRIDE_FITS)
