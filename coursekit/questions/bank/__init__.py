"""La banque : toutes les familles, un fichier par thème, dans l’ordre du cours."""

from __future__ import annotations

from coursekit.errors import UnknownNameError
from coursekit.questions.bank import (
    attention,
    bases,
    borders,
    chains,
    dense,
    dense_growth,
    filters,
    gates,
    gradients,
    kernels,
    padding,
    pooling,
    pooling_sizes,
    residual,
    se_stages,
    sizes,
    widths,
)
from coursekit.questions.family import Family

BANK: tuple[Family, ...] = (
    *filters.FAMILIES,
    *kernels.FAMILIES,
    *gradients.FAMILIES,
    *sizes.FAMILIES,
    *padding.FAMILIES,
    *borders.FAMILIES,
    *chains.FAMILIES,
    *pooling.FAMILIES,
    *pooling_sizes.FAMILIES,
    *bases.FAMILIES,
    *residual.FAMILIES,
    *dense.FAMILIES,
    *dense_growth.FAMILIES,
    *widths.FAMILIES,
    *attention.FAMILIES,
    *se_stages.FAMILIES,
    *gates.FAMILIES,
)


def find(name: str) -> Family:
    """La famille de ce nom.

    Raises:
        UnknownNameError: aucune ne porte ce nom ; le message propose les plus proches.
    """
    for family in BANK:
        if family.id == name:
            return family
    raise UnknownNameError("Nom de famille", name, (family.id for family in BANK))


__all__ = ["BANK", "find"]
