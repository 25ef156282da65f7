"""Ce qui arrête un entraînement, expliqué : une perte qui n’est plus un nombre, une mémoire trop petite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from statistics import median

import torch
from torch import Tensor

from coursekit.errors import TrainingError
from coursekit.training.numbers import comma
from coursekit.training.recipe import Adam, Recipe

EXPLOSION = 10.0
"""Un gradient qui dépasse ce multiple de sa médiane s’emballe."""


@dataclass(frozen=True)
class Collapse:
    """Les circonstances d’une perte qui n’est plus un nombre : les pas menés jusque-là, et le lot en cours.

    `step` est le rang, dans l’entraînement, du premier pas fautif ; `losses` et `norms` s’arrêtent à lui.
    """

    step: int
    lr: float
    losses: Sequence[float]
    norms: Sequence[float]
    batch: Tensor
    recipe: Recipe

    def error(self) -> TrainingError:
        recent = " → ".join(comma(loss) for loss in self.losses[-4:])
        causes = "\n".join(f"  {rank}. {cause}" for rank, cause in enumerate(self.causes(), start=1))
        return TrainingError(
            f"Au pas {self.step}, la perte n’est plus un nombre fini ({recent}) ; le pas d’apprentissage est de "
            f"{comma(self.lr)}. Les poids sont perdus : reconstruisez le réseau, ou reprenez un point de reprise. "
            f"Causes habituelles, la plus vraisemblable d’abord :\n{causes}"
        )

    def causes(self) -> list[str]:
        """Les causes habituelles ; celles que les faits désignent passent devant."""
        data, rate, half, model = self._data(), self._rate(), self._half(), self._model()
        ranked = sorted((data, rate, half, model), key=lambda cause: not cause[0])
        return [text for _, text in ranked]

    def _data(self) -> tuple[bool, str]:
        bad = int((~self.batch.isfinite()).sum())
        if bad:
            return True, (
                f"Les données : {bad} valeurs du dernier lot ne sont pas finies. "
                "Cherchez une division par un écart type nul, ou un fichier abîmé."
            )
        return False, (
            f"Les données : le dernier lot va de {comma(float(self.batch.min()))} à {comma(float(self.batch.max()))}. "
            "On attend des entrées de quelques unités, autour de 0 ; vérifiez aussi les étiquettes."
        )

    def _rate(self) -> tuple[bool, str]:
        norms = [norm for norm in self.norms[-50:] if isfinite(norm)]
        exploded = len(norms) > 1 and max(norms) > EXPLOSION * median(norms)
        grown = exploded or self.step < 50
        detail = f" : la norme du gradient est montée jusqu’à {comma(max(norms))}" if exploded else ""
        lower = f"{self.recipe.optimizer.lr / 10:.2g}"
        return grown, (
            f"Un pas d’apprentissage trop grand{detail}. Essayez lr={lower}, un échauffement "
            "(schedule=Cosine(warmup=…)), ou clip=1."
        )

    def _half(self) -> tuple[bool, str]:
        if self.recipe.amp:
            return self.recipe.amp == "float16", (
                f'La demi-précision : amp={self.recipe.amp!r}. Essayez amp="bfloat16", qui ne déborde pas, ou amp=None.'
            )
        return (
            False,
            "La précision : un exp ou une somme qui déborde en float32 ; gardez les pertes de PyTorch.",
        )

    def _model(self) -> tuple[bool, str]:
        return False, (
            "Le réseau ou la perte : un log, une division ou une racine de zéro ; une initialisation trop grande ; "
            "une profondeur sans normalisation."
        )


def out_of_memory(error: BaseException) -> bool:
    """Vrai si cette erreur est un manque de mémoire, de GPU ou d’ordinateur."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "allocate memory" in str(error)
    )


@contextmanager
def explained_memory(recipe: Recipe, batch: Sequence[Tensor]) -> Iterator[None]:
    """Fait d’un manque de mémoire une `TrainingError` qui dit quoi réduire ; `batch` contient le lot en cours.

    Raises:
        TrainingError: la mémoire manque.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise TrainingError(_memory_advice(recipe, batch[0] if batch else None)) from error


def _memory_advice(recipe: Recipe, batch: Tensor | None) -> str:
    advice = []
    if batch is None:
        given = "avant le premier lot : le réseau et son optimiseur ne tiennent pas. "
    else:
        count, *size = batch.shape
        given = f"avec des lots de {count} images de taille {' × '.join(map(str, size))}. "
        if count > 1:
            advice.append(
                f"des lots de {count // 2} images (le pas d’apprentissage se réduit dans la même proportion)"
            )
        advice.append("des images plus petites")
    if recipe.amp is None:
        advice.append('amp="bfloat16", qui divise les activations par deux')
    advice.append("un réseau moins large ou moins profond")
    if isinstance(recipe.optimizer, Adam):
        advice.append("Sgd plutôt qu’Adam, qui garde deux nombres par paramètre au lieu d’un")
    return f"La mémoire manque {given}À réduire, dans l’ordre : {' ; '.join(advice)}."
