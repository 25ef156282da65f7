"""Les énoncés en XHTML, leurs formules en MathML, comme les veut QTI.

Sans latex2mathml, une formule reste du LaTeX entre `\\(` et `\\)`, que beaucoup de plateformes savent afficher.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.util import find_spec

from coursekit.questions.mathml import mathml
from coursekit.questions.styles import Style, html_style

XMLNS = "http://www.w3.org/1998/Math/MathML"


def has_mathml() -> bool:
    """Sait-on écrire du MathML ici ?"""
    return find_spec("latex2mathml") is not None


@cache
def style() -> Style:
    """Le style XHTML, avec MathML s’il se peut."""
    plain = html_style()
    if not has_mathml():
        return plain
    return replace(
        plain,
        math=lambda latex: _named(mathml(latex)),
        display=lambda latex: f"<p>{_named(mathml(latex, display=True))}</p>",
    )


def _named(element: str) -> str:
    """Un élément `<math>` qui dit son espace de noms : en XML, il ne va pas de soi."""
    return element.replace("<math", f'<math xmlns="{XMLNS}"', 1)
