"""Une famille de questions : un énoncé à paramètres, sa réponse, ses erreurs connues, sa solution.

Tout ce qu’une famille calcule est une fonction simple, qui nomme les paramètres dont elle se sert (`calls.call`).
Une famille liée à une `Formula` du cours reçoit d’elle sa réponse, ses étapes et ses erreurs connues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from coursekit.arithmetic import Formula, Misconception
from coursekit.errors import ArgumentError
from coursekit.questions.answers import Answer, Kind, Parts, as_answer
from coursekit.questions.calls import call, defaults_of, names_of
from coursekit.questions.domain import Domain
from coursekit.questions.text import NBSP

Form = Literal["typed", "choice"]
Values = Mapping[str, Any]

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "filtres": "Filtres et convolution",
        "tailles": "Tailles, pas et padding",
        "couts": "Paramètres et multiplications",
        "champ": "Champ récepteur",
        "pooling": "Pooling",
        "bases": "LeNet, AlexNet, VGG",
        "inception": "NiN et Inception",
        "residuel": "Réseaux résiduels et denses",
        "moderne": "ResNeXt, SE, MobileNet, EfficientNet",
        "entrainement": "Entraînement, transfert et évaluation",
        "interpretation": "Interprétation",
    }
)
"""Les thèmes de la banque, dans l’ordre du cours."""


@dataclass(frozen=True)
class Figure:
    """Une image vectorielle (`<svg xmlns=…>…</svg>`) et le texte qui la remplace pour qui ne la voit pas."""

    svg: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """Ce qui se calcule : la réponse et les valeurs fausses. Une question en a une, une question à parties plusieurs.

    `formula` donne la réponse, l’explication et ses erreurs ; `arguments` dit comment ses arguments se tirent des
    paramètres (les mêmes noms, sinon). `answer` renvoie un `Answer` ou une valeur ordinaire (`as_answer`) ; avec une
    `formula`, elle peut habiller sa valeur, nommée `result`. `mistakes` s’ajoute aux erreurs de la formule ; `without`
    en retire (leurs noms) quand elles n’ont pas de sens ici.
    """

    formula: Formula[..., Any] | None = None
    arguments: Callable[..., Mapping[str, Any]] | None = None
    answer: Callable[..., Any] | None = None
    mistakes: tuple[Misconception, ...] = ()
    without: frozenset[str] | set[str] | tuple[str, ...] = ()
    unit: str = ""

    @property
    def misconceptions(self) -> tuple[Misconception, ...]:
        """Les erreurs connues, celles de la formule d’abord."""
        known = () if self.formula is None else self.formula.misconceptions
        return tuple(m for m in known if m.id not in self.without) + self.mistakes

    def formula_arguments(self, values: Values) -> dict[str, Any]:
        """Les arguments de la formule, ceux qu’on n’a pas donnés à leur valeur par défaut."""
        if self.formula is None:
            return {}
        function = self.formula.function
        if self.arguments is not None:
            return {**defaults_of(function), **call(self.arguments, values)}
        given = {name: values[name] for name in names_of(function) or () if name in values}
        return {**defaults_of(function), **given}

    def right(self, values: Values) -> Answer:
        """La bonne réponse.

        Raises:
            CourseError: ces paramètres n’ont pas de sens.
        """
        if self.formula is None:
            assert self.answer is not None
            return as_answer(call(self.answer, values), self.unit)
        result = self.formula.function(**self.formula_arguments(values))
        if self.answer is not None:
            result = call(self.answer, {**values, "result": result})
        return as_answer(result, self.unit)

    def wrong(self, misconception: Misconception, values: Values, right: Answer) -> Answer | None:
        """La valeur que donne une erreur connue, ou `None` si elle n’en donne pas, ou pas de plausible."""
        try:
            value = call(misconception.wrong, values)
        except (ArithmeticError, ValueError):
            return None
        if value is None:
            return None
        if self.answer is not None and self.formula and misconception in self.formula.misconceptions:
            # L’erreur porte sur la formule : on habille sa valeur comme la bonne.
            return as_answer(call(self.answer, {**values, "result": value}), self.unit)
        return value if isinstance(value, Answer) else right.like(value)


@dataclass(frozen=True, kw_only=True)
class Part(Task):
    """Une partie d’une question : elle peut nommer les valeurs des parties qui la précèdent, comme des paramètres.

    C’est le report d’erreur : corrigée avec les valeurs que l’élève a trouvées, elle reste juste si lui seul le veut.
    """

    name: str
    prompt: Callable[..., str] | str
    share: int = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Family(Task):
    """Une famille ; l’aide de `coursekit.questions` dit comment on l’écrit.

    `level` va de 1 (application directe) à 3 (plusieurs idées) ; `time_s` est le temps prévu, en secondes. `credit`
    donne la part des points que vaut une erreur (0 sinon), `weight` combien de fois plus souvent qu’une autre elle
    devient un distracteur. `least` est le nombre d’erreurs distinctes qu’un tirage doit offrir ; `options`, celui des
    propositions d’un choix multiple, la bonne comprise.
    """

    id: str
    title: str
    topic: str
    level: Literal[1, 2, 3]
    time_s: int
    statement: Callable[..., str]
    objectives: tuple[str, ...]
    version: int = 1
    points: int = 1
    source: str = ""
    tags: tuple[str, ...] = ()
    domain: Mapping[str, Domain] = field(default_factory=dict)
    valid: Callable[..., bool] | None = None
    solution: Callable[..., str | Sequence[str]] | None = None
    hints: Callable[..., Sequence[str]] | Sequence[str] = ()
    figure: Callable[..., Figure] | None = None
    parts: tuple[Part, ...] = ()
    credit: Mapping[str, Fraction] = field(default_factory=dict)
    weight: Mapping[str, float] = field(default_factory=dict)
    options: int = 4
    least: int | None = None
    forms: tuple[Form, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+", self.id):
            raise ArgumentError(
                f"« {self.id} » n’est pas un nom de famille : écrivez par exemple conv.out_size."
            )
        if self.topic not in TOPICS:
            raise ArgumentError(
                f"{self.id}{NBSP}: le thème « {self.topic} » n’est pas de ceux-ci : {', '.join(TOPICS)}."
            )
        if not (self.parts or self.answer or self.formula):
            raise ArgumentError(f"{self.id}{NBSP}: il faut une réponse, une formule ou des parties.")
        unknown = ({*self.credit} | {*self.weight} | {*self.without}) - {m.id for m in self.known_mistakes}
        unknown -= {m.id for m in self.formula.misconceptions} if self.formula else set()
        if unknown:
            raise ArgumentError(f"{self.id}{NBSP}: erreurs inconnues, {', '.join(sorted(unknown))}.")

    @property
    def known_mistakes(self) -> tuple[Misconception, ...]:
        """Toutes les erreurs connues, celles des parties comprises."""
        return self.misconceptions + tuple(m for part in self.parts for m in part.misconceptions)

    def answer_for(self, values: Values) -> Answer:
        """La bonne réponse à la question entière."""
        return self.parts_answer(values) if self.parts else self.right(values)

    def parts_answer(self, values: Values) -> Parts:
        found, known = [], dict(values)
        for part in self.parts:
            right = part.right(known)
            found.append((part.name, right))
            known[part.name] = getattr(right, "value", right)
        return Parts(tuple(found), tuple(known[part.name] for part in self.parts))

    def offered(self, kind: Kind) -> tuple[Form, ...]:
        """Les façons de répondre : taper une valeur, choisir parmi des propositions."""
        if self.forms:
            return self.forms
        if kind in ("choice", "choices"):
            return ("choice",)
        return ("typed",) if kind in ("parts", "boolean") else ("typed", "choice")

    def needed(self, kind: Kind) -> int:
        """Le nombre d’erreurs distinctes qu’un tirage doit offrir : au moins trois pour un nombre."""
        if self.least is not None:
            return self.least
        return 0 if kind == "parts" else 1 if kind in ("boolean", "choice", "choices") else 3

    def __repr__(self) -> str:
        return f"<famille {self.id}{NBSP}: {self.title}>"
