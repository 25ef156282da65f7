"""Charger torchvision, même à côté d’un PyTorch pour lequel ses opérateurs compilés n’existent pas.

La seule roue publiée de torchvision est compilée pour CUDA. À côté d’un PyTorch « CPU », `import torchvision` s’arrête
sur « operator torchvision::nms does not exist ». Le cours n’a besoin que des modèles, des transformations et des jeux
de données, qui sont du Python : il suffit de déclarer d’abord les signatures qui manquent.
"""

from __future__ import annotations

import sys
from types import ModuleType

from coursekit.errors import MissingDependencyError, require

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
"""Les opérateurs que torchvision nomme dès son import, avec leur signature."""

_declared: list[object] = []  # une bibliothèque oubliée retirerait ses déclarations


def load_torchvision() -> ModuleType:
    """Importe torchvision ; déclare d’abord les opérateurs absents si, et seulement si, l’import échoue sans eux.

    Raises:
        MissingDependencyError: torchvision n’est pas installé, ou ne va pas avec ce PyTorch.
    """
    require("torchvision", "torch")
    try:
        return _import()
    except RuntimeError as error:
        if "does not exist" not in str(error):
            raise MissingDependencyError(f"torchvision ne se charge pas : {error}") from error
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    declare_operators()
    try:
        return _import()
    except RuntimeError as error:
        raise MissingDependencyError(
            f"torchvision ne va pas avec ce PyTorch ({error}). Installez deux versions faites l’une pour l’autre."
        ) from error


def _import() -> ModuleType:
    import torchvision

    return torchvision  # type: ignore[no-any-return]


def declare_operators() -> None:
    """Déclare à PyTorch les signatures de `SCHEMAS`, sans les programmer."""
    from torch.library import Library

    library = Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in SCHEMAS:
        library.define(schema)  # type: ignore[no-untyped-call]
    _declared.append(library)


def operators_compiled() -> bool:
    """Vrai si torchvision est venu avec ses opérateurs compilés."""
    import torch

    load_torchvision()
    return bool(torch._C._dispatch_has_kernel_for_dispatch_key("torchvision::nms", "CPU"))
