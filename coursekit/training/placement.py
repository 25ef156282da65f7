"""Où et comment un réseau calcule : appareil, rangement des canaux, précision."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError
from coursekit.training.recipe import Recipe


@dataclass(frozen=True)
class Placement:
    """L’appareil du réseau, et ce que la recette demande de son calcul."""

    device: torch.device
    recipe: Recipe

    @classmethod
    def of(cls, model: nn.Module, recipe: Recipe) -> Placement:
        """Là où sont les poids de `model`, que ceci range en channels_last si la recette le veut.

        Raises:
            ArgumentError: le réseau n’a aucun poids, ou l’appareil n’a pas la précision demandée.
        """
        first = next(model.parameters(), None)
        if first is None:
            raise ArgumentError("Ce réseau n’a aucun poids : il n’y a rien à entraîner.")
        if recipe.amp == "float16" and first.device.type == "cpu":
            raise ArgumentError('amp="float16" sur CPU : seule "bfloat16" y est utile.')
        if recipe.channels_last:
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return cls(first.device, recipe)

    def place(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Le lot sur cet appareil, dans ce rangement."""
        layout = torch.channels_last if self.recipe.channels_last and x.dim() == 4 else torch.preserve_format
        return x.to(self.device, memory_format=layout, non_blocking=True), y.to(
            self.device, non_blocking=True
        )

    def autocast(self) -> torch.autocast:
        dtype = getattr(torch, self.recipe.amp or "bfloat16")
        return torch.autocast(self.device.type, dtype, enabled=self.recipe.amp is not None)
