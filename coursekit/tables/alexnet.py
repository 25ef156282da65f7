"""AlexNet : Krizhevsky, Sutskever et Hinton, « ImageNet classification with deep CNNs » (2012), section 3.5, figure 2.

Trois réseaux portent ce nom, et leurs nombres de paramètres diffèrent :
- « undivided », la table de la diapositive « AlexNet » : chaque filtre lit toutes les cartes ;
- « groups », l’article : deux cartes graphiques, donc deux groupes dans conv2, conv4 et conv5 ;
- « torchvision », celui de Krizhevsky (2014), « One weird trick » : moins de filtres, pas de normalisation.
"""

from __future__ import annotations

from dataclasses import replace

from coursekit.layers import (
    Activation,
    AdaptivePool,
    Chain,
    Conv,
    Dropout,
    Flatten,
    Layer,
    Linear,
    Norm,
    Pool,
    Shape,
)
from coursekit.tables.blocks import dense_classifier
from coursekit.tables.entry import Entry, Erratum, Published

CONVOLUTIONS = (
    Conv(96, 11, stride=4, name="conv1"),
    Conv(256, 5, padding=2, name="conv2"),
    Conv(384, 3, padding=1, name="conv3"),
    Conv(384, 3, padding=1, name="conv4"),
    Conv(256, 3, padding=1, name="conv5"),
)

TWO_GPU_CONVOLUTIONS = tuple(
    replace(conv, groups=2) if conv.name in ("conv2", "conv4", "conv5") else conv for conv in CONVOLUTIONS
)

CONVOLUTIONS_2014 = (
    Conv(64, 11, stride=4, padding=2, name="conv1"),
    Conv(192, 5, padding=2, name="conv2"),
    Conv(384, 3, padding=1, name="conv3"),
    Conv(256, 3, padding=1, name="conv4"),
    Conv(256, 3, padding=1, name="conv5"),
)

POOLED = {"conv1": "pool1", "conv2": "pool2", "conv5": "pool3"}
"""Les convolutions suivies d’un max pooling 3×3 de pas 2, et son nom sur la diapositive."""


def _features(convolutions: tuple[Conv, ...], normalise: bool) -> Chain:
    layers: list[Layer] = []
    for conv in convolutions:
        number = conv.name[-1]
        layers += [conv, Activation(name=f"relu{number}")]
        if normalise and number in "12":
            layers.append(Norm("local_response", name=f"norm{number}"))
        if conv.name in POOLED:
            layers.append(Pool("max", 3, stride=2, name=POOLED[conv.name]))
    return Chain(tuple(layers), name="features")


def _published(convolutions: tuple[Conv, ...], num_classes: int) -> Chain:
    features = _features(convolutions, normalise=True)
    return Chain((features, Flatten(name="flatten"), dense_classifier(num_classes)))


def unroll_undivided(num_classes: int) -> Chain:
    return _published(CONVOLUTIONS, num_classes)


def unroll_groups(num_classes: int) -> Chain:
    return _published(TWO_GPU_CONVOLUTIONS, num_classes)


def unroll_torchvision(num_classes: int) -> Chain:
    classifier = (
        Dropout(0.5, name="drop6"),
        Linear(4096, name="fc6"),
        Activation(name="relu6"),
        Dropout(0.5, name="drop7"),
        Linear(4096, name="fc7"),
        Activation(name="relu7"),
        Linear(num_classes, name="fc8"),
    )
    return Chain(
        (
            _features(CONVOLUTIONS_2014, normalise=False),
            AdaptivePool("avg", (6, 6), name="avgpool"),
            Flatten(name="flatten"),
            Chain(classifier, name="classifier"),
        )
    )


SLIDE = "diapositive « AlexNet » du cours CNN I"
PAPER = "Krizhevsky et al. (2012), section 3.5"

INPUT_ERRATUM = Erratum(
    source=f"{PAPER} et figure 2",
    stated="entrée de 224×224",
    correct="227×227",
    reason="(224 − 11)/4 = 53,25 n’est pas entier et mènerait à 54 positions ; avec 227, (227 − 11)/4 + 1 = 55.",
)
NORM_ERRATUM = Erratum(
    source=SLIDE,
    stated="MAX POOL puis NORM",
    correct="NORM puis MAX POOL",
    reason="L’article normalise la sortie de la ReLU, puis fait le pooling. Les tailles finales sont les mêmes.",
)
COUNT_ERRATUM = Erratum(
    source=SLIDE,
    stated="60M paramètres",
    correct="62,4 M pour la table affichée, 61,0 M pour l’article",
    reason="60 millions est l’arrondi de l’article, dont trois couches sont coupées en deux groupes.",
)

ENTRIES = (
    Entry(
        name="alexnet",
        stem="alexnet",
        variant="undivided",
        title="AlexNet, non divisé",
        source=SLIDE,
        input=Shape(3, (227, 227)),
        unroll=unroll_undivided,
        departures=(
            "Chaque filtre lit toutes les cartes, alors que l’article partage conv2, conv4 et conv5 en deux.",
        ),
        errata=(INPUT_ERRATUM, NORM_ERRATUM, COUNT_ERRATUM),
    ),
    Entry(
        name="alexnet-groups",
        stem="alexnet",
        variant="groups",
        title="AlexNet, deux groupes",
        source=PAPER,
        input=Shape(3, (227, 227)),
        unroll=unroll_groups,
        published=(Published("parameters", "60 millions", 60e6, 1e6, "Krizhevsky et al. (2012), résumé"),),
        errata=(INPUT_ERRATUM,),
    ),
    Entry(
        name="alexnet-torchvision",
        stem="alexnet",
        variant="torchvision",
        title="AlexNet de 2014 (torchvision)",
        source="Krizhevsky (2014), « One weird trick for parallelizing CNNs », repris par torchvision",
        input=Shape(3, (224, 224)),
        unroll=unroll_torchvision,
        published=(
            Published("parameters", "61 100 840", 61_100_840, 0, "torchvision, AlexNet_Weights"),
            Published("macs", "0,714 G", 0.714e9, 0.0005e9, "torchvision, AlexNet_Weights"),
        ),
        departures=("Le dropout précède fc6 et fc7 ; un pooling adaptatif ramène les cartes à 6×6.",),
        peer="alexnet",
    ),
)
