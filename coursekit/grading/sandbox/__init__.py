"""Le bac à sable : un processus par élève, derrière deux murs.

Le premier mur est bubblewrap, autour d’un parent préchauffé qui n’a fait qu’importer ; le second, autour de chaque
enfant de ce parent : espaces de noms, limites, filtre d’appels système, groupe de contrôle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursekit.grading.sandbox.nursery import Sandbox

__all__ = ["Sandbox"]


def __getattr__(name: str) -> Any:
    """Le parent préchauffé vit dans ce paquet, et n’a que faire de ce qui le lance."""
    if name != "Sandbox":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from coursekit.grading.sandbox.nursery import Sandbox

    return Sandbox
