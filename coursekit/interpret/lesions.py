"""Ôter des blocs d’un réseau entraîné, ou les échanger, sans rien réapprendre.

Source : Veit, Wilber et Belongie (2016), arXiv:1605.06431, § 4 : figures 3 (un bloc ôté), 5 (a) (plusieurs) et 5 (b)
(l’ordre changé) ; cours CNN II, « ResNet : ensemble implicite ».
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from itertools import combinations, groupby
from typing import Any

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError, ShapeError
from coursekit.interpret.probing import evaluating, layer_named, swapped, written


def building_blocks(model: nn.Module) -> tuple[str, ...]:
    """Les maillons du réseau : les éléments convolutifs de ses suites (`nn.Sequential`), du premier au dernier."""
    return tuple(_links(model, ""))


def _links(module: nn.Module, prefix: str) -> Iterator[str]:
    for name, child in module.named_children():
        path = f"{prefix}.{name}" if prefix else name
        convolutional = any(isinstance(part, nn.Conv2d) for part in child.modules())
        if isinstance(module, nn.Sequential) and not isinstance(child, nn.Sequential) and convolutional:
            yield path
        else:
            yield from _links(child, path)


def residual_blocks(model: nn.Module) -> tuple[str, ...]:
    """Ceux des maillons qui ont un raccourci.

    Raises:
        ArgumentError: aucun n’en a.
    """
    found = tuple(name for name in building_blocks(model) if has_shortcut(layer_named(model, name)))
    if not found:
        raise ArgumentError(
            f"{type(model).__name__} n’a aucun bloc à raccourci. Nommez les blocs à ôter ; "
            f"maillons de ce réseau : {', '.join(building_blocks(model)) or 'aucun'}."
        )
    return found


def has_shortcut(block: nn.Module) -> bool:
    return isinstance(getattr(block, "shortcut", None), nn.Module) or bool(
        getattr(block, "has_shortcut", False)
    )


@contextmanager
def without(model: nn.Module, *names: str) -> Iterator[nn.Module]:
    """Le temps du bloc `with`, le réseau sans ces blocs, en mode d’évaluation.

    D’un bloc qui a un chemin `residual` et un `shortcut`, il reste le raccourci, projection comprise ; de tout autre,
    son entrée.

    Raises:
        UnknownNameError: un bloc n’existe pas.
        ShapeError: au calcul, si un bloc sans raccourci change la forme de ce qu’il lit.
    """
    with evaluating(model):
        removed = {name: _removed(name, layer_named(model, name)) for name in names}
        with swapped(model, removed):
            yield model


def _removed(name: str, block: nn.Module) -> nn.Module:
    shortcut = getattr(block, "shortcut", None)
    if not (callable(getattr(block, "residual", None)) and isinstance(shortcut, nn.Module)):
        return Bypass(name, block)
    bare: Any = copy(block)  # les poids restent partagés ; seule la copie perd son chemin
    bare.residual = lambda x: torch.zeros_like(shortcut(x))
    return bare  # type: ignore[no-any-return]


class Bypass(nn.Module):
    """À la place d’un bloc : son entrée telle quelle, si le bloc l’aurait rendue de la même forme."""

    def __init__(self, name: str, block: nn.Module) -> None:
        super().__init__()
        self.name = name
        self._block = (block,)  # dans un tuple, il n’est pas un enfant : ses poids ne comptent plus
        self._checked = False
        self.train(block.training)

    @torch.no_grad()
    def _check(self, x: Tensor) -> None:
        made = self._block[0](x.clone())
        if made.shape != x.shape:
            raise ShapeError(
                f"Le bloc « {self.name} » ne peut pas être ôté : il n’a pas de raccourci et change la forme, de "
                f"{written(x.shape[1:])} à {written(made.shape[1:])} ; la suite ne lirait pas ce qu’il reçoit."
            )
        self._checked = True

    def forward(self, x: Tensor) -> Tensor:
        if not self._checked:
            self._check(x)
        return x

    def extra_repr(self) -> str:
        return f"à la place de {self.name}"


def interchangeable(model: nn.Module) -> tuple[tuple[str, ...], ...]:
    """Les maillons qui peuvent prendre la place l’un de l’autre : même classe, mêmes réglages, mêmes tailles."""
    named = sorted((repr(layer_named(model, name)), name) for name in building_blocks(model))
    groups = [[name for _, name in same] for _, same in groupby(named, key=lambda pair: pair[0])]
    order = {name: rank for rank, name in enumerate(building_blocks(model))}
    return tuple(
        sorted(
            (tuple(sorted(group, key=order.__getitem__)) for group in groups if len(group) > 1),
            key=lambda group: order[group[0]],
        )
    )


@contextmanager
def reordered(model: nn.Module, order: Mapping[str, str]) -> Iterator[nn.Module]:
    """Le temps du bloc `with`, le réseau où la place `p` est tenue par le bloc `order[p]`, en mode d’évaluation.

    Raises:
        UnknownNameError: un bloc n’existe pas.
        ArgumentError: un bloc serait à deux places.
        ShapeError: deux blocs ne sont pas de la même forme.
    """
    if set(order) != set(order.values()):
        raise ArgumentError(f"order={dict(order)} : chaque bloc doit y être une fois et une seule.")
    for place, name in order.items():
        _check_same(model, place, name)
    chosen = {place: layer_named(model, name) for place, name in order.items()}
    with evaluating(model), swapped(model, chosen):
        yield model


def _check_same(model: nn.Module, place: str, name: str) -> None:
    old, new = layer_named(model, place), layer_named(model, name)
    if repr(old) == repr(new):
        return
    first, second = next(
        (a.strip(), b.strip())
        for a, b in zip(repr(old).splitlines(), repr(new).splitlines(), strict=False)
        if a != b
    )
    raise ShapeError(
        f"« {name} » ne peut pas prendre la place de « {place} » : on y lit {second} au lieu de {first}. "
        f"Blocs qui s’échangent : {interchangeable(model)}."
    )


def kendall_tau(order: tuple[int, ...] | list[int]) -> float:
    """La corrélation de rang de Kendall avec l’ordre naturel : 1, rien n’a bougé ; −1, tout est à l’envers.

    Raises:
        ArgumentError: il y a moins de deux rangs.
    """
    pairs = list(combinations(order, 2))
    if not pairs:
        raise ArgumentError(
            f"Il faut au moins deux rangs pour parler de leur ordre ; vous en avez donné {len(order)}."
        )
    return sum(1 if first < second else -1 for first, second in pairs) / len(pairs)


ErrorOf = Callable[[nn.Module], float]
"""Ce qui mesure l’erreur d’un réseau, par exemple `lambda model: 1 - evaluate(model, test).accuracy`."""
