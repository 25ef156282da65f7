"""Champ récepteur : piles de filtres, pas, dilatation."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, effective_kernel, jump, receptive_field
from coursekit.questions.diagrams import blocks
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Figure, Part

Layers = tuple[tuple[int, int], ...]


def _three(first: int, stride: int, pool: int, last: int, last_stride: int) -> Layers:
    """Une convolution, un pooling jointif, une convolution : leurs (F, S)."""
    return ((first, stride), (pool, pool), (last, last_stride))


def _drawing(first: int, stride: int, pool: int, last: int, last_stride: int) -> Figure:
    return blocks(
        (
            ("Image",),
            ("Convolution", f"{first}×{first}", f"S = {stride}"),
            ("Max pooling", f"{pool}×{pool}", f"S = {pool}"),
            ("Convolution", f"{last}×{last}", f"S = {last_stride}"),
        )
    )


STACK = Family(
    id="rf.stack",
    title="Champ récepteur de trois couches",
    topic="champ",
    level=2,
    time_s=150,
    points=2,
    source="CNN I, « Champ récepteur »",
    objectives=("Calculer le champ récepteur d’une pile de couches.",),
    tags=("schéma",),
    domain={
        "first": choices(3, 5, 7),
        "stride": choices(1, 2),
        "pool": choices(2, 3),
        "last": choices(3, 5),
        "last_stride": choices(1, 2),
    },
    formula=receptive_field,
    arguments=lambda first, stride, pool, last, last_stride: {
        "layers": _three(first, stride, pool, last, last_stride)
    },
    mistakes=(
        Misconception(
            "receptive-field.no-pooling",
            lambda first, stride, last: receptive_field(((first, stride), (last, 1))),
            "Vous avez sauté le pooling. Sa fenêtre élargit le champ, et son pas écarte les unités qui suivent.",
        ),
    ),
    statement=lambda: (
        "Voici trois couches d’un réseau ; S est leur pas. Quelle est la largeur, en pixels de l’image, du champ "
        "récepteur d’une unité de la dernière couche ?"
    ),
    figure=_drawing,
    hints=(
        "Chaque couche élargit le champ de F − 1 fois l’écart entre les unités qu’elle lit.",
        "Le pas d’une couche ne compte qu’à partir de la couche suivante.",
    ),
)

JUMP = Family(
    id="rf.jump",
    title="De combien le champ se décale",
    topic="champ",
    level=1,
    time_s=60,
    source="CNN I, « Champ récepteur »",
    objectives=("Relier une unité à l’endroit de l’image qu’elle regarde.",),
    tags=("schéma",),
    domain={
        "first": choices(3, 5, 7),
        "stride": choices(1, 2, 3, 4),
        "pool": choices(2, 3),
        "last": choices(3, 5),
        "last_stride": choices(1, 2),
    },
    formula=jump,
    arguments=lambda first, stride, pool, last, last_stride: {
        "layers": _three(first, stride, pool, last, last_stride)
    },
    mistakes=(
        Misconception(
            "jump.receptive-field",
            lambda layers: receptive_field(layers),
            "C’est la largeur du champ. On demande de combien il se décale d’une unité à sa voisine.",
        ),
        Misconception(
            "jump.no-pooling",
            lambda stride, last_stride: stride * last_stride,
            "Vous avez oublié le pooling : lui aussi avance de plusieurs cases à la fois.",
        ),
        Misconception(
            "jump.kernels",
            lambda first, last, pool: first * pool * last,
            "Vous avez multiplié les tailles des fenêtres. Le décalage ne dépend que des pas.",
        ),
        Misconception(
            "jump.without-last",
            lambda stride, pool, last_stride: stride * pool if last_stride > 1 else None,
            "Vous vous êtes arrêté avant la dernière couche : son pas écarte aussi ses unités.",
        ),
    ),
    statement=lambda: (
        "Voici trois couches d’un réseau ; S est leur pas. Deux unités voisines de la dernière couche regardent "
        "l’image à "
        "deux endroits : combien de pixels séparent les débuts de leurs champs récepteurs ?"
    ),
    figure=_drawing,
    hints=("De combien de pixels se décale-t-on si l’on avance d’une unité dans la première couche ?",),
)


def _reach(layers: int, small: int) -> int:
    """Le champ récepteur d’une pile de couches à pas 1."""
    return layers * (small - 1) + 1


STACK_DEPTH = Family(
    id="rf.stack_depth",
    title="Remplacer un grand filtre par une pile",
    topic="champ",
    level=1,
    time_s=60,
    source="CNN I, « VGGNet »",
    objectives=("Choisir la hauteur d’une pile de petits filtres.",),
    domain={"layers": integers(2, 9), "small": choices(3, 5, 7), "channels": choices(32, 64, 128, 256)},
    valid=lambda layers, small: _reach(layers, small) <= 31,
    answer=lambda layers: layers,
    mistakes=(
        Misconception(
            "how-many.division",
            lambda layers, small: _reach(layers, small) // small,
            "Vous avez divisé les tailles. La première couche voit {small} pixels, mais chacune des suivantes en "
            "ajoute "
            "un de moins.",
        ),
        Misconception(
            "how-many.one-per-layer",
            lambda layers, small: _reach(layers, small) - small + 1,
            "Vous avez compté un pixel de plus par couche. Une couche élargit le champ des deux côtés.",
        ),
        Misconception(
            "how-many.weights",
            lambda layers, small: _reach(layers, small) ** 2 // small**2,
            "Vous avez comparé les surfaces des filtres, donc leurs poids. C’est la largeur du champ qui compte.",
        ),
        Misconception(
            "how-many.first-layer",
            lambda layers: layers - 1,
            "Vous avez compté les couches ajoutées à la première : comptez aussi celle-ci.",
        ),
        Misconception(
            "how-many.extra",
            lambda layers: layers + 1,
            "Vous avez une couche de trop : son champ dépasserait celui du grand filtre.",
        ),
    ),
    statement=lambda layers, small, channels: (
        f"On remplace une couche de {channels} filtres ${_reach(layers, small)}\\times{_reach(layers, small)}$ "
        "par une pile "
        f"de couches de {channels} filtres ${small}\\times{small}$, à pas 1. Combien de couches faut-il pour "
        "garder le "
        "même champ récepteur ?"
    ),
    solution=lambda layers, small, answer: (
        f"À pas 1, chaque couche ${small}\\times{small}$ élargit le champ de ${small} − 1 = {small - 1}$ pixels, "
        "à partir "
        "de 1 pixel.",
        f"Il faut passer de 1 à {_reach(layers, small)} : $({_reach(layers, small)} − 1)/{small - 1}$, soit "
        f"{answer.shown()} couches.",
    ),
    hints=("Quel est le champ récepteur de deux couches empilées ?",),
)


DILATED = Family(
    id="rf.dilated",
    title="Un filtre à trous",
    topic="champ",
    level=2,
    time_s=90,
    points=2,
    source="CNN I, « Convolution à trous »",
    objectives=("Dire ce que la dilatation change, et ce qu’elle ne change pas.",),
    domain={
        "kernel_size": choices(3, 5, 7),
        "dilation": integers(2, 6),
        "channels": choices(1, 3, 16, 64),
    },
    statement=lambda kernel_size, dilation, channels: (
        f"Un filtre ${kernel_size}\\times{kernel_size}$ est dilaté de $d = {dilation}$ : les pixels qu’il lit sont à "
        f"{dilation} pixels l’un de l’autre. Il lit un volume de "
        + ("1 canal." if channels == 1 else f"{channels} canaux.")
    ),
    parts=(
        Part(
            name="extent",
            prompt="De quelle largeur, en pixels, est la fenêtre qu’il couvre ?",
            formula=effective_kernel,
            mistakes=(
                Misconception(
                    "dilated.unchanged",
                    lambda kernel_size: kernel_size,
                    "C’est le nombre de pixels lus sur une ligne. La fenêtre comprend aussi les pixels sautés.",
                ),
            ),
        ),
        Part(
            name="weights",
            prompt="Combien de poids a ce filtre, sans le biais ?",
            answer=lambda kernel_size, channels: kernel_size**2 * channels,
            mistakes=(
                Misconception(
                    "dilated.window-weights",
                    lambda kernel_size, dilation, channels: (
                        effective_kernel(kernel_size, dilation) ** 2 * channels
                    ),
                    "Vous avez mis un poids dans les trous. La dilatation écarte les poids ; elle n’en ajoute pas.",
                ),
                Misconception(
                    "dilated.flat",
                    lambda kernel_size: kernel_size**2,
                    "Vous avez oublié la profondeur : le filtre lit {channels} canaux.",
                ),
                Misconception(
                    "dilated.multiplied",
                    lambda kernel_size, dilation, channels: kernel_size**2 * dilation * channels,
                    "Vous avez multiplié par la dilatation, qui ne change pas le nombre de poids.",
                ),
            ),
        ),
    ),
    solution=lambda kernel_size, dilation, channels, answer: (
        effective_kernel.explain(kernel_size, dilation),
        f"La fenêtre fait donc {answer.answers[0][1].shown()} pixels de large.",
        f"Le filtre n’a de poids que sur les pixels lus : ${kernel_size}\\times{kernel_size}\\times{channels}$, soit "
        f"{answer.answers[1][1].shown()}.",
    ),
    hints=("Dessinez une ligne du filtre, trous compris.",),
)

FAMILIES = (JUMP, STACK_DEPTH, STACK, DILATED)
