"""Tirer des questions distinctes d’une famille, et dire combien elle peut en donner quand elle n’en a pas assez."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from coursekit.errors import CourseError
from coursekit.questions.build import Rejected, build
from coursekit.questions.domain import params_at, size
from coursekit.questions.draw import Draws, seed_of
from coursekit.questions.family import Family, Form
from coursekit.questions.text import NBSP, number_text
from coursekit.questions.variant import Variant

SMALL = 100_000
"""En dessous, on énumère : le compte des questions distinctes est exact."""

PATIENCE = 200
"""Tirages manqués d’affilée avant d’énumérer un petit domaine ; un grand en a cent fois plus."""


class ShortageError(CourseError, ValueError):
    """Une famille ne peut pas donner autant de questions distinctes."""


@dataclass(frozen=True)
class Key:
    """Ce qui désigne un tirage, famille et rang mis à part : le cours, la série, l’élève et la graine du professeur."""

    course: str = ""
    name: str = ""
    student: str = ""
    seed: int = 0

    def draws(self, family: Family, rank: int) -> Draws:
        """La suite de tirages de la question numéro `rank` de cette famille."""
        return Draws(
            seed_of(self.course, self.name, self.student, self.seed, family.id, family.version, rank)
        )


@dataclass
class Search:
    """Une recherche de questions nouvelles dans une famille."""

    family: Family
    form: Form | None
    seen: set[str]
    refused: Counter[str] = field(default_factory=Counter)
    left: list[int] | None = None

    def next(self, draws: Draws) -> Variant:
        """Une question qu’on n’a pas encore vue.

        Raises:
            ShortageError: il n’y en a plus.
        """
        total = size(self.family.domain)
        if self.left is None:
            for _ in range(PATIENCE if total < SMALL else 100 * PATIENCE):
                found = self._try(draws.below(total), draws)
                if found is not None:
                    return found
        if total < SMALL:
            return self._from_the_rest(draws, total)
        raise ShortageError(_nothing(self.family, self.refused))

    def _try(self, index: int, draws: Draws) -> Variant | None:
        found = build(self.family, params_at(self.family.domain, index), draws, self.form)
        if isinstance(found, Rejected):
            self.refused[found.reason] += 1
            return None
        if found.hash in self.seen:
            return None
        self.seen.add(found.hash)
        return found

    def _from_the_rest(self, draws: Draws, total: int) -> Variant:
        """Tirer sans remise parmi tous les jeux de paramètres qui n’ont pas encore servi."""
        if self.left is None:
            self.left = list(range(total))
        while self.left:
            place = draws.below(len(self.left))
            index, self.left[place] = self.left[place], self.left[-1]
            self.left.pop()
            found = self._try(index, draws)
            if found is not None:
                return found
        raise ShortageError(shortage(self.family, self.form))


def generate(
    family: Family,
    count: int,
    key: Key | None = None,
    *,
    form: Form | None = None,
    seen: set[str] | None = None,
) -> Iterator[Variant]:
    """`count` questions distinctes de `family` ; les mêmes pour la même clé.

    `form` choisit entre réponse tapée et propositions, quand la famille offre les deux. `seen` (les empreintes déjà
    données, complétées au passage) évite les répétitions d’une série à l’autre.

    Raises:
        ShortageError: la famille ne peut pas en donner autant ; le message dit combien.
    """
    key = key or Key()
    search = Search(family, form, set() if seen is None else seen)
    for rank in range(count):
        yield search.next(key.draws(family, rank))


def every(family: Family, form: Form | None = None) -> Iterator[Variant]:
    """Toutes les questions distinctes d’une famille dont le domaine est petit, dans l’ordre des paramètres."""
    seen: set[str] = set()
    for index in range(size(family.domain)):
        found = build(family, params_at(family.domain, index), Draws(index), form)
        if isinstance(found, Variant) and found.hash not in seen:
            seen.add(found.hash)
            yield found


def capacity(family: Family) -> int | None:
    """Le nombre exact de questions distinctes, ou `None` si le domaine est trop grand pour les énumérer."""
    return sum(1 for _ in every(family)) if size(family.domain) < SMALL else None


def shortage(family: Family, form: Form | None) -> str:
    """Combien une famille peut donner de questions, pour qui en demande trop."""
    known = sum(1 for _ in every(family, form))
    plural = "s" if known > 1 else ""
    return (
        f"La famille {family.id} ne peut donner que {number_text(known)} question{plural} distincte{plural}. "
        "Demandez-en moins, ou ajoutez une autre famille."
    )


def _nothing(family: Family, refused: Counter[str]) -> str:
    tried = sum(refused.values())
    why = ", ".join(f"{reason} ({number_text(times)} fois)" for reason, times in refused.most_common())
    return (
        f"La famille {family.id} ne donne plus de question nouvelle{NBSP}: "
        f"{number_text(tried)} tirages refusés{f', car {why}' if why else ''}."
    )
