"""Les mesures d’une époque, qui restent sur l’appareil : en lire une attend la fin des calculs."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

import torch
from torch import Tensor

from coursekit.training.numbers import comma
from coursekit.training.run import Run
from coursekit.training.trouble import Collapse


@torch.no_grad()
def hits(scores: Tensor, y: Tensor) -> Tensor:
    """Combien d’images ont leur plus haut score pour leur classe (d’une cible mélangée, la plus grande part compte)."""
    return (scores.argmax(1) == (y if y.dim() == 1 else y.argmax(1))).sum()


@dataclass
class Tally:
    """Ce que les pas d’une époque ont mesuré, un élément par pas ; `batch` est le lot en cours."""

    run: Run
    batch: list[Tensor] = field(default_factory=list)
    losses: list[Tensor] = field(default_factory=list)
    norms: list[Tensor] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    right: list[Tensor] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def add(self, loss: Tensor, norm: Tensor, rate: float, right: Tensor) -> None:
        """Note un pas.

        Raises:
            TrainingError: la perte n’est plus un nombre fini (sur GPU, `check` le dira un peu plus tard).
        """
        self.losses.append(loss.detach())
        self.norms.append(norm)
        self.rates.append(rate)
        self.right.append(right)
        self.counts.append(len(self.batch[0]))
        if self.run.placement.device.type == "cpu":
            self.check()

    def check(self) -> None:
        """S’arrête si la dernière perte n’est pas un nombre fini.

        Raises:
            TrainingError: c’est le cas.
        """
        if isfinite(self.losses[-1].item()):
            return
        losses, norms = torch.stack(self.losses).tolist(), torch.stack(self.norms).tolist()
        first = next(step for step, loss in enumerate(losses) if not isfinite(loss))
        past = self.run.history
        raise Collapse(
            step=len(past.losses) + first + 1,
            lr=self.rates[first],
            losses=past.losses + losses[: first + 1],
            norms=past.norms + norms[: first + 1],
            batch=self.batch[0],
            recipe=self.run.recipe,
        ).error()

    def steps_done(self) -> int:
        return len(self.run.history.losses) + len(self.losses)

    def means(self) -> tuple[float, float]:
        """La perte moyenne par image et l’exactitude jusqu’ici."""
        counts = torch.tensor(self.counts, dtype=torch.float64)
        losses = torch.stack(self.losses).to("cpu", torch.float64)
        return float((losses * counts).sum() / counts.sum()), int(torch.stack(self.right).sum()) / int(
            counts.sum()
        )

    def text(self) -> str:
        """L’époque, la perte et l’exactitude, pour la barre."""
        loss, accuracy = self.means()
        place = f"époque {self.run.epoch + 1}/{self.run.recipe.epochs}"
        return f"{place} · perte {comma(loss)} · exactitude {comma(100 * accuracy)} %"

    def record(self) -> None:
        """Verse les pas au journal ; une époque interrompue n’y laisse donc rien."""
        self.check()
        history = self.run.history
        history.losses += torch.stack(self.losses).tolist()
        history.norms += torch.stack(self.norms).tolist()
        history.rates += self.rates
