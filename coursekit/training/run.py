"""Un entraînement en cours : le réseau, son optimiseur et son journal, ce qu’un point de reprise enregistre."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, get_total_norm
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from coursekit.data.draws import key_of
from coursekit.errors import TrainingError
from coursekit.training.files import write_atomically
from coursekit.training.history import History
from coursekit.training.placement import Placement
from coursekit.training.recipe import Recipe

State = dict[str, Any]


@dataclass
class Run:
    """L’état complet d’un entraînement ; tout l’aléa se déduit de la graine et du nombre d’époques faites."""

    model: nn.Module
    forward: Callable[[Tensor], Any]
    parameters: list[nn.Parameter]
    optimizer: Optimizer
    scheduler: LambdaLR
    scaler: torch.amp.GradScaler
    recipe: Recipe
    steps: int
    placement: Placement
    history: History = field(default_factory=History)
    best: State | None = None

    @classmethod
    def start(cls, model: nn.Module, recipe: Recipe, steps: int) -> Run:
        """Un entraînement neuf de `steps` pas par époque, sur l’appareil où est le réseau."""
        placement = Placement.of(model, recipe)
        optimizer = recipe.optimizer.build(model.parameters())
        return cls(
            model=model,
            forward=torch.compile(model) if recipe.compile else model,
            parameters=list(model.parameters()),
            optimizer=optimizer,
            scheduler=LambdaLR(optimizer, lambda step: recipe.schedule.factor(step, steps * recipe.epochs)),
            scaler=torch.amp.GradScaler(placement.device.type, enabled=recipe.amp == "float16"),
            recipe=recipe,
            steps=steps,
            placement=placement,
        )

    @property
    def epoch(self) -> int:
        """Le nombre d’époques terminées, qui est le rang de la suivante."""
        return len(self.history.epochs)

    def rate(self) -> float:
        """Le pas d’apprentissage du prochain pas."""
        return float(self.optimizer.param_groups[0]["lr"])

    def step(self, loss: Tensor) -> Tensor:
        """Un pas de l’optimiseur ; rend la norme du gradient, avant toute limite."""
        self.optimizer.zero_grad()
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.unscale_(self.optimizer)
        norm = self.gradient_norm()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.scheduler.step()
        return norm

    def gradient_norm(self) -> Tensor:
        if self.recipe.clip is not None:
            return clip_grad_norm_(self.parameters, self.recipe.clip)
        return get_total_norm([part.grad for part in self.parameters if part.grad is not None])

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """L’aléa de PyTorch ne dépend, dedans, que de la graine et de l’époque ; dehors, rien n’a changé."""
        device = self.placement.device
        devices = [device] if device.type == "cuda" else []
        with torch.random.fork_rng(devices):
            torch.manual_seed(key_of(self.recipe.seed, self.epoch))
            yield

    def stale(self) -> bool:
        """Vrai quand la patience est à bout ; garde au passage une copie des meilleurs poids."""
        if self.recipe.patience is None:
            return False
        best = self.history.best()
        if best == self.epoch - 1:
            self.best = copy.deepcopy(self.model.state_dict())
        return self.epoch - 1 - best >= self.recipe.patience

    def finish(self) -> None:
        """Rend au réseau ses meilleurs poids, si la recette les demande."""
        if self.best is not None:
            self.model.load_state_dict(self.best)

    def described(self) -> State:
        """Ce qui doit être le même pour reprendre : la recette et le nombre de lots."""
        return {**asdict(self.recipe), "lots par époque": self.steps}

    def save(self, path: Path) -> None:
        """Enregistre l’état ; un processus tué pendant l’écriture laisse le point précédent intact."""
        state = {
            "recipe": self.described(),
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "scaler": self.scaler.state_dict(),
            "history": self.history.to_data(),
            "best": self.best,
        }
        write_atomically(path, lambda file: torch.save(state, file))

    def resume(self, path: Path) -> None:
        """Reprend l’état enregistré, s’il y en a un.

        Raises:
            TrainingError: le fichier est illisible, ou d’une autre recette, ou d’un autre réseau.
        """
        if not path.exists():
            return
        state = _read(path, self.placement.device)
        _check_recipe(path, state["recipe"], self.described())
        try:
            self.model.load_state_dict(state["model"])
        except RuntimeError as error:
            raise TrainingError(
                f"{path} vient d’un autre réseau : {error}. Reprenez avec le même, ou donnez un autre fichier."
            ) from error
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.scaler.load_state_dict(state["scaler"])
        self.history, self.best = History.from_data(state["history"]), state["best"]


def _read(path: Path, device: torch.device) -> State:
    try:
        return dict(torch.load(path, map_location=device, weights_only=True))
    except (RuntimeError, OSError, EOFError, pickle.UnpicklingError, TypeError, ValueError) as error:
        raise TrainingError(
            f"{path} n’est pas un point de reprise entier ({type(error).__name__}). Effacez-le pour repartir de zéro."
        ) from error


def _check_recipe(path: Path, saved: State, given: State) -> None:
    different = [
        f"{name} : {saved.get(name)!r} dans le fichier, {value!r} demandé"
        for name, value in given.items()
        if saved.get(name) != value
    ]
    if different:
        raise TrainingError(
            f"{path} vient d’une autre recette ({' ; '.join(different)}). Une reprise exacte demande la même : "
            "rétablissez-la, ou donnez un autre fichier."
        )
