"""Comment le pas d’apprentissage évolue : chaque loi est une fonction du rang du pas, sans mémoire.

`factor(step, steps)` est ce qui multiplie le pas de base au pas numéro `step` sur `steps` ; `LambdaLR` de PyTorch
l’applique. Toutes commencent par `warmup` pas d’échauffement, où le facteur croît en ligne droite de presque 0 à 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi

from coursekit.errors import ArgumentError


@dataclass(frozen=True)
class Constant:
    """Le pas de base, après l’échauffement.

    Source de l’échauffement : P. Goyal et coll., *Accurate, Large Minibatch SGD*, arXiv:1706.02677, 2017.
    """

    warmup: int = 0

    def __post_init__(self) -> None:
        if self.warmup < 0:
            raise ArgumentError(f"warmup={self.warmup} : un nombre de pas n’est pas négatif.")

    def factor(self, step: int, steps: int) -> float:
        if step < self.warmup:
            return (step + 1) / self.warmup
        return self.decay(step - self.warmup, max(1, steps - self.warmup))

    def decay(self, step: int, steps: int) -> float:
        """Le facteur une fois l’échauffement passé ; les pas se comptent depuis sa fin."""
        return 1.0


@dataclass(frozen=True)
class Cosine(Constant):
    """De 1 à `floor` le long d’une demi-période de cosinus.

    Source : I. Loshchilov et F. Hutter, *SGDR*, arXiv:1608.03983, 2017, sans redémarrage.
    """

    floor: float = 0.0

    def decay(self, step: int, steps: int) -> float:
        return self.floor + (1 - self.floor) * (1 + cos(pi * min(step, steps) / steps)) / 2


@dataclass(frozen=True)
class Steps(Constant):
    """Multiplié par `gamma` à chaque palier ; un palier est une fraction de la durée qui suit l’échauffement.

    Par défaut, ceux de CIFAR-10 dans l’article de ResNet : 32 000 et 48 000 itérations sur 64 000.
    """

    milestones: tuple[float, ...] = (0.5, 0.75)
    gamma: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(not 0 < milestone < 1 for milestone in self.milestones):
            raise ArgumentError(
                f"milestones={self.milestones} : un palier est une fraction de la durée, entre 0 et 1."
            )

    def decay(self, step: int, steps: int) -> float:
        return self.gamma ** sum(step >= milestone * steps for milestone in self.milestones)


Schedule = Constant | Cosine | Steps
