"""Les nombres qui tiennent dans la prose d’un chapitre : calculés par une cellule, écrits en français.

Un chapitre écrit {glue:text}`flat` dans son texte, et `say(flat=2704)` dans une cellule. Demande MyST-NB, donc l’extra
`book`.
"""

from __future__ import annotations

from coursekit.errors import require
from coursekit.report import number


def decimal(value: float, digits: int = 1) -> str:
    """`decimal(-3.14159, 2) → "−3,14"`."""
    return f"{value:.{digits}f}".replace(".", ",").replace("-", "−")


def say(**values: int | str) -> None:
    """Donne un nom à des valeurs, pour que le texte les cite ; les entiers prennent l’espace des milliers."""
    require("myst_nb", "book")
    from myst_nb import glue

    for name, value in values.items():
        glue(name, value if isinstance(value, str) else number(int(value)), display=False)
