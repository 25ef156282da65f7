"""Distribuer les questions d’une famille à une classe, comme on distribue des cartes.

Tirées au hasard, les quelques dizaines de questions d’une petite famille serviraient très inégalement ; on les mélange
une fois pour la série, puis chaque élève prend les suivantes : aucune ne sert deux fois de plus qu’une autre.
"""

from __future__ import annotations

from functools import lru_cache

from coursekit.questions.build import Rejected, build
from coursekit.questions.domain import params_at, size
from coursekit.questions.draw import Draws
from coursekit.questions.family import Family, Form
from coursekit.questions.generate import ShortageError, shortage
from coursekit.questions.variant import Variant

LARGEST_DECK = 2000
"""Jeux de paramètres au-delà desquels on tire au hasard : deux élèves ont alors rarement la même question."""


@lru_cache(maxsize=256)
def deck(family: Family, form: Form | None, seed: int) -> tuple[int, ...]:
    """Les numéros des jeux de paramètres qui donnent toutes les questions distinctes, mélangés."""
    found: dict[str, int] = {}
    for index in range(size(family.domain)):
        variant = build(family, params_at(family.domain, index), Draws(index), form)
        if isinstance(variant, Variant):
            found.setdefault(variant.hash, index)
    return tuple(Draws(seed).shuffled(list(found.values())))


class Deal:
    """La main d’un élève : les cartes du paquet à partir de la sienne, sans celles qu’il a déjà (`seen`)."""

    def __init__(self, family: Family, form: Form | None, seen: set[str], seed: int, first: int) -> None:
        self._family, self._form, self._seen = family, form, seen
        self._deck = deck(family, form, seed)
        self._place = first

    def next(self, draws: Draws) -> Variant:
        """La question suivante ; `draws` ne choisit que ses propositions.

        Raises:
            ShortageError: l’élève les a déjà toutes.
        """
        for _ in self._deck:
            index = self._deck[self._place % len(self._deck)]
            self._place += 1
            found = build(self._family, params_at(self._family.domain, index), draws, self._form)
            if not isinstance(found, Rejected) and found.hash not in self._seen:
                self._seen.add(found.hash)
                return found
        raise ShortageError(shortage(self._family, self._form))


def can_deal(family: Family) -> bool:
    return size(family.domain) <= LARGEST_DECK
