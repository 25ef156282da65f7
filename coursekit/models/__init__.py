"""Construire un réseau du catalogue par son nom."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from coursekit.errors import ArgumentError, require
from coursekit.layers import Shape
from coursekit.tables import find, names

if TYPE_CHECKING:
    import torch
    from torch import nn


def build(
    name: str,
    *,
    num_classes: int | None = None,
    in_channels: int | None = None,
    image_size: int | None = None,
    device: str | torch.device = "auto",
    dtype: torch.dtype | None = None,
    seed: int | None = None,
) -> nn.Module:
    """Construit le réseau `name`, initialisé comme publié, en mode entraînement.

    Les nombres non donnés sont ceux de l’article. `device="auto"` choisit le GPU s’il y en a un ; « meta » ne
    réserve aucune mémoire. `seed` fixe les poids sans toucher au générateur global.

    Raises:
        UnknownNameError: ce nom n’est pas au catalogue.
        ShapeError: l’image est trop petite ; le message nomme la couche où la taille s’épuise.
        MissingDependencyError: PyTorch n’est pas installé.
    """
    entry = find(name)
    channels = entry.input.channels if in_channels is None else in_channels
    size = entry.input.spatial[0] if image_size is None else image_size
    classes = entry.num_classes if num_classes is None else num_classes
    entry.rows(Shape(channels, (size, size)), classes)

    require("torch", "torch")
    import torch

    make = import_module(f"coursekit.models.{entry.stem}").make
    target = resolve_device(device)
    with torch.random.fork_rng(enabled=seed is not None, devices=_cuda_devices(target)), target:
        if seed is not None:
            torch.manual_seed(seed)
        module: nn.Module = make(entry.variant, num_classes=classes, in_channels=channels, image_size=size)
    return module if dtype is None else module.to(dtype)


def resolve_device(device: str | torch.device) -> torch.device:
    """L’appareil demandé ; « auto » prend le GPU s’il y en a un.

    Raises:
        ArgumentError: cet appareil n’existe pas, ou n’est pas disponible ici.
    """
    require("torch", "torch")
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        target = torch.device(device)
    except (RuntimeError, TypeError):
        raise ArgumentError(
            f"Appareil inconnu : {device!r}. Essayez « auto », « cpu », « cuda » ou « meta »."
        ) from None
    if target.type == "cuda" and not torch.cuda.is_available():
        raise ArgumentError(
            f'Vous avez demandé {device!r}, et PyTorch ne voit aucun GPU ici. Prenez device="auto".'
        )
    return target


def _cuda_devices(target: torch.device) -> list[torch.device]:
    return [target] if target.type == "cuda" else []


__all__ = ["build", "names", "resolve_device"]
