"""Ce qu’une couche fait d’une entrée : forme de sortie, paramètres, multiplications, champ récepteur.

Chaque question a sa fonction, et chaque fonction passe les couches en revue ; les nombres viennent des formules.
"""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic.counts import check_groups, conv_macs, conv_parameters, linear_parameters
from coursekit.arithmetic.pooling import pool_output_size
from coursekit.arithmetic.receptive_field import through_everything, through_window
from coursekit.arithmetic.sizes import output_size
from coursekit.errors import ArgumentError, ShapeError
from coursekit.layers import (
    Activation,
    AdaptivePool,
    Conv,
    Dropout,
    DropPath,
    Field,
    Flatten,
    Layer,
    Linear,
    Norm,
    PadShortcut,
    PartialConv,
    Pool,
    RadialBasis,
    Shape,
    Subsample,
    per_dimension,
    whole,
)

Fields = tuple[Field, ...]
Window = tuple[int, int, int, int]


def padding_before(conv: Conv, dims: int) -> tuple[int, ...]:
    """Zéros ajoutés au début de chaque dimension ; « same » en met la moitié, arrondie vers le bas, comme PyTorch."""
    if not isinstance(conv.padding, str):
        return per_dimension(conv.padding, dims, "Le padding P", minimum=0)
    if conv.padding != "same":
        raise ArgumentError(
            f"Le padding P doit être un entier, un tuple ou « same » ; vous avez donné {conv.padding!r}."
        )
    kernels = per_dimension(conv.kernel_size, dims, "La taille du filtre F")
    dilations = per_dimension(conv.dilation, dims, "La dilatation d")
    return tuple(d * (f - 1) // 2 for f, d in zip(kernels, dilations, strict=True))


def _conv_shape(conv: Conv, shape: Shape) -> Shape:
    dims = _spatial_dims(shape)
    check_groups(shape.channels, conv.out_channels, conv.groups)
    kernels = per_dimension(conv.kernel_size, dims, "La taille du filtre F")
    strides = per_dimension(conv.stride, dims, "Le pas S")
    paddings = padding_before(conv, dims)
    dilations = per_dimension(conv.dilation, dims, "La dilatation d")
    if conv.padding == "same":
        if set(strides) != {1}:
            raise ArgumentError(
                f'padding="same" conserve la taille : il demande un pas de 1, et S = {conv.stride}.'
            )
        return Shape(conv.out_channels, shape.spatial)
    sizes = zip(shape.spatial, kernels, strides, paddings, dilations, strict=True)
    return Shape(conv.out_channels, tuple(output_size(w, f, s, p, d) for w, f, s, p, d in sizes))


def _spatial_dims(shape: Shape) -> int:
    if not shape.dims:
        raise ShapeError(
            f"Cette couche glisse sur une image, et elle reçoit un vecteur de {shape.channels} valeurs. "
            f"Placez-la avant la vectorisation (Flatten)."
        )
    return shape.dims


def _pool_windows(pool: Pool, dims: int) -> list[tuple[int, int, int]]:
    """(F, S, P) pour chaque dimension."""
    kernels = per_dimension(pool.kernel_size, dims, "La taille de fenêtre F")
    strides = kernels if pool.stride is None else per_dimension(pool.stride, dims, "Le pas S")
    return list(
        zip(kernels, strides, per_dimension(pool.padding, dims, "Le padding P", minimum=0), strict=True)
    )


def _pool_shape(pool: Pool, shape: Shape) -> Shape:
    windows = _pool_windows(pool, _spatial_dims(shape))
    sizes = (
        pool_output_size(w, f, s, p, pool.ceil_mode)
        for w, (f, s, p) in zip(shape.spatial, windows, strict=True)
    )
    return Shape(shape.channels, tuple(sizes))


def _vector(layer: Layer, shape: Shape) -> int:
    if shape.dims:
        raise ShapeError(
            f"{type(layer).__name__} reçoit un volume {shape} : vectorisez-le d’abord (Flatten), "
            f"ce qui donne {shape.numel} valeurs."
        )
    return shape.channels


def _check_connections(layer: PartialConv, shape: Shape) -> None:
    worst = max((max(inputs, default=0) for inputs in layer.connections), default=0)
    if worst >= shape.channels:
        raise ShapeError(
            f"Un filtre lit le canal n° {worst}, et l’entrée {shape} n’a que {shape.channels} canaux (de 0)."
        )


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """Forme de sortie de `layer` sur une entrée de forme `shape`.

    Raises:
        ArgumentError: un réglage de la couche n’est pas permis.
        ShapeError: la couche ne peut pas lire cette entrée.
    """
    match layer:
        case Conv():
            return _conv_shape(layer, shape)
        case PartialConv():
            _check_connections(layer, shape)
            return _conv_shape(Conv(len(layer.connections), layer.kernel_size), shape)
        case Pool():
            return _pool_shape(layer, shape)
        case Subsample():
            return _pool_shape(Pool("avg", layer.kernel_size), shape)
        case AdaptivePool():
            return Shape(
                shape.channels, per_dimension(layer.output_size, _spatial_dims(shape), "La taille de sortie")
            )
        case PadShortcut():
            return Shape(layer.out_channels, _conv_shape(Conv(1, 1, stride=layer.stride), shape).spatial)
        case Linear() | RadialBasis():
            _vector(layer, shape)
            return Shape(whole(layer.out_features, "Le nombre de sorties"))
        case Flatten():
            return Shape(shape.numel)
        case Activation() | Norm() | Dropout() | DropPath():
            return shape
    raise ArgumentError(f"Couche inconnue : {layer!r}.")


def parameters(layer: Layer, shape: Shape) -> int:
    """Nombre de paramètres appris par `layer` sur une entrée de forme `shape`."""
    match layer:
        case Conv():
            kernels = per_dimension(layer.kernel_size, shape.dims, "La taille du filtre F")
            return conv_parameters(
                shape.channels, layer.out_channels, kernels, layer.groups, layer.bias, shape.dims
            )
        case PartialConv():
            filters = (
                conv_parameters(len(inputs), 1, layer.kernel_size, dims=shape.dims)
                for inputs in layer.connections
            )
            return sum(filters)
        case Linear():
            return linear_parameters(shape.channels, layer.out_features, layer.bias)
        case Subsample():
            return 2 * shape.channels
        case Norm(kind="batch"):
            return 2 * shape.channels
    return 0


def macs(layer: Layer, shape: Shape, output: Shape) -> int:
    """Multiplications-additions de `layer` pour une image ; les opérations valeur par valeur n’en comptent pas."""
    match layer:
        case Conv():
            kernels = per_dimension(layer.kernel_size, shape.dims, "La taille du filtre F")
            return conv_macs(
                shape.channels, layer.out_channels, kernels, output.spatial, layer.groups, dims=shape.dims
            )
        case PartialConv():
            filters = (
                conv_macs(len(inputs), 1, layer.kernel_size, output.spatial, dims=shape.dims)
                for inputs in layer.connections
            )
            return sum(filters)
        case Linear() | RadialBasis():
            return shape.channels * layer.out_features
    return 0


def _through_adaptive(field: Field, units: int, target: int) -> Field:
    """Champ après un pooling adaptatif ; si ses fenêtres sont inégales, leur réunion (un majorant)."""
    if target == 1 or units % target:
        return through_everything(field, units)
    return through_window(field, units // target, units // target)


@lru_cache(maxsize=4096)
def windows(layer: Layer, dims: int) -> tuple[Window, ...] | None:
    """Les fenêtres (F, S, P, d) d’une couche qui glisse, une par dimension ; rien pour les autres."""
    match layer:
        case Conv():
            kernels = per_dimension(layer.kernel_size, dims, "La taille du filtre F")
            strides = per_dimension(layer.stride, dims, "Le pas S")
            dilations = per_dimension(layer.dilation, dims, "La dilatation d")
            return tuple(zip(kernels, strides, padding_before(layer, dims), dilations, strict=True))
        case PartialConv(kernel_size=size):
            return tuple((kernel, 1, 0, 1) for kernel in per_dimension(size, dims, "La taille du filtre F"))
        case Pool():
            return tuple((*window, 1) for window in _pool_windows(layer, dims))
        case Subsample(kernel_size=size):
            return windows(Pool("avg", size), dims)
        case PadShortcut(stride=stride):
            return ((1, stride, 0, 1),) * dims
    return None


def fields(layer: Layer, shape: Shape, seen: Fields) -> Fields:
    """Champ récepteur après `layer`, une valeur par dimension de l’image."""
    match layer:
        case AdaptivePool():
            targets = per_dimension(layer.output_size, shape.dims, "La taille de sortie")
            each = zip(seen, shape.spatial, targets, strict=True)
            return tuple(_through_adaptive(field, units, target) for field, units, target in each)
        case Flatten():
            return tuple(
                through_everything(field, units) for field, units in zip(seen, shape.spatial, strict=False)
            )
    sliding = windows(layer, shape.dims)
    if sliding is None:
        return seen
    return tuple(through_window(field, *window) for field, window in zip(seen, sliding, strict=True))


@lru_cache(maxsize=4096)
def cost(layer: Layer, shape: Shape) -> tuple[Shape, int, int]:
    """(forme de sortie, paramètres, MAC) ; un réseau profond répète cent fois le même bloc, calculé une fois."""
    output = output_shape(layer, shape)
    return output, parameters(layer, shape), macs(layer, shape, output)
