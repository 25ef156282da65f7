"""Le catalogue : chaque architecture des cours, dans l’ordre où on la rencontre. Sans PyTorch."""

from __future__ import annotations

from coursekit.errors import UnknownNameError
from coursekit.tables import (
    alexnet,
    bn_inception,
    densenet,
    efficientnet,
    googlenet,
    highway,
    inception_resnet,
    inception_v3,
    lenet,
    mobilenet,
    nin,
    preact,
    resnet,
    resnext,
    se_inception,
    senet,
    stochastic_depth,
    vgg,
    wide_resnet,
    xception,
    zfnet,
)
from coursekit.tables.entry import Entry, Erratum, Published

CATALOGUE: tuple[Entry, ...] = (
    *lenet.ENTRIES,
    *alexnet.ENTRIES,
    *zfnet.ENTRIES,
    *vgg.ENTRIES,
    *nin.ENTRIES,
    *googlenet.ENTRIES,
    *bn_inception.ENTRIES,
    *inception_v3.ENTRIES,
    *inception_resnet.ENTRIES,
    *resnet.ENTRIES,
    *preact.ENTRIES,
    *highway.ENTRIES,
    *stochastic_depth.ENTRIES,
    *resnext.ENTRIES,
    *wide_resnet.ENTRIES,
    *densenet.ENTRIES,
    *senet.ENTRIES,
    *se_inception.ENTRIES,
    *mobilenet.ENTRIES,
    *xception.ENTRIES,
    *efficientnet.ENTRIES,
)


def names(family: str | None = None) -> tuple[str, ...]:
    """Les noms du catalogue, ou ceux d’une famille (`lenet`, `alexnet`, `vgg`…).

    Raises:
        UnknownNameError: la famille n’existe pas.
    """
    families = dict.fromkeys(entry.stem for entry in CATALOGUE)
    if family is not None and family not in families:
        raise UnknownNameError("Famille", family, families)
    return tuple(entry.name for entry in CATALOGUE if family in (None, entry.stem))


def find(name: str) -> Entry:
    """L’entrée de ce nom.

    Raises:
        UnknownNameError: aucun réseau ne porte ce nom ; le message propose les plus proches.
    """
    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    raise UnknownNameError("Réseau", name, names())


__all__ = ["CATALOGUE", "Entry", "Erratum", "Published", "find", "names"]
