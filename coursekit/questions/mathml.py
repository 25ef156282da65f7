"""Les formules en MathML : une page les affiche sans bibliothèque ni police, et un lecteur d’écran les lit.

latex2mathml les compose. Il ignore l’usage français des nombres : « 19 273,5 » y serait trois nombres et une
ponctuation. On en refait un seul.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree

from coursekit.errors import require
from coursekit.questions.styles import Style, html_style
from coursekit.questions.text import THIN

XMLNS = ' xmlns="http://www.w3.org/1998/Math/MathML"'


@lru_cache(maxsize=4096)
def mathml(latex: str, *, display: bool = False) -> str:
    """Une formule LaTeX en MathML.

    Raises:
        MissingDependencyError: latex2mathml n’est pas installé.
    """
    require("latex2mathml", "questions")
    from latex2mathml.converter import convert

    written = convert(latex, display="block" if display else "inline").replace(XMLNS, "", 1)
    root = ElementTree.fromstring(written)
    for element in root.iter():
        _merge_numbers(element)
        _mark_signs(element)
    if not display:
        del root.attrib["display"]
    return ElementTree.tostring(root, encoding="unicode")


def _merge_numbers(parent: ElementTree.Element) -> None:
    """Remplace chaque suite « 19 », espace fine, « 273 », virgule, « 5 » par un seul nombre."""
    children = list(parent)
    place = 0
    while place < len(children):
        if children[place].tag == "mn":
            while (joint := _joint(children[place + 1 : place + 3])) is not None:
                children[place].text = f"{children[place].text}{joint}{children[place + 2].text}"
                for used in children[place + 1 : place + 3]:
                    parent.remove(used)
                del children[place + 1 : place + 3]
        place += 1


def _joint(following: list[ElementTree.Element]) -> str | None:
    """Ce qui joint un nombre au suivant : une espace de milliers, une virgule décimale, ou rien."""
    if len(following) < 2 or following[1].tag != "mn":
        return None
    between, after = following
    if between.tag == "mspace" and len((after.text or "").partition(",")[0]) == 3:
        return THIN
    if between.tag == "mrow" and [(c.tag, c.text) for c in between] == [("mo", ",")]:
        return ","
    return None


OPENING = ("(", "[", "=", "+", "−", "×", ",", "<", ">", "≤", "≥")


def _mark_signs(parent: ElementTree.Element) -> None:
    """Un signe après une parenthèse ou un autre signe est celui d’un nombre : sans cela il s’entoure d’espaces."""
    for before, sign in pairwise(parent):
        if sign.tag == "mo" and sign.text in ("−", "+") and before.tag == "mo" and before.text in OPENING:
            sign.set("form", "prefix")


MATHML: Style = replace(
    html_style(), math=mathml, display=lambda latex: f'<p class="display">{mathml(latex, display=True)}</p>'
)
