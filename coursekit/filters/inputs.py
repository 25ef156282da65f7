"""Ce que les filtres acceptent : des tableaux de nombres réels et finis, du bon nombre de dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from numbers import Integral, Real
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from coursekit.errors import ArgumentError, ShapeError

FloatArray = npt.NDArray[np.float64]

AXES: Mapping[int, str] = MappingProxyType(
    {
        1: "un nombre par filtre",
        2: "hauteur × largeur",
        3: "canaux × hauteur × largeur",
        4: "filtres × canaux × hauteur × largeur",
    }
)


def size_text(shape: tuple[int, ...]) -> str:
    """Écrit une taille comme dans le cours : `(3, 32, 32)` devient « 3 × 32 × 32 »."""
    return " × ".join(str(length) for length in shape) or "un seul nombre"


def as_array(value: npt.ArrayLike, what: str, ndim: int) -> FloatArray:
    """Copie `value` en nombres à virgule flottante, après avoir vérifié qu’on peut calculer avec.

    Args:
        what: comment le message nomme l’argument, article compris : « L’image ».
        ndim: nombre de dimensions attendu.

    Raises:
        ArgumentError: autre chose que des nombres réels et finis.
        ShapeError: mauvais nombre de dimensions, ou tableau vide.
    """
    try:
        array = np.asarray(value)
    except Exception as error:  # la conversion peut appeler le code de n’importe quelle bibliothèque
        raise ArgumentError(
            f"{what} ne se convertit pas en tableau de nombres (type reçu : {type(value).__name__}). "
            f"{_conversion_advice(value)}"
        ) from error
    if array.dtype.kind not in "buif":
        raise ArgumentError(
            f"{what} doit contenir des nombres réels ; le type reçu est {type(value).__name__} ({array.dtype})."
        )
    if array.ndim != ndim:
        raise ShapeError(
            f"{what} a {array.ndim} dimension{'s' * (array.ndim > 1)} ({size_text(array.shape)}) ; "
            f"il en faut {ndim} ({AXES[ndim]}).{_advice(array.ndim, ndim)}"
        )
    if array.size == 0:
        raise ShapeError(f"{what} ne contient aucune valeur ({size_text(array.shape)}).")
    refused = int(np.count_nonzero(~np.isfinite(array)))
    if refused:
        raise ArgumentError(
            f"{what} contient {refused} valeur{'s' * (refused > 1)} (NaN ou infini) sur {array.size} : "
            "chacune gâterait toute une fenêtre de la réponse. Remplacez-les avant de filtrer."
        )
    return array.astype(np.float64)


def _conversion_advice(value: object) -> str:
    if getattr(value, "requires_grad", False) is True:
        return "Ce tenseur suit un gradient : donnez-en une copie, avec tenseur.detach().cpu()."
    return "Donnez un tableau NumPy, ou une liste de listes de même longueur."


def _advice(given: int, expected: int) -> str:
    if (given, expected) == (3, 2):
        return " Passez l’image en niveaux de gris, ou filtrez tous ses canaux avec correlate_bank."
    if (given, expected) == (2, 3):
        return " Une image en niveaux de gris est un volume d’un canal : image[None]."
    if (given, expected) == (3, 4):
        return " Une banque d’un seul filtre s’écrit filtre[None]."
    return ""


def as_size(value: object, what: str) -> int:
    """Vérifie un nombre de pixels : un entier d’au moins 1.

    Raises:
        ArgumentError: `value` n’est pas un entier strictement positif.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ArgumentError(
            f"{what} doit être un entier d’au moins 1 (en pixels) ; vous avez donné {value!r}."
        )
    return int(value)


def as_number(
    value: object, what: str, *, above: float | None = None, at_least: float | None = None
) -> float:
    """Vérifie un nombre réel fini, éventuellement borné par le bas.

    Raises:
        ArgumentError: `value` n’est pas un nombre, n’est pas fini ou passe sous la borne.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise ArgumentError(f"{what} doit être un nombre ; vous avez donné {value!r}.")
    if above is not None and value <= above:
        raise ArgumentError(f"{what} doit dépasser {above:g} ; vous avez donné {value!r}.")
    if at_least is not None and value < at_least:
        raise ArgumentError(f"{what} doit valoir au moins {at_least:g} ; vous avez donné {value!r}.")
    return float(value)
