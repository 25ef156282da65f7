"""Sonder un réseau sans rien y laisser : couches nommées, mode d’évaluation, cartes retenues, classe visée."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError, ShapeError, UnknownNameError

Target = int | Sequence[int] | Tensor | None
"""La classe visée : une pour toutes les images, une par image, ou `None` pour celle que le réseau prédit."""


def layer_named(model: nn.Module, name: str) -> nn.Module:
    """Le module de ce nom, tel que l’écrit `model.named_modules()` (« conv2_x.0.conv1 »).

    Raises:
        UnknownNameError: il n’y en a pas ; le message propose les noms les plus proches.
    """
    layers: dict[str, nn.Module] = {path: layer for path, layer in model.named_modules() if path}
    if name not in layers:
        raise UnknownNameError("Nom de couche", name, get_close_matches(name, layers, n=5, cutoff=0.0))
    return layers[name]


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Le temps du bloc, le mode d’évaluation ; chaque module retrouve ensuite le mode qui était le sien."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def differentiating() -> Iterator[None]:
    """Le temps du bloc, les gradients se calculent, même sous `torch.no_grad()` ou `torch.inference_mode()`."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


@contextmanager
def keeping(model: nn.Module, names: Iterable[str]) -> Iterator[dict[str, Tensor]]:
    """Le temps du bloc, retient la sortie des couches nommées, dans le graphe.

    La suite du réseau reçoit une copie : une ReLU sur place n’abîme donc pas la carte retenue.

    Raises:
        UnknownNameError: une couche n’existe pas.
        ShapeError: une couche ne rend pas un tenseur.
    """
    kept: dict[str, Tensor] = {}
    layers = {name: layer_named(model, name) for name in names}

    def keep(name: str, output: Any) -> Tensor:
        if not isinstance(output, Tensor):
            raise ShapeError(f"La couche « {name} » rend un {type(output).__name__}, et non un tenseur.")
        kept[name] = output
        return output.clone()

    def hook(name: str) -> Any:
        return lambda _layer, _inputs, output: keep(name, output)

    handles = [layer.register_forward_hook(hook(name)) for name, layer in layers.items()]
    try:
        yield kept
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def watching_all(model: nn.Module, note: Callable[[str, nn.Module, Any, Any], None]) -> Iterator[None]:
    """Le temps du bloc, appelle `note(nom, module, première entrée, sortie)` à chaque calcul de chaque module."""

    def hook(name: str) -> Any:
        return lambda layer, inputs, output: note(name, layer, inputs[0] if inputs else None, output)

    handles = [layer.register_forward_hook(hook(name)) for name, layer in model.named_modules() if name]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def swapped(model: nn.Module, replacements: Mapping[str, nn.Module]) -> Iterator[None]:
    """Le temps du bloc, met ces modules à la place de ceux qui portent ces noms.

    Raises:
        UnknownNameError: une couche n’existe pas.
    """
    originals = {name: layer_named(model, name) for name in replacements}
    try:
        for name, module in replacements.items():
            model.set_submodule(name, module)
        yield
    finally:
        for name, module in originals.items():
            model.set_submodule(name, module)


def placed(model: nn.Module, images: Tensor) -> Tensor:
    """Les images, détachées, sur l’appareil et dans la précision des poids.

    Raises:
        ShapeError: ce n’est pas un lot d’images, N × C × H × W.
    """
    if images.dim() != 4 or not len(images):
        hint = " Pour une seule image, écrivez image[None]." if images.dim() == 3 else ""
        raise ShapeError(
            f"Il faut un lot d’images, N × C × H × W ; vous avez donné {written(images.shape)}.{hint}"
        )
    weight = next(model.parameters(), None)
    moved = images.detach() if weight is None else images.detach().to(weight.device, weight.dtype)
    return moved.clone() if moved.is_inference() else moved


def through(model: nn.Module, images: Tensor) -> Any:
    """Ce que le réseau rend de ces images.

    Raises:
        ShapeError: il ne peut pas les lire.
    """
    try:
        return model(images)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise ShapeError(
            f"Le réseau ne peut pas lire ces images, {written(images.shape)} : {error}"
        ) from error


def scores_of(model: nn.Module, images: Tensor) -> Tensor:
    """Les scores du réseau, N × classes.

    Raises:
        ShapeError: le réseau ne lit pas ces images, ou rend autre chose que des scores.
    """
    scores = through(model, images)
    if not isinstance(scores, Tensor) or scores.dim() != 2 or len(scores) != len(images):
        found = written(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise ShapeError(
            f"Il faut un réseau qui rende un score par classe, {len(images)} × classes ; celui-ci rend {found}."
        )
    return scores


def classes_of(target: Target, scores: Tensor) -> Tensor:
    """La classe visée dans chaque image : un tenseur de N entiers.

    Raises:
        ArgumentError: une classe n’existe pas, ou il n’y en a pas une par image.
    """
    count, classes = scores.shape
    if target is None:
        return scores.argmax(1)
    chosen = torch.as_tensor(target, device=scores.device)
    if chosen.dtype.is_floating_point or chosen.dtype == torch.bool or chosen.dim() > 1:
        raise ArgumentError(f"target={target!r} : une classe est un entier, de 0 à {classes - 1}.")
    if chosen.dim() == 1 and len(chosen) != count:
        raise ArgumentError(
            f"target={chosen.tolist()} : {len(chosen)} classes pour {count} images ; il en faut une par image."
        )
    if int(chosen.min()) < 0 or int(chosen.max()) >= classes:
        raise ArgumentError(
            f"target={chosen.tolist()} : le réseau a {classes} classes, numérotées de 0 à {classes - 1}."
        )
    return chosen.long().expand(count).clone()


def of_each(scores: Tensor, target: Tensor) -> Tensor:
    """Le score de la classe visée dans chaque image : N nombres."""
    return scores.gather(1, target[:, None])[:, 0]


def written(shape: Sequence[int]) -> str:
    """Une forme telle qu’on la lit : « 8 × 3 × 32 × 32 »."""
    return " × ".join(str(size) for size in shape) or "un seul nombre"


def counted(number: int, noun: str) -> str:
    """« 1 image », « 4 images »."""
    return f"{number}\u00a0{noun}{'s' if number > 1 else ''}"
