"""Le module Inception : profondeur de sa sortie, prix du module naïf, économie des 1×1."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, conv_macs
from coursekit.questions.answers import Real
from coursekit.questions.branches import branches
from coursekit.questions.domain import choices
from coursekit.questions.family import Family, Figure

MILLION = 1_000_000


def _volume(side: int, channels: int) -> str:
    return f"{side}×{side}×{channels}"


def naive_module(side: int, channels: int, k1: int, k3: int, k5: int) -> Figure:
    paths = ((f"conv 1×1, {k1}",), (f"conv 3×3, {k3}",), (f"conv 5×5, {k5}",), ("max pool 3×3",))
    return branches(_volume(side, channels), paths, "concaténation", "Leurs sorties sont concaténées.")


def reduced_module(
    side: int, channels: int, k1: int, k3: int, k5: int, reduce: tuple[int, int, int]
) -> Figure:
    """`reduce` : les filtres 1×1 devant les 3×3, devant les 5×5 et derrière le pooling."""
    paths = (
        (f"conv 1×1, {k1}",),
        (f"conv 1×1, {reduce[0]}", f"conv 3×3, {k3}"),
        (f"conv 1×1, {reduce[1]}", f"conv 5×5, {k5}"),
        ("max pool 3×3", f"conv 1×1, {reduce[2]}"),
    )
    return branches(_volume(side, channels), paths, "concaténation", "Leurs sorties sont concaténées.")


def _depth_figure(side: int, channels: int, k1: int, k3: int, k5: int, project: int) -> Figure:
    if project:
        return reduced_module(side, channels, k1, k3, k5, (k3 // 2, k5 // 4, project))
    return naive_module(side, channels, k1, k3, k5)


CONCAT_DEPTH = Family(
    id="inception.concat_depth",
    title="Profondeur de la sortie d’un module Inception",
    topic="inception",
    level=1,
    time_s=60,
    source="CNN I, « GoogLeNet »",
    objectives=("Suivre les canaux à travers une concaténation.",),
    domain={
        "side": choices(14, 28),
        "channels": choices(192, 256, 480, 512),
        "k1": choices(64, 128, 160, 192),
        "k3": choices(96, 128, 192, 208, 256),
        "k5": choices(32, 48, 64, 96),
        "project": choices(0, 32, 64, 128),
    },
    answer=lambda channels, k1, k3, k5, project: k1 + k3 + k5 + (project or channels),
    mistakes=(
        Misconception(
            "concat-depth.no-pool",
            lambda k1, k3, k5: k1 + k3 + k5,
            "Vous avez oublié la branche du pooling, qui apporte aussi ses canaux.",
        ),
        Misconception(
            "concat-depth.max",
            lambda channels, k1, k3, k5, project: max(k1, k3, k5, project or channels),
            "Vous n’avez gardé que la branche la plus large. Concaténer, c’est mettre tous les canaux bout à bout.",
        ),
        Misconception(
            "concat-depth.input-added",
            lambda channels, k1, k3, k5, project: k1 + k3 + k5 + (project or channels) + channels,
            "Vous avez ajouté les canaux de l’entrée. Elle ne passe pas à côté du module : seules les quatre "
            "branches "
            "sont concaténées.",
        ),
        Misconception(
            "concat-depth.pool-keeps",
            lambda channels, k1, k3, k5, project: k1 + k3 + k5 + channels if project else None,
            "Le pooling garde ses canaux, mais la convolution 1×1 qui le suit les ramène à {project}.",
        ),
        Misconception(
            "concat-depth.reducers",
            lambda k1, k3, k5, project: k1 + k3 + k5 + project + k3 // 2 + k5 // 4 if project else None,
            "Vous avez compté aussi les 1×1 qui réduisent. Seule la dernière couche de chaque branche est "
            "concaténée.",
        ),
        Misconception(
            "concat-depth.mean",
            lambda channels, k1, k3, k5, project: (k1 + k3 + k5 + (project or channels)) // 4,
            "Vous avez fait une moyenne des branches. Une concaténation garde tous leurs canaux.",
        ),
    ),
    statement=lambda side, channels: (
        f"Le module Inception ci-dessous lit un volume de ${side}\\times{side}\\times{channels}$ ; toutes ses "
        "couches "
        "conservent la taille. Le nombre écrit après une taille est celui des filtres. Combien de canaux sa sortie "
        "a-t-elle ?"
    ),
    figure=_depth_figure,
    solution=lambda channels, k1, k3, k5, project, answer: (
        f"La branche du pooling rend {project or channels} canaux"
        + (
            " : ceux de sa convolution 1×1."
            if project
            else ", ceux de l’entrée : un pooling ne les change pas."
        ),
        f"${k1} + {k3} + {k5} + {project or channels}$ = {answer.shown()} canaux.",
    ),
    hints=("Combien de canaux chaque branche rend-elle ?",),
)

MODULE_DOMAIN = {
    "side": choices(14, 28),
    "channels": choices(192, 256, 480, 512),
    "k1": choices(64, 128, 160, 192),
    "k3": choices(96, 128, 192, 208),
    "k5": choices(32, 48, 64, 96),
}


@lru_cache(maxsize=1024)
def naive_macs(side: int, channels: int, k1: int, k3: int, k5: int) -> tuple[int, int, int]:
    """Multiplications des trois convolutions du module naïf."""
    return (
        conv_macs(channels, k1, 1, side),
        conv_macs(channels, k3, 3, side),
        conv_macs(channels, k5, 5, side),
    )


def millions(macs: float) -> float:
    return float(macs) / MILLION


def _naive_terms(side: int, channels: int, k1: int, k3: int, k5: int) -> str:
    return " ; ".join(
        f"{size}×{size} : ${side}^2\\times{count}\\times{size}^2\\times{channels} = {macs}$"
        for size, count, macs in zip(
            (1, 3, 5), (k1, k3, k5), naive_macs(side, channels, k1, k3, k5), strict=True
        )
    )


NAIVE_MACS = Family(
    id="inception.naive_macs",
    title="Coût d’un module Inception naïf",
    topic="inception",
    level=2,
    time_s=150,
    points=2,
    source="CNN I, « GoogLeNet » (Conv Ops)",
    objectives=("Compter les multiplications d’un module Inception.",),
    domain=MODULE_DOMAIN,
    answer=lambda side, channels, k1, k3, k5: Real(millions(sum(naive_macs(side, channels, k1, k3, k5)))),
    mistakes=(
        Misconception(
            "naive-macs.kernel-not-squared",
            lambda side, channels, k1, k3, k5: millions(side**2 * channels * (k1 + 3 * k3 + 5 * k5)),
            "Vous avez pris F et non F² : un filtre 3×3 fait 9 multiplications par canal, un 5×5 en fait 25.",
        ),
        Misconception(
            "naive-macs.no-depth",
            lambda side, k1, k3, k5: millions(side**2 * (k1 + 9 * k3 + 25 * k5)),
            "Vous avez oublié la profondeur : chaque filtre lit les {channels} canaux de l’entrée.",
        ),
        Misconception(
            "naive-macs.parameters",
            lambda channels, k1, k3, k5: millions(channels * (k1 + 9 * k3 + 25 * k5)),
            "C’est le nombre de poids. Chacun sert à chacune des {side}×{side} positions.",
        ),
        Misconception(
            "naive-macs.flops",
            lambda side, channels, k1, k3, k5: millions(2 * sum(naive_macs(side, channels, k1, k3, k5))),
            "Vous avez compté à part multiplications et additions ; on ne demande que les multiplications.",
        ),
        Misconception(
            "naive-macs.all-large",
            lambda side, channels, k1, k3, k5: millions(25 * side**2 * channels * (k1 + k3 + k5)),
            "Vous avez donné à toutes les branches le coût d’un filtre 5×5. Comptez-les une à une.",
        ),
    ),
    statement=lambda side, channels: (
        f"Le module Inception naïf ci-dessous lit un volume de ${side}\\times{side}\\times{channels}$ ; toutes ses "
        "couches conservent la taille. Combien de multiplications ses convolutions font-elles pour une image, en "
        "millions (trois chiffres significatifs) ?"
    ),
    figure=naive_module,
    solution=lambda side, channels, k1, k3, k5, answer: (
        f"On compte branche par branche. {_naive_terms(side, channels, k1, k3, k5)}.",
        f"Le pooling ne multiplie rien. La somme fait {answer.shown()} millions.",
    ),
    hints=("Combien de multiplications pour une seule valeur de sortie d’un filtre F×F ?",),
)

FAMILIES = (CONCAT_DEPTH, NAIVE_MACS)
