"""Les lots d’images, là où elles sont : `Batches` relit le même jeu, `Fresh` peint sans fin des images neuves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from coursekit.data.formes import Formes
from coursekit.data.images import TEST, Images
from coursekit.data.orders import InOrder, Order, Shuffled
from coursekit.data.painting import render
from coursekit.errors import ArgumentError

Batch = tuple[Tensor, Tensor]


class Batches:
    """Les lots d’un jeu en mémoire : des paires (images `float32` de 0 à 1, étiquettes).

    `set_epoch` choisit l’époque, donc le mélange ; `coursekit.training.fit` l’appelle.

    Args:
        images: le jeu.
        size: images par lot ; le dernier lot en a moins, à moins que `drop_last` ne l’écarte.
        order: `Shuffled` pour entraîner, `InOrder` pour évaluer, `ClassAware` pour des classes inégales.
        transform: une transformation de torchvision v2, appliquée à chaque image séparément : sur un lot entier, v2
            tirerait un seul recadrage pour toutes.
        batch_transform: une transformation v2 du lot et de ses étiquettes, comme `v2.MixUp`.

    Raises:
        ArgumentError: la taille des lots n’est pas entre 1 et celle du jeu.
    """

    def __init__(
        self,
        images: Images,
        size: int,
        *,
        order: Order | None = None,
        transform: Callable[[Tensor], Tensor] | None = None,
        batch_transform: Callable[[Tensor, Tensor], Batch] | None = None,
        drop_last: bool = False,
    ) -> None:
        if not 1 <= size <= len(images):
            raise ArgumentError(
                f"size={size} pour {len(images)} images : un lot en compte de 1 à {len(images)}."
            )
        self.images, self.size, self.drop_last = images, size, drop_last
        self.order = order or Shuffled()
        self.transform, self.batch_transform = transform, batch_transform
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        count = len(self.images)
        return count // self.size if self.drop_last else -(-count // self.size)

    def __iter__(self) -> Iterator[Batch]:
        order = self.order.indices(self.images.y, self.epoch).to(self.images.y.device)
        for chosen in torch.split(order, self.size)[: len(self)]:
            yield self._batch(chosen)

    def _batch(self, chosen: Tensor) -> Batch:
        x, y = self.images.x[chosen], self.images.y[chosen]
        if x.dtype == torch.uint8:
            x = x.to(torch.float32) / 255
        if self.transform:
            x = torch.stack([self.transform(image) for image in x])
        return self.batch_transform(x, y) if self.batch_transform else (x, y)


def in_order(images: Images, size: int = 256) -> Batches:
    """Les lots d’un jeu d’évaluation : toutes les images, dans l’ordre, sans transformation."""
    return Batches(images, min(size, len(images)), order=InOrder())


class Fresh:
    """Des lots de *Formes* toujours neufs : aucune image ne revient, ni dans une époque ni dans la suivante.

    Args:
        formes: la famille d’images.
        size: images par lot.
        steps: lots par époque.
        device: où elles sont peintes.

    Raises:
        ArgumentError: une époque n’a pas d’image.
    """

    def __init__(self, formes: Formes, size: int, steps: int, *, device: torch.device | str = "cpu") -> None:
        if size < 1 or steps < 1:
            raise ArgumentError(f"size={size} et steps={steps} : il faut au moins une image et un lot.")
        self.formes, self.size, self.steps, self.device = formes, size, steps, device
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        if (epoch + 1) * self.steps * self.size > TEST:
            raise ArgumentError(
                f"L’époque {epoch} de {self.steps} lots de {self.size} images dépasse les {TEST} images d’entraînement."
            )
        self.epoch = epoch

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[Batch]:
        for step in range(self.epoch * self.steps, (self.epoch + 1) * self.steps):
            yield render(
                self.formes, torch.arange(step * self.size, (step + 1) * self.size, device=self.device)
            )
