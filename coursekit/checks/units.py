"""Les unités qu’on rencontre dans ce cours, leurs synonymes et leurs préfixes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Unit:
    """Une unité : ce qu’elle mesure (« o », « px »… ou rien) et combien d’unités de base elle vaut.

    `counted` dit que l’unité nomme seulement les objets comptés : « 112 pixels » répond à « combien ? ».
    """

    base: str
    scale: Fraction
    text: str
    counted: bool = False


NO_UNIT = Unit("", Fraction(1), "")

_PREFIXES = {
    "n": -9, "µ": -6, "μ": -6, "m": -3,
    "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15,
}  # fmt: skip
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40}
_WORDS = {"mille": 3, "milliers": 3, "million": 6, "millions": 6, "milliard": 9, "milliards": 9}

_MEASURED: dict[str, tuple[str, ...]] = {
    "s": ("s", "sec", "seconde", "secondes"),
    "Hz": ("Hz", "hertz"),
    "W": ("W", "watt", "watts"),
    "J": ("J", "joule", "joules"),
    "m": ("m", "mètre", "mètres"),
    "o/s": ("o/s", "B/s"),
    "°": ("°", "degré", "degrés"),
    "min": ("min", "minute", "minutes"),
    "h": ("h", "heure", "heures"),
}
_COUNTED: dict[str, tuple[str, ...]] = {
    "o": ("o", "octet", "octets", "B", "byte", "bytes"),
    "bit": ("bit", "bits", "b"),
    "px": ("px", "pixel", "pixels"),
    "paramètres": ("paramètre", "paramètres", "param", "params", "parameters", "poids", "biais"),
    "MAC": (
        "MAC", "MACs", "multiplication", "multiplications", "multiplications-additions", "opération", "opérations",
        "op", "ops",
    ),
    "FLOP": ("FLOP", "FLOPs", "FLOPS"),
    "canaux": ("canal", "canaux", "filtre", "filtres", "carte", "cartes"),
    "couches": ("couche", "couches"),
    "neurones": ("neurone", "neurones", "valeur", "valeurs", "unité", "unités"),
    "images": ("image", "images", "exemple", "exemples"),
    "époques": ("époque", "époques", "epoch", "epochs"),
}  # fmt: skip
_NAMES = {name: base for table in (_MEASURED, _COUNTED) for base, names in table.items() for name in names}
_PREFIXABLE = frozenset(
    name
    for base in ("o", "bit", "s", "Hz", "W", "J", "m", "o/s", "px", "MAC", "FLOP", "paramètres")
    for name in (_MEASURED | _COUNTED)[base]
)


def find_unit(text: str) -> Unit | None:
    """L’unité qu’un texte désigne (« Mo », « % », « millions de paramètres »…), ou `None` si elle est inconnue."""
    words = re.sub(r"\s+", " ", text).strip()
    if not words:
        return NO_UNIT
    if words in ("%", "pour cent", "pourcent", "pourcents"):
        return Unit("%", Fraction(1, 100), "%")
    first, _, rest = words.partition(" ")
    if first in _WORDS | _PREFIXES and not (first == "m" and not rest):
        named = _named(re.sub(r"^d(?:e |[’'])", "", rest)) if rest else NO_UNIT
        power = (_WORDS | _PREFIXES)[first]
        return None if named is None else _scaled(named, Fraction(10) ** power, words)
    return _named(words)


def _named(word: str) -> Unit | None:
    if word in _NAMES:
        return Unit(_NAMES[word], Fraction(1), word, counted=_NAMES[word] in _COUNTED)
    for prefixes, base in ((_BINARY, 2), (_PREFIXES, 10)):
        for prefix, power in prefixes.items():
            name = word.removeprefix(prefix)
            if word.startswith(prefix) and name in _PREFIXABLE:
                named = Unit(_NAMES[name], Fraction(1), word, counted=_NAMES[name] in _COUNTED)
                return _scaled(named, Fraction(base) ** power, word)
    return None


def _scaled(unit: Unit, factor: Fraction, text: str) -> Unit:
    return Unit(unit.base, unit.scale * factor, text, unit.counted)
