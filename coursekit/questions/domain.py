"""Ce qu’un paramètre peut valoir : un ensemble fini et numéroté, qu’on énumère ou dans lequel on tire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from coursekit.errors import ArgumentError

Value = int | float | str | bool | tuple["Value", ...]
Params = dict[str, Value]


@dataclass(frozen=True)
class Domain:
    """Les valeurs `values`, rangées dans une grille de dimensions `dims` (vide pour un paramètre simple)."""

    values: tuple[Value, ...] | range
    dims: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        return int(len(self.values) ** prod(self.dims))

    def at(self, index: int) -> Value:
        """La valeur numéro `index`, de 0 à `size` − 1."""
        if not self.dims:
            return self.values[index]
        base, cells = len(self.values), []
        for _ in range(prod(self.dims)):
            index, digit = divmod(index, base)
            cells.append(self.values[digit])
        return _nested(cells, self.dims)


def _nested(cells: list[Value], dims: tuple[int, ...]) -> tuple[Value, ...]:
    if len(dims) == 1:
        return tuple(cells)
    step = prod(dims[1:])
    return tuple(_nested(cells[i * step : (i + 1) * step], dims[1:]) for i in range(dims[0]))


def integers(low: int, high: int, step: int = 1) -> Domain:
    """Les entiers de `low` à `high` compris, de `step` en `step`."""
    return _filled(range(low, high + 1, step))


def choices(*values: Value) -> Domain:
    """Ces valeurs, et celles-là seulement."""
    return _filled(values)


def grid(*dims: int, low: int, high: int) -> Domain:
    """Des tableaux d’entiers de `low` à `high` : `grid(4, 4, low=0, high=9)` est un tuple de 4 tuples de 4 entiers."""
    return _filled(range(low, high + 1), dims)


def _filled(values: tuple[Value, ...] | range, dims: tuple[int, ...] = ()) -> Domain:
    if not values:
        raise ArgumentError("Un paramètre doit pouvoir prendre au moins une valeur.")
    return Domain(values, dims)


def size(domain: Mapping[str, Domain]) -> int:
    """Le nombre de jeux de paramètres, possibles ou non."""
    return prod(part.size for part in domain.values())


def params_at(domain: Mapping[str, Domain], index: int) -> Params:
    """Le jeu de paramètres numéro `index`."""
    params: Params = {}
    for name, part in domain.items():
        index, place = divmod(index, part.size)
        params[name] = part.at(place)
    return params
