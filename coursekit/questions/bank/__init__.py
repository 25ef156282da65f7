"""La banque : toutes les familles, un fichier par thème, dans l’ordre du cours.

Un fichier n’est lu qu’à son premier emploi : montrer une question n’attend pas toute la banque.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from coursekit.errors import UnknownNameError
from coursekit.questions.family import Family

FILES = (
    "filters",
    "kernels",
    "gradients",
    "sizes",
    "padding",
    "borders",
    "chains",
    "fully_connected",
    "costs",
    "receptive",
    "formulas",
    "networks",
    "pooling",
    "pooling_training",
    "pooling_sizes",
    "heads",
    "bases",
    "imagenet",
    "dense_heads",
    "inception",
    "inception_saving",
    "googlenet",
    "residual",
    "residual_shapes",
    "residual_networks",
    "residual_shortcuts",
    "residual_depth",
    "dense",
    "dense_growth",
    "resnext",
    "widths",
    "attention",
    "se_stages",
    "gates",
    "separable",
    "mobile",
    "scaling",
    "transfer",
    "freezing",
    "evaluation",
    "averaging",
    "imbalance",
)
"""Les fichiers de familles."""

BANK: tuple[Family, ...]
"""Toutes les familles."""


def __getattr__(name: str) -> Any:
    if name == "BANK":
        return _bank()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _families(file: str) -> tuple[Family, ...]:
    families: tuple[Family, ...] = import_module(f"{__name__}.{file}").FAMILIES
    return families


@cache
def _bank() -> tuple[Family, ...]:
    return tuple(family for file in FILES for family in _families(file))


def find(name: str) -> Family:
    """La famille de ce nom.

    Raises:
        UnknownNameError: aucune ne porte ce nom ; le message propose les plus proches.
    """
    for file in FILES:
        for family in _families(file):
            if family.id == name:
                return family
    raise UnknownNameError("Nom de famille", name, (family.id for family in _bank()))


__all__ = ["BANK", "FILES", "find"]
