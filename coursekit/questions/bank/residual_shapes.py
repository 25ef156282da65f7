"""Le bloc résiduel et son raccourci : les formes, la projection, le prix du bottleneck."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, conv_parameters
from coursekit.layers import Shape
from coursekit.questions.answers import Real, TensorShape
from coursekit.questions.branches import branches
from coursekit.questions.domain import choices
from coursekit.questions.family import Family, Part

SIDES = (7, 8, 14, 16, 28, 32, 56)

RESIDUAL_SHAPE = Family(
    id="resnet.residual_shape",
    title="La forme du résiduel",
    topic="residuel",
    level=1,
    time_s=30,
    source="CNN II, « ResNet : Question »",
    objectives=("Dire quelle forme le résiduel doit avoir.",),
    domain={
        "height": choices(*SIDES),
        "width": choices(*SIDES),
        "channels": choices(16, 32, 64, 128, 256, 512),
    },
    answer=lambda height, width, channels: TensorShape((height, width, channels)),
    mistakes=(
        Misconception(
            "residual-shape.concatenated",
            lambda height, width, channels: (height, width, 2 * channels),
            "Vous avez mis $x$ et $F(x)$ bout à bout, comme DenseNet. Un ResNet les additionne, valeur par valeur.",
        ),
        Misconception(
            "residual-shape.next-stage",
            lambda height, width, channels: (height // 2, width // 2, 2 * channels),
            "C’est ce que ferait un bloc qui change d’étage ; il lui faut alors une projection. Ici le raccourci est "
            "l’identité.",
        ),
        Misconception(
            "residual-shape.inner",
            lambda height, width, channels: (height, width, channels // 4),
            "C’est l’intérieur d’un bottleneck. Sa dernière 1×1 rend autant de canaux que l’entrée.",
        ),
        Misconception(
            "residual-shape.vector",
            lambda channels: (1, 1, channels),
            "Vous avez moyenné les cartes. Le résiduel corrige chaque position de $x$.",
        ),
    ),
    statement=lambda height, width, channels: (
        f"Un bloc résiduel $y = F(x) + x$, dont le raccourci est l’identité, reçoit un volume $x$ de "
        f"${height}\\times{width}\\times{channels}$. Quelle forme $F(x)$ doit-il avoir (hauteur × largeur × canaux) ?"
    ),
    solution=lambda answer: (
        "On n’additionne que deux volumes de même forme.",
        f"$F(x)$ a celle de $x$ : {answer.shown()}.",
    ),
    hints=("À quelle condition peut-on additionner deux volumes ?",),
)


def _projected(side: int, stride: int) -> int:
    return (side - 1) // stride + 1


PROJECTION = Family(
    id="resnet.projection",
    title="La projection d’un raccourci",
    topic="residuel",
    level=2,
    time_s=120,
    points=2,
    source="CNN II, « ResNet » (y = F(x) + Ws x)",
    objectives=("Donner la forme et le prix d’un raccourci projeté.",),
    domain={
        "side": choices(14, 28, 32, 56, 64),
        "channels": choices(16, 32, 64, 128, 256),
        "filters": choices(32, 64, 96, 128, 256, 512, 1024),
        "stride": choices(1, 2),
    },
    valid=lambda channels, filters: channels < filters <= 4 * channels,
    statement=lambda side, channels, filters, stride: (
        f"Un bloc résiduel reçoit un volume $x$ de ${side}\\times{side}\\times{channels}$. Son chemin principal a "
        f"{filters} filtres $3\\times3$ de pas {stride} et de padding 1, puis {filters} filtres $3\\times3$ de "
        "pas 1 et "
        "de padding 1. Son raccourci est une projection : une convolution $1\\times1$ sans biais, $W_s x$."
    ),
    parts=(
        Part(
            name="shape",
            prompt="Quelle forme $W_s x$ doit-il avoir (hauteur × largeur × canaux) ?",
            answer=lambda side, filters, stride: Shape(
                filters, (_projected(side, stride), _projected(side, stride))
            ),
            mistakes=(
                Misconception(
                    "projection.other-stride",
                    lambda side, filters, stride: Shape(
                        filters, (_projected(side, 3 - stride), _projected(side, 3 - stride))
                    ),
                    "Le raccourci doit réduire la taille autant que le chemin principal, dont le pas est {stride}.",
                ),
                Misconception(
                    "projection.input-channels",
                    lambda side, channels, stride: Shape(
                        channels, (_projected(side, stride), _projected(side, stride))
                    ),
                    "Vous avez gardé les {channels} canaux de l’entrée. On l’additionne à un volume de {filters} "
                    "canaux.",
                ),
                Misconception(
                    "projection.sum-of-channels",
                    lambda side, channels, filters, stride: Shape(
                        channels + filters, (_projected(side, stride), _projected(side, stride))
                    ),
                    "Vous avez mis les canaux bout à bout : un ResNet additionne.",
                ),
            ),
        ),
        Part(
            name="weights",
            prompt="Combien de poids la projection a-t-elle ?",
            answer=lambda channels, filters: channels * filters,
            mistakes=(
                Misconception(
                    "projection.three-by-three",
                    lambda channels, filters: 9 * channels * filters,
                    "Vous avez pris un filtre 3×3. La projection ne regarde qu’un pixel : elle est 1×1.",
                ),
                Misconception(
                    "projection.square",
                    lambda channels: channels**2,
                    "Il lui faut un filtre par canal de la sortie, et non de l’entrée.",
                ),
                Misconception(
                    "projection.bias",
                    lambda channels, filters: (channels + 1) * filters,
                    "Vous avez compté des biais ; cette convolution n’en a pas.",
                ),
                Misconception(
                    "projection.one-channel",
                    lambda filters: filters,
                    "Un filtre 1×1 lit tous les canaux de son entrée : il a {channels} poids.",
                ),
            ),
        ),
    ),
    solution=lambda channels, filters, stride, answer: (
        f"L’addition demande la forme du chemin principal : {filters} canaux, et le même pas {stride}, soit "
        f"{answer.answers[0][1].shown()}.",
        f"Chacun des {filters} filtres $1\\times1$ a {channels} poids : ${channels}\\times{filters}$ = "
        f"{answer.answers[1][1].shown()}.",
    ),
    hints=("Quelle forme le chemin principal rend-il ?",),
)


def _bottleneck(channels: int, inner: int) -> int:
    return 2 * conv_parameters(channels, inner, 1, bias=False) + conv_parameters(inner, inner, 3, bias=False)


BOTTLENECK_PARAMS = Family(
    id="resnet.bottleneck_params",
    title="Le prix d’un bottleneck",
    topic="residuel",
    level=2,
    time_s=180,
    points=3,
    source="CNN II, « ResNet : Bottleneck »",
    objectives=("Chiffrer ce qu’économise un bottleneck.",),
    domain={
        "channels": choices(64, 128, 192, 256, 320, 384, 512, 640, 1024, 2048),
        "inner": choices(16, 32, 48, 64, 96, 128, 192, 256, 512),
    },
    valid=lambda channels, inner: 2 * inner <= channels <= 8 * inner,
    statement=lambda channels: (
        f"Le bottleneck ci-dessous lit et rend {channels} canaux (le nombre écrit après une taille est celui des "
        f"filtres). On le compare à un bloc ordinaire : deux couches de {channels} filtres $3\\times3$ à "
        f"{channels} canaux. On ne compte que les poids des convolutions, sans biais."
    ),
    figure=lambda channels, inner: branches(
        f"{channels} canaux",
        ((f"conv 1×1, {inner}", f"conv 3×3, {inner}", f"conv 1×1, {channels}"), ()),
        "addition",
        "Leurs sorties sont additionnées.",
    ),
    parts=(
        Part(
            name="bottleneck",
            prompt="Combien de poids le bottleneck a-t-il ?",
            answer=_bottleneck,
            mistakes=(
                Misconception(
                    "bottleneck.wide-3x3",
                    lambda channels, inner: 2 * channels * inner + 9 * channels * inner,
                    "Vous avez donné {channels} canaux à l’entrée de la 3×3 : elle lit ce que rend la première 1×1.",
                ),
                Misconception(
                    "bottleneck.no-1x1",
                    lambda inner: 9 * inner**2,
                    "Vous n’avez compté que la 3×3. Les deux 1×1 relient {channels} canaux à {inner} : elles pèsent.",
                ),
                Misconception(
                    "bottleneck.one-1x1",
                    lambda channels, inner: channels * inner + 9 * inner**2,
                    "Il manque une 1×1 : la première réduit les canaux, la dernière les rend.",
                ),
                Misconception(
                    "bottleneck.not-squared",
                    lambda channels, inner: 2 * channels * inner + 3 * inner**2,
                    "Un filtre 3×3 a 9 poids par canal, et non 3.",
                ),
            ),
        ),
        Part(
            name="ordinary",
            prompt="Combien de poids le bloc ordinaire a-t-il ?",
            answer=lambda channels: 18 * channels**2,
            mistakes=(
                Misconception(
                    "bottleneck.single-layer",
                    lambda channels: 9 * channels**2,
                    "C’est une seule des deux couches.",
                ),
                Misconception(
                    "bottleneck.depth-forgotten",
                    lambda channels: 18 * channels,
                    "Vous avez oublié la profondeur : chaque filtre lit {channels} canaux.",
                ),
                Misconception(
                    "bottleneck.inner-width",
                    lambda inner: 18 * inner**2,
                    "Vous avez donné au bloc ordinaire la largeur intérieure du bottleneck.",
                ),
            ),
        ),
        Part(
            name="ratio",
            prompt="Combien de fois moins de poids le bottleneck a-t-il (trois chiffres significatifs) ?",
            answer=lambda bottleneck, ordinary: Real(float(ordinary) / float(bottleneck)),
            mistakes=(
                Misconception(
                    "bottleneck.inverse",
                    lambda bottleneck, ordinary: bottleneck / ordinary,
                    "C’est le rapport inverse : divisez le plus grand nombre par le plus petit.",
                ),
                Misconception(
                    "bottleneck.channels-ratio",
                    lambda channels, inner: channels / inner,
                    "C’est le rapport des canaux. Les poids d’une couche dépendent de deux largeurs et de F².",
                ),
            ),
        ),
    ),
    solution=lambda channels, inner, answer: (
        f"Bottleneck : ${channels}\\times{inner} + 9\\times{inner}\\times{inner} + {inner}\\times{channels}$ = "
        f"{answer.answers[0][1].shown()} poids.",
        f"Bloc ordinaire : $2\\times9\\times{channels}\\times{channels}$ = {answer.answers[1][1].shown()} poids.",
        f"Le rapport est {answer.answers[2][1].shown()} : la couche coûteuse travaille sur {inner} canaux et non "
        f"sur {channels}.",
    ),
    hints=("Combien de canaux la 3×3 du bottleneck lit-elle ?",),
)

FAMILIES = (RESIDUAL_SHAPE, PROJECTION, BOTTLENECK_PARAMS)
