"""Les réponses, typées et figées : ce qu’on montre, ce qu’on accepte, ce qu’on confond.

Toute réponse a `shown()` (le balisage de `coursekit.questions.text`), `typed()` (un texte qu’un élève taperait),
`accepts(donné)` (un `Verdict` de `coursekit.checks`, jamais une exception), `same(autre)` (cette autre réponse
serait-elle acceptée ?), `like(valeur)` (une valeur fausse du même type, ou `None` si elle n’a pas de sens ici) et
`key()`, l’écriture canonique qui entre dans l’identité d’une question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import isfinite
from typing import ClassVar, Literal

from coursekit import checks
from coursekit.checks import Verdict
from coursekit.checks.numbers import close, in_unit, read
from coursekit.checks.numerals import UnreadableError
from coursekit.checks.shapes import Layout
from coursekit.checks.units import NO_UNIT, Unit, find_unit
from coursekit.checks.verdict import right, wrong
from coursekit.errors import ArgumentError
from coursekit.layers import Shape
from coursekit.questions.expressions import Expression, UnreadableExpressionError, read_expression
from coursekit.questions.matrices import Rows, as_rows, matrix_latex, matrix_text, read_matrix
from coursekit.questions.text import NBSP, THIN, escape, number_text

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


def _unit(name: str) -> Unit:
    return (find_unit(name) or Unit(name, Fraction(1), name)) if name else NO_UNIT


def _with_unit(text: str, unit: str) -> str:
    return f"{text}{THIN if unit == '%' else NBSP}{unit}" if unit else text


def _read_number(given: object, unit: str) -> Fraction | None:
    wanted = _unit(unit)
    try:
        return in_unit(read(given, wanted), wanted)
    except UnreadableError:
        return None


@dataclass(frozen=True, slots=True)
class Integer(Answer):
    """Un entier exact, dans l’unité `unit` (que l’élève peut taire)."""

    kind = "integer"
    value: int
    unit: str = ""

    def shown(self) -> str:
        return _with_unit(number_text(self.value), self.unit)

    def typed(self) -> str:
        return str(self.value)

    def accepts(self, given: object) -> Verdict:
        return checks.number(given, self.value, unit=self.unit)

    def like(self, value: object) -> Integer | None:
        """Un nombre négatif, ou qui n’est pas entier, ne tente personne quand on compte des objets."""
        if type(value) is int:
            return Integer(value, self.unit) if value >= 0 or self.value < 0 else None
        number = _finite(value)
        if number is None or number.denominator != 1 or (number < 0 <= self.value):
            return None
        return Integer(number.numerator, self.unit)

    @property
    def order(self) -> float:
        return self.value

    def read(self, given: object) -> object | None:
        number = _read_number(given, self.unit)
        return None if number is None else number.numerator if number.denominator == 1 else number


@dataclass(frozen=True, slots=True)
class Real(Answer):
    """Un réel, exprimé dans `unit`, montré à `digits` chiffres significatifs.

    On accepte l’écart relatif `rel` ou l’écart absolu `margin`, le plus large des deux ; ils doivent couvrir
    l’arrondi à `digits` chiffres.
    """

    kind = "real"
    value: float | Fraction
    unit: str = ""
    digits: int = 3
    rel: float = 0.006
    margin: float = 0.0

    def shown(self) -> str:
        return _with_unit(number_text(float(self.value), self.digits), self.unit)

    def typed(self) -> str:
        return number_text(float(self.value), self.digits).replace("−", "-").replace(THIN, "")

    def key(self) -> str:
        return f"{float(self.value):.9g}"

    @property
    def tolerance(self) -> float:
        """L’écart absolu accepté."""
        return max(self.rel * abs(float(self.value)), self.margin)

    def accepts(self, given: object) -> Verdict:
        return checks.number(given, self.value, rel=self.rel, abs=self.margin, unit=self.unit)

    def same(self, other: Answer) -> bool:
        """Deux réels se confondent si leurs intervalles se touchent, ou s’ils se montrent de la même façon."""
        if not isinstance(other, Real):
            return False
        gap = abs(float(self.value) - float(other.value))
        return gap <= self.tolerance + other.tolerance or self.typed() == other.typed()

    def like(self, value: object) -> Real | None:
        number = _finite(value)
        if number is None or (number < 0 <= self.value):
            return None
        return replace(self, value=value if isinstance(value, float) else number)

    @property
    def order(self) -> float:
        return float(self.value)

    def read(self, given: object) -> object | None:
        return _read_number(given, self.unit)


def _finite(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return None
    return Fraction(value) if isinstance(value, int | Fraction) or isfinite(value) else None


@dataclass(frozen=True, slots=True)
class TensorShape(Answer):
    """La forme d’un tenseur, dans l’ordre `layout` ; celui des diapositives (H, W, C) par défaut."""

    kind = "shape"
    dims: tuple[int, ...]
    layout: Layout = "HWC"
    input_channels: int | None = None

    def shown(self) -> str:
        return "×".join(number_text(n) for n in self.dims) if len(self.dims) > 1 else f"({self.dims[0]},)"

    def typed(self) -> str:
        return "x".join(str(n) for n in self.dims) if len(self.dims) > 1 else f"({self.dims[0]},)"

    def accepts(self, given: object) -> Verdict:
        return checks.shape(given, self.dims, layout=self.layout, input_channels=self.input_channels)

    def same(self, other: Answer) -> bool:
        return isinstance(other, TensorShape) and self.dims == other.dims

    def like(self, value: object) -> TensorShape | None:
        dims = _dims(value, self.layout)
        if not dims or min(dims) < 1:
            return None
        return TensorShape(dims, self.layout, self.input_channels)


def _dims(value: object, layout: Layout) -> tuple[int, ...] | None:
    if isinstance(value, Shape):
        return value.hwc() if layout == "HWC" else value.as_tuple()
    if isinstance(value, tuple | list) and all(type(n) is int for n in value):
        return tuple(value)
    return None


@dataclass(frozen=True, slots=True)
class FormulaText(Answer):
    """Une expression des `variables`, comparée par ses valeurs sur des points fixes ; `latex` est son affichage.

    `domain` donne pour chaque variable les bornes entre lesquelles on l’essaie (2 à 40 sinon).
    """

    kind = "formula"
    expression: str
    variables: tuple[str, ...]
    latex: str = ""
    domain: tuple[tuple[str, int, int], ...] = ()

    def shown(self) -> str:
        return f"${self.latex}$" if self.latex else f"`{self.expression}`"

    def typed(self) -> str:
        return self.expression

    def accepts(self, given: object) -> Verdict:
        if not isinstance(given, str):
            return wrong("On attend une formule, écrite comme un texte.", self.expression)
        try:
            found = read_expression(given, self.variables)
        except UnreadableExpressionError as error:
            return wrong(str(error), self.expression, given[:100])
        if self._agrees(found):
            return right("Oui : votre formule donne les bonnes valeurs.", self.expression, given)
        return wrong("Cette formule ne donne pas les bonnes valeurs.", self.expression, given)

    def _agrees(self, found: Expression) -> bool:
        mine = read_expression(self.expression, self.variables)
        return all(found.agrees(mine, point) for point in mine.samples(self.domain))

    def same(self, other: Answer) -> bool:
        return isinstance(other, FormulaText) and self._agrees(
            read_expression(other.expression, self.variables)
        )

    def like(self, value: object) -> FormulaText | None:
        """Une autre expression, ou un couple (expression, LaTeX)."""
        if isinstance(value, str):
            return replace(self, expression=value, latex="")
        if isinstance(value, tuple) and len(value) == 2:
            return replace(self, expression=str(value[0]), latex=str(value[1]))
        return None


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


@dataclass(frozen=True, slots=True)
class MatrixAnswer(Answer):
    """Un petit tableau de nombres, ligne par ligne ; `rel` est l’écart relatif toléré dans chaque case."""

    kind = "matrix"
    rows: Rows
    rel: float | None = None

    def shown(self) -> str:
        return f"${matrix_latex(self.rows)}$"

    def typed(self) -> str:
        return matrix_text(self.rows)

    def accepts(self, given: object) -> Verdict:
        """Les crochets de Python, ou des lignes séparées par « ; » ou par un retour ; les nombres par une espace."""
        try:
            rows = read_matrix(given) if isinstance(given, str) else given
        except UnreadableError as error:
            return wrong(str(error), self.typed(), str(given)[:100])
        return checks.table(rows, [list(row) for row in self.rows], rel=self.rel)

    def same(self, other: Answer) -> bool:
        if not isinstance(other, MatrixAnswer) or len(self.rows) != len(other.rows):
            return False
        pairs = zip(self.rows, other.rows, strict=True)
        return all(len(a) == len(b) and all(map(self._close, a, b)) for a, b in pairs)

    def _close(self, a: Fraction, b: Fraction) -> bool:
        return a == b or (self.rel is not None and close(a, b, self.rel))

    def like(self, value: object) -> MatrixAnswer | None:
        rows = as_rows(value)
        return None if rows is None else replace(self, rows=rows)


@dataclass(frozen=True, slots=True)
class Parts(Answer):
    """Plusieurs réponses, chacune nommée ; l’ordre est celui des questions."""

    kind = "parts"
    answers: tuple[tuple[str, Answer], ...]
    values: tuple[object, ...] = field(default=(), compare=False)

    def shown(self) -> str:
        return f"{THIN}; ".join(answer.shown() for _, answer in self.answers)

    def typed(self) -> str:
        return " | ".join(answer.typed() for _, answer in self.answers)

    def key(self) -> str:
        return ",".join(f"{name}={answer.key()}" for name, answer in self.answers)

    def accepts(self, given: object) -> Verdict:
        """Sans report d’erreur : `Variant.judge` sait, lui, repartir de ce que l’élève a trouvé avant."""
        parts = given.split("|") if isinstance(given, str) else given
        if not isinstance(parts, Sequence) or len(parts) != len(self.answers):
            return wrong(f"On attend {len(self.answers)} réponses.", self.typed())
        verdicts = [answer.accepts(part) for (_, answer), part in zip(self.answers, parts, strict=True)]
        message = " ".join(f"({label}) {v.message}" for label, v in zip("abcdefghij", verdicts, strict=False))
        return Verdict(all(v.ok for v in verdicts), message, self.typed(), [v.got for v in verdicts])

    def like(self, value: object) -> None:
        return None


def as_answer(value: object, unit: str = "") -> Answer:
    """La réponse qu’une valeur ordinaire désigne : un entier, un réel, une `Shape`, des lignes, un texte, un booléen.

    Raises:
        ArgumentError: rien ne correspond à ce type.
    """
    if isinstance(value, Answer):
        return value
    if isinstance(value, bool):
        return Boolean(value)
    if isinstance(value, int):
        return Integer(value, unit)
    if isinstance(value, Fraction):
        return Integer(value.numerator, unit) if value.denominator == 1 else Real(value, unit)
    if isinstance(value, float) and isfinite(value):
        return Real(value, unit)
    if isinstance(value, Shape):
        return TensorShape(value.hwc())
    if isinstance(value, str):
        return Choice(value)
    rows = as_rows(value)
    if rows is not None:
        return MatrixAnswer(rows)
    raise ArgumentError(
        f"{value!r} n’est pas une réponse : donnez un nombre, une forme, des lignes ou un Answer."
    )


def option_text(answer: Answer) -> str:
    """Ce qu’une option montre : le texte d’une proposition, ou la valeur."""
    return (
        answer.shown() if isinstance(answer, Choice | MatrixAnswer | FormulaText) else escape(answer.shown())
    )
