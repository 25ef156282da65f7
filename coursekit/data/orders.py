"""Dans quel ordre montrer les images : un ordre est une fonction de la graine et de l’époque, sans mémoire.

Reprendre un entraînement n’a donc rien à retenir de la lecture des données : le numéro de l’époque suffit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from coursekit.data.draws import generator
from coursekit.data.images import Images
from coursekit.errors import ArgumentError


class Order(Protocol):
    """Les numéros des images d’une époque, `int64`, d’après les étiquettes du jeu."""

    def indices(self, labels: Tensor, epoch: int) -> Tensor: ...


@dataclass(frozen=True)
class InOrder:
    """Toutes, dans l’ordre du jeu : pour évaluer."""

    def indices(self, labels: Tensor, epoch: int) -> Tensor:
        return torch.arange(len(labels))


@dataclass(frozen=True)
class Shuffled:
    """Toutes, mélangées de nouveau à chaque époque : pour entraîner."""

    seed: int = 0

    def indices(self, labels: Tensor, epoch: int) -> Tensor:
        return torch.randperm(len(labels), generator=generator(self.seed, epoch))


@dataclass(frozen=True)
class ClassAware:
    """Une classe, puis une image de cette classe : chaque classe revient aussi souvent, quel que soit son effectif.

    Il y a une liste des classes, et une liste d’images par classe. On prend la classe suivante, puis l’image
    suivante de sa liste ; une liste parcourue jusqu’au bout est mélangée de nouveau. Les listes se suivent d’une
    époque à l’autre : une époque compte autant d’images que le jeu, et une classe rare y passe plusieurs fois.

    Source : L. Shen, Z. Lin et Q. Huang, *Relay Backpropagation for Effective Learning of Deep CNNs*,
    arXiv:1512.05830, 2016 ; la diapositive « class-aware sampling » de SENet.
    """

    seed: int = 0

    def indices(self, labels: Tensor, epoch: int) -> Tensor:
        lists = [
            rows
            for label in torch.unique(labels).cpu()
            if len(rows := (labels.cpu() == label).nonzero()[:, 0])
        ]
        start, stop = epoch * len(labels), (epoch + 1) * len(labels)
        first, last = (
            start // len(lists),
            -(-stop // len(lists)),
        )  # les tours complets de la liste des classes
        turns = torch.stack([self._turns(rank, rows, first, last) for rank, rows in enumerate(lists)], 1)
        classes = torch.stack(
            [
                torch.randperm(len(lists), generator=generator(self.seed, -1, turn))
                for turn in range(first, last)
            ]
        )
        drawn = turns.gather(1, classes).flatten()
        return drawn[start - first * len(lists) :][: len(labels)]

    def _turns(self, rank: int, rows: Tensor, first: int, last: int) -> Tensor:
        """Les images que donne la liste d’une classe, du tour `first` au tour `last` − 1."""
        shuffles = range(first // len(rows), -(-last // len(rows)))
        dealt = [
            rows[torch.randperm(len(rows), generator=generator(self.seed, rank, time))] for time in shuffles
        ]
        return torch.cat(dealt)[first - shuffles.start * len(rows) :][: last - first]


def tail_weights(classes: int, ratio: float) -> tuple[float, ...]:
    """Des poids de classes en décroissance géométrique : la première pèse 1, la dernière 1/`ratio`.

    C’est la longue traîne de Y. Cui et coll., *Class-Balanced Loss Based on Effective Number of Samples*,
    arXiv:1901.05555, 2019, qui appelle `ratio` le facteur de déséquilibre.

    Raises:
        ArgumentError: moins de deux classes, ou un rapport inférieur à 1.
    """
    if classes < 2 or not ratio >= 1:
        raise ArgumentError(
            f"classes={classes} et ratio={ratio} : il faut au moins 2 classes et un rapport d’au moins 1."
        )
    return tuple(ratio ** (-rank / (classes - 1)) for rank in range(classes))


def long_tailed(images: Images, ratio: float, *, seed: int = 0) -> Images:
    """La plus grande partie de `images` dont les effectifs suivent `tail_weights` (au moins une image par classe).

    Raises:
        ArgumentError: une classe est vide, ou `tail_weights` refuse le rapport.
    """
    counts, weights = images.counts(), tail_weights(len(images.classes), ratio)
    if not all(counts):
        raise ArgumentError(
            f"La classe « {images.classes[counts.index(0)]} » est vide : elle n’a pas d’effectif à réduire."
        )
    most = min(count / weight for count, weight in zip(counts, weights, strict=True))
    order = torch.randperm(len(images), generator=generator(seed)).to(images.y.device)
    kept = [
        order[images.y[order] == label][: max(1, round(most * weight))]
        for label, weight in enumerate(weights)
    ]
    return images[torch.cat(kept).sort().values]
