"""La banque : toutes les familles, un fichier par thème, dans l’ordre du cours."""

from __future__ import annotations

from coursekit.errors import UnknownNameError
from coursekit.questions.bank import (
    attention,
    averaging,
    bases,
    borders,
    chains,
    costs,
    dense,
    dense_growth,
    dense_heads,
    evaluation,
    filters,
    formulas,
    freezing,
    fully_connected,
    gates,
    googlenet,
    gradients,
    heads,
    imagenet,
    imbalance,
    inception,
    inception_saving,
    kernels,
    mobile,
    networks,
    padding,
    pooling,
    pooling_sizes,
    pooling_training,
    receptive,
    residual,
    residual_depth,
    residual_networks,
    residual_shapes,
    residual_shortcuts,
    resnext,
    scaling,
    se_stages,
    separable,
    sizes,
    transfer,
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
    *fully_connected.FAMILIES,
    *costs.FAMILIES,
    *receptive.FAMILIES,
    *formulas.FAMILIES,
    *networks.FAMILIES,
    *pooling.FAMILIES,
    *pooling_training.FAMILIES,
    *pooling_sizes.FAMILIES,
    *heads.FAMILIES,
    *bases.FAMILIES,
    *imagenet.FAMILIES,
    *dense_heads.FAMILIES,
    *inception.FAMILIES,
    *inception_saving.FAMILIES,
    *googlenet.FAMILIES,
    *residual.FAMILIES,
    *residual_shapes.FAMILIES,
    *residual_networks.FAMILIES,
    *residual_shortcuts.FAMILIES,
    *residual_depth.FAMILIES,
    *dense.FAMILIES,
    *dense_growth.FAMILIES,
    *resnext.FAMILIES,
    *widths.FAMILIES,
    *attention.FAMILIES,
    *se_stages.FAMILIES,
    *gates.FAMILIES,
    *separable.FAMILIES,
    *mobile.FAMILIES,
    *scaling.FAMILIES,
    *transfer.FAMILIES,
    *freezing.FAMILIES,
    *evaluation.FAMILIES,
    *averaging.FAMILIES,
    *imbalance.FAMILIES,
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
