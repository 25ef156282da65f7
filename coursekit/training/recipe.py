"""La recette d’un entraînement : tout ce qui décide des poids obtenus, et rien d’autre."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.training.schedules import Cosine, Schedule


@dataclass(frozen=True)
class Sgd:
    """La descente de gradient de `torch.optim.SGD`, avec inertie ; `lr` est le pas de base."""

    lr: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4
    nesterov: bool = True

    def build(self, parameters: Iterable[nn.Parameter]) -> Optimizer:
        return SGD(
            parameters,
            lr=self.lr,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            nesterov=self.nesterov and self.momentum > 0,
        )


@dataclass(frozen=True)
class Adam:
    """`torch.optim.AdamW` : Adam, dont la régularisation ne passe pas par le gradient."""

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 1e-2

    def build(self, parameters: Iterable[nn.Parameter]) -> Optimizer:
        return AdamW(parameters, lr=self.lr, betas=self.betas, weight_decay=self.weight_decay)


@dataclass(frozen=True)
class Recipe:
    """Comment entraîner.

    Attributes:
        epochs: passages sur les données.
        optimizer: l’optimiseur et son pas de base.
        schedule: la loi du pas.
        label_smoothing: part de la cible répartie sur toutes les classes (C. Szegedy et coll., arXiv:1512.00567, §
            7).
        clip: la norme du gradient n’excède pas ce nombre ; `None`, elle est seulement notée.
        amp: calcule en demi-précision ; « bfloat16 » marche sur CPU et sur GPU, « float16 » demande un GPU.
        channels_last: range les canaux en dernier, plus rapide pour les convolutions.
        compile: confie le réseau à `torch.compile` ; long à la première étape.
        patience: s’arrête après ce nombre d’époques sans progrès de la perte de validation, et rend les meilleurs
            poids.
        seed: fixe tout ce qui est aléatoire pendant l’entraînement, époque par époque ; les poids initiaux sont au
            réseau.

    Raises:
        ArgumentError: une valeur n’a pas de sens.
    """

    epochs: int = 10
    optimizer: Sgd | Adam = field(default_factory=Sgd)
    schedule: Schedule = field(default_factory=Cosine)
    label_smoothing: float = 0.0
    clip: float | None = None
    amp: Literal["bfloat16", "float16"] | None = None
    channels_last: bool = False
    compile: bool = False
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ArgumentError(f"epochs={self.epochs} : il faut au moins une époque.")
        if not self.optimizer.lr > 0:
            raise ArgumentError(f"lr={self.optimizer.lr} : le pas d’apprentissage est strictement positif.")
        if not 0 <= self.label_smoothing < 1:
            raise ArgumentError(
                f"label_smoothing={self.label_smoothing} : la part lissée va de 0 à 1, exclu."
            )
        if self.clip is not None and not self.clip > 0:
            raise ArgumentError(f"clip={self.clip} : la norme permise est strictement positive.")
        if self.amp not in (None, "bfloat16", "float16"):
            raise UnknownNameError("amp", self.amp, ("bfloat16", "float16"))
        if self.patience is not None and self.patience < 1:
            raise ArgumentError(f"patience={self.patience} : il faut attendre au moins une époque.")
