"""Les valeurs d’un tenseur quelconque, lues sans donner la parole à sa classe. Ce module charge PyTorch."""

from __future__ import annotations

from typing import Any

import torch

from coursekit.checks.inspection import class_attribute

UNREADABLE = (RuntimeError, NotImplementedError, TypeError, ValueError)
"""Ce que lèvent les tenseurs dont une propriété n’existe pas (« meta », imbriqués, creux…)."""


def bare(tensor: Any) -> torch.Tensor | None:
    """Le tenseur ordinaire que porte un `torch.Tensor` ou l’une de ses sous-classes, détaché du graphe.

    Une sous-classe qui redéfinit `__torch_dispatch__` déciderait elle-même de ses valeurs : elle est refusée (`None`).
    """
    kind = type(tensor)
    if not issubclass(kind, torch.Tensor):
        return None
    bases = class_attribute(kind, "__mro__")
    owner = next(base for base in bases if "__torch_dispatch__" in class_attribute(base, "__dict__"))
    if owner is not torch.Tensor:
        return None
    try:
        with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
            # as_subclass refuse les tenseurs creux, qui n’ont pas de sous-classe à quitter.
            plain = tensor if kind is torch.Tensor else torch.Tensor.as_subclass(tensor, torch.Tensor)
            return torch.Tensor.detach(plain)
    except UNREADABLE:
        return None


def dense(tensor: torch.Tensor, most: int = 50_000_000) -> torch.Tensor | None:
    """Le même tenseur en mémoire centrale, ni creux ni quantifié ; `None` s’il n’a pas de valeurs lisibles."""
    try:
        if tensor.device.type == "meta" or tensor.is_nested or tensor.numel() > most:
            return None
        with torch.no_grad():
            if tensor.layout != torch.strided:
                tensor = tensor.to_dense()
            if tensor.is_quantized:
                tensor = tensor.dequantize()
            return tensor.cpu().resolve_conj().resolve_neg()
    except UNREADABLE:
        return None


def tensor_shape(tensor: Any) -> tuple[int, ...] | None:
    """La forme, ou `None` pour un tenseur qui n’en a pas (imbriqué)."""
    plain = bare(tensor)
    try:
        return None if plain is None else tuple(plain.shape)
    except UNREADABLE:
        return None


def tensor_list(tensor: Any, most: int) -> list[Any] | None:
    """Les valeurs en listes, d’au plus `most` valeurs ; `None` si elles ne se lisent pas."""
    plain = bare(tensor)
    values = None if plain is None else dense(plain, most)
    if values is None or values.ndim == 0 or values.is_complex():
        return None
    return values.tolist()


def tensor_scalar(tensor: Any) -> bool | int | float | None:
    """La valeur d’un tenseur d’un seul élément, ou `None` s’il n’en a pas exactement une, réelle et lisible."""
    plain = bare(tensor)
    values = None if plain is None else dense(plain, 1)
    return None if values is None or values.numel() != 1 or values.is_complex() else values.item()
