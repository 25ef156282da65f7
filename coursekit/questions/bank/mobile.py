"""MobileNet et MBConv : des blocs larges au milieu, un réseau réel qu’on rétrécit."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, walk
from coursekit.layers import Row, Shape
from coursekit.questions.diagrams import blocks
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Figure, Part
from coursekit.tables.mobilenet import V1, unroll


def _diagram(kernel: int, channels: int, expansion: int, filters: int) -> Figure:
    return blocks(
        (
            ("Entrée", f"{channels} canaux"),
            ("1×1", f"t = {expansion}"),
            ("Depthwise", f"{kernel}×{kernel}"),
            ("1×1", f"{filters} filtres"),
        )
    )


BLOCK = {
    "kernel": choices(3, 5),
    "channels": choices(16, 24, 32, 40, 80, 112, 192),
    "expansion": choices(2, 3, 4, 6),
    "filters": choices(20, 28, 48, 96, 144, 320),
}

EXPAND_DEPTH = Family(
    id="mbconv.expand_depth",
    title="Au milieu d’un bloc MBConv",
    topic="moderne",
    level=1,
    time_s=60,
    source="CNN II, « Bloc de base : MBConv »",
    objectives=("Suivre les canaux dans un bloc MBConv.",),
    domain=BLOCK,
    answer=lambda channels, expansion: expansion * channels,
    mistakes=(
        Misconception(
            "expand-depth.unchanged",
            lambda channels: channels,
            "Vous avez sauté le premier 1×1 : il multiplie le nombre de canaux par {expansion}.",
        ),
        Misconception(
            "expand-depth.reduced",
            lambda channels, expansion: channels // expansion,
            "C’est le goulot d’un ResNet. Un bloc MBConv fait l’inverse : il est large au milieu.",
        ),
        Misconception(
            "expand-depth.output",
            lambda filters: filters,
            "Ce sont les canaux à la sortie du bloc.",
        ),
        Misconception(
            "expand-depth.from-output",
            lambda filters, expansion: expansion * filters,
            "Le facteur $t$ multiplie les canaux de l’entrée du bloc, pas ceux de sa sortie.",
        ),
    ),
    statement=lambda expansion: (
        f"Dans le bloc MBConv ci-dessous, le facteur d’expansion est $t = {expansion}$. Combien de canaux la "
        "convolution "
        "depthwise filtre-t-elle ?"
    ),
    figure=_diagram,
    solution=lambda channels, expansion, answer: (
        "Le premier $1\\times1$ multiplie le nombre de canaux par $t$, et la convolution depthwise filtre chacun "
        "d’eux.",
        f"${expansion}\\times{channels} =$ {answer.shown()} canaux.",
    ),
    hints=("Où, dans ce bloc, le nombre de canaux change-t-il ?",),
)

MBCONV_PARAMS = Family(
    id="mbconv.params",
    title="Poids d’un bloc MBConv",
    topic="moderne",
    level=2,
    time_s=180,
    points=3,
    source="CNN II, « Bloc de base : MBConv »",
    objectives=("Compter les poids d’un bloc MBConv.",),
    domain=BLOCK,
    statement=lambda kernel, channels, expansion, filters: (
        f"Un bloc MBConv, sans bloc SE ni biais, lit {channels} canaux : un $1\\times1$ d’expansion ($t = "
        f"{expansion}$), "
        f"une convolution depthwise ${kernel}\\times{kernel}$, puis {filters} filtres $1\\times1$."
    ),
    parts=(
        Part(
            name="wide",
            prompt="Combien de canaux la convolution depthwise lit-elle ?",
            answer=lambda channels, expansion: expansion * channels,
            mistakes=(
                Misconception(
                    "mbconv-params.not-widened",
                    lambda channels: channels,
                    "Vous n’avez pas élargi : le premier 1×1 multiplie les canaux par {expansion}.",
                ),
                Misconception(
                    "mbconv-params.output-width",
                    lambda filters: filters,
                    "C’est la largeur à la sortie du bloc.",
                ),
            ),
        ),
        Part(
            name="depthwise",
            prompt="Combien de poids cette convolution depthwise a-t-elle ?",
            answer=lambda kernel, wide: kernel**2 * wide,
            mistakes=(
                Misconception(
                    "mbconv-params.not-depthwise",
                    lambda kernel, wide: kernel**2 * wide**2,
                    "Un filtre depthwise ne lit qu’un canal : c’est là qu’il économise.",
                ),
                Misconception(
                    "mbconv-params.one-filter",
                    lambda kernel: kernel**2,
                    "C’est un seul filtre ; il y en a un par canal.",
                ),
                Misconception(
                    "mbconv-params.one-dimension",
                    lambda kernel, wide: kernel * wide,
                    "Un filtre {kernel}×{kernel} a {kernel}² poids.",
                ),
            ),
        ),
        Part(
            name="total",
            prompt="Combien de poids le bloc a-t-il en tout ?",
            answer=lambda channels, filters, wide, depthwise: wide * (channels + filters) + depthwise,
            mistakes=(
                Misconception(
                    "mbconv-params.no-expansion",
                    lambda filters, wide, depthwise: wide * filters + depthwise,
                    "Vous avez oublié les poids du 1×1 d’expansion.",
                ),
                Misconception(
                    "mbconv-params.no-projection",
                    lambda channels, wide, depthwise: wide * channels + depthwise,
                    "Vous avez oublié les poids du dernier 1×1.",
                ),
                Misconception(
                    "mbconv-params.direct",
                    lambda kernel, channels, filters: kernel**2 * channels * filters,
                    "C’est une convolution ordinaire qui irait directement de l’entrée à la sortie.",
                ),
            ),
        ),
    ),
    solution=lambda kernel, channels, filters, wide, answer: (
        f"Le bloc s’élargit à {answer.answers[0][1].shown()} canaux.",
        f"La convolution depthwise a ${kernel}^2$ poids pour chacun, soit {answer.answers[1][1].shown()}.",
        f"Les deux $1\\times1$ ont ${channels}\\times{wide} = {channels * wide}$ et ${wide}\\times{filters} = "
        f"{wide * filters}$ poids.",
        f"En tout, {answer.answers[2][1].shown()} poids.",
    ),
    hints=("Un bloc MBConv a trois couches : comptez-les l’une après l’autre.",),
)


@lru_cache(maxsize=64)
def pointwise(width: float, size: int) -> dict[int, Row]:
    """Les treize couches 1×1 de la table de MobileNet v1, à cette largeur et à cette résolution."""
    rows = walk(unroll(V1(width), 1000), Shape(3, (size, size)))
    return {
        int(row.name.split(".")[1].removeprefix("block")): row
        for row in rows
        if row.name.endswith("pointwise")
    }


def macs(width: float, size: int, block: int) -> int:
    return pointwise(width, size)[block].macs


WIDTH_COST = Family(
    id="mobilenet.width_cost",
    title="Rétrécir MobileNet",
    topic="moderne",
    level=3,
    time_s=180,
    points=2,
    source="CNN II, « Convolution depthwise separable » ; Howard et al. (2017), section 3.3",
    objectives=("Prévoir l’effet de la largeur et de la résolution sur le calcul.",),
    tags=("réseau réel",),
    domain={
        "block": integers(2, 13),
        "width": choices(0.25, 0.5, 0.75, 1.25, 1.5),
        "size": choices(128, 160, 192),
    },
    answer=lambda width, size, block: macs(width, size, block),
    mistakes=(
        Misconception(
            "width-cost.once",
            lambda width, size, block: width * macs(1.0, size, block),
            "Vous n’avez appliqué $\\alpha$ qu’une fois. Un 1×1 a moins de filtres, et chacun lit aussi moins de "
            "canaux.",
        ),
        Misconception(
            "width-cost.full-image",
            lambda width, block: macs(width, 224, block),
            "Vous avez gardé la carte d’une image de 224 pixels : une image plus petite donne des cartes plus "
            "petites.",
        ),
        Misconception(
            "width-cost.not-narrowed",
            lambda size, block: macs(1.0, size, block),
            "Vous avez gardé la largeur d’origine.",
        ),
        Misconception(
            "width-cost.parameters",
            lambda width, size, block: pointwise(width, size)[block].parameters,
            "Ce sont les poids de la couche. Chacun sert à toutes les positions de la carte.",
        ),
        Misconception(
            "width-cost.side-once",
            lambda width, size, block: macs(width, 224, block) * size / 224,
            "La résolution compte deux fois : la hauteur et la largeur de la carte diminuent toutes deux.",
        ),
    ),
    statement=lambda width, size, block: (
        f"Dans **MobileNet v1**, la couche $1\\times1$ du bloc {block} lit "
        f"{pointwise(1.0, 224)[block].input.channels} canaux et en rend "
        f"{pointwise(1.0, 224)[block].output.channels}, sur "
        f"une carte de {_side(1.0, 224, block)} pixels de côté quand l’image en a 224. On prend un multiplicateur de "
        f"largeur $\\alpha = {width}$ et des images de {size} pixels de côté. Combien de multiplications cette "
        "couche "
        "fait-elle alors ?"
    ),
    solution=lambda width, size, block, answer: (
        f"Elle lit ${width} \\times {pointwise(1.0, 224)[block].input.channels} = "
        f"{pointwise(width, size)[block].input.channels}$ canaux et en rend "
        f"{pointwise(width, size)[block].output.channels}.",
        f"L’image est plus petite : la carte a ${_side(1.0, 224, block)}\\times{size}/224 = "
        f"{_side(width, size, block)}$ pixels de côté.",
        f"${_side(width, size, block)}^2\\times{pointwise(width, size)[block].input.channels}\\times"
        f"{pointwise(width, size)[block].output.channels} =$ {answer.shown()} multiplications.",
    ),
    hints=("Le multiplicateur réduit les canaux lus et les filtres.", "La carte rétrécit comme l’image."),
)


def _side(width: float, size: int, block: int) -> int:
    return pointwise(width, size)[block].output.spatial[0]


FAMILIES = (EXPAND_DEPTH, MBCONV_PARAMS, WIDTH_COST)
