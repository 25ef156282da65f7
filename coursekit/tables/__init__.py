"""Le catalogue : chaque architecture des cours, dans l’ordre où on la rencontre. Sans PyTorch.

Un tableau n’est lu qu’à son premier emploi : `coursekit describe vgg16` n’attend pas les vingt autres familles.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from coursekit.errors import UnknownNameError
from coursekit.tables.entry import Entry, Erratum, Published

STEMS = (
    "lenet",
    "alexnet",
    "zfnet",
    "vgg",
    "nin",
    "googlenet",
    "bn_inception",
    "inception_v3",
    "inception_resnet",
    "resnet",
    "preact",
    "highway",
    "stochastic_depth",
    "resnext",
    "wide_resnet",
    "densenet",
    "senet",
    "se_inception",
    "mobilenet",
    "xception",
    "efficientnet",
)
"""Les fichiers de tableaux, un par famille."""

CATALOGUE: tuple[Entry, ...]
"""Toutes les entrées."""


def __getattr__(name: str) -> Any:
    if name == "CATALOGUE":
        return _catalogue()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _entries(stem: str) -> tuple[Entry, ...]:
    entries: tuple[Entry, ...] = import_module(f"{__name__}.{stem}").ENTRIES
    return entries


@cache
def _catalogue() -> tuple[Entry, ...]:
    return tuple(entry for stem in STEMS for entry in _entries(stem))


def names(family: str | None = None) -> tuple[str, ...]:
    """Les noms du catalogue, ou ceux d’une famille (`lenet`, `alexnet`, `vgg`…).

    Raises:
        UnknownNameError: la famille n’existe pas.
    """
    if family is None:
        return tuple(entry.name for entry in _catalogue())
    if family not in STEMS:
        raise UnknownNameError("Famille", family, STEMS)
    return tuple(entry.name for entry in _entries(family))


def _likeliest_first(name: str) -> list[str]:
    """Les fichiers, en commençant par ceux dont le réseau porte le nom."""
    return sorted(STEMS, key=lambda stem: not name.startswith(stem.replace("_", "-")))


def find(name: str) -> Entry:
    """L’entrée de ce nom.

    Raises:
        UnknownNameError: aucun réseau ne porte ce nom ; le message propose les plus proches.
    """
    for stem in _likeliest_first(name):
        for entry in _entries(stem):
            if entry.name == name:
                return entry
    raise UnknownNameError("Réseau", name, names())


__all__ = ["CATALOGUE", "STEMS", "Entry", "Erratum", "Published", "find", "names"]
