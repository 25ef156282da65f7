"""Une réponse telle que la page la compare : en clair pour s’entraîner, en empreintes pour un quiz noté.

Toute valeur s’écrit d’une façon et d’une seule (`written`) : « 12 », « 55 55 96 », « 1 2;3 4 » ; c’est ce dont on
prend l’empreinte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coursekit.checks.numbers import DEFAULT_REL, in_unit
from coursekit.checks.numerals import UnreadableError, read_numeral
from coursekit.checks.units import NO_UNIT, Unit, find_unit
from coursekit.questions.answers import Answer, Boolean, FormulaText, Integer, MatrixAnswer, Real, TensorShape
from coursekit.questions.expressions import read_expression
from coursekit.questions.quizzes.sealed import Seal, cell_name, cells, grid_step

FINE = 1e-6
"""La grille des valeurs d’une formule et des cases d’un tableau exact."""

COARSE = 0.01
"""La grille des cases d’un tableau qui ne sont pas toutes entières."""

Target = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """Une valeur mise en nombres, la grille où on l’arrondit quand on la cache, et les écarts acceptés sinon.

    Avec `exact_integers`, l’écart relatif ne vaut que pour les nombres qui ne sont pas entiers.
    """

    values: tuple[tuple[float, ...], ...]
    step: float = FINE
    tolerance: float = 0.0
    relative: float = 0.0
    exact_integers: bool = False


def reading(answer: Answer) -> Reading:
    """Les nombres d’une réponse, ligne par ligne : un seul pour un nombre, une ligne pour une forme."""
    match answer:
        case Integer(value=value):
            return Reading(((value,),), step=1.0)
        case Real():
            step = grid_step(answer.tolerance) if answer.tolerance else FINE
            return Reading(((float(answer.value),),), step, answer.tolerance)
        case TensorShape(dims=dims):
            return Reading((dims,), step=1.0)
        case Boolean(value=value):
            return Reading(((int(value),),), step=1.0)
        case MatrixAnswer(rows=rows, rel=rel):
            values = tuple(tuple(float(cell) for cell in row) for row in rows)
            step = FINE if all(value.is_integer() for row in values for value in row) else COARSE
            return Reading(values, step, relative=rel or DEFAULT_REL, exact_integers=rel is None)
        case FormulaText():
            return Reading((tuple(_samples(answer, answer.expression)),), relative=1e-9)
    raise TypeError(f"{type(answer).__name__} ne se tape pas dans une page.")


def _samples(answer: FormulaText, expression: str) -> list[float]:
    read = read_expression(expression, answer.variables)
    return [float(read.evaluate(point)) for point in points(answer)]


def points(answer: FormulaText) -> list[dict[str, int]]:
    """Les points où la page évalue ce que tape l’élève."""
    return [
        dict(point) for point in read_expression(answer.expression, answer.variables).samples(answer.domain)
    ]


def written(values: Sequence[Sequence[float]], step: float) -> str:
    """L’écriture canonique : les numéros des cases de la grille."""
    return ";".join(" ".join(cell_name(value, step) for value in row) for row in values)


def clear(answer: Answer) -> Target:
    """La cible d’un quiz d’entraînement : les nombres et l’écart accepté."""
    read = reading(answer)
    target: Target = {"values": [[_plain(value) for value in row] for row in read.values]}
    if read.tolerance:
        target["margin"] = read.tolerance
    if read.relative:
        target["rel"] = read.relative
    if read.exact_integers:
        target["exactIntegers"] = True
    return target


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def accepted(answer: Answer) -> list[str]:
    """Toutes les écritures acceptées : une par case de la grille pour un réel, une seule sinon."""
    read = reading(answer)
    if read.tolerance:
        return [str(cell) for cell in cells(read.values[0][0], read.tolerance, read.step)]
    return [written(read.values, read.step)]


def hidden(answer: Answer, seal: Seal) -> Target:
    """La cible d’un quiz noté : le pas de la grille et les empreintes, triées pour ne rien dire de plus."""
    return {"step": reading(answer).step, "tags": sorted(seal.lock(text)[0] for text in accepted(answer))}


def hidden_wrong(answer: Answer, seal: Seal, say: str) -> Target:
    """Une erreur connue d’un quiz noté ; son explication est chiffrée une fois par écriture acceptée."""
    return {
        "step": reading(answer).step,
        "says": dict(sorted(seal.lock(text, say) for text in accepted(answer))),
    }


def spellings(unit: str) -> dict[str, float]:
    """Les façons d’écrire l’unité après un nombre, et par quoi chacune le multiplie : « k », « millions », « % »."""
    wanted = (find_unit(unit) or Unit(unit, Fraction(1), unit)) if unit else NO_UNIT
    found = {}
    for text in (unit, *SUFFIXES):
        try:
            found[text] = float(in_unit(read_numeral(f"1 {text}", wanted), wanted))
        except UnreadableError:
            continue
    return {text: factor for text, factor in found.items() if text}


SUFFIXES = (
    "%", "pour cent", "k", "K", "M", "G", "T", "mille", "million", "millions", "milliard", "milliards",
    "o", "ko", "Mo", "Go", "octets", "bits", "s", "ms", "px", "pixels", "poids", "paramètres", "MAC", "MMAC", "GMAC",
    "multiplications", "opérations", "FLOP", "GFLOP", "canaux", "filtres", "cartes", "couches", "neurones", "valeurs",
    "images", "exemples", "époques", "millions de paramètres", "millions de multiplications",
)  # fmt: skip
