"""Regarder une valeur inconnue sans lui donner la parole.

Une réponse d’élève peut redéfinir `__repr__`, `__len__`, `__class__`… et lever une erreur ou boucler. On n’appelle donc
jamais ses méthodes : on lit son type, puis on passe par les méthodes des types de base (`list.__len__(x)`).
"""

from __future__ import annotations

import sys
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

LONGEST_TEXT = 60
"""Longueur au-delà de laquelle une citation est coupée."""

MOST_ITEMS = 8
"""Nombre d’éléments au-delà duquel une liste n’est plus citée."""


def is_a(value: object, *bases: type) -> bool:
    """Comme `isinstance`, sans croire `value.__class__`."""
    return issubclass(type(value), bases)


def base_class(module: str, name: str) -> type | None:
    """La classe `module.name`, si son module est déjà importé : qui donne un tenseur a forcément chargé torch."""
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) else None


def is_from(value: object, module: str, name: str) -> bool:
    """`value` est-il un `module.name` ? Sans importer `module`."""
    base = base_class(module, name)
    return base is not None and issubclass(type(value), base)


def class_attribute(kind: type, name: str) -> Any:
    """Un attribut de classe (`__name__`, `__mro__`, `__dict__`), même si la métaclasse ment."""
    return type.__dict__[name].__get__(kind)


def type_name(value: object) -> str:
    """Le nom du type de `value`, même si sa métaclasse ment."""
    return class_name(type(value))


def class_name(kind: type) -> str:
    """Le nom d’une classe, même si sa métaclasse ment."""
    return clean(class_attribute(kind, "__name__"), 40)


def clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """Une citation courte, sur une ligne, sans caractère de contrôle ni marque qui renverse le sens de lecture."""
    text = str.__str__(text)
    kept = "".join(c if c.isspace() or unicodedata.category(c)[0] != "C" else "�" for c in text[: limit + 1])
    kept = " ".join(kept.split(" ")).replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return f"{kept[:limit]}…" if len(text) > limit else kept


def integer(value: Any) -> int | None:
    """La valeur d’un entier (booléens exclus), ou `None`."""
    if is_a(value, int) and not is_a(value, bool):
        return int.__int__(value)
    return None


def items(value: Any, limit: int) -> list[Any] | None:
    """Les éléments d’une liste ou d’un tuple d’au plus `limit` éléments, sinon `None`."""
    if length(value) > limit:
        return None
    if is_a(value, list):
        return list.__getitem__(value, slice(limit))
    return [*tuple.__getitem__(value, slice(limit))] if is_a(value, tuple) else None


def length(value: Any) -> int:
    """Le nombre d’éléments d’une collection de Python ; 0 pour le reste."""
    bases: tuple[Any, ...] = (list, tuple, str, bytes, dict, set, frozenset)
    return next((int(base.__len__(value)) for base in bases if is_a(value, base)), 0)


def describe(value: Any, depth: int = 2) -> str:
    """Dit en quelques mots ce qu’est `value`, pour un message : « 3,5 », « une liste de 1000 éléments »…"""
    if value is None or value is Ellipsis or value is NotImplemented or is_a(value, bool):
        return str(value)
    if (number := integer(value)) is not None:
        return str(number) if number.bit_length() < 200 else "un entier de plus de 60 chiffres"
    if is_a(value, float):
        return repr(float.__float__(value))
    if is_a(value, str):
        return f"« {clean(str.__str__(value))} »"
    if is_a(value, list, tuple):
        return _sequence(value, depth)
    return _object(value)


def _sequence(value: object, depth: int) -> str:
    kind, opening, closing = ("une liste", "[", "]") if is_a(value, list) else ("un tuple", "(", ")")
    inner = items(value, MOST_ITEMS)
    if inner is None or depth == 0:
        return f"{kind} de {length(value)} élément{'s' if length(value) > 1 else ''}"
    comma = "," if closing == ")" and len(inner) == 1 else ""
    return f"{opening}{', '.join(describe(item, depth - 1) for item in inner)}{comma}{closing}"


def _object(value: Any) -> str:
    if is_a(value, type):
        return f"la classe {class_name(value)}"
    if is_from(value, "torch", "Tensor"):
        return "un tenseur"
    if is_from(value, "numpy", "ndarray"):
        return "un tableau NumPy"
    for base, words in _KINDS:
        if is_a(value, base):
            return words
    return f"un objet de type {type_name(value)}"


def simplify(value: Any) -> object:
    """La même valeur en données simples (nombres, textes, listes), ou sa description : pour un champ de verdict."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if is_a(value, list, tuple) and length(value) <= 1000:
        return [simplify(item) for item in items(value, 1000) or ()]
    return float(value) if type(value) in (Fraction, Decimal) else describe(value)


_KINDS: tuple[tuple[type, str], ...] = (
    (dict, "un dictionnaire"),
    (set, "un ensemble"),
    (frozenset, "un ensemble"),
    (bytes, "des octets"),
    (complex, "un nombre complexe"),
    (type(describe), "une fonction"),
    (type(len), "une fonction"),
    (type(lambda: (yield)), "une fonction"),
    (type(_ for _ in ()), "un générateur"),
    (type(sys), "un module Python"),
)
