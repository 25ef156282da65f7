"""Les réponses qui ont une structure : la forme d’un tenseur, un petit tableau, une formule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from coursekit import checks
from coursekit.checks import Verdict
from coursekit.checks.numbers import close
from coursekit.checks.numerals import UnreadableError
from coursekit.checks.shapes import Layout
from coursekit.checks.verdict import right, wrong
from coursekit.layers import Shape
from coursekit.questions.answers.base import Answer
from coursekit.questions.expressions import Expression, UnreadableExpressionError, read_expression
from coursekit.questions.matrices import Rows, as_rows, matrix_latex, matrix_text, read_matrix
from coursekit.questions.text import number_text


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
