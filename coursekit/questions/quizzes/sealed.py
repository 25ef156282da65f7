"""Cacher une réponse dans une page : son empreinte salée, et des explications que seule l’erreur commise déchiffre.

`quiz.js` refait exactement ces calculs ; `tests/test_quiz_judging.py` les compare. L’empreinte est un SHA-256 répété,
et non PBKDF2, parce que `crypto.subtle` n’existe pas dans une page servie par http simple.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import floor, log10

ROUNDS = 2000
"""Répétitions de SHA-256 : une milliseconde ici, quelques-unes dans une page."""


@dataclass(frozen=True)
class Seal:
    """Le sel d’une case : il change d’une question à l’autre, et d’un quiz à l’autre."""

    salt: str

    def slow(self, written: str) -> str:
        """L’empreinte lente d’une réponse normalisée, qui déchiffre aussi son explication."""
        digest = sha256(f"{self.salt}|{written}".encode()).hexdigest()
        for _ in range(ROUNDS):
            digest = sha256(digest.encode()).hexdigest()
        return digest

    def lock(self, written: str, text: str = "") -> tuple[str, str]:
        """L’empreinte que la page compare, et `text` chiffré (hexadécimal) : seule la réponse `written` le rouvre."""
        key = self.slow(written)
        stream = _stream(key)
        return tag_of(key), bytes(byte ^ next(stream) for byte in text.encode()).hex()


def tag_of(slow: str) -> str:
    return sha256(f"tag{slow}".encode()).hexdigest()[:16]


def _stream(slow: str) -> Iterator[int]:
    block = 0
    while True:
        yield from sha256(f"key{block}{slow}".encode()).digest()
        block += 1


def grid_step(tolerance: float) -> float:
    """Le pas de la grille d’un réel : une puissance de dix, qui ne trahit que son ordre de grandeur."""
    return float(10.0 ** floor(log10(tolerance / 4)))


def on_grid(value: float | Fraction, step: float) -> int:
    """Le numéro de la case où tombe `value` ; ½ monte, comme en JavaScript."""
    return floor(float(value) / step + 0.5)


EXACT = 10**15
"""Numéro à partir duquel Python et JavaScript n’écrivent plus les mêmes chiffres."""


def cell_name(value: float | Fraction, step: float) -> str:
    """Le numéro d’une case, écrit comme en JavaScript ; très grand, ses sept premiers chiffres."""
    number = on_grid(value, step)
    if abs(number) < EXACT:
        return str(number)
    mantissa, exponent = f"{float(number):.6e}".split("e")
    return f"{mantissa}e{int(exponent):+d}"


def cells(value: float | Fraction, tolerance: float, step: float) -> range:
    """Les cases de la grille que touche l’intervalle accepté."""
    return range(on_grid(float(value) - tolerance, step), on_grid(float(value) + tolerance, step) + 1)
