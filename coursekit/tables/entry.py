"""Une entrée du catalogue : la table d’un réseau, sa source, et ce que l’article en publie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from coursekit.arithmetic import count, walk
from coursekit.layers import Chain, Row, Shape
from coursekit.tables.accuracy import Accuracy, published_accuracy

Quantity = Literal["parameters", "macs", "connections"]


@dataclass(frozen=True)
class Published:
    """Un nombre imprimé quelque part : le calcul doit tomber à moins de `tolerance` de `value`."""

    quantity: Quantity
    stated: str
    value: float
    tolerance: float
    source: str


SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


def rounded(quantity: Quantity, value: str, prefix: str, source: str, last_digit: float = 0.5) -> Published:
    """Un nombre imprimé avec ses décimales : l’écart permis est `last_digit` fois l’unité de la dernière."""
    decimals = len(value.partition(".")[2])
    scale = SCALES[prefix]
    stated = f"{value} {prefix}".rstrip().replace(".", ",")
    return Published(quantity, stated, float(value) * scale, last_digit * scale * 10.0**-decimals, source)


def exactly(quantity: Quantity, value: int, source: str) -> Published:
    """Un nombre publié à l’unité près."""
    return Published(quantity, f"{value:,}".replace(",", "\u202f"), value, 0, source)


@dataclass(frozen=True)
class Erratum:
    """Ce qu’une source imprime de faux, et pourquoi."""

    source: str
    stated: str
    correct: str
    reason: str


@dataclass(frozen=True)
class Auxiliary:
    """Une tête auxiliaire : elle lit la sortie de la ligne `after`, et ne sert qu’à l’entraînement.

    Sa perte s’ajoute à celle du réseau avec le poids `loss_weight` ; `name` est son module.
    """

    name: str
    after: str
    unroll: Callable[[int], Chain]
    loss_weight: float


@dataclass(frozen=True)
class Entry:
    """Une architecture nommée, jamais confondue avec ses variantes.

    `unroll(num_classes)` déroule la table en couches ; `stem` est le module de `tables/` et de `models/` ;
    `variant`, la configuration que le modèle en reçoit ; `peer`, le constructeur torchvision qui doit donner les mêmes
    sorties avec les mêmes poids.
    """

    name: str
    stem: str
    variant: object
    title: str
    source: str
    input: Shape
    unroll: Callable[[int], Chain]
    num_classes: int = 1000
    published: tuple[Published, ...] = ()
    departures: tuple[str, ...] = ()
    errata: tuple[Erratum, ...] = ()
    peer: str | None = None
    auxiliary: tuple[Auxiliary, ...] = ()

    @property
    def accuracy(self) -> Accuracy | None:
        """La justesse publiée, s’il y en a une."""
        return published_accuracy(self.name, self.peer)

    def rows(self, input_shape: Shape | None = None, num_classes: int | None = None) -> tuple[Row, ...]:
        """Les lignes de la table, pour l’entrée de l’article ou pour une autre.

        Raises:
            ShapeError: l’entrée est trop petite ; le message nomme la couche où la taille s’épuise.
        """
        classes = self.num_classes if num_classes is None else num_classes
        return walk(self.unroll(classes), input_shape or self.input)

    def totals(self) -> tuple[int, int]:
        """(paramètres, MAC) pour l’entrée de l’article : ceux de `rows`, sans les écrire une à une."""
        _, parameters, macs = count(self.unroll(self.num_classes), self.input)
        return parameters, macs

    def auxiliary_rows(
        self, input_shape: Shape | None = None, num_classes: int | None = None
    ) -> tuple[Row, ...]:
        """Les lignes des têtes auxiliaires, que `rows` ne compte pas ; leur champ récepteur n’est pas suivi.

        Raises:
            ShapeError: l’entrée est trop petite, pour le réseau ou pour une tête.
        """
        classes = self.num_classes if num_classes is None else num_classes
        given = {row.name: row.output for row in self.rows(input_shape, classes)} if self.auxiliary else {}
        return tuple(
            replace(row, fields=())
            for head in self.auxiliary
            for row in walk(replace(head.unroll(classes), name=head.name), given[head.after])
        )


def configured(
    stem: str,
    unroll: Callable[[Any, int], Chain],
    config: object,
    name: str,
    title: str,
    source: str,
    *,
    cifar: bool = False,
    **facts: Any,
) -> Entry:
    """L’entrée d’une famille que règle un objet `config` : images et classes de CIFAR-10, ou celles d’ImageNet."""
    size, classes = (32, 10) if cifar else (224, 1000)
    return Entry(
        name=name,
        stem=stem,
        variant=config,
        title=title,
        source=source,
        input=Shape(3, (size, size)),
        num_classes=classes,
        unroll=partial(unroll, config),
        **facts,
    )
