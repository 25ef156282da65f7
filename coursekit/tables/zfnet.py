"""ZFNet : Zeiler et Fergus, « Visualizing and understanding convolutional networks » (2014), figure 3.

AlexNet, dont la visualisation des filtres a fait corriger le début : des filtres 7×7 de pas 2 au lieu de 11×11 de
pas 4, et un pas de 2 dans la deuxième couche. La normalisation y suit le pooling. Diapositive « ZFNet » du cours CNN I.
"""

from __future__ import annotations

from coursekit.layers import Activation, Chain, Conv, Flatten, Layer, Norm, Pool, Shape
from coursekit.tables.blocks import dense_classifier
from coursekit.tables.entry import Entry

CONVOLUTIONS = (
    Conv(96, 7, stride=2, padding=1, name="conv1"),
    Conv(256, 5, stride=2, name="conv2"),
    Conv(384, 3, padding=1, name="conv3"),
    Conv(384, 3, padding=1, name="conv4"),
    Conv(256, 3, padding=1, name="conv5"),
)

POOLED = {"conv1": "pool1", "conv2": "pool2", "conv5": "pool3"}
"""Les convolutions suivies d’un max pooling 3×3 de pas 2 ; les deux premiers sont suivis d’une normalisation."""

PRINTED_SIZES = {
    "conv1": 110,
    "pool1": 55,
    "conv2": 26,
    "pool2": 13,
    "conv3": 13,
    "conv4": 13,
    "conv5": 13,
    "pool3": 6,
}
"""Le côté des cartes, tel que la figure 3 l’imprime."""


def unroll(num_classes: int) -> Chain:
    layers: list[Layer] = []
    for conv in CONVOLUTIONS:
        number = conv.name[-1]
        layers += [conv, Activation(name=f"relu{number}")]
        if conv.name in POOLED:
            layers.append(Pool("max", 3, stride=2, ceil_mode=True, name=POOLED[conv.name]))
        if number in "12":
            layers.append(Norm("local_response", name=f"norm{number}"))
    features = Chain(tuple(layers), name="features")
    return Chain((features, Flatten(name="flatten"), dense_classifier(num_classes)))


ENTRIES = (
    Entry(
        name="zfnet",
        stem="zfnet",
        variant="published",
        title="ZFNet",
        source="Zeiler et Fergus (2014), figure 3",
        input=Shape(3, (224, 224)),
        unroll=unroll,
        departures=(
            "L’article ne donne pas les paddings : un pixel pour conv1 et des poolings arrondis vers le haut sont "
            "ceux qui rendent toutes les tailles de la figure 3.",
            "Il ne donne pas les constantes de la normalisation : ce sont celles d’AlexNet.",
            "Il dit les poids « initialisés à 10⁻² » : ici, une gaussienne de cet écart type.",
        ),
    ),
)
