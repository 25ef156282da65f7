"""Mesurer un réseau vivant : les mêmes lignes que `walk`, mais lues sur le module pendant qu’il calcule.

Les formes viennent de crochets posés sur les modules, les paramètres de leurs tenseurs, et les MAC du compteur de
FLOP de PyTorch, divisé par deux (une multiplication et une addition). Rien n’est repris de la table : l’accord des
deux comptes est donc une preuve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from coursekit.errors import ShapeError
from coursekit.layers import Row, Shape


def measure(module: nn.Module, input_shape: Shape) -> tuple[Row, ...]:
    """Fait passer une image de forme `input_shape` dans `module` et renvoie une ligne par couche, dans l’ordre.

    Un module construit sur « meta » suffit : rien n’est alors calculé ni réservé. Le mode (entraînement ou
    évaluation) et les poids sont rendus comme ils étaient.

    Raises:
        ShapeError: le module ne peut pas lire cette entrée.
    """
    image = _blank_image(module, input_shape)
    layers = dict(row_modules(module))
    shapes: dict[str, tuple[Shape, Shape]] = {}

    def note(name: str, given: Tensor, made: Tensor) -> None:
        shapes[name] = shape_of(given), shape_of(made)

    counter = FlopCounterMode(display=False, custom_mapping={torch.ops.aten._cdist_forward: _distance_flops})
    training = module.training
    try:
        with watching(layers, note), torch.no_grad(), counter, ShapeOnlyNorms():  # type: ignore[no-untyped-call]
            module.eval()(image)
    except (RuntimeError, ValueError) as error:
        raise ShapeError(f"Le réseau ne peut pas lire une entrée {input_shape} : {error}") from error
    finally:
        module.train(training)
    counts = counter.get_flop_counts()
    root = type(module).__name__
    return tuple(
        Row(
            name=name,
            kind=type(layers[name]).__name__,
            input=given,
            output=made,
            parameters=sum(p.numel() for p in layers[name].parameters()),
            macs=sum(counts.get(f"{root}.{name}" if name else root, {}).values()) // 2,
        )
        for name, (given, made) in shapes.items()
    )


def row_modules(module: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    """Les modules qui font une ligne de table : ceux qui ne contiennent pas d’autre couche, et ceux que la table
    compte d’un bloc (`PartialConv2d`, faite de seize petits filtres)."""
    if isinstance(module, nn.Identity):
        return
    children = list(module.named_children())
    if not children or any(isinstance(child, nn.ModuleList) for _, child in children):
        yield prefix, module
        return
    for name, child in children:
        yield from row_modules(child, f"{prefix}.{name}" if prefix else name)


def _blank_image(module: nn.Module, shape: Shape) -> Tensor:
    first = next(module.parameters(), None)
    if first is None:
        return torch.zeros(1, *shape.as_tuple())
    return torch.zeros(1, *shape.as_tuple(), device=first.device, dtype=first.dtype)


def _distance_flops(x_shape: Any, codes_shape: Any, *_args: Any, **_kwargs: Any) -> int:
    """Une distance euclidienne coûte une MAC (deux FLOP) par coordonnée."""
    return 2 * int(prod(x_shape)) * int(codes_shape[0])


class ShapeOnlyNorms(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sur « meta », une normalisation par lot, déjà acceptée par PyTorch, rend aussitôt sa forme : celle de l’entrée.

    Il la déroulerait en une dizaine d’opérations, toutes en Python et sans MAC : deux tiers du temps d’une mesure.
    """

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is torch.ops.aten.native_batch_norm.default and args[0].is_meta:
            return torch.empty_like(args[0]), args[0].new_empty(0), args[0].new_empty(0)
        return func(*args, **(kwargs or {}))


@contextmanager
def watching(layers: Mapping[str, nn.Module], note: Callable[[str, Tensor, Tensor], None]) -> Iterator[None]:
    """Le temps du bloc, appelle `note(nom, entrée, sortie)` chaque fois qu’une de ces couches calcule."""

    def hook(name: str) -> Callable[..., None]:
        return lambda _layer, inputs, output: note(name, inputs[0], output)

    handles = [layer.register_forward_hook(hook(name)) for name, layer in layers.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def shape_of(tensor: Tensor) -> Shape:
    """La forme d’un tenseur sans sa dimension de lot."""
    _batch, channels, *spatial = tensor.shape
    return Shape(channels, tuple(spatial))
