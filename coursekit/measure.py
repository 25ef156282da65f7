"""Mesurer un réseau vivant : les mêmes lignes que `walk`, mais lues sur le module pendant qu’il calcule.

Les formes viennent de crochets posés sur les modules, les paramètres de leurs tenseurs, et les MAC du compteur de
FLOP de PyTorch, divisé par deux (une multiplication et une addition). Rien n’est repris de la table : l’accord des
deux comptes est donc une preuve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from copy import deepcopy
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from coursekit.errors import ShapeError, UnknownNameError
from coursekit.layers import Row, Shape


def measure(module: nn.Module, input_shape: Shape) -> tuple[Row, ...]:
    """Fait passer une image de forme `input_shape` dans `module` et renvoie une ligne par couche, dans l’ordre.

    Un module construit sur « meta » suffit : rien n’est alors calculé ni réservé. Le mode (entraînement ou
    évaluation) et les poids sont rendus comme ils étaient.

    Raises:
        ShapeError: le module ne peut pas lire cette entrée.
    """
    image = _image(module, input_shape)
    shapes: dict[str, tuple[Shape, Shape]] = {}
    counter = FlopCounterMode(display=False, custom_mapping={torch.ops.aten._cdist_forward: _distance_flops})
    training = module.training
    try:
        with ExitStack() as stack, torch.no_grad(), counter:
            for name, layer in row_modules(module):
                stack.enter_context(_Recorder(name, layer, shapes))
            module.eval()(image)
    except (RuntimeError, ValueError) as error:
        raise ShapeError(f"Le réseau ne peut pas lire une entrée {input_shape} : {error}") from error
    finally:
        module.train(training)
    counts = counter.get_flop_counts()
    root = type(module).__name__
    layers = dict(module.named_modules())
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
    children = list(module.named_children())
    if not children or any(isinstance(child, nn.ModuleList) for _, child in children):
        yield prefix, module
        return
    for name, child in children:
        yield from row_modules(child, f"{prefix}.{name}" if prefix else name)


def _image(module: nn.Module, shape: Shape) -> Tensor:
    first = next(module.parameters(), None)
    if first is None:
        return torch.zeros(1, *shape.as_tuple())
    return torch.zeros(1, *shape.as_tuple(), device=first.device, dtype=first.dtype)


def _distance_flops(x_shape: Any, codes_shape: Any, *_args: Any, **_kwargs: Any) -> int:
    """Une distance euclidienne coûte une MAC (deux FLOP) par coordonnée."""
    return 2 * int(prod(x_shape)) * int(codes_shape[0])


class _Hook:
    """Un crochet posé sur une couche le temps d’un bloc `with`."""

    layer: nn.Module

    def __enter__(self) -> None:
        self.handle = self.layer.register_forward_hook(self.record)

    def __exit__(self, *_exc: object) -> None:
        self.handle.remove()

    def record(self, _layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        raise NotImplementedError


class _Recorder(_Hook):
    """Note la forme d’entrée et de sortie d’une couche."""

    def __init__(self, name: str, layer: nn.Module, shapes: dict[str, tuple[Shape, Shape]]) -> None:
        self.name, self.layer, self.shapes = name, layer, shapes

    def record(self, _layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self.shapes[self.name] = (_shape(inputs[0]), _shape(output))


def _shape(tensor: Tensor) -> Shape:
    _batch, channels, *spatial = tensor.shape
    return Shape(channels, tuple(spatial))


def measured_fields(
    module: nn.Module, input_shape: Shape, units: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[range, ...]]:
    """Les pixels que voit une unité de chaque couche, le long de chaque dimension, trouvés par le gradient.

    `units` donne, par nom de couche, les coordonnées de l’unité à suivre. Pour qu’aucun gradient ne s’annule, le
    passage se fait sur une copie linéaire du réseau : poids positifs, non-linéarités ôtées, max remplacés par des
    moyennes.

    Raises:
        UnknownNameError: le réseau n’a pas de couche de ce nom.
    """
    linear = _linear_copy(module, input_shape)
    layers = dict(linear.named_modules())
    for name in units:
        if name not in layers:
            raise UnknownNameError("Couche", name, layers)
    made: dict[str, Tensor] = {}
    image = torch.ones(1, *input_shape.as_tuple(), dtype=torch.float64, requires_grad=True)
    with ExitStack() as stack:
        for name in units:
            stack.enter_context(_Keeper(name, layers[name], made))
        linear(image)
    return {name: _seen(image, made[name], unit) for name, unit in units.items()}


class _Keeper(_Hook):
    """Garde la sortie d’une couche."""

    def __init__(self, name: str, layer: nn.Module, made: dict[str, Tensor]) -> None:
        self.name, self.layer, self.made = name, layer, made

    def record(self, _layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self.made[self.name] = output


def _seen(image: Tensor, output: Tensor, unit: tuple[int, ...]) -> tuple[range, ...]:
    maps = output[0]
    chosen = maps.reshape(len(maps), -1)[:, _rank(unit, maps.shape[1:])]
    (gradient,) = torch.autograd.grad(chosen.sum(), image, retain_graph=True)
    reached = gradient[0].abs().sum(0) != 0
    return tuple(_span(reached, axis) for axis in range(reached.dim()))


def _rank(unit: tuple[int, ...], sizes: tuple[int, ...]) -> int:
    """Le rang d’une unité quand on déroule la carte."""
    rank = 0
    for index, size in zip(unit, sizes, strict=True):
        rank = rank * size + index
    return rank


def _span(seen: Tensor, axis: int) -> range:
    """Du premier au dernier indice vu le long d’un axe."""
    indices = seen.nonzero()[:, axis]
    return range(int(indices.min()), int(indices.max()) + 1)


def _linear_copy(module: nn.Module, input_shape: Shape) -> nn.Module:
    copy = deepcopy(module).to_empty(device="cpu").double().eval()
    for tensor in (*copy.parameters(), *copy.buffers()):
        nn.init.constant_(tensor, 1 / max(1, tensor[0].numel()) if tensor.dim() > 1 else 0.0)
    shapes = {row.name: row for row in measure(module, input_shape)}
    for name, row in shapes.items():
        layer = copy.get_submodule(name)
        if isinstance(layer, nn.MaxPool2d):
            average = nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding, ceil_mode=layer.ceil_mode)
            copy.set_submodule(name, average)
        elif row.parameters == 0 and row.input == row.output and not isinstance(layer, nn.AdaptiveAvgPool2d):
            copy.set_submodule(name, nn.Identity())
    return copy
