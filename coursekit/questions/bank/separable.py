"""Convolution depthwise separable : filtrer chaque canal seul, puis mélanger les canaux."""

from __future__ import annotations

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Real
from coursekit.questions.domain import choices
from coursekit.questions.family import Family

LAYER = {
    "kernel": choices(3, 5, 7),
    "channels": choices(16, 24, 32, 64, 96, 128, 256, 512),
    "filters": choices(32, 48, 64, 128, 192, 256, 1024),
}

PARAMS = Family(
    id="dwsep.params",
    title="Poids d’une convolution depthwise separable",
    topic="moderne",
    level=1,
    time_s=90,
    source="CNN II, « Convolution depthwise separable »",
    objectives=("Compter les poids d’une convolution depthwise separable.",),
    domain=LAYER,
    answer=lambda kernel, channels, filters: channels * (kernel**2 + filters),
    mistakes=(
        Misconception(
            "dwsep-params.standard",
            lambda kernel, channels, filters: channels * kernel**2 * filters,
            "C’est une convolution ordinaire. Ici, les filtres {kernel}×{kernel} ne lisent qu’un canal, et les 1×1 "
            "viennent après.",
        ),
        Misconception(
            "dwsep-params.no-pointwise",
            lambda kernel, channels: channels * kernel**2,
            "Vous avez oublié la seconde étape : les {filters} filtres 1×1, qui lisent tous les canaux.",
        ),
        Misconception(
            "dwsep-params.no-depthwise",
            lambda channels, filters: channels * filters,
            "Vous avez oublié la première étape : un filtre {kernel}×{kernel} par canal.",
        ),
        Misconception(
            "dwsep-params.one-depthwise",
            lambda kernel, channels, filters: kernel**2 + channels * filters,
            "Il n’y a pas un seul filtre depthwise, mais un par canal.",
        ),
    ),
    statement=lambda kernel, channels, filters: (
        f"Une convolution depthwise separable lit {channels} canaux : d’abord des filtres depthwise "
        f"${kernel}\\times{kernel}$, puis {filters} filtres $1\\times1$. Combien de poids a-t-elle, sans les biais ?"
    ),
    solution=lambda kernel, channels, filters, answer: (
        f"Étape depthwise : un filtre par canal, ${channels}\\times{kernel}^2 = {channels * kernel**2}$ poids.",
        f"Étape pointwise : ${filters}\\times{channels} = {filters * channels}$ poids.",
        f"En tout, {answer.shown()} poids.",
    ),
    hints=("Comptez les poids de chacune des deux étapes, puis additionnez.",),
)

MACS = Family(
    id="dwsep.macs",
    title="Multiplications d’une convolution depthwise separable",
    topic="moderne",
    level=2,
    time_s=120,
    source="CNN II, « Temps de calcul »",
    objectives=("Compter les multiplications d’une convolution depthwise separable.",),
    domain={"size": choices(7, 14, 28, 56, 112), **LAYER},
    answer=lambda size, kernel, channels, filters: size**2 * channels * (kernel**2 + filters),
    mistakes=(
        Misconception(
            "dwsep-macs.standard",
            lambda size, kernel, channels, filters: size**2 * channels * kernel**2 * filters,
            "C’est le calcul d’une convolution ordinaire : les filtres depthwise ne lisent qu’un canal.",
        ),
        Misconception(
            "dwsep-macs.no-positions",
            lambda kernel, channels, filters: channels * (kernel**2 + filters),
            "Ce sont les poids. Chacun sert à toutes les positions de la carte, {size}×{size}.",
        ),
        Misconception(
            "dwsep-macs.one-side",
            lambda size, kernel, channels, filters: size * channels * (kernel**2 + filters),
            "La carte a {size}×{size} positions, et non {size}.",
        ),
        Misconception(
            "dwsep-macs.no-pointwise",
            lambda size, kernel, channels: size**2 * channels * kernel**2,
            "Vous avez oublié les multiplications des filtres 1×1.",
        ),
        Misconception(
            "dwsep-macs.no-depthwise",
            lambda size, channels, filters: size**2 * channels * filters,
            "Vous avez oublié les multiplications de l’étape depthwise.",
        ),
    ),
    statement=lambda size, kernel, channels, filters: (
        f"Une convolution depthwise separable lit un volume ${size}\\times{size}\\times{channels}$ : filtres "
        "depthwise "
        f"${kernel}\\times{kernel}$, pas de 1, avec un padding qui garde la taille, puis {filters} filtres "
        "$1\\times1$. "
        "Combien de multiplications fait-elle ?"
    ),
    solution=lambda size, kernel, channels, filters, answer: (
        f"À chaque position, l’étape depthwise fait ${channels}\\times{kernel}^2 = {channels * kernel**2}$ "
        f"multiplications, et l’étape pointwise ${channels}\\times{filters} = {channels * filters}$.",
        f"Il y a ${size}\\times{size} = {size**2}$ positions : {answer.shown()} multiplications.",
    ),
    hints=("Comptez d’abord les multiplications en une position.",),
)

