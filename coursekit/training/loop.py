"""La boucle d’entraînement : `fit`, lisible en une fois ; les alentours sont dans les fichiers voisins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError
from coursekit.training.history import Epoch, History
from coursekit.training.placement import Placement
from coursekit.training.progress import Bar
from coursekit.training.recipe import Recipe
from coursekit.training.run import Run
from coursekit.training.tally import Tally, hits
from coursekit.training.trouble import explained_memory

Batch = tuple[Tensor, Tensor]
Callback = Callable[[nn.Module, History], object]


class Loader(Protocol):
    """Des lots (images, étiquettes), en nombre connu : un `coursekit.data.Batches`, un `DataLoader`…

    S’il a une méthode `set_epoch`, elle reçoit le rang de chaque époque avant sa lecture. Un `DataLoader` qui mélange
    n’a pas besoin d’un `generator` : `fit` fixe l’aléa de PyTorch à chaque époque, et un générateur à part ne se
    reprendrait pas.
    """

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...


def fit(
    model: nn.Module,
    data: Loader,
    recipe: Recipe | None = None,
    *,
    validation: Iterable[Batch] | None = None,
    checkpoint: Path | str | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
) -> History:
    """Entraîne `model` sur `data`, là où sont ses poids, et rend le journal.

    Args:
        model: un réseau qui rend N × classes scores ; ses poids sont modifiés sur place.
        data: les lots d’entraînement.
        recipe: comment entraîner ; par défaut, `Recipe()`.
        validation: des lots sur lesquels mesurer à chaque époque.
        checkpoint: fichier où l’état est enregistré à chaque époque ; s’il existe, l’entraînement en reprend, et
            finit sur CPU avec les mêmes poids, au bit près, que sans interruption.
        callbacks: appelés après chaque époque avec le réseau et le journal.
        progress: montre une barre ; par défaut, dans un terminal et dans un notebook.

    Raises:
        ArgumentError: il n’y a aucun lot, ou `patience` sans validation.
        TrainingError: la perte n’est plus un nombre, la mémoire manque, ou le point de reprise ne convient pas.
    """
    recipe = recipe or Recipe()
    _check(data, recipe, validation)
    run = Run.start(model, recipe, steps=len(data))
    if checkpoint:
        run.resume(Path(checkpoint))
    criterion = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
    with Bar(recipe.epochs * len(data), run.epoch * len(data), shown=progress) as bar:
        while run.epoch < recipe.epochs and not run.history.stopped_early:
            start = time.perf_counter()
            with run.seeded():
                loss, accuracy = train_epoch(run, data, criterion, bar)
                score = None if validation is None else evaluate(model, validation, recipe)
            run.history.epochs.append(
                Epoch(
                    loss=loss,
                    accuracy=accuracy,
                    validation_loss=score.loss if score else None,
                    validation_accuracy=score.accuracy if score else None,
                    seconds=time.perf_counter() - start,
                )
            )
            run.history.stopped_early = run.stale()
            if checkpoint:
                run.save(Path(checkpoint))
            for callback in callbacks:
                callback(model, run.history)
    run.finish()
    return run.history


def train_epoch(run: Run, data: Loader, criterion: nn.Module, bar: Bar) -> tuple[float, float]:
    """Une époque : pour chaque lot, calculer la perte, son gradient, et faire un pas. Rend perte et exactitude."""
    if hasattr(data, "set_epoch"):
        data.set_epoch(run.epoch)
    run.model.train()
    tally = Tally(run)
    with explained_memory(run.recipe, tally.batch):
        for images, labels in data:
            x, y = tally.batch[:] = run.placement.place(images, labels)
            with run.placement.autocast():
                scores = run.forward(x)
                loss = criterion(scores, y)
            rate = run.rate()
            norm = run.step(loss)
            tally.add(loss, norm, rate, hits(scores, y))
            if bar.due():
                tally.check()
                bar.show(tally.text, tally.steps_done())
    tally.record()
    bar.show(tally.text, len(run.history.losses))
    return tally.means()


@dataclass(frozen=True)
class Score:
    """La perte moyenne par image et l’exactitude, de 0 à 1."""

    loss: float
    accuracy: float


def evaluate(model: nn.Module, data: Iterable[Batch], recipe: Recipe | None = None) -> Score:
    """La perte et l’exactitude de `model` sur `data`, en mode d’évaluation ; son mode est rétabli ensuite.

    De la recette, seuls comptent le rangement et la précision.

    Raises:
        ArgumentError: il n’y a aucune image.
    """
    placement = Placement.of(model, recipe or Recipe())
    training = model.training
    model.eval()
    losses = right = torch.zeros((), device=placement.device)
    count = 0
    with torch.inference_mode(), placement.autocast():
        for images, labels in data:
            x, y = placement.place(images, labels)
            scores = model(x)
            losses = losses + nn.functional.cross_entropy(scores.float(), y, reduction="sum")
            right = right + hits(scores, y)
            count += len(y)
    model.train(training)
    if not count:
        raise ArgumentError("Les données d’évaluation n’ont aucune image.")
    return Score(float(losses) / count, int(right) / count)


def _check(data: Loader, recipe: Recipe, validation: Iterable[Batch] | None) -> None:
    if not len(data):
        raise ArgumentError("Les données n’ont aucun lot : il n’y a rien à apprendre.")
    if recipe.patience is not None and validation is None:
        raise ArgumentError(
            f"patience={recipe.patience} sans validation : l’arrêt se décide sur la perte de validation, donnez-la."
        )
