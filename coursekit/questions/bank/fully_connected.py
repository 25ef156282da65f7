"""Vectoriser un volume, et relier toutes ses valeurs : ce que la couche convolutive épargne."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, conv_parameters, fully_connected_equivalent, output_size
from coursekit.questions.answers import Choices, Real
from coursekit.questions.domain import choices
from coursekit.questions.family import Family

FLATTEN = Family(
    id="flatten.size",
    title="Longueur d’un volume vectorisé",
    topic="couts",
    level=1,
    time_s=30,
    source="CNN I, « Réseau fully connected » (vectorisation)",
    objectives=("Donner la longueur d’un volume vectorisé.",),
    domain={
        "height": choices(4, 5, 6, 7, 8, 12),
        "width": choices(4, 5, 6, 7, 9, 10),
        "channels": choices(3, 16, 32, 64, 120, 256, 512),
    },
    answer=lambda height, width, channels: height * width * channels,
    mistakes=(
        Misconception(
            "flatten.one-map",
            lambda height, width: height * width,
            "Vous n’avez compté qu’une carte. La vectorisation met bout à bout les {channels} cartes.",
        ),
        Misconception(
            "flatten.sum",
            lambda height, width, channels: height + width + channels,
            "Vous avez additionné les dimensions. Le nombre de valeurs d’un volume est leur produit.",
        ),
        Misconception(
            "flatten.channels",
            lambda channels: channels,
            "Une valeur par carte, c’est ce que rend un pooling global. La vectorisation garde toutes les valeurs.",
        ),
        Misconception(
            "flatten.bias",
            lambda height, width, channels: height * width * channels + 1,
            "Vous avez ajouté un biais. La vectorisation ne fait que ranger les valeurs : elle n’en crée pas.",
        ),
        Misconception(
            "flatten.square",
            lambda height, channels: height * height * channels,
            "Cette carte n’est pas carrée : sa largeur diffère de sa hauteur.",
        ),
    ),
    statement=lambda height, width, channels: (
        f"Un volume de ${height}\\times{width}\\times{channels}$ (hauteur, largeur, canaux) est vectorisé avant une "
        "couche fully-connected. Quelle est la longueur du vecteur ?"
    ),
    solution=lambda height, width, channels, answer: (
        "La vectorisation garde toutes les valeurs et les met bout à bout : il y en a "
        f"${height}\\times{width}\\times{channels} =$ {answer.shown()}.",
    ),
    hints=("Combien de valeurs y a-t-il dans une carte ? Combien de cartes ?",),
)


def _volumes(size: int, channels: int, kernel: int, filters: int) -> tuple[int, int]:
    """Le nombre de valeurs de l’entrée et de la sortie d’une couche à pas 1, sans padding."""
    return size**2 * channels, output_size(size, kernel) ** 2 * filters


FC_EQUIVALENT = Family(
    id="fc.params_equivalent",
    title="Et si elle était fully-connected ?",
    topic="couts",
    level=2,
    time_s=150,
    points=2,
    source="CNN I, « Réduction # paramètres »",
    objectives=("Mesurer ce qu’épargne le partage des poids.",),
    domain={
        "size": choices(16, 24, 28, 32, 48, 64),
        "channels": choices(3, 4, 10, 16),
        "kernel": choices(3, 5, 7),
        "filters": choices(6, 8, 12, 20, 32),
    },
    formula=fully_connected_equivalent,
    arguments=lambda size, channels, kernel, filters: dict(
        zip(("input_numel", "output_numel"), _volumes(size, channels, kernel, filters), strict=True)
    ),
    mistakes=(
        Misconception(
            "fc-equivalent.no-channels",
            lambda size, output_numel: output_numel * (size**2 + 1),
            "Vous avez oublié les canaux de l’entrée : chaque neurone lit les {channels} canaux de tous les pixels.",
        ),
        Misconception(
            "fc-equivalent.one-map",
            lambda kernel, size, input_numel: output_size(size, kernel) ** 2 * (input_numel + 1),
            "Vous n’avez compté qu’une carte de sortie : il y en a {filters}.",
        ),
        Misconception(
            "fc-equivalent.convolution",
            lambda kernel, channels, filters: (kernel**2 * channels + 1) * filters,
            "C’est le compte de la couche convolutive. Fully-connected, chaque valeur de sortie aurait un poids pour "
            "chaque valeur d’entrée.",
        ),
        Misconception(
            "fc-equivalent.same-size",
            lambda size, filters, input_numel: size**2 * filters * (input_numel + 1),
            "Vous avez gardé la taille de l’entrée. Sans padding, la sortie est plus petite : calculez-la d’abord.",
        ),
        Misconception(
            "fc-equivalent.single-bias",
            lambda input_numel, output_numel: input_numel * output_numel + 1,
            "Vous n’avez compté qu’un biais pour toute la couche : chaque neurone a le sien.",
        ),
    ),
    statement=lambda size, channels, kernel, filters: (
        f"Une couche de {filters} filtres ${kernel}\\times{kernel}$ lit un volume de "
        f"${size}\\times{size}\\times{channels}$, à pas 1 et sans padding. On la remplace par une couche "
        "fully-connected, avec biais, entre les mêmes volumes d’entrée et de sortie. Combien de paramètres cette "
        "couche a-t-elle ?"
    ),
    solution=lambda size, channels, kernel, filters, answer: (
        f"La sortie est de ${output_size(size, kernel)}\\times{output_size(size, kernel)}\\times{filters}$ : "
        f"{_volumes(size, channels, kernel, filters)[1]} neurones.",
        f"Chacun lit ${size}\\times{size}\\times{channels} = {size**2 * channels}$ valeurs et a un biais.",
        f"En tout, ${_volumes(size, channels, kernel, filters)[1]}\\times({size**2 * channels} + 1)$, soit "
        f"{answer.shown()} paramètres.",
    ),
    hints=("Combien de valeurs la sortie a-t-elle ? Chacune est un neurone.", "Que lit chaque neurone ?"),
)


def _fold(size: int, channels: int, kernel: int, filters: int) -> float:
    """Combien de fois plus de paramètres a la couche dense."""
    dense = fully_connected_equivalent(*_volumes(size, channels, kernel, filters))
    return dense / conv_parameters(channels, filters, kernel)


FC_RATIO = Family(
    id="conv.fc_ratio",
    title="Combien de fois moins de paramètres ?",
    topic="couts",
    level=3,
    time_s=180,
    points=2,
    source="CNN I, « Réduction # paramètres »",
    objectives=("Mesurer ce qu’épargne le partage des poids.",),
    domain={
        "size": choices(16, 24, 28, 32, 48, 64),
        "channels": choices(3, 4, 10, 16),
        "kernel": choices(3, 5, 7),
        "filters": choices(6, 8, 12, 20, 32),
    },
    answer=lambda size, channels, kernel, filters: Real(_fold(size, channels, kernel, filters)),
    mistakes=(
        Misconception(
            "fc-ratio.inverse",
            lambda size, channels, kernel, filters: 1 / _fold(size, channels, kernel, filters),
            "Vous avez pris le rapport dans l’autre sens : divisez le plus grand nombre de paramètres par le "
            "plus petit.",
        ),
        Misconception(
            "fc-ratio.one-neuron",
            lambda size, channels, kernel: (size**2 * channels + 1) / (kernel**2 * channels + 1),
            "Vous avez comparé un neurone à un filtre. Un filtre sert à toute une carte ; la couche "
            "fully-connected a un "
            "neurone par valeur de la carte.",
        ),
        Misconception(
            "fc-ratio.positions",
            lambda size, kernel: float(output_size(size, kernel) ** 2),
            "C’est le nombre de positions du filtre. De plus, chaque neurone lirait toute l’image, pas seulement une "
            "fenêtre.",
        ),
        Misconception(
            "fc-ratio.one-map",
            lambda size, channels, kernel, filters: _fold(size, channels, kernel, filters) / filters,
            "Vous n’avez compté qu’une carte de sortie dans la couche fully-connected : il y en a {filters}.",
        ),
        Misconception(
            "fc-ratio.flat-filter",
            lambda size, channels, kernel, filters: (
                fully_connected_equivalent(*_volumes(size, channels, kernel, filters))
                / ((kernel**2 + 1) * filters)
            ),
            "Vos filtres n’ont pas de profondeur : chacun lit les {channels} canaux de l’entrée.",
        ),
    ),
    statement=lambda size, channels, kernel, filters: (
        f"Une couche de {filters} filtres ${kernel}\\times{kernel}$ lit un volume de "
        f"${size}\\times{size}\\times{channels}$, à pas 1 et sans padding. Combien de fois plus de paramètres "
        "aurait une "
        "couche fully-connected entre les mêmes volumes ? Comptez les biais et donnez trois chiffres significatifs."
    ),
    solution=lambda size, channels, kernel, filters, answer: (
        f"Couche convolutive : $({kernel}\\times{kernel}\\times{channels} + 1)\\times{filters} = "
        f"{conv_parameters(channels, filters, kernel)}$ paramètres.",
        f"Sa sortie a ${output_size(size, kernel)}\\times{output_size(size, kernel)}\\times{filters} = "
        f"{_volumes(size, channels, kernel, filters)[1]}$ valeurs. Fully-connected : "
        f"${_volumes(size, channels, kernel, filters)[1]}\\times({size**2 * channels} + 1) = "
        f"{fully_connected_equivalent(*_volumes(size, channels, kernel, filters))}$ paramètres.",
        f"Le rapport est d’environ {answer.shown()}.",
    ),
    hints=("Comptez les paramètres des deux couches.", "Le nombre de filtres se simplifie-t-il ?"),
)

WHY_CONVOLUTION = Family(
    id="conv.true_statements",
    title="Ce que suppose une couche convolutive",
    topic="couts",
    level=1,
    time_s=60,
    source="CNN I, « Injection de prior dans les CNN », « Réduction # paramètres »",
    objectives=("Expliquer ce qu’une couche convolutive suppose de son entrée.",),
    answer=lambda: Choices(
        (
            "Son nombre de paramètres ne dépend pas de la taille de l’image.",
            "Si l’image se décale d’un pixel, ses cartes se décalent d’un pixel, bords exceptés.",
            "On pourrait la remplacer par une couche fully-connected qui calcule la même chose.",
        )
    ),
    mistakes=(
        Misconception(
            "true-statements.far-pixels",
            lambda: "Une seule couche 3×3 peut comparer deux pixels de coins opposés de l’image.",
            "Un neurone ne voit que sa fenêtre. Il faut empiler des couches pour relier des pixels éloignés.",
        ),
        Misconception(
            "true-statements.shuffled",
            lambda: (
                "Mélanger les pixels, toujours de la même façon, ne change rien à ce qu’elle peut calculer."
            ),
            "C’est vrai d’une couche fully-connected. La couche convolutive suppose que des pixels voisins vont "
            "ensemble.",
        ),
        Misconception(
            "true-statements.one-channel",
            lambda: "Chacun de ses filtres ne lit qu’un canal de l’entrée.",
            "Un filtre traverse toute la profondeur de l’entrée et additionne ce qu’il trouve dans chaque canal.",
        ),
    ),
    statement=lambda: (
        "Quelles affirmations sont vraies pour une couche convolutive ordinaire, à pas 1 et dont les filtres "
        "sont plus "
        "petits que l’image ?"
    ),
    solution=lambda: (
        "Les mêmes poids servent à toutes les positions : leur nombre ne dépend pas de l’image, et un motif "
        "décalé donne "
        "la même réponse, décalée.",
        "Une couche fully-connected peut faire le même calcul, avec des poids nuls hors de chaque fenêtre et "
        "répétés d’un "
        "neurone à l’autre. L’inverse est faux : la couche convolutive ne voit que des fenêtres, dans tous les "
        "canaux.",
    ),
    hints=("Pensez au partage des poids, et à ce que voit un neurone.",),
)

FAMILIES = (FLATTEN, WHY_CONVOLUTION, FC_EQUIVALENT, FC_RATIO)
