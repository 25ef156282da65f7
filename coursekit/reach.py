"""Ce qu’une unité voit de l’image, trouvé par le gradient et non par la formule.

Un champ récepteur ne dépend que des fenêtres. Le passage se fait donc sur une copie amincie du réseau, où aucun
gradient ne s’annule et où rien ne coûte : chaque couche à fenêtre y lit la moyenne de ses canaux avec des poids égaux,
les non-linéarités et les normalisations s’effacent, le max devient une moyenne.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from coursekit.errors import UnknownNameError
from coursekit.layers import Row, Shape
from coursekit.measure import measure, row_modules, watching


def measured_fields(
    module: nn.Module, input_shape: Shape, units: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[range, ...]]:
    """Les pixels que voit une unité de chaque couche nommée, le long de chaque dimension.

    `units` donne, par nom de couche, les coordonnées de l’unité à suivre.

    Raises:
        UnknownNameError: le réseau n’a pas de couche de ce nom.
        ShapeError: il ne peut pas lire cette entrée.
    """
    thin = thin_copy(module, input_shape)
    layers = dict(thin.named_modules())
    for name in units:
        if name not in layers:
            raise UnknownNameError("Couche", name, layers)
    made: dict[str, Tensor] = {}
    image = torch.ones(1, *input_shape.as_tuple(), dtype=torch.float64, requires_grad=True)

    def keep(name: str, _given: Tensor, output: Tensor) -> None:
        made[name] = output.clone()  # ce qui suit peut écrire sur place

    with watching({name: layers[name] for name in units}, keep):
        thin(image)
    return {name: _seen(image, made[name], unit) for name, unit in units.items()}


NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class ThinWindow(nn.Module):
    """Une convolution réduite à sa fenêtre : un seul canal, des poids égaux."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        settings = {
            name: getattr(layer, name) for name in ("stride", "padding", "dilation") if hasattr(layer, name)
        }
        self.window = nn.Conv2d(1, 1, layer.kernel_size, bias=False, **settings)

    def forward(self, x: Tensor) -> Tensor:
        return self.window(x.mean(1, keepdim=True))  # type: ignore[no-any-return]


class ThinChannels(nn.Module):
    """Tous les canaux réduits à leur moyenne, comme le fait chaque fenêtre : on les additionne alors sur place."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(1, keepdim=True)


class ThinLinear(nn.Module):
    """Une couche dense réduite à ce qu’elle lit : toutes ses entrées."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(-1, keepdim=True)


def thin_copy(module: nn.Module, input_shape: Shape) -> nn.Module:
    """La copie amincie de `module`, sur CPU, tous poids à 1, prête à être dérivée."""
    copy = deepcopy(module).eval()
    for name, layer in list(row_modules(copy)):
        if isinstance(layer, NORMS):  # sans effet sur les formes, et le plus lent à mesurer sur « meta »
            copy.set_submodule(name, nn.Identity())
    for row in measure(copy, input_shape):
        copy.set_submodule(row.name, _thin(copy.get_submodule(row.name), row))
    for part in copy.modules():
        for name, tensor in part.named_parameters(recurse=False):
            setattr(part, name, nn.Parameter(torch.ones(tensor.shape, dtype=torch.float64)))
    return copy


def _thin(layer: nn.Module, row: Row) -> nn.Module:
    if isinstance(layer, nn.MaxPool2d):
        return nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding, ceil_mode=layer.ceil_mode)
    if row.parameters and hasattr(layer, "kernel_size"):
        return ThinWindow(layer)
    if not row.output.dims and row.macs:
        return ThinLinear()
    if not row.parameters and row.output.dims and row.input.channels != row.output.channels:
        return nn.Sequential(layer, ThinChannels())
    if isinstance(layer, nn.Sigmoid):
        return nn.Softsign()  # une porte sans borne élèverait les valeurs au carré à chaque bloc
    if row.input == row.output and not isinstance(layer, nn.AdaptiveAvgPool2d | nn.AvgPool2d):
        return nn.Identity()
    return layer


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
