"""Ce qu’un fichier de réponses contient, quelle que soit la plateforme dont il vient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coursekit.errors import ArgumentError
from coursekit.questions.spreadsheet import Sheet, plainly, read_sheet


@dataclass(frozen=True)
class Cell:
    """La réponse d’un élève à une question.

    `position` est le rang de la question (à partir de 1), `text` ce que le fichier en dit (énoncé, titre, numéro).
    `given` est vide si l’élève n’a rien répondu ; `fields` sépare les cases d’une réponse qui en a plusieurs.
    `share` est la part des points que la plateforme a donnée, si elle le dit.
    """

    position: int
    given: str
    text: str = ""
    fields: tuple[str, ...] = ()
    share: float | None = None


@dataclass(frozen=True)
class Line:
    """Un élève du fichier : ce qui le désigne, et ses réponses."""

    line: int
    clues: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Returned:
    """Un fichier de réponses ; `notices` dit ce que la lecture a laissé de côté."""

    source: str
    lines: tuple[Line, ...]
    notices: tuple[str, ...] = ()


class Reader(Protocol):
    """Un format de réponses : le reconnaître à sa première ligne, et le lire."""

    title: str

    def knows(self, titles: Sequence[str]) -> bool:
        """Est-ce ce format ?"""

    def read(self, sheet: Sheet) -> Iterator[Line]:
        """Les élèves, dans l’ordre du fichier."""


def read_answers(path: Path) -> Returned:
    """Les réponses d’un fichier CSV ; le format se reconnaît à ses colonnes.

    Raises:
        ArgumentError: le fichier ne se lit pas, ou n’est d’aucun format connu.
    """
    from coursekit.questions.analysis import amc, canvas, moodle, own

    sheet = read_sheet(path)
    titles = sheet.rows[0].cells
    readers: tuple[Reader, ...] = (canvas.READER, moodle.READER, amc.READER, own.READER)
    for reader in readers:
        if reader.knows(titles):
            lines, notices = latest(reader.read(sheet))
            if not lines:
                raise ArgumentError(f"{path} ({reader.title}) n’a aucune réponse.")
            return Returned(reader.title, lines, notices)
    raise ArgumentError(
        f"{path} n’est pas un fichier de réponses connu. Sa première ligne doit être celle de Moodle (« Réponse 1 »…), "
        "de Canvas (« 1234: énoncé »…), d’Auto Multiple Choice (« A:… », « TICKED:… ») ou « élève;question;réponse »."
    )


def latest(lines: Iterator[Line]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Un élève qui a fait plusieurs tentatives garde la dernière."""
    kept: dict[tuple[str, ...], Line] = {}
    again = 0
    for line in lines:
        again += line.clues in kept
        kept[line.clues] = line
    notices = (f"{again} tentatives suivies d’une autre du même élève : la dernière compte",) if again else ()
    return tuple(kept.values()), notices


def column(titles: Sequence[str], *names: str) -> int | None:
    """La première colonne qui porte un de ces noms, sans égard à la casse, aux accents ni aux espaces."""
    wanted = {plainly(name) for name in names}
    return next((i for i, title in enumerate(titles) if plainly(title) in wanted), None)


def numbered(titles: Sequence[str], pattern: str) -> dict[int, int]:
    """Les colonnes « Réponse 1 », « Réponse 2 »… : le rang, puis la colonne."""
    found = ((re.fullmatch(pattern, title, re.IGNORECASE), i) for i, title in enumerate(titles))
    return {int(match[1]): i for match, i in found if match}


def number(text: str) -> float | None:
    """« 0,75 » ou « 0.75 »."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
