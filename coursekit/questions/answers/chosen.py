"""Les réponses qu’on choisit : une proposition, plusieurs, vrai ou faux."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from coursekit.checks import Verdict
from coursekit.checks.verdict import right, wrong
from coursekit.questions.answers.base import Answer
from coursekit.questions.text import THIN


def _plainly(text: object) -> str:
    """Un texte réduit à ce qu’on en compare : sans balisage, ni casse, ni espaces, ni typographie."""
    kept = str(text).casefold().replace("’", "'").replace("−", "-")
    return "".join(c for c in kept if c.isalnum() or c in "+-/=<>×.,").rstrip(".")


@dataclass(frozen=True, slots=True)
class Choice(Answer):
    """Une proposition à choisir ; les autres sont celles des erreurs connues. `text` est du balisage."""

    kind = "choice"
    text: str

    def shown(self) -> str:
        return self.text

    def typed(self) -> str:
        return self.text

    def accepts(self, given: object) -> Verdict:
        if isinstance(given, str) and _plainly(given) == _plainly(self.text):
            return right("Oui.", self.text, given)
        return wrong("Ce n’est pas la bonne proposition.", self.text, str(given)[:200])

    def same(self, other: Answer) -> bool:
        return isinstance(other, Choice) and _plainly(self.text) == _plainly(other.text)

    def like(self, value: object) -> Choice | None:
        return Choice(value) if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Choices(Answer):
    """Toutes les propositions justes ; chaque erreur connue en donne une fausse (un `Choice`)."""

    kind = "choices"
    texts: tuple[str, ...]

    def shown(self) -> str:
        return f"{THIN}; ".join(self.texts)

    def typed(self) -> str:
        return " | ".join(self.texts)

    def accepts(self, given: object) -> Verdict:
        """`given` est une suite de propositions, ou un texte qui les sépare par « | »."""
        parts = given.split("|") if isinstance(given, str) else given
        if not isinstance(parts, Sequence | set | frozenset):
            return wrong("Donnez la liste des propositions justes.", self.texts)
        found, target = {_plainly(part) for part in parts} - {""}, {_plainly(text) for text in self.texts}
        if found == target:
            return right("Oui : ce sont bien elles, et elles seules.", self.texts, list(parts))
        if found < target:
            return wrong("Ce que vous avez coché est juste, mais il en manque.", self.texts, list(parts))
        return wrong("Une proposition au moins est fausse.", self.texts, list(parts))

    def same(self, other: Answer) -> bool:
        """Une proposition fausse ne doit être aucune des justes."""
        texts = other.texts if isinstance(other, Choices) else (other.shown(),)
        return bool({_plainly(t) for t in texts} & {_plainly(t) for t in self.texts})

    def like(self, value: object) -> Choice | None:
        return Choice(value) if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Boolean(Answer):
    """Vrai ou faux."""

    kind = "boolean"
    value: bool

    _WORDS: ClassVar[dict[str, bool]] = {
        **dict.fromkeys(("vrai", "v", "oui", "o", "true", "1"), True),
        **dict.fromkeys(("faux", "f", "non", "n", "false", "0"), False),
    }

    def shown(self) -> str:
        return "Vrai" if self.value else "Faux"

    def typed(self) -> str:
        return self.shown().lower()

    def accepts(self, given: object) -> Verdict:
        found = given if isinstance(given, bool) else self._WORDS.get(str(given).strip().lower())
        if found is None:
            return wrong("Répondez par vrai ou par faux.", self.value, str(given)[:100])
        if found is self.value:
            return right(f"Oui : c’est {self.typed()}.", self.value, found)
        return wrong("C’est le contraire.", self.value, found)

    def like(self, value: object) -> Boolean | None:
        return Boolean(value) if isinstance(value, bool) else None
