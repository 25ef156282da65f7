"""Largeur et cardinalité : convolutions groupées, ResNeXt, Wide ResNet."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family
from coursekit.questions.text import NBSP

GROUPED = Family(
    id="resnext.group_params",
    title="Poids d’une convolution groupée",
    topic="moderne",
    level=1,
    time_s=90,
    source="CNN II, « ResNeXt »",
    objectives=("Compter les poids d’une convolution groupée.",),
    domain={
        "kernel": choices(3, 5),
        "channels": choices(64, 96, 128, 192, 256),
        "filters": choices(64, 128, 192, 320),
        "groups": choices(2, 4, 8, 16, 32),
    },
    answer=lambda kernel, channels, filters, groups: kernel**2 * channels * filters // groups,
    mistakes=(
        Misconception(
            "group-params.no-groups",
            lambda kernel, channels, filters: kernel**2 * channels * filters,
            "C’est une convolution ordinaire : ici, un filtre ne lit que les canaux de son groupe, et non les "
            "{channels}.",
        ),
        Misconception(
            "group-params.divided-twice",
            lambda kernel, channels, filters, groups: kernel**2 * channels * filters / groups**2,
            "C’est le compte d’un seul groupe : il y en a {groups}.",
        ),
        Misconception(
            "group-params.multiplied",
            lambda kernel, channels, filters, groups: kernel**2 * channels * filters * groups,
            "Vous avez multiplié par le nombre de groupes. Grouper retire des poids : chaque filtre lit moins de "
            "canaux.",
        ),
        Misconception(
            "group-params.one-channel",
            lambda kernel, filters: kernel**2 * filters,
            "Vous avez donné à chaque filtre un seul canal. Il lit tous ceux de son groupe, {channels} / {groups}.",
        ),
    ),
    statement=lambda kernel, channels, filters, groups: (
        f"Une couche convolutive lit {channels} canaux et a {filters} filtres ${kernel}\\times{kernel}$, sans biais. "
        f"Canaux et filtres sont répartis en {groups} groupes égaux : un filtre ne lit que les canaux de son groupe. "
        "Combien de poids la couche a-t-elle ?"
    ),
    solution=lambda kernel, channels, filters, groups, answer: (
        f"Un filtre lit ${channels} / {groups} = {channels // groups}$ canaux : il a "
        f"${kernel}^2\\times{channels // groups} = {kernel**2 * channels // groups}$ poids.",
        f"Il y a {filters} filtres : ${kernel**2 * channels // groups}\\times{filters} =$ {answer.shown()} poids.",
    ),
    hints=("Combien de canaux un filtre lit-il ?",),
)


def path_cost(channels: int, width: int) -> int:
    """Poids d’un chemin de ResNeXt : 1×1 vers `width` canaux, 3×3, 1×1 vers `channels` canaux."""
    return 2 * channels * width + 9 * width**2


@lru_cache(maxsize=512)
def matching_width(channels: int, bottleneck: int, paths: int) -> int:
    """La largeur entière des chemins qui donne le coût le plus proche du bloc à un seul chemin."""
    target = path_cost(channels, bottleneck)
    return min(range(1, bottleneck + 1), key=lambda width: abs(paths * path_cost(channels, width) - target))


def _half_path_width(channels: int, bottleneck: int, paths: int) -> int:
    """La même, si l’on oublie que chaque chemin remonte aussi à `channels` canaux."""
    target = path_cost(channels, bottleneck)
    return min(
        range(1, bottleneck + 1),
        key=lambda width: abs(paths * (channels * width + 9 * width**2) - target),
    )


WIDTH_FOR_BUDGET = Family(
    id="resnext.width_for_budget",
    title="La largeur des chemins à coût constant",
    topic="moderne",
    level=3,
    time_s=300,
    points=3,
    source="CNN II, « ResNeXt »",
    objectives=("Échanger largeur contre cardinalité à coût constant.",),
    domain={
        "channels": choices(128, 192, 256, 320, 512),
        "bottleneck": choices(32, 48, 64, 80, 96, 128),
        "paths": choices(2, 4, 6, 8, 16, 32),
    },
    valid=lambda channels, bottleneck: channels >= 2 * bottleneck,
    answer=matching_width,
    mistakes=(
        Misconception(
            "width-for-budget.divided",
            lambda bottleneck, paths: bottleneck // paths,
            "Vous avez partagé les {bottleneck} canaux entre les {paths} chemins. Les 3×3 coûtent alors bien "
            "moins : le "
            "bloc serait trop petit, et $d$ peut être plus grand.",
        ),
        Misconception(
            "width-for-budget.square-root",
            lambda bottleneck, paths: round(bottleneck / paths**0.5),
            "Vous n’avez gardé que le coût des 3×3. Comptez aussi les deux 1×1 de chaque chemin.",
        ),
        Misconception(
            "width-for-budget.one-pointwise",
            _half_path_width,
            "Vous avez oublié un des deux 1×1 : chaque chemin remonte de d à {channels} canaux.",
        ),
        Misconception(
            "width-for-budget.same-width",
            lambda bottleneck: bottleneck,
            "Avec {paths} chemins de cette largeur, le bloc coûterait {paths} fois plus.",
        ),
    ),
    statement=lambda channels, bottleneck, paths: (
        f"Un bloc résiduel lit et rend {channels} canaux par un seul chemin : $1\\times1$ vers {bottleneck} canaux, "
        f"$3\\times3$ de {bottleneck} filtres, $1\\times1$ vers {channels} canaux. On le remplace par {paths} "
        "chemins "
        "de même forme, dont les sorties s’additionnent, mais de $d$ canaux au lieu de "
        f"{bottleneck}. Sans compter les biais, quel entier $d$ garde un nombre de poids aussi proche que possible ?"
    ),
    solution=lambda channels, bottleneck, paths, answer: (
        f"Un chemin de $d$ canaux a ${channels}d + 9d^2 + {channels}d = {2 * channels}d + 9d^2$ poids.",
        f"Le bloc de départ en a ${2 * channels}\\times{bottleneck} + 9\\times{bottleneck}^2 = "
        f"{path_cost(channels, bottleneck)}$.",
        "On essaie les entiers autour de la solution :\n\n" + _tried(channels, paths, answer.value),
        f"Le plus proche est $d =$ {answer.shown()}.",
    ),
    hints=(
        "Écrivez le nombre de poids d’un chemin en fonction de d.",
        "C’est une équation du second degré : résolvez-la, puis essayez les deux entiers voisins.",
    ),
)


def _tried(channels: int, paths: int, width: int) -> str:
    tried = [d for d in (width - 1, width, width + 1) if d > 0]
    rows = [f"| {d} | {paths * path_cost(channels, d)} |" for d in tried]
    return "\n".join([f"| $d$ | Poids des {paths} chemins |", "|---|---|", *rows])


WIDE_BLOCK = Family(
    id="wrn.block_params",
    title="Élargir un bloc résiduel",
    topic="moderne",
    level=1,
    time_s=90,
    source="CNN II, « Wide Residual Network »",
    objectives=("Prévoir ce que coûte un réseau plus large.",),
    domain={"channels": choices(16, 24, 32, 48, 64, 128), "widening": integers(2, 12)},
    answer=lambda channels, widening: 18 * (channels * widening) ** 2,
    mistakes=(
        Misconception(
            "wide-block.once",
            lambda channels, widening: 18 * channels**2 * widening,
            "Vous n’avez multiplié par {widening} qu’une fois. Une couche élargie a plus de filtres, et chacun lit "
            "aussi plus de canaux.",
        ),
        Misconception(
            "wide-block.one-layer",
            lambda channels, widening: 9 * (channels * widening) ** 2,
            "C’est une seule des deux couches du bloc.",
        ),
        Misconception(
            "wide-block.not-widened",
            lambda channels: 18 * channels**2,
            "C’est le bloc d’origine : ses {channels} canaux sont ici multipliés par {widening}.",
        ),
        Misconception(
            "wide-block.squared-kernel",
            lambda channels, widening: 6 * (channels * widening) ** 2,
            "Un filtre 3×3 a 9 poids par canal, et non 3.",
        ),
        Misconception(
            "wide-block.cubed",
            lambda channels, widening: 18 * channels**2 * widening**3,
            "Vous avez élargi trois fois : seuls les canaux lus et les filtres sont plus nombreux, le noyau "
            "reste 3×3.",
        ),
    ),
    statement=lambda channels, widening: (
        f"Un bloc résiduel a deux couches $3\\times3$ de {channels} filtres, qui lisent {channels} canaux, sans "
        "biais. "
        f"On l’élargit d’un facteur $k = {widening}$, en entrée comme en sortie. Combien de poids a-t-il alors ?"
    ),
    solution=lambda channels, widening, answer: (
        f"Chaque couche lit et rend ${widening}\\times{channels} = {channels * widening}$ canaux.",
        f"Elle a $9\\times{channels * widening}^2 = {9 * (channels * widening) ** 2}$ poids ; les deux, "
        f"{answer.shown()}{NBSP}: ${widening}^2 = {widening**2}$ fois plus qu’avant.",
    ),
    hints=("Une couche 3×3 de C filtres qui lit C canaux a 9·C² poids.",),
)

FAMILIES = (GROUPED, WIDTH_FOR_BUDGET, WIDE_BLOCK)
