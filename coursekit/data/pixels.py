"""Les pixels d’une image de *Formes* : où chacun tombe dans un repère, et le bruit qu’il reçoit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from coursekit.data.draws import STRIDE, mix, signed
from coursekit.data.scene import Frames

LEVELS = (1 << 10) - 1
"""Le plus grand nombre de dix bits, ceux du bruit d’un canal."""


@dataclass(frozen=True)
class Pixels:
    """Le centre des pixels, en demi-côtés, et de quoi tirer leur bruit.

    Attributes:
        x: les abscisses d’une ligne.
        y: les ordonnées d’une colonne.
        counters: le compteur de chaque pixel : hauteur × largeur.
    """

    x: Tensor
    y: Tensor
    counters: Tensor

    def seen_from(self, frames: Frames, sizes: int | list[int]) -> Iterator[tuple[Tensor, Tensor]]:
        """Les deux coordonnées des pixels, `sizes` repères à la fois : … × hauteur × largeur.

        Une coordonnée est la somme d’une part de l’abscisse et d’une part de l’ordonnée, calculées d’avance. Les cartes
        rendues sont des brouillons, que les suivantes écrasent.
        """
        across = (self.x * frames.axes[..., 0, None])[..., None, :]
        down = (self.y * frames.axes[..., 1, None]).add_(frames.origins[..., None])[..., None]
        columns, rows = torch.split(across, sizes), torch.split(down, sizes)
        most = max((len(part) for part in rows), default=0)
        drafts = across.new_empty(2, most, *across.shape[1:-3], *self.counters.shape)
        for column, row in zip(columns, rows, strict=True):
            parts = zip(column.unbind(-3), row.unbind(-3), drafts[:, : len(row)], strict=True)
            u, v = (torch.add(*pair, out=draft) for *pair, draft in parts)
            yield u, v

    def add_noise(self, canvas: Tensor, reach: float, keys: Tensor) -> None:
        """Un bruit uniforme de 0 à `reach`, sur place : un mot par pixel, dix bits par canal."""
        drawn = mix(self.counters + keys)
        for channel, values in enumerate(canvas.unbind(1)):
            bits = LEVELS << 10 * channel
            values.add_(drawn & bits, alpha=reach / bits)


def pixels_of(size: int, device: torch.device) -> Pixels:
    steps = (torch.arange(size, dtype=torch.float32, device=device) * 2 + 1) / size - 1
    counters = torch.arange(size * size, dtype=torch.int32, device=device) * signed(STRIDE)
    return Pixels(steps, -steps, counters.view(size, size))
