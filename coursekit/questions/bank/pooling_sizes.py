"""Pooling : les tailles qu’il donne, les paramètres qu’il n’a pas."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, conv_parameters, pool_output_size
from coursekit.layers import Shape
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family


def _volume(channels: int, side: int) -> Shape:
    return Shape(channels, (side, side))


OUT = Family(
    id="pool.out",
    title="Volume de sortie d’un pooling",
    topic="pooling",
    level=1,
    time_s=75,
    source="CNN I, « Max Pooling »",
    objectives=("Calculer la forme de la sortie d’un pooling.",),
    domain={
        "size": choices(12, 13, 14, 24, 27, 28, 31, 32, 35, 54, 55, 56, 110, 112),
        "channels": choices(16, 32, 48, 64, 96, 128, 192, 256, 384),
        "kernel": choices(2, 3, 4),
        "stride": choices(2, 3),
    },
    valid=lambda kernel, stride: stride <= kernel,
    formula=pool_output_size,
    arguments=lambda size, kernel, stride: {"input_size": size, "kernel_size": kernel, "stride": stride},
    answer=lambda result, channels: _volume(channels, result),
    mistakes=(
        Misconception(
            "pool-out.halved-channels",
            lambda size, kernel, stride, channels: _volume(
                channels // 2, pool_output_size(size, kernel, stride)
            ),
            "Vous avez réduit aussi les canaux. Le pooling traite chaque carte indépendamment : il en rend autant "
            "qu’il en reçoit.",
        ),
        Misconception(
            "pool-out.single-map",
            lambda size, kernel, stride: _volume(1, pool_output_size(size, kernel, stride)),
            "Vous avez fondu les canaux en une carte. Le pooling traite chaque carte indépendamment.",
        ),
        Misconception(
            "pool-out.channels-first",
            lambda size, kernel, stride, channels: (
                channels,
                pool_output_size(size, kernel, stride),
                pool_output_size(size, kernel, stride),
            ),
            "Ce sont les bons nombres, dans l’ordre de PyTorch (C, H, W). On demande hauteur, largeur, canaux.",
        ),
    ),
    statement=lambda size, channels, kernel, stride: (
        f"Un max pooling ${kernel}\\times{kernel}$ de pas $S = {stride}$, sans padding, reçoit un volume de "
        f"${size}\\times{size}\\times{channels}$. Quelle est la forme de sa sortie (hauteur × largeur × canaux) ?"
    ),
    solution=lambda size, kernel, stride, answer: (
        pool_output_size.explain(size, kernel, stride),
        f"La sortie est un volume de {answer.shown()}.",
    ),
    hints=("Même formule que pour une convolution, avec P = 0.", "Que deviennent les canaux ?"),
)

PARAMS = Family(
    id="pool.params",
    title="Paramètres d’un bloc convolution et pooling",
    topic="pooling",
    level=1,
    time_s=75,
    source="CNN I, « Max Pooling »",
    objectives=("Savoir qu’un pooling n’a pas de paramètre.",),
    domain={
        "channels": choices(1, 3, 8, 16, 32, 64),
        "filters": choices(8, 16, 32, 64, 96, 128),
        "kernel": choices(3, 5),
        "window": choices(2, 3),
    },
    answer=lambda channels, filters, kernel: conv_parameters(channels, filters, kernel),
    mistakes=(
        Misconception(
            "pool-params.window",
            lambda channels, filters, kernel, window: conv_parameters(channels, filters, kernel) + window**2,
            "Vous avez compté les cases de la fenêtre comme des poids. Prendre un maximum ne demande aucun poids.",
        ),
        Misconception(
            "pool-params.window-per-map",
            lambda channels, filters, kernel, window: (
                conv_parameters(channels, filters, kernel) + window**2 * filters
            ),
            "Vous avez donné une fenêtre de poids à chaque carte. Prendre un maximum ne demande aucun poids.",
        ),
        Misconception(
            "pool-params.bias-per-map",
            lambda channels, filters, kernel: conv_parameters(channels, filters, kernel) + filters,
            "Vous avez ajouté un biais par carte au pooling. Seule la convolution a des biais.",
        ),
        Misconception(
            "pool-params.divided",
            lambda channels, filters, kernel, window: conv_parameters(channels, filters, kernel) // window**2,
            "Le pooling réduit la taille des cartes, pas le nombre de poids de la convolution qui le précède.",
        ),
        Misconception(
            "pool-params.no-bias",
            lambda channels, filters, kernel: conv_parameters(channels, filters, kernel, bias=False),
            "Vous avez oublié les biais de la convolution : un par filtre.",
        ),
    ),
    statement=lambda channels, filters, kernel, window: (
        f"Un bloc est fait d’une convolution de {filters} filtres ${kernel}\\times{kernel}$ avec biais, qui lit "
        f"{channels} {'canal' if channels == 1 else 'canaux'}, puis d’un max pooling ${window}\\times{window}$ de "
        f"pas {window}. Combien de paramètres entraînables a-t-il ?"
    ),
    solution=lambda channels, filters, kernel, answer: (
        conv_parameters.explain(channels, filters, kernel),
        f"Le pooling n’ajoute rien : le bloc a {answer.shown()} paramètres.",
    ),
    hints=("Que faudrait-il apprendre pour prendre un maximum ?",),
)

COUNT = Family(
    id="pool.count",
    title="Combien de poolings ?",
    topic="pooling",
    level=2,
    time_s=60,
    source="CNN I, « Pooling »",
    objectives=("Prévoir la réduction spatiale d’une suite de poolings.",),
    domain={"last": integers(3, 15), "count": integers(2, 6), "window": choices(2, 3)},
    valid=lambda last, count, window: last * window**count <= 1024,
    answer=lambda count: count,
    mistakes=(
        Misconception(
            "pool-count.ratio",
            lambda count, window: window**count,
            "C’est le facteur de réduction total. Chaque pooling divise par {window} : combien de divisions "
            "faut-il ?",
        ),
        Misconception(
            "pool-count.divided",
            lambda count, window: window ** (count - 1),
            "Vous avez divisé le facteur de réduction par {window}. Les réductions se multiplient : cherchez une "
            "puissance de {window}.",
        ),
        Misconception(
            "pool-count.one-less",
            lambda count: count - 1,
            "Il en manque un : comptez les flèches entre les tailles, pas les tailles intermédiaires.",
        ),
        Misconception(
            "pool-count.one-more",
            lambda count: count + 1,
            "Vous avez compté les tailles, départ compris ; comptez les passages de l’une à la suivante.",
        ),
    ),
    statement=lambda last, count, window: (
        f"Un réseau reçoit des cartes de ${last * window**count}\\times{last * window**count}$. Ses convolutions "
        f"conservent la taille ; ses max poolings sont ${window}\\times{window}$, de pas {window}. Combien lui en "
        f"faut-il pour arriver à ${last}\\times{last}$ ?"
    ),
    solution=lambda last, count, window, answer: (
        "On suit la taille : " + " → ".join(str(last * window**step) for step in range(count, -1, -1)) + ".",
        f"${last * window**count}/{last} = {window**count} = {window}^{{{count}}}$ : il faut {answer.shown()} "
        "poolings.",
    ),
    hints=("Écrivez la taille après chaque pooling.",),
)

FAMILIES = (OUT, PARAMS, COUNT)
