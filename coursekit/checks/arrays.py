"""Tableaux NumPy et tenseurs PyTorch, lus sans importer ni NumPy ni PyTorch : qui en donne un les a déjà chargés."""

from __future__ import annotations

from typing import Any

from coursekit.checks.inspection import is_from


def is_array(value: object) -> bool:
    """`value` est-il un tableau NumPy ou un tenseur ?"""
    return is_from(value, "numpy", "ndarray") or is_from(value, "torch", "Tensor")


def array_shape(value: Any) -> tuple[int, ...] | None:
    """La forme d’un tableau ou d’un tenseur ; `None` si ce n’en est pas un, ou si elle ne se lit pas."""
    if is_from(value, "torch", "Tensor"):
        from coursekit.checks.tensor_values import tensor_shape

        return tensor_shape(value)
    if is_from(value, "numpy", "ndarray"):
        import numpy as np

        return tuple(np.ndarray.shape.__get__(value))
    return None


def array_list(value: Any, most: int) -> list[Any] | None:
    """Les valeurs d’un tableau ou d’un tenseur d’au plus `most` valeurs, en listes (sinon `None`)."""
    if is_from(value, "torch", "Tensor"):
        from coursekit.checks.tensor_values import tensor_list

        return tensor_list(value, most)
    if is_from(value, "numpy", "ndarray"):
        import numpy as np

        small = np.ndarray.size.__get__(value) <= most and np.ndarray.ndim.__get__(value) > 0
        return np.ndarray.tolist(value) if small else None
    return None


def scalar(value: Any) -> bool | int | float | str | None:
    """La valeur Python d’un scalaire NumPy ou d’un tableau d’un seul élément ; `None` sinon."""
    found: object = None
    if is_from(value, "torch", "Tensor"):
        from coursekit.checks.tensor_values import tensor_scalar

        found = tensor_scalar(value)
    elif is_from(value, "numpy", "ndarray"):
        import numpy as np

        found = np.ndarray.item(value) if np.ndarray.size.__get__(value) == 1 else None
    elif is_from(value, "numpy", "generic"):
        import numpy as np

        found = np.generic.item(value)
        if type(found) is np.longdouble:  # le seul que Python ne sait pas représenter
            found = float(found)
    # Un tableau d’objets peut contenir n’importe quoi : seuls les types simples passent.
    return found if type(found) in (bool, int, float, str) else None  # type: ignore[return-value]
