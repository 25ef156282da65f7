"""Parcourir un réseau couche par couche, en suivant la forme et le champ récepteur : la table du cours, recalculée."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from math import prod

from coursekit.arithmetic import one_layer
from coursekit.arithmetic.receptive_field import union
from coursekit.errors import ArgumentError, CourseError, ShapeError
from coursekit.layers import Branches, Chain, Field, Layer, Row, Shape, join

State = tuple[Shape, one_layer.Fields]


def call_text(layer: Layer) -> str:
    """`Conv(96, 11, stride=4)` : la couche comme on l’écrit, réglages par défaut omis."""
    parts = []
    for index, item in enumerate(f for f in dataclass_fields(layer) if f.name != "name"):
        value = getattr(layer, item.name)
        if value != item.default:
            parts.append(f"{value!r}" if index < 2 else f"{item.name}={value!r}")
    return f"{type(layer).__name__}({', '.join(parts)})"


def walk(net: Layer, input_shape: Shape) -> tuple[Row, ...]:
    """Les lignes de la table : nom, formes, paramètres, MAC et champ récepteur de chaque couche, dans l’ordre.

    Les unités d’une couche voient `row.fields`, en pixels de l’entrée du réseau.

    Raises:
        ShapeError, ArgumentError: une couche ne peut pas lire ce qu’elle reçoit ; le message la nomme.
    """
    rows: list[Row] = []
    _through(net, "", (input_shape, (Field(),) * input_shape.dims), rows)
    return tuple(rows)


def _through(net: Layer, prefix: str, state: State, rows: list[Row]) -> State:
    path = join(prefix, net.name)
    match net:
        case Chain():
            for layer in net.layers:
                state = _through(layer, path, state, rows)
            return state
        case Branches():
            return _merge(net, path, state, rows)
    return _one(net, path, state, rows)


def _one(layer: Layer, path: str, state: State, rows: list[Row]) -> State:
    shape, seen = state
    try:
        output, parameters, macs = one_layer.cost(layer, shape)
        row = Row(
            name=path,
            kind=type(layer).__name__,
            input=shape,
            output=output,
            parameters=parameters,
            macs=macs,
            fields=one_layer.fields(layer, shape, seen),
        )
    except CourseError as error:
        where = f"Couche {path} : " if path else ""
        raise type(error)(f"{where}{call_text(layer)} sur une entrée {shape}. {error}") from None
    except TypeError:  # une liste ne peut pas être un réglage figé
        raise ArgumentError(
            f"{call_text(layer)} : donnez des entiers ou des tuples, pas des listes."
        ) from None
    rows.append(row)
    return output, row.fields


def _merge(net: Branches, path: str, state: State, rows: list[Row]) -> State:
    ends = [_through(branch, path, state, rows) for branch in net.branches]
    try:
        shape = _merged_shape(net.merge, [end[0] for end in ends])
        seen = tuple(union(dimension) for dimension in zip(*(end[1] for end in ends), strict=True))
    except CourseError as error:
        where = f"{path} " if path else ""
        raise type(error)(f"Branches {where}({net.merge}) : {error}") from None
    rows.append(Row(path, net.merge, state[0], shape, parameters=0, macs=0, fields=seen))
    return shape, seen


def _merged_shape(merge: str, shapes: list[Shape]) -> Shape:
    if not shapes:
        raise ArgumentError("il faut au moins une branche.")
    if merge == "scale":
        return _broadcast(shapes)
    if len({shape.spatial for shape in shapes}) > 1:
        raise ShapeError(f"les chemins n’ont pas les mêmes tailles spatiales ({_listed(shapes)}).")
    if merge == "concat":
        return Shape(sum(shape.channels for shape in shapes), shapes[0].spatial)
    if len({shape.channels for shape in shapes}) > 1:
        raise ShapeError(f"on n’additionne que des volumes de même forme ({_listed(shapes)}).")
    return shapes[0]


def _broadcast(shapes: list[Shape]) -> Shape:
    largest = max(shapes, key=lambda shape: prod(shape.spatial))
    for shape in shapes:
        sizes = zip(shape.spatial, largest.spatial, strict=True)
        if shape.channels != largest.channels or any(small not in (1, large) for small, large in sizes):
            raise ShapeError(f"une porte {shape} ne peut pas pondérer un volume {largest}.")
    return largest


def _listed(shapes: list[Shape]) -> str:
    return ", ".join(str(shape) for shape in shapes)


def count(net: Layer, input_shape: Shape) -> tuple[Shape, int, int]:
    """(forme de sortie, paramètres, MAC) du réseau entier, sans en écrire les lignes : la somme que donne `walk`.

    Raises:
        ShapeError, ArgumentError: une couche ne peut pas lire ce qu’elle reçoit ; `walk` dit laquelle.
    """
    match net:
        case Chain():
            shape, parameters, macs = input_shape, 0, 0
            for layer in net.layers:
                shape, more_parameters, more_macs = count(layer, shape)
                parameters, macs = parameters + more_parameters, macs + more_macs
            return shape, parameters, macs
        case Branches():
            ends = [count(branch, input_shape) for branch in net.branches]
            shape = _merged_shape(net.merge, [end[0] for end in ends])
            return shape, sum(end[1] for end in ends), sum(end[2] for end in ends)
    return one_layer.cost(net, input_shape)


def totals(rows: tuple[Row, ...]) -> tuple[int, int]:
    """(paramètres, MAC) du réseau entier."""
    return sum(row.parameters for row in rows), sum(row.macs for row in rows)
