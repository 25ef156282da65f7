"""Ce que toute réponse sait faire."""

from __future__ import annotations

from typing import ClassVar, Literal

from coursekit.checks import Verdict

Kind = Literal["integer", "real", "shape", "formula", "choice", "choices", "matrix", "boolean", "parts"]


class Answer:
    """Ce que toute réponse sait faire."""

    __slots__ = ()
    kind: ClassVar[Kind]

    def shown(self) -> str:
        raise NotImplementedError

    def typed(self) -> str:
        raise NotImplementedError

    def key(self) -> str:
        return self.typed()

    def accepts(self, given: object) -> Verdict:
        raise NotImplementedError

    def same(self, other: Answer) -> bool:
        return self == other

    def like(self, value: object) -> Answer | None:
        raise NotImplementedError

    @property
    def order(self) -> float | None:
        """Sa place sur la droite des nombres, s’il en est un : l’ordre des options."""
        return None

    def read(self, given: object) -> object | None:
        """La valeur que l’élève a donnée, pour les parties qui s’en servent ; `None` si elle ne se lit pas."""
        return None
