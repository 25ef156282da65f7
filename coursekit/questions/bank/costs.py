"""Paramètres et multiplications d’une couche convolutive."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, conv_macs, conv_parameters, output_size
from coursekit.questions.domain import choices
from coursekit.questions.family import Family

CONV_PARAMS = Family(
    id="conv.params",
    title="Paramètres d’une couche convolutive",
    topic="couts",
    level=1,
    time_s=75,
    source="CNN I, « Réduction # paramètres »",
    objectives=("Compter les paramètres d’une couche convolutive.",),
    domain={
        "size": choices(28, 32, 56, 64),
        "channels": choices(3, 6, 8, 16, 32, 64, 96),
        "kernel": choices(3, 5, 7),
        "filters": choices(8, 12, 16, 24, 48, 128),
    },
    formula=conv_parameters,
    arguments=lambda channels, kernel, filters: {
        "in_channels": channels,
        "out_channels": filters,
        "kernel_size": kernel,
    },
    without=("conv-parameters.no-groups", "conv-parameters.unwanted-bias"),
    mistakes=(
        Misconception(
            "conv-params.per-position",
            lambda size, kernel, channels, filters: (
                output_size(size, kernel) ** 2 * (kernel**2 * channels + 1) * filters
            ),
            "Vous avez compté des poids nouveaux à chaque position. Le même filtre sert partout : c’est le "
            "partage des "
            "poids.",
        ),
        Misconception(
            "conv-params.bias-per-channel",
            lambda kernel, channels, filters: (kernel**2 + 1) * channels * filters,
            "Vous avez compté un biais par canal d’entrée. Un filtre, si profond soit-il, n’a qu’un biais.",
        ),
    ),
    statement=lambda size, channels, kernel, filters: (
        f"Une couche convolutive lit un volume de ${size}\\times{size}\\times{channels}$ et lui applique {filters} "
        f"filtres ${kernel}\\times{kernel}$ avec biais, à pas 1 et sans padding. Combien de paramètres a-t-elle ?"
    ),
    solution=lambda channels, kernel, filters, answer: (
        f"Un filtre traverse les {channels} canaux : il a ${kernel}\\times{kernel}\\times{channels} = "
        f"{kernel**2 * channels}$ poids et 1 biais.",
        f"Il y a {filters} filtres : $({kernel**2 * channels} + 1)\\times{filters}$, soit {answer.shown()} "
        "paramètres.",
    ),
    hints=("Comptez d’abord un seul filtre.", "La taille de l’image compte-t-elle ?"),
)


def _same_output(size: int, kernel: int, stride: int) -> int:
    return output_size(size, kernel, stride, (kernel - 1) // 2)


CONV_MACS = Family(
    id="conv.macs",
    title="Multiplications d’une couche convolutive",
    topic="couts",
    level=2,
    time_s=120,
    points=2,
    source="CNN I, « GoogLeNet » (Conv Ops)",
    objectives=("Compter les multiplications d’une couche convolutive.",),
    domain={
        "size": choices(14, 28, 56, 112),
        "channels": choices(3, 16, 64, 96, 192),
        "kernel": choices(1, 3, 5),
        "stride": choices(1, 2),
        "filters": choices(8, 24, 32, 128),
    },
    formula=conv_macs,
    arguments=lambda size, channels, kernel, stride, filters: {
        "in_channels": channels,
        "out_channels": filters,
        "kernel_size": kernel,
        "output_size": _same_output(size, kernel, stride),
    },
    without=("conv-macs.no-groups",),
    mistakes=(
        Misconception(
            "conv-macs.input-size",
            lambda size, channels, kernel, filters, stride: (
                size**2 * filters * kernel**2 * channels if stride > 1 else None
            ),
            "Vous avez compté une position par pixel de l’entrée. Avec un pas de {stride}, le filtre ne s’arrête "
            "qu’aux "
            "positions de la sortie.",
        ),
        Misconception(
            "conv-macs.one-dimension",
            lambda size, channels, kernel, filters, stride: (
                _same_output(size, kernel, stride) ** 2 * filters * kernel * channels
            ),
            "Vous avez compté F poids au lieu de F². Le filtre est un carré de {kernel}×{kernel}.",
        ),
        Misconception(
            "conv-macs.one-side",
            lambda size, channels, kernel, filters, stride: (
                _same_output(size, kernel, stride) * filters * kernel**2 * channels
            ),
            "Vous n’avez compté qu’une ligne de la sortie : le filtre s’arrête en hauteur et en largeur.",
        ),
    ),
    statement=lambda size, channels, kernel, stride, filters: (
        f"Une couche de {filters} filtres ${kernel}\\times{kernel}$ lit un volume de "
        f"${size}\\times{size}\\times{channels}$, avec un pas $S = {stride}$ et "
        + (f"un padding $P = {kernel // 2}$. " if kernel > 1 else "sans padding. ")
        + "Combien de multiplications fait-elle pour une image ? On compte aussi celles par zéro."
    ),
    solution=lambda size, channels, kernel, stride, filters, answer: (
        output_size.explain(size, kernel, stride, (kernel - 1) // 2),
        "La sortie a "
        f"${_same_output(size, kernel, stride)}\\times{_same_output(size, kernel, stride)}\\times{filters} = "
        f"{_same_output(size, kernel, stride) ** 2 * filters}$ valeurs ; chacune demande "
        f"${kernel}\\times{kernel}\\times{channels} = {kernel**2 * channels}$ multiplications.",
        f"En tout, ${_same_output(size, kernel, stride) ** 2 * filters}\\times{kernel**2 * channels}$, soit "
        f"{answer.shown()} multiplications.",
    ),
    hints=(
        "Combien de multiplications pour une seule valeur de la sortie ?",
        "Combien la sortie a-t-elle de valeurs ?",
    ),
)

FAMILIES = (CONV_PARAMS, CONV_MACS)
