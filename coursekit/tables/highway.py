"""Highway networks : Srivastava, Greff et Schmidhuber, « Training very deep networks » (2015), équations 2 et 3.

Chaque couche apprend une porte T, entre 0 et 1, qui mélange ce qu’elle calcule et ce qu’elle reçoit :
y = H(x) · T(x) + x · (1 − T(x)). ResNet fait le pari plus simple de la somme. Comme l’entrée et la sortie doivent avoir
la même forme, des couches ordinaires changent le nombre de canaux. Diapositive « Highway network » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.layers import (
    Activation,
    AdaptivePool,
    Branches,
    Chain,
    Conv,
    Flatten,
    Layer,
    Linear,
    Pool,
    Shape,
)
from coursekit.tables.entry import Entry


@dataclass(frozen=True)
class Highway:
    """Par étage, une couche ordinaire de `channels[i]` filtres, puis `layers[i]` couches à porte.

    `gate_bias`, négatif, ouvre au départ le chemin de l’identité (section 2.2 de l’article).
    """

    channels: tuple[int, ...]
    layers: tuple[int, ...]
    gate_bias: float = -2.0

    @property
    def depth(self) -> int:
        """Couches apprises l’une après l’autre : une ordinaire par étage, celles à porte, et la couche dense."""
        return len(self.channels) + sum(self.layers) + 1


def highway_layer(channels: int, name: str) -> Chain:
    """H et T, chacune une convolution 3×3, multipliées ; puis ce qui reste de l’entrée, x · (1 − T), s’ajoute.

    Calculer 1 − T et ses produits ne demande ni paramètre, ni convolution.
    """
    transform = Chain((Conv(channels, 3, padding=1, name="transform"), Activation(name="relu")))
    gate = Chain((Conv(channels, 3, padding=1, name="gate"), Activation("sigmoid", name="sigmoid")))
    return Chain((Branches((Branches((transform, gate), "scale"), Chain(())), "add"),), name=name)


def _stage(config: Highway, index: int) -> Chain:
    channels = config.channels[index]
    plain: tuple[Layer, ...] = (Conv(channels, 3, padding=1, name="conv"), Activation(name="relu"))
    gated = (highway_layer(channels, f"highway{i}") for i in range(1, config.layers[index] + 1))
    return Chain((*plain, *gated), name=f"stage{index + 1}")


def unroll(config: Highway, num_classes: int) -> Chain:
    layers: list[Layer] = []
    for index in range(len(config.channels)):
        if index > 0:
            layers.append(Pool("max", 2, name=f"pool{index}"))
        layers.append(_stage(config, index))
    head = (
        AdaptivePool("avg", name="avgpool"),
        Flatten(name="flatten"),
        Linear(num_classes, name="classifier"),
    )
    return Chain((Chain(tuple(layers), name="features"), *head))


HIGHWAY19 = Highway(channels=(32, 80, 128), layers=(5, 5, 5))


def _unroll19(num_classes: int) -> Chain:
    return unroll(HIGHWAY19, num_classes)


ENTRIES = (
    Entry(
        name="highway-19-cifar",
        stem="highway",
        variant=HIGHWAY19,
        title="Réseau highway convolutif à 19 couches pour CIFAR-10",
        source="Srivastava et al. (2015), « Training very deep networks », équations 2 et 3, sections 2.1 et 2.2",
        input=Shape(3, (32, 32)),
        num_classes=10,
        unroll=_unroll19,
        departures=(
            "La couche à porte est celle de l’article ; les étages, leurs largeurs, les poolings et la tête sont "
            "choisis ici, et ne sont pas ceux de ses réseaux pour CIFAR-10.",
        ),
    ),
)
