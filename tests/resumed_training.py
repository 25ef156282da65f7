"""Un entraînement que l’on peut tuer : `python resumed_training.py POINT_DE_REPRISE POIDS`, un pas annoncé par ligne.

Après chaque annonce il attend une ligne, ou la fin de l’entrée. Le réseau a des normalisations et du dropout,
l’optimiseur de l’inertie, les données un mélange et un décalage au hasard : tout ce qu’une reprise oublierait.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from coursekit.data import Batches, ClassAware, Images, in_order
from coursekit.training import Cosine, Recipe, Sgd, fit

EPOCHS = 8
RECIPE = Recipe(
    epochs=EPOCHS,
    optimizer=Sgd(lr=0.05),
    schedule=Cosine(warmup=5),
    label_smoothing=0.1,
    patience=EPOCHS,
    seed=3,
)


def images() -> Images:
    source = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (60,), generator=source)
    x = torch.rand(60, 1, 8, 8, generator=source) + labels[:, None, None, None] / 4
    return Images(x, labels, ("a", "b", "c"))


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(512, 3),
    )


def shifted(image: Tensor) -> Tensor:
    return image.roll(int(torch.randint(-2, 3, ())), -1)


class Announced(Batches):
    """Des lots qui annoncent leur départ et attendent qu’on les laisse aller : le test sait où en est le processus."""

    def _batch(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        print("pas", flush=True)
        sys.stdin.readline()
        return super()._batch(chosen)


def train(checkpoint: Path | None, kind: type[Batches] = Batches) -> nn.Module:
    model, data = network(), images()
    batches = kind(data, 10, order=ClassAware(2), transform=shifted)
    fit(model, batches, RECIPE, validation=in_order(data), checkpoint=checkpoint, progress=False)
    return model


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.save(train(Path(sys.argv[1]), Announced).state_dict(), sys.argv[2])