RATIO = Family(
    id="dwsep.ratio",
    title="Ce qui reste du calcul",
    topic="moderne",
    level=2,
    time_s=90,
    source="CNN II, « Temps de calcul »",
    objectives=("Dire ce qu’on gagne à séparer une convolution.",),
    domain={
        "kernel": choices(3, 5, 7),
        "filters": choices(12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 256, 512),
    },
    answer=lambda kernel, filters: Real(100 * (1 / filters + 1 / kernel**2), "%"),
    mistakes=(
        Misconception(
            "dwsep-ratio.kernel-only",
            lambda kernel: 100 / kernel**2,
            "Vous avez gardé $1/F^2$ seul : c’est la limite quand il y a beaucoup de filtres. Ajoutez $1/K$.",
        ),
        Misconception(
            "dwsep-ratio.filters-only",
            lambda filters: 100 / filters,
            "C’est la part de l’étape depthwise seule : il reste les filtres 1×1.",
        ),
        Misconception(
            "dwsep-ratio.product",
            lambda kernel, filters: 100 / (filters * kernel**2),
            "Les deux étapes se suivent : leurs coûts s’additionnent, ils ne se multiplient pas.",
        ),
        Misconception(
            "dwsep-ratio.quotient",
            lambda kernel, filters: 100 * kernel**2 / filters,
            "Vous avez comparé les deux étapes entre elles. Rapportez leur somme à la convolution ordinaire.",
        ),
        Misconception(
            "dwsep-ratio.saving",
            lambda kernel, filters: 100 * (1 - 1 / filters - 1 / kernel**2),
            "C’est ce qu’on économise. On demande ce qui reste.",
        ),
    ),
    statement=lambda kernel, filters: (
        f"On remplace une convolution de $K = {filters}$ filtres ${kernel}\\times{kernel}$ par une convolution "
        "depthwise "
        "separable qui rend le même nombre de canaux. Quelle part du nombre de multiplications reste-t-il, en % ?"
    ),
    solution=lambda kernel, filters, answer: (
        "Par position et par canal lu, la convolution ordinaire fait $F^2 K$ multiplications, l’autre $F^2 + K$.",
        f"Il reste $1/K + 1/F^2 = 1/{filters} + 1/{kernel**2}$, soit {answer.shown()}.",
    ),
    hints=("Divisez le coût des deux étapes par celui de la convolution ordinaire.",),
)

OUT_CHANNELS = Family(
    id="dw.out_channels",
    title="Canaux après une convolution depthwise",
    topic="moderne",
    level=1,
    time_s=45,
    source="CNN II, « Étape 1 : convolution depthwise »",
    objectives=("Distinguer les étapes depthwise et pointwise.",),
    domain=LAYER,
    valid=lambda channels, filters: channels != filters,
    answer=lambda channels: channels,
    mistakes=(
        Misconception(
            "depthwise-channels.pointwise",
            lambda filters: filters,
            "C’est après les filtres 1×1. On demande la sortie de la première étape.",
        ),
        Misconception(
            "depthwise-channels.one",
            lambda: 1,
            "Chaque filtre ne lit qu’un canal, mais il y a un filtre par canal : leurs cartes s’empilent.",
        ),
        Misconception(
            "depthwise-channels.product",
            lambda channels, filters: channels * filters,
            "Les {filters} filtres sont ceux de la seconde étape ; ils ne s’appliquent pas à chaque canal "
            "séparément.",
        ),
        Misconception(
            "depthwise-channels.kernel",
            lambda kernel, channels: channels * kernel**2,
            "Une position d’un filtre donne une seule valeur, pas une par poids.",
        ),
    ),
    statement=lambda kernel, channels, filters: (
        f"Un volume de {channels} canaux traverse une convolution depthwise ${kernel}\\times{kernel}$ (un filtre par "
        f"canal), puis {filters} filtres $1\\times1$. Combien de canaux y a-t-il entre les deux étapes ?"
    ),
    solution=lambda channels, answer: (
        "Un filtre depthwise lit un canal et rend une carte.",
        f"{channels} canaux donnent {answer.shown()} cartes.",
    ),
    hints=("Combien de filtres depthwise y a-t-il, et combien de cartes chacun rend-il ?",),
)

FAMILIES = (PARAMS, MACS, RATIO, OUT_CHANNELS)
