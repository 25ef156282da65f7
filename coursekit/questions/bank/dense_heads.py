"""Les couches denses de réseaux connus : ce qu’elles pèsent, ce que la taille de l’image y change."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, linear_parameters, walk
from coursekit.layers import Row, Shape
from coursekit.questions.answers import Real
from coursekit.questions.bank.bases import NETWORKS, features, layer_table
from coursekit.questions.domain import choices
from coursekit.questions.family import Family, Part
from coursekit.tables import find


@lru_cache(maxsize=128)
def last_row(network: str, side: int) -> Row:
    """Le dernier pooling, quand l’image mesure `side` pixels."""
    return walk(features(network), Shape(3, (side, side)))[-1]


def last_maps(network: str, side: int) -> Shape:
    """Le volume qui entre dans la tête."""
    return last_row(network, side).output


def _fc6(side: int, channels: int) -> int:
    return linear_parameters(side**2 * channels, 4096)


NETWORK_HEAD = Family(
    id="network.head_size",
    title="Un réseau connu sur des images d’une autre taille",
    topic="bases",
    level=3,
    time_s=240,
    points=3,
    source="CNN I, « AlexNet », « VGGNet », « NiN »",
    objectives=("Expliquer pourquoi une tête dense fixe la taille des images.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*NETWORKS),
        "side": choices(160, 192, 195, 224, 227, 256, 259, 288, 320, 352, 384, 416, 448, 512),
    },
    valid=lambda network, side: (
        last_maps(network, side).spatial[0]
        not in (1, last_maps(network, find(network).input.spatial[0]).spatial[0])
    ),
    statement=lambda network, side: (
        f"On veut entraîner **{NETWORKS[network][0]}** sur des images de ${side}\\times{side}$. Ses convolutions et "
        "ses poolings ne changent pas (divisions arrondies vers le bas) ; sa première couche dense, FC6, a 4096 "
        "neurones et doit être refaite.\n\n" + layer_table(network)
    ),
    parts=(
        Part(
            name="maps",
            prompt="Combien de lignes ont les cartes qui sortent du dernier pooling ?",
            answer=lambda network, side: last_maps(network, side).spatial[0],
            mistakes=(
                Misconception(
                    "network-head.original",
                    lambda network: last_maps(network, find(network).input.spatial[0]).spatial[0],
                    "C’est la taille pour les images de l’article. Reprenez le calcul avec celle de l’énoncé.",
                ),
                Misconception(
                    "network-head.one-pool-less",
                    lambda network, side: last_row(network, side).input.spatial[0],
                    "Vous vous êtes arrêté avant le dernier pooling.",
                ),
            ),
        ),
        Part(
            name="fc6",
            prompt="Combien de paramètres FC6 a-t-elle alors, biais compris ?",
            answer=lambda network, side, maps: _fc6(int(maps), last_maps(network, side).channels),
            mistakes=(
                Misconception(
                    "network-head.original-fc6",
                    lambda network: _fc6(
                        last_maps(network, find(network).input.spatial[0]).spatial[0],
                        last_maps(network, find(network).input.spatial[0]).channels,
                    ),
                    "C’est le compte de l’article. FC6 lit toutes les positions des cartes : leur taille a changé.",
                ),
                Misconception(
                    "network-head.no-bias",
                    lambda network, side, maps: 4096 * maps**2 * last_maps(network, side).channels,
                    "Vous avez oublié les biais : un par neurone.",
                ),
                Misconception(
                    "network-head.one-side",
                    lambda network, side, maps: linear_parameters(
                        maps * last_maps(network, side).channels, 4096
                    ),
                    "Vous n’avez compté qu’une dimension spatiale des cartes.",
                ),
            ),
        ),
        Part(
            name="pooled",
            prompt="Et si un pooling global (une moyenne par carte) la précède ?",
            answer=lambda network, side: _fc6(1, last_maps(network, side).channels),
            mistakes=(
                Misconception(
                    "network-head.still-flattened",
                    lambda network, side, maps: _fc6(maps, last_maps(network, side).channels),
                    "Après un pooling global, il ne reste qu’une valeur par carte.",
                ),
                Misconception(
                    "network-head.pooled-no-bias",
                    lambda network, side: 4096 * last_maps(network, side).channels,
                    "Vous avez oublié les biais : un par neurone.",
                ),
            ),
        ),
    ),
    solution=lambda network, side, maps, answer: (
        f"Couche après couche, ${side}\\times{side}$ devient ${maps}\\times{maps}$, avec "
        f"{last_maps(network, side).channels} canaux : {answer.answers[0][1].shown()} lignes.",
        f"FC6 lit ${maps}\\times{maps}\\times{last_maps(network, side).channels}$ valeurs. "
        f"{linear_parameters.explain(maps**2 * last_maps(network, side).channels, 4096)}",
        f"Après un pooling global, elle ne lit que {last_maps(network, side).channels} valeurs : "
        f"{answer.answers[2][1].shown()} paramètres, quelle que soit la taille de l’image.",
    ),
    hints=("Suivez la taille couche par couche.", "Combien de valeurs un neurone de FC6 lit-il ?"),
)

DENSE_NETWORKS = {
    "alexnet": "AlexNet",
    "zfnet": "ZFNet",
    "vgg11": "VGG-11",
    "vgg13": "VGG-13",
    "vgg16": "VGG-16",
    "vgg19": "VGG-19",
}


@lru_cache(maxsize=16)
def _features_cost(network: str) -> tuple[int, int]:
    """(paramètres des convolutions, nombre de valeurs qui entrent dans FC6)."""
    rows = walk(features(network), find(network).input)
    return sum(row.parameters for row in rows), rows[-1].output.numel


@lru_cache(maxsize=128)
def _dense(network: str, classes: int) -> int:
    rows = walk(find(network).unroll(classes), find(network).input)
    return sum(row.parameters for row in rows if row.kind == "Linear")


DENSE_SHARE = Family(
    id="network.dense_share",
    title="La part des couches denses",
    topic="bases",
    level=2,
    time_s=180,
    points=2,
    source="CNN I, « AlexNet » (« majorité des paramètres »)",
    objectives=("Situer les paramètres d’un réseau classique.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*DENSE_NETWORKS),
        "classes": choices(2, 10, 20, 37, 50, 101, 200, 365, 500, 800),
    },
    statement=lambda network, classes: (
        f"Les convolutions de **{DENSE_NETWORKS[network]}** ont {_features_cost(network)[0]} paramètres et rendent "
        f"{_features_cost(network)[1]} valeurs. Suivent trois couches denses avec biais : FC6 et FC7, de 4096 "
        "neurones, "
        f"et FC8, qu’on adapte à un problème de {classes} classes."
    ),
    parts=(
        Part(
            name="dense",
            prompt="Combien de paramètres les trois couches denses ont-elles ensemble ?",
            answer=_dense,
            mistakes=(
                Misconception(
                    "dense-share.no-bias",
                    lambda network, classes: 4096 * (_features_cost(network)[1] + 4096 + classes),
                    "Vous avez oublié les biais : un par neurone de chaque couche.",
                ),
                Misconception(
                    "dense-share.thousand",
                    lambda network: _dense(network, 1000),
                    "C’est le compte pour 1000 classes. FC8 a un neurone par classe, ici {classes}.",
                ),
                Misconception(
                    "dense-share.one-less",
                    lambda network, classes: _dense(network, classes) - linear_parameters(4096, 4096),
                    "Il manque FC7, qui relie 4096 neurones à 4096 autres.",
                ),
            ),
        ),
        Part(
            name="share",
            prompt="Quelle part de tous les paramètres est-ce, en % ?",
            unit="%",
            answer=lambda network, dense: Real(
                100 * float(dense) / (float(dense) + _features_cost(network)[0]), "%"
            ),
            mistakes=(
                Misconception(
                    "dense-share.convolutions",
                    lambda network, dense: (
                        100 * _features_cost(network)[0] / (dense + _features_cost(network)[0])
                    ),
                    "C’est la part des convolutions.",
                ),
                Misconception(
                    "dense-share.quotient",
                    lambda network, dense: 100 * dense / _features_cost(network)[0],
                    "Vous avez divisé par les paramètres des convolutions. Une part se rapporte au total.",
                ),
            ),
        ),
    ),
    solution=lambda network, classes, answer: (
        f"**FC6.** {linear_parameters.explain(_features_cost(network)[1], 4096)}",
        f"**FC7.** {linear_parameters.explain(4096, 4096)}",
        f"**FC8.** {linear_parameters.explain(4096, classes)}",
        f"En tout, {answer.answers[0][1].shown()}, soit {answer.answers[1][1].shown()} des paramètres du réseau.",
    ),
    hints=("Une couche dense a (entrées + 1) × neurones paramètres.",),
)


FAMILIES = (NETWORK_HEAD, DENSE_SHARE)
