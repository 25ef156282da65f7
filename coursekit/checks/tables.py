"""Juger un petit tableau de nombres (une fenêtre, un filtre, une carte calculée à la main)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from coursekit.checks.arrays import array_list, is_array
from coursekit.checks.inspection import describe, is_a, items
from coursekit.checks.numbers import close, is_inexact, plain, read
from coursekit.checks.numerals import UnreadableError
from coursekit.checks.verdict import Verdict, right, safely, wrong
from coursekit.errors import ArgumentError

MOST_CELLS = 10_000
"""Au-delà, ce n’est plus un tableau qu’on remplit à la main."""

Dims = tuple[int, ...]
Nested = Fraction | list["Nested"]
Mistake = tuple[str, object, str]
"""Une erreur connue : son nom, la valeur fausse qu’elle donne, et ce qu’on en dit en français."""


def table(
    given: object,
    expected: object,
    *,
    rel: float | None = None,
    abs: float = 0.0,  # noqa: A002 (le mot de math.isclose)
    mistakes: Sequence[Mistake] = (),
) -> Verdict:
    """Compare un tableau, ligne par ligne, à celui qu’on attend : listes de listes, tableau NumPy ou tenseur.

    Chaque case se lit comme un nombre (`coursekit.checks.number`), avec les mêmes écarts tolérés. Le message situe la
    première case fausse ; les lignes et les colonnes se comptent à partir de 1.

    Raises:
        ArgumentError: le tableau attendu n’est pas rectangulaire (c’est l’énoncé qui se trompe).
    """
    target = _trusted(expected)
    wrong_tables = [(identifier, _trusted(value), feedback) for identifier, value, feedback in mistakes]
    return safely(lambda: _judge(given, target, rel, abs, wrong_tables), plain_table(target))


def _judge(
    given: object, target: Nested, rel: float | None, margin: float, mistakes: list[tuple[str, Nested, str]]
) -> Verdict:
    answer = plain_table(target)
    try:
        cells, noisy = _read_table(given)
    except UnreadableError as error:
        return wrong(str(error), answer, describe(given))
    got = plain_table(cells)

    def same(left: Nested, right: Nested) -> bool:
        return _dims(left) == _dims(right) and not any(
            not close(a, b, rel, margin, noisy=noisy)
            for (_, a), (_, b) in zip(_cells(left), _cells(right), strict=True)
        )

    if same(cells, target):
        return right("Oui : toutes les cases sont justes.", answer, got)
    for identifier, value, feedback in mistakes:
        if same(cells, value):
            return wrong(feedback, answer, got, identifier)
    misconception, message = _diagnose(cells, target, same)
    return wrong(message or _first_difference(cells, target, rel, margin, noisy), answer, got, misconception)


def _trusted(expected: object) -> Nested:
    try:
        nested, _ = _read_table(expected)
    except UnreadableError as error:
        raise ArgumentError(f"Le tableau attendu ne se lit pas. {error}") from None
    return nested


def plain_table(table: Nested) -> object:
    """Le tableau en nombres ordinaires."""
    return [plain_table(row) for row in table] if isinstance(table, list) else plain(table)


def _read_table(given: object) -> tuple[Nested, bool]:
    if is_array(given):
        if (listed := array_list(given, MOST_CELLS)) is None:
            raise UnreadableError(
                f"Vous avez donné {describe(given)} qui ne se lit pas comme un petit tableau."
            )
        given = listed
    if not is_a(given, list, tuple):
        raise UnreadableError(_not_a_table(given))
    noisy: list[bool] = []
    table = _read_rows(given, noisy, depth=4)
    _dims(table)
    return table, any(noisy)


def _read_rows(given: object, noisy: list[bool], depth: int) -> Nested:
    if not is_a(given, list, tuple):
        noisy.append(is_inexact(given))
        if len(noisy) > MOST_CELLS:
            raise UnreadableError(f"Ce tableau a plus de {MOST_CELLS} cases.")
        try:
            return read(given).value
        except UnreadableError as error:
            raise UnreadableError(f"Une case du tableau n’est pas un nombre. {error}") from None
    rows = items(given, MOST_CELLS)
    if rows is None or depth == 0:
        raise UnreadableError(
            f"Vous avez donné {describe(given, 0)} : on attend un petit tableau de nombres."
        )
    return [_read_rows(row, noisy, depth - 1) for row in rows]


def _not_a_table(given: object) -> str:
    if given is None or given is Ellipsis:
        return f"Vous n’avez pas encore répondu : la valeur donnée est {given}. Remplacez-la par un tableau."
    return f"Vous avez donné {describe(given)} : on attend un tableau, par exemple [[1, 2], [3, 4]]."


def _dims(table: Nested) -> Dims:
    """Lignes, colonnes…

    Raises:
        UnreadableError: les lignes n’ont pas toutes la même longueur.
    """
    if not isinstance(table, list):
        return ()
    inner = {_dims(row) for row in table}
    if len(inner) > 1:
        raise UnreadableError("Les lignes du tableau n’ont pas toutes la même longueur.")
    return (len(table), *(inner.pop() if inner else ()))


def _cells(table: Nested, where: Dims = ()) -> Iterator[tuple[Dims, Fraction]]:
    if not isinstance(table, list):
        yield where, table
        return
    for index, row in enumerate(table):
        yield from _cells(row, (*where, index))


def _diagnose(
    cells: Nested, target: Nested, same: Callable[[Nested, Nested], bool]
) -> tuple[str | None, str]:
    given, wanted = _dims(cells), _dims(target)
    if len(given) == 2 and same(_transposed(cells), target):
        return "table.transposed", "Vous avez échangé les lignes et les colonnes."
    if given == wanted and same(_flipped(cells), target):
        return "table.flipped", (
            "Votre tableau est retourné, comme un filtre de convolution au lieu d’un filtre de corrélation."
        )
    if len(given) < len(wanted) and [v for _, v in _cells(cells)] == [v for _, v in _cells(target)]:
        return "table.flat", "Les valeurs sont justes, mais à plat : rangez-les ligne par ligne."
    if given != wanted:
        return "table.shape", (
            f"Votre tableau a {_size(given)} ; ce n’est pas la bonne taille. "
            "Comptez les positions que peut prendre la fenêtre."
        )
    return None, ""


def _size(dims: Dims) -> str:
    names = ("ligne", "colonne", "couche", "niveau")
    return " et ".join(f"{n} {name}{'s' if n > 1 else ''}" for n, name in zip(dims, names, strict=False))


def _transposed(table: Nested) -> Nested:
    assert isinstance(table, list)
    return [list(column) for column in zip(*table, strict=True)]


def _flipped(table: Nested) -> Nested:
    return [_flipped(row) for row in reversed(table)] if isinstance(table, list) else table


def _first_difference(cells: Nested, target: Nested, rel: float | None, margin: float, noisy: bool) -> str:
    pairs = zip(_cells(cells), _cells(target), strict=True)
    wrong_cells = [(where, a) for (where, a), (_, b) in pairs if not close(a, b, rel, margin, noisy=noisy)]
    where, value = wrong_cells[0]
    names = ("ligne", "colonne", "couche", "niveau")
    place = ", ".join(f"{name} {i + 1}" for name, i in zip(names, where, strict=False))
    shown = str(plain(value)).replace(".", ",")
    others = len(wrong_cells) - 1
    rest = (
        f" {others} autre{'s' if others > 1 else ''} case{'s' if others > 1 else ''} aussi." if others else ""
    )
    return f"La case ({place}) vaut {shown} dans votre réponse, et c’est faux.{rest}"
