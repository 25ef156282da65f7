"""Construire un réseau du catalogue par son nom."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal

from coursekit.errors import ArgumentError, require
from coursekit.layers import Shape
from coursekit.tables import Entry, find, names

if TYPE_CHECKING:
    import torch
    from torch import nn

HEAVY = 2**24
"""Octets au-delà desquels les filtres d’une couche coûtent trop à recopier."""


def build(
    name: str,
    *,
    num_classes: int | None = None,
    in_channels: int | None = None,
    image_size: int | None = None,
    device: str | torch.device = "auto",
    dtype: torch.dtype | None = None,
    channels_last: bool | None = None,
    compile: bool = False,  # noqa: A002 (le nom de PyTorch)
    weights: Literal["torchvision"] | None = None,
    seed: int | None = None,
) -> nn.Module:
    """Construit le réseau `name`, initialisé comme publié, en mode entraînement.

    Les nombres non donnés sont ceux de l’article. `device="auto"` choisit le GPU s’il y en a un ; « meta » ne
    réserve aucune mémoire. `seed` fixe les poids sans toucher au générateur global ; `weights="torchvision"` charge les
    poids officiels. `channels_last` range les canaux en dernier en mémoire : les sorties sont les mêmes, et les
    convolutions vont plus vite sur CPU et, en demi-précision, sur GPU. Sans rien dire, c’est ce que l’on a là ; un
    poids s’y aplatit alors par `flatten` ou `reshape`, et non par `view`.

    Raises:
        UnknownNameError: ce nom n’est pas au catalogue.
        ShapeError: l’image est trop petite ; le message nomme la couche où la taille s’épuise.
        ArgumentError: ces poids n’existent pas pour ce réseau, ou l’appareil n’est pas disponible.
        DownloadError: les poids n’ont pas pu être téléchargés.
        MissingDependencyError: PyTorch n’est pas installé.
    """
    entry = find(name)
    channels = entry.input.channels if in_channels is None else in_channels
    size = entry.input.spatial[0] if image_size is None else image_size
    classes = entry.num_classes if num_classes is None else num_classes
    entry.rows(Shape(channels, (size, size)), classes)
    entry.auxiliary_rows(Shape(channels, (size, size)), classes)

    require("torch", "torch")
    import torch

    from coursekit.models.draws import drawing

    make = import_module(f"coursekit.models.{entry.stem}").make
    target = resolve_device(device)
    with (
        torch.random.fork_rng(enabled=seed is not None, devices=_cuda_devices(target)),
        target,
        drawing(target),
    ):
        if seed is not None:
            torch.manual_seed(seed)
        module: nn.Module = make(entry.variant, num_classes=classes, in_channels=channels, image_size=size)
    if weights is not None:
        _load(module, entry, weights)
    if dtype is not None:
        module = module.to(dtype)
    if prefers_channels_last(module) if channels_last is None else channels_last:
        module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return torch.compile(module) if compile else module  # type: ignore[return-value]


def _load(module: nn.Module, entry: Entry, weights: str) -> None:
    from coursekit.models.weights import ORIGIN, load_official

    if weights != ORIGIN:
        raise ArgumentError(f"weights={weights!r} : les seuls poids connus sont « {ORIGIN} ».")
    load_official(module, entry)


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


def prefers_channels_last(module: nn.Module) -> bool:
    """Si les convolutions de ce réseau, là où il est et dans sa précision, vont plus vite canaux en dernier.

    Sur CPU, oneDNN n’a plus à ranger autrement ce qu’il lit. Mais il recopie chaque filtre pour en calculer le
    gradient : quand le plus gros pèse trop, la mémoire y perd sans que le temps y gagne (Wide ResNet-50-2 : +4 % et
    −2 %). Sur GPU, les tensor cores lisent ainsi la demi-précision.
    """
    import torch

    weight = next(module.parameters())
    half = weight.dtype in (torch.float16, torch.bfloat16)
    if weight.is_cuda:
        return half
    light = max((filters.nbytes for filters in module.parameters() if filters.dim() > 2), default=0) <= HEAVY
    return light and weight.device.type == "cpu" and (half or weight.dtype == torch.float32)


def _cuda_devices(target: torch.device) -> list[torch.device]:
    return [target] if target.type == "cuda" else []


__all__ = ["build", "names", "resolve_device"]
