"""Un jeu d’images étiquetées en mémoire : deux tenseurs et le nom des classes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from coursekit.data.draws import generator
from coursekit.data.formes import Formes
from coursekit.data.painting import render
from coursekit.errors import ArgumentError, ShapeError, require

TEST = 1 << 30
"""Le premier numéro des images de *Formes* réservées au test : aucun entraînement ne va si loin."""


@dataclass(frozen=True, eq=False)
class Images:
    """Des images et leurs étiquettes, sur un même appareil.

    Attributes:
        x: N × canaux × hauteur × largeur ; `float32` de 0 à 1, ou `uint8` de 0 à 255.
        y: N étiquettes, `int64`, rangs dans `classes`.
        classes: le nom de chaque classe.

    Raises:
        ShapeError: `x` n’a pas quatre dimensions, ou `y` pas une étiquette par image.
        ArgumentError: une étiquette n’est le rang d’aucune classe.
    """

    x: Tensor
    y: Tensor
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.x.dim() != 4 or self.y.shape != self.x.shape[:1]:
            raise ShapeError(
                f"x est de taille {tuple(self.x.shape)} et y de taille {tuple(self.y.shape)} ; il faut "
                "N × canaux × hauteur × largeur et N."
            )
        if len(self.y) and not 0 <= int(self.y.min()) <= int(self.y.max()) < len(self.classes):
            raise ArgumentError(
                f"Les étiquettes vont de {int(self.y.min())} à {int(self.y.max())} pour {len(self.classes)} classes ; "
                f"il faut de 0 à {len(self.classes) - 1}."
            )

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, chosen: Tensor | slice) -> Images:
        """Les images de ces numéros, ou de cette tranche."""
        return replace(self, x=self.x[chosen], y=self.y[chosen])

    def to(self, device: torch.device | str) -> Images:
        return replace(self, x=self.x.to(device), y=self.y.to(device))

    def counts(self) -> tuple[int, ...]:
        """Combien d’images a chaque classe."""
        return tuple(self.y.bincount(minlength=len(self.classes)).tolist())

    def split(self, count: int, *, seed: int = 0) -> tuple[Images, Images]:
        """Deux jeux sans image commune : `count` images tirées au hasard, et les autres.

        Raises:
            ArgumentError: il n’y a pas assez d’images.
        """
        if not 0 < count < len(self):
            raise ArgumentError(
                f"split({count}) d’un jeu de {len(self)} images : il faut 0 < {count} < {len(self)}."
            )
        order = torch.randperm(len(self), generator=generator(seed)).to(self.y.device)
        return self[order[:count]], self[order[count:]]


def sample(formes: Formes, count: int, *, start: int = 0, device: torch.device | str = "cpu") -> Images:
    """Les images de *Formes* numérotées de `start` à `start + count` − 1, peintes sur `device`.

    Pour un jeu de test que l’entraînement n’a pas vu : `start=TEST`.

    Raises:
        ArgumentError: un numéro n’est pas entre 0 et 2³¹ − 1.
    """
    if not 0 <= start < start + count <= 1 << 31:
        raise ArgumentError(
            f"start={start} et count={count} : les images sont numérotées de 0 à 2³¹ − 1, et il en faut au moins une."
        )
    x, y = render(formes, torch.arange(start, start + count, device=device))
    return Images(x, y, formes.classes)


def digits() -> Images:
    """Les 1 797 chiffres manuscrits de scikit-learn, livrés avec lui : 1 × 8 × 8, dix classes.

    Source : E. Alpaydin et C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI, 1998 (le test), CC BY 4.0.

    Raises:
        MissingDependencyError: scikit-learn n’est pas installé.
    """
    require("sklearn", "lab")
    from sklearn.datasets import load_digits

    found = load_digits()
    x = torch.from_numpy(found.images).to(torch.float32)[:, None] / 16
    return Images(x, torch.from_numpy(found.target).long(), tuple(map(str, found.target_names)))
