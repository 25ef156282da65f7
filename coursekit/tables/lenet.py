"""LeNet-5 : LeCun, Bottou, Bengio et Haffner, « Gradient-based learning applied to document recognition » (1998).

Figure 2 et section II.B : C1, S2, C3, S4, C5, F6, sortie. La table I donne les cartes de S2 que lit chaque filtre
de C3. La variante « modern » remplace ce que l’époque imposait : C3 lit toutes les cartes, max pooling, ReLU, sortie
linéaire.
"""

from __future__ import annotations

from coursekit.layers import (
    Activation,
    Chain,
    Conv,
    Flatten,
    Linear,
    PartialConv,
    Pool,
    RadialBasis,
    Shape,
    Subsample,
)
from coursekit.tables.entry import Entry, Published

SOURCE = "LeCun et al. (1998), section II.B, figure 2 et table I"

C3_CONNECTIONS = (
    # Six filtres lisent trois cartes voisines,
    *((k, (k + 1) % 6, (k + 2) % 6) for k in range(6)),
    # six en lisent quatre voisines,
    *((k, (k + 1) % 6, (k + 2) % 6, (k + 3) % 6) for k in range(6)),
    # trois en lisent quatre en deux paires,
    *((k, (k + 1) % 6, (k + 3) % 6, (k + 4) % 6) for k in range(3)),
    # et le dernier les lit toutes.
    (0, 1, 2, 3, 4, 5),
)
"""Table I de l’article : les cartes de S2 lues par chacun des 16 filtres de C3."""

DIGITS = (
    ".#####. ##...## ##...## ##...## ##...## ##...## ##...## ##...## ##...## ##...## .#####. .......",
    "...##.. ..###.. .####.. ...##.. ...##.. ...##.. ...##.. ...##.. ...##.. ...##.. .###### .......",
    ".#####. ##...## .....## .....## ....##. ...##.. ..##... .##.... ##..... ##..... ####### .......",
    ".#####. ##...## .....## .....## ..####. .....## .....## .....## .....## ##...## .#####. .......",
    "....##. ...###. ..####. .##.##. ##..##. ##..##. ####### ....##. ....##. ....##. ....##. .......",
    "####### ##..... ##..... ##..... ######. .....## .....## .....## .....## ##...## .#####. .......",
    ".#####. ##...## ##..... ##..... ######. ##...## ##...## ##...## ##...## ##...## .#####. .......",
    "####### .....## .....## ....##. ....##. ...##.. ...##.. ..##... ..##... .##.... .##.... .......",
    ".#####. ##...## ##...## ##...## .#####. ##...## ##...## ##...## ##...## ##...## .#####. .......",
    ".#####. ##...## ##...## ##...## ##...## .###### .....## .....## .....## ##...## .#####. .......",
)
"""Les dix codes de la sortie : un chiffre stylisé sur une grille de 7×12, ligne par ligne."""


def output_codes() -> tuple[tuple[int, ...], ...]:
    """Les codes fixes de la sortie, +1 pour l’encre et −1 pour le fond : 10 × 84 valeurs."""
    return tuple(tuple(1 if dot == "#" else -1 for dot in digit.replace(" ", "")) for digit in DIGITS)


def unroll_published(num_classes: int) -> Chain:
    return Chain(
        (
            Conv(6, 5, name="c1"),
            Activation("scaled_tanh", name="f1"),
            Subsample(2, name="s2"),
            Activation("scaled_tanh", name="f2"),
            PartialConv(C3_CONNECTIONS, 5, name="c3"),
            Activation("scaled_tanh", name="f3"),
            Subsample(2, name="s4"),
            Activation("scaled_tanh", name="f4"),
            Conv(120, 5, name="c5"),
            Activation("scaled_tanh", name="f5"),
            Flatten(name="flatten"),
            Linear(84, name="fc6"),
            Activation("scaled_tanh", name="f6"),
            RadialBasis(num_classes, name="output"),
        )
    )


def unroll_modern(num_classes: int) -> Chain:
    return Chain(
        (
            Conv(6, 5, name="c1"),
            Activation(name="f1"),
            Pool("max", 2, name="s2"),
            Conv(16, 5, name="c3"),
            Activation(name="f3"),
            Pool("max", 2, name="s4"),
            Conv(120, 5, name="c5"),
            Activation(name="f5"),
            Flatten(name="flatten"),
            Linear(84, name="fc6"),
            Activation(name="f6"),
            Linear(num_classes, name="output"),
        )
    )


ENTRIES = (
    Entry(
        name="lenet5",
        stem="lenet",
        variant="published",
        title="LeNet-5",
        source=SOURCE,
        input=Shape(1, (32, 32)),
        num_classes=10,
        unroll=unroll_published,
        published=(
            Published(
                "parameters", "60 000 paramètres libres", 60_000, 0, "LeCun et al. (1998), section II.B"
            ),
            Published("connections", "340 908 connexions", 340_908, 0, "LeCun et al. (1998), section II.B"),
        ),
        departures=("Les codes de la sortie sont redessinés : la figure 3 de l’article n’est pas recopiée.",),
    ),
    Entry(
        name="lenet5-modern",
        stem="lenet",
        variant="modern",
        title="LeNet-5 modernisé",
        source=SOURCE,
        input=Shape(1, (32, 32)),
        num_classes=10,
        unroll=unroll_modern,
        departures=(
            "C3 lit toutes les cartes ; max pooling, ReLU et sortie linéaire au lieu du sous-échantillonnage appris, "
            "de la tangente hyperbolique et des distances à des codes.",
        ),
    ),
)
