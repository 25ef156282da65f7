"""Lire un CSV tel que les tableurs et les plateformes l’écrivent : encodage et séparateur se devinent.

Excel en français sépare par « ; » et écrit en Windows-1252 (« Latin-1 ») ; LibreOffice et Moodle écrivent en UTF-8,
séparé par « , » ; le « texte Unicode » d’Excel est de l’UTF-16 séparé par des tabulations.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unicodedata import combining, normalize

from coursekit.errors import ArgumentError

DELIMITERS = (";", "\t", ",")
_BINARY = {
    b"PK\x03\x04": "un classeur (Excel ou LibreOffice)",
    b"%PDF": "un PDF",
    b"\xd0\xcf\x11\xe0": "un classeur Excel",
}


@dataclass(frozen=True)
class Row:
    """Une ligne : son numéro dans le fichier (à partir de 1) et ses cellules, sans espaces autour."""

    line: int
    cells: tuple[str, ...]

    def at(self, column: int | None) -> str:
        """La cellule de cette colonne ; vide si la ligne est trop courte."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """Un tableau lu ; `empty` donne les numéros des lignes vides, qui n’y sont plus."""

    name: str
    rows: tuple[Row, ...]
    empty: tuple[int, ...]
    encoding: str


def read_sheet(path: Path) -> Sheet:
    """Le tableau d’un fichier CSV.

    Raises:
        ArgumentError: le fichier manque, n’est pas du texte, ou n’a aucune ligne ; le message dit quoi faire.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArgumentError(f"{path} ne peut pas être lu : {error.strerror or error}.") from None
    text, encoding = decode(data, str(path))
    rows = list(_rows(text))
    kept = tuple(row for row in rows if any(row.cells))
    if not kept:
        raise ArgumentError(f"{path} est vide : il n’a aucune ligne remplie.")
    return Sheet(str(path), kept, tuple(row.line for row in rows if not any(row.cells)), encoding)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Le texte d’un fichier et le nom de son encodage.

    Raises:
        ArgumentError: ce n’est pas du texte.
    """
    for head, what in _BINARY.items():
        if data.startswith(head):
            raise ArgumentError(f"{name} est {what}, pas un CSV : enregistrez-le d’abord au format CSV.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    if b"\0" in data:
        raise ArgumentError(f"{name} n’est pas un texte : enregistrez-le au format CSV.")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        # Windows-1252 est le Latin-1 des tableurs ; cinq octets n’y sont rien, et Latin-1 les lit tous.
        try:
            return data.decode("cp1252"), "Latin-1"
        except UnicodeDecodeError:
            return data.decode("latin-1"), "Latin-1"


def _rows(text: str) -> Iterator[Row]:
    found = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)  # la première ligne que lit Excel
    if found:
        yield from _parse(text[found.end() :], found[1], 2)
    else:
        yield from _parse(text, delimiter_of(text), 1)


def delimiter_of(text: str) -> str:
    """Le séparateur qui range le plus de lignes dans le même nombre de colonnes."""

    def quality(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row.cells) for row in _parse(text, delimiter, 1) if any(row.cells))
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        return (times / widths.total() if width > 1 else 0.0, width)

    return max(DELIMITERS, key=quality)


def _parse(text: str, delimiter: str, first: int) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    line = first
    for cells in reader:
        yield Row(line, tuple(cell.strip() for cell in cells))
        line = first + reader.line_num


def plainly(text: str) -> str:
    """Un texte réduit à ses lettres et à ses chiffres, sans casse ni accents : `"N° d’étudiant" → "ndetudiant"`."""
    return "".join(c for c in unaccented(text) if c.isalnum())


def unaccented(text: str) -> str:
    """Sans casse ni accents."""
    return "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))


def lines_text(lines: list[int] | tuple[int, ...], most: int = 8) -> str:
    """« ligne 3 », « lignes 3, 5 et 9 », « lignes 1, 2, 3… (40 en tout) »."""
    if len(lines) == 1:
        return f"ligne {lines[0]}"
    if len(lines) > most:
        return f"lignes {', '.join(map(str, lines[:most]))}… ({len(lines)} en tout)"
    return f"lignes {', '.join(map(str, lines[:-1]))} et {lines[-1]}"
