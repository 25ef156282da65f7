"""Une question tirée d’une famille : ses paramètres, sa réponse, ses propositions. Tout texte se calcule à la demande.

Son identité est sa note, qui écrit famille, version, paramètres et réponse : deux questions de même note sont la même.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any

from coursekit.arithmetic import Misconception
from coursekit.checks import Verdict
from coursekit.checks.verdict import wrong as wrong_verdict
from coursekit.questions.answers import Answer, Boolean, Choice, Choices, Parts, option_text
from coursekit.questions.calls import call
from coursekit.questions.domain import Params
from coursekit.questions.family import Family, Figure, Form, Task
from coursekit.questions.text import NBSP, tidy

LETTERS = "ABCDEFGHIJ"


@dataclass(frozen=True)
class Wrong:
    """Une valeur fausse et l’erreur connue qui y mène."""

    answer: Answer
    misconception: Misconception
    values: Mapping[str, Any]
    credit: Fraction = Fraction(0)

    @property
    def feedback(self) -> str:
        """Ce qu’on dit à qui a donné cette valeur (balisage)."""
        return tidy(self.misconception.explain(dict(self.values)))


@dataclass(frozen=True)
class Option:
    """Une proposition : son texte (balisage), et l’erreur qui y mène si elle est fausse."""

    text: str
    right: bool
    wrong: Wrong | None = None

    @property
    def feedback(self) -> str:
        return self.wrong.feedback if self.wrong else "Oui."


@dataclass(frozen=True)
class Item:
    """Une case à remplir : toute la question, ou une de ses parties : `name` est alors son nom dans la
    famille, `label` la lettre que voit l’élève, `prompt` sa question (balisage) et `share` son poids."""

    answer: Answer
    wrongs: tuple[Wrong, ...]
    name: str = ""
    label: str = ""
    prompt: str = ""
    share: int = 1


@dataclass(frozen=True, eq=False)
class Variant:
    """Une question tirée. `options` est vide quand on tape la réponse ; `items` a un élément par case à remplir."""

    family: Family
    params: Params
    answer: Answer
    items: tuple[Item, ...]
    options: tuple[Option, ...] = ()
    form: Form = "typed"

    @cached_property
    def note(self) -> str:
        """L’écriture canonique de la question, qui fait son identité."""
        given = " ".join(f"{name}={_canonical(value)}" for name, value in self.params.items())
        return f"{self.family.id}@{self.family.version} {given} -> {self.answer.key()}"

    @cached_property
    def hash(self) -> str:
        """L’empreinte de la note, en 16 signes : le numéro de la question dans les fichiers."""
        return sha256(self.note.encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variant) and self.note == other.note

    def __hash__(self) -> int:
        return hash(self.note)

    @property
    def wrongs(self) -> tuple[Wrong, ...]:
        """Toutes les valeurs fausses qu’on sait expliquer."""
        return tuple(wrong for item in self.items for wrong in item.wrongs)

    @cached_property
    def values(self) -> dict[str, Any]:
        """Les paramètres, la réponse (`answer`) et les valeurs des parties : ce que les textes peuvent nommer."""
        found: dict[str, Any] = {**self.params, "answer": self.answer}
        if isinstance(self.answer, Parts):
            found.update(zip((name for name, _ in self.answer.answers), self.answer.values, strict=True))
        return found

    @cached_property
    def statement(self) -> str:
        """L’énoncé (balisage) ; la figure, s’il y en a une, le suit."""
        return tidy(call(self.family.statement, self.values))

    @cached_property
    def figure(self) -> Figure | None:
        return None if self.family.figure is None else call(self.family.figure, self.values)

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """Des indices, du plus vague au plus précis (balisage)."""
        hints = self.family.hints
        return tuple(tidy(hint) for hint in (call(hints, self.values) if callable(hints) else hints))

    @cached_property
    def solution(self) -> tuple[str, ...]:
        """Les étapes de la solution, nombres compris (balisage) ; sans fonction `solution`, celles des formules."""
        if self.family.solution is not None:
            steps = call(self.family.solution, self.values)
            return tuple(tidy(step) for step in ((steps,) if isinstance(steps, str) else steps))
        tasks: Sequence[Task] = self.family.parts or (self.family,)
        return tuple(tidy(step) for task in tasks for step in _worked(task, self.values))

    @property
    def right_option(self) -> str:
        """La ou les lettres des bonnes propositions : « B », « AC »."""
        return "".join(letter for letter, option in zip(LETTERS, self.options, strict=False) if option.right)

    def judge(self, given: object) -> Verdict:
        """Juge une réponse : une valeur tapée, la lettre d’une proposition, ou une liste pour une question à parties.

        L’erreur connue est nommée dans `misconception` et expliquée dans `message`.
        """
        from coursekit.questions.judging import judge

        return judge(self, given)


def _worked(task: Task, values: Mapping[str, Any]) -> tuple[str, ...]:
    if task.formula is None:
        return ()
    arguments = task.formula_arguments(values)
    # `explain` relirait la signature : les arguments sont déjà complets.
    explained = task.formula.worked(result=task.formula.function(**arguments), **arguments)
    return (f"{task.formula.title}{NBSP}: ${task.formula.latex}$.", explained)


def _canonical(value: object) -> str:
    if isinstance(value, tuple):
        return f"({','.join(map(_canonical, value))})"
    if isinstance(value, str):
        return repr(value) if re.search(r"[\s=()>,]", value) else value
    return repr(value)


__all__ = [
    "Boolean",
    "Choice",
    "Choices",
    "Item",
    "Option",
    "Variant",
    "Wrong",
    "option_text",
    "wrong_verdict",
]
