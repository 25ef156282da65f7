"""Tirer au sort, de façon stable pour toujours : ni `random`, ni état global, ni version de Python n’y changent rien.

Une graine est le SHA-256 de ce qui désigne une question (cours, série, élève, famille, version, rang). Le générateur
est SplitMix64 (Steele, Lea et Flood, 2014), écrit ici en entier ; des valeurs figées dans les tests le gardent.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from coursekit.errors import ArgumentError

T = TypeVar("T")

_WORD = 1 << 64
_MASK = _WORD - 1


def seed_of(*names: object) -> int:
    """La graine que désignent ces noms, sur 64 bits : `seed_of("cnn1", "examen", "alice", "conv.out_size", 1, 0)`.

    Chaque nom est précédé de sa longueur : ("ab", "c") et ("a", "bc") ne se confondent pas.
    """
    texts = (str(name).encode() for name in names)
    digest = sha256(b"".join(b"%d:%b" % (len(text), text) for text in texts)).digest()
    return int.from_bytes(digest[:8], "big")


class Draws:
    """Une suite de tirages ; la même graine donne la même suite."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def word(self) -> int:
        """Un entier uniforme de 64 bits (SplitMix64)."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, bound: int) -> int:
        """Un entier uniforme de 0 à `bound` − 1.

        Raises:
            ArgumentError: `bound` n’est pas au moins 1.
        """
        if bound < 1:
            raise ArgumentError(f"On ne peut rien tirer parmi {bound} possibilités.")
        words, reach = 1, _WORD
        while reach < bound:
            words, reach = words + 1, reach * _WORD
        limit = reach - reach % bound
        while True:
            value = self.word()
            for _ in range(words - 1):
                value = value * _WORD + self.word()
            if value < limit:  # sans ce rejet, les petites valeurs sortiraient un peu plus souvent
                return value % bound

    def choice(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Une permutation uniforme (Fisher et Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` éléments distincts par leur place, dans un ordre uniforme."""
        return self.shuffled(items)[:count]
