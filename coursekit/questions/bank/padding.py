"""Padding et pas : combien de zéros, lesquels, et ce qu’ils touchent."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, output_size, same_padding
from coursekit.errors import ShapeError
from coursekit.questions.answers import Choice, TensorShape
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family
from coursekit.questions.text import THIN

PADDED_SIZE = Family(
    id="conv.padded_size",
    title="Taille d’un volume entouré de zéros",
    topic="tailles",
    level=1,
    time_s=45,
    source="CNN I, « Ajout de zéros : zero padding »",
    objectives=("Dire ce que le zero padding ajoute à un volume.",),
    tags=("padding",),
    domain={
        "height": choices(7, 14, 28, 30, 48, 64),
        "width": choices(7, 14, 32, 40, 56, 64),
        "channels": choices(1, 3, 16, 64),
        "padding": integers(1, 4),
    },
    answer=lambda height, width, channels, padding: TensorShape(
        (height + 2 * padding, width + 2 * padding, channels)
    ),
    mistakes=(
        Misconception(
            "padded-size.one-side",
            lambda height, width, channels, padding: (height + padding, width + padding, channels),
            "Vous n’avez ajouté les zéros que d’un côté. Le padding entoure le volume : {padding} en haut et "
            "{padding} en bas, {padding} à gauche et {padding} à droite.",
        ),
        Misconception(
            "padded-size.channels-too",
            lambda height, width, channels, padding: (
                height + 2 * padding,
                width + 2 * padding,
                channels + 2 * padding,
            ),
            "Vous avez ajouté des canaux. Le padding entoure chaque carte de zéros ; il n’ajoute pas de carte.",
        ),
        Misconception(
            "padded-size.width-only",
            lambda height, width, channels, padding: (height, width + 2 * padding, channels),
            "Vous n’avez élargi que les lignes. Il faut aussi des lignes de zéros au-dessus et au-dessous.",
        ),
        Misconception(
            "padded-size.four-times",
            lambda height, width, channels, padding: (height + 4 * padding, width + 4 * padding, channels),
            "Vous avez ajouté quatre fois le padding. Le long d’une dimension, il n’y a que deux bords.",
        ),
        Misconception(
            "padded-size.output",
            lambda height, width, channels: (height, width, channels),
            "C’est le volume d’avant. On demande ce que lit la couche, zéros compris.",
        ),
    ),
    statement=lambda height, width, channels, padding: (
        f"Avant une convolution, un volume de ${height}\\times{width}\\times{channels}$ (hauteur, largeur, canaux) "
        f"reçoit un zero padding $P = {padding}$ de chaque côté. Quelle est la forme du volume que parcourent les "
        "filtres (hauteur × largeur × canaux) ?"
    ),
    solution=lambda height, width, channels, padding, answer: (
        f"Hauteur : ${height} + 2\\times{padding} = {height + 2 * padding}$. "
        f"Largeur : ${width} + 2\\times{padding} = {width + 2 * padding}$.",
        f"Les {channels} canaux sont tous entourés de zéros : leur nombre ne change pas."
        if channels > 1
        else "Le canal est entouré de zéros : il reste seul.",
        f"Les filtres parcourent un volume de {answer.shown()}.",
    ),
    hints=("Combien de bords rencontre-t-on le long d’une ligne ?",),
)

SAME_PADDING = Family(
    id="conv.same_padding",
    title="Le padding qui conserve la taille",
    topic="tailles",
    level=1,
    time_s=45,
    source="CNN I, « Quelques questions »",
    objectives=("Choisir le padding qui conserve la taille d’une carte.",),
    tags=("padding",),
    domain={
        "size": choices(14, 28, 32, 56, 64, 112, 224),
        "channels": choices(3, 10, 16, 64, 256),
        "kernel_size": choices(3, 5, 7, 9, 11, 13),
    },
    valid=lambda size, kernel_size: kernel_size <= size,
    formula=same_padding,
    mistakes=(
        Misconception(
            "same-padding.kernel",
            lambda kernel_size: kernel_size,
            "Vous avez donné la taille du filtre. Cherchez plutôt de combien la sortie rétrécit sans padding.",
        ),
    ),
    statement=lambda size, channels, kernel_size: (
        f"Un volume de ${size}\\times{size}\\times{channels}$ traverse une couche de filtres "
        f"${kernel_size}\\times{kernel_size}$ ($F = {kernel_size}$), à pas 1. De quelle largeur $P$, de chaque "
        "côté, doit être le zero "
        f"padding pour que les cartes de sortie soient aussi de ${size}\\times{size}$ ?"
    ),
    solution=lambda kernel_size, answer: (
        same_padding.explain(kernel_size),
        f"Le padding est P = {answer.shown()}.",
    ),
    hints=(
        "Sans padding, combien de pixels la sortie perd-elle ?",
        "Ce qui manque se partage entre deux bords.",
    ),
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


def _least(size: int, kernel: int, stride: int) -> int | None:
    """Le plus petit padding pour lequel le pas tombe juste ; `None` s’il n’y en a pas."""
    return next((p for p in range(stride) if (size + 2 * p - kernel) % stride == 0), None)


LEAST_PADDING = Family(
    id="conv.least_padding",
    title="Le plus petit padding qui convient au pas",
    topic="tailles",
    level=2,
    time_s=120,
    source="CNN I, « Pas (stride) »",
    objectives=("Choisir un padding pour que le pas tombe juste.",),
    tags=("padding", "pas"),
    domain={
        "size": integers(20, 64),
        "kernel": choices(3, 5, 7, 9),
        "stride": choices(3, 4, 5, 7),
    },
    valid=lambda size, kernel, stride: (_least(size, kernel, stride) or 0) > 0,
    answer=lambda size, kernel, stride: _least(size, kernel, stride),
    mistakes=(
        Misconception(
            "least-padding.both-sides-at-once",
            lambda size, kernel, stride: (kernel - size) % stride,
            "C’est le nombre total de zéros qui manquent jusqu’au prochain multiple du pas. Le padding s’ajoute des "
            "deux côtés : c’est 2P qui doit combler l’écart, à un multiple de S près.",
        ),
        Misconception(
            "least-padding.remainder",
            lambda size, kernel, stride: (size - kernel) % stride,
            "C’est le reste de la division, donc le nombre de pixels ignorés. Cherchez ce qu’il faut ajouter pour "
            "que W + 2P − F devienne un multiple de {stride}.",
        ),
        Misconception(
            "least-padding.same",
            lambda kernel: (kernel - 1) // 2,
            "Vous avez pris (F − 1)/2, qui conserve la taille à pas 1. Ici, on veut que W + 2P − F soit un multiple "
            "de {stride}.",
        ),
        Misconception(
            "least-padding.none",
            lambda: 0,
            "Sans padding, W − F n’est pas un multiple de {stride} : le filtre n’atteint pas le dernier pixel.",
        ),
        Misconception(
            "least-padding.next",
            lambda size, kernel, stride: (_least(size, kernel, stride) or 0) + stride,
            "Ce padding convient, mais il en existe un plus petit.",
        ),
    ),
    statement=lambda size, kernel, stride: (
        f"Des filtres ${kernel}\\times{kernel}$ parcourent une image de ${size}\\times{size}$ avec un pas "
        f"$S = {stride}$, et le pas ne tombe pas juste. Quel est le plus petit padding $P$, de chaque côté, pour que "
        "les filtres couvrent exactement l’image entourée de ses zéros ?"
    ),
    solution=lambda size, kernel, stride, answer: (
        f"Il faut que $W + 2P − F = {size} + 2P − {kernel} = {size - kernel} + 2P$ soit un multiple de {stride}.",
        "On essaie : "
        + f"{THIN}; ".join(
            f"$P = {p}$ donne ${size - kernel + 2 * p}$, de reste {(size - kernel + 2 * p) % stride}"
            for p in range(answer.value + 1)
        )
        + ".",
        f"Le plus petit padding est P = {answer.shown()}.",
    ),
    hints=("Écrivez la condition sur W + 2P − F.", "Essayez P = 1, puis P = 2, et regardez le reste."),
)

FAMILIES = (PADDED_SIZE, SAME_PADDING, STRIDE_FITS, LEAST_PADDING)
