"""Les têtes : la couche dense après vectorisation, le pooling global, la convolution 1×1."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, conv_parameters, linear_parameters
from coursekit.questions.answers import Real
from coursekit.questions.domain import choices
from coursekit.questions.family import Family, Part

GAP_HEAD = Family(
    id="gap.head_params",
    title="Une tête dense contre un pooling global",
    topic="inception",
    level=2,
    time_s=150,
    points=3,
    source="CNN I, « NiN » ; CNN II, « Résumé CNN I »",
    objectives=("Chiffrer ce qu’économise un pooling global.",),
    domain={
        "side": choices(4, 5, 6, 7, 8, 14),
        "channels": choices(192, 256, 384, 512, 1024, 2048),
        "classes": choices(10, 20, 100, 200, 1000),
    },
    statement=lambda side, channels, classes: (
        f"Les dernières cartes d’un réseau forment un volume de ${side}\\times{side}\\times{channels}$ ; il y a "
        f"{classes} classes. On compare deux têtes, biais compris : **A**, vectorisation puis couche dense ; **B**, "
        "pooling global (moyenne de chaque carte) puis couche dense."
    ),
    parts=(
        Part(
            name="dense",
            prompt="Combien de paramètres la tête A a-t-elle ?",
            answer=lambda side, channels, classes: linear_parameters(side**2 * channels, classes),
            mistakes=(
                Misconception(
                    "gap-head.no-bias",
                    lambda side, channels, classes: side**2 * channels * classes,
                    "Vous avez oublié les biais de la couche dense : un par classe.",
                ),
                Misconception(
                    "gap-head.not-flattened",
                    lambda channels, classes: linear_parameters(channels, classes),
                    "Vous n’avez relié chaque classe qu’à {channels} valeurs. La vectorisation garde toutes les "
                    "positions : {side}×{side} par canal.",
                ),
                Misconception(
                    "gap-head.one-side",
                    lambda side, channels, classes: linear_parameters(side * channels, classes),
                    "Vous n’avez compté qu’une dimension spatiale : une carte a {side}×{side} positions.",
                ),
            ),
        ),
        Part(
            name="pooled",
            prompt="Et la tête B ?",
            answer=lambda channels, classes: linear_parameters(channels, classes),
            mistakes=(
                Misconception(
                    "gap-head.pool-weights",
                    lambda side, channels, classes: linear_parameters(channels, classes) + side**2 * channels,
                    "Vous avez donné des poids au pooling global. Une moyenne n’a rien à apprendre.",
                ),
                Misconception(
                    "gap-head.positions-kept",
                    lambda side, channels, classes: linear_parameters(side**2 * channels, classes),
                    "Vous avez gardé les positions. Le pooling global ne laisse qu’une valeur par carte.",
                ),
                Misconception(
                    "gap-head.classes-only",
                    lambda classes: 2 * classes,
                    "Vous n’avez compté qu’un poids par classe. Chaque classe lit les {channels} moyennes.",
                ),
            ),
        ),
        Part(
            name="ratio",
            prompt="Combien de fois moins de paramètres B a-t-elle (trois chiffres significatifs) ?",
            answer=lambda dense, pooled: Real(float(dense) / float(pooled)),
            mistakes=(
                Misconception(
                    "gap-head.inverse",
                    lambda dense, pooled: pooled / dense,
                    "C’est le rapport inverse : divisez le plus grand nombre par le plus petit.",
                ),
                Misconception(
                    "gap-head.side",
                    lambda side: side,
                    "Une carte a {side} lignes, mais aussi {side} colonnes.",
                ),
            ),
        ),
    ),
    solution=lambda side, channels, classes, answer: (
        linear_parameters.explain(side**2 * channels, classes),
        "Le pooling global ne garde qu’une valeur par carte, sans aucun poids. "
        f"{linear_parameters.explain(channels, classes)}",
        f"Le rapport est {answer.answers[0][1].shown()} / {answer.answers[1][1].shown()} = "
        f"{answer.answers[2][1].shown()}, presque les ${side}\\times{side}$ positions d’une carte.",
    ),
    hints=("Combien de valeurs chaque classe lit-elle ?",),
)

CONV1X1 = Family(
    id="conv1x1.params",
    title="Paramètres d’une convolution 1×1",
    topic="inception",
    level=1,
    time_s=60,
    source="CNN II, « Résumé CNN I » ; CNN I, « GoogLeNet »",
    objectives=("Compter les paramètres d’une convolution 1×1.",),
    domain={
        "side": choices(7, 14, 28, 56),
        "channels": choices(64, 192, 256, 480, 512, 832, 1024),
        "filters": choices(16, 24, 32, 64, 96, 128),
    },
    formula=conv_parameters,
    arguments=lambda channels, filters: {
        "in_channels": channels,
        "out_channels": filters,
        "kernel_size": 1,
    },
    mistakes=(
        Misconception(
            "conv1x1.per-position",
            lambda side, channels, filters: (channels + 1) * filters * side**2,
            "Vous avez compté des poids pour chaque position. Les mêmes filtres servent partout : c’est le partage "
            "des poids.",
        ),
        Misconception(
            "conv1x1.square",
            lambda channels, filters: (channels + 1) * channels + filters,
            "Vous avez supposé autant de filtres que de canaux. Il y a {filters} filtres, qui lisent {channels} "
            "canaux.",
        ),
    ),
    statement=lambda side, channels, filters: (
        f"Une couche de {filters} filtres $1\\times1$, avec biais, lit un volume de "
        f"${side}\\times{side}\\times{channels}$. Combien de paramètres a-t-elle ?"
    ),
    hints=(
        "Un filtre 1×1 voit une seule position, mais tous les canaux.",
        "Pensez à une petite couche dense appliquée à chaque pixel.",
    ),
)


FAMILIES = (GAP_HEAD, CONV1X1)
