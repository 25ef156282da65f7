"""La liste d’une classe : un nom d’exemplaire par élève, et l’élève que désigne une ligne d’un autre fichier.

L’exemplaire d’Alice Martin, numéro 48213, s’appelle « Martin Alice (48213) » : ce nom entre dans la graine de ses
questions, figure sur sa copie, et la retrouve dans ce que rend une plateforme (par le numéro, l’adresse ou le nom, dans
n’importe quel ordre).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import ArgumentError, suggest
from coursekit.questions.spreadsheet import Row, Sheet, lines_text, plainly, read_sheet, unaccented

LAST_NAMES = frozenset(["nom", "noms", "nomdefamille", "lastname", "surname", "familyname"])
FIRST_NAMES = frozenset(["prenom", "prenoms", "firstname", "givenname"])
FULL_NAMES = frozenset(
    [
        "nomcomplet",
        "nometprenom",
        "nomprenom",
        "prenomnom",
        "prenometnom",
        "eleve",
        "etudiant",
        "etudiante",
        "student",
        "name",
        "fullname",
    ]
)
NUMBERS = frozenset(
    [
        "numero",
        "numeroetudiant",
        "ndetudiant",
        "netudiant",
        "numerodetudiant",
        "id",
        "identifiant",
        "matricule",
        "numerodidentification",
        "idnumber",
        "studentid",
        "ine",
        "code",
        "codeetudiant",
        "sisid",
    ]
)
ADDRESSES = frozenset(
    [
        "email",
        "mail",
        "courriel",
        "adressedecourriel",
        "adresseemail",
        "adressemail",
        "emailaddress",
        "adresseelectronique",
    ]
)


@dataclass(frozen=True)
class Roster:
    """Les élèves, dans l’ordre de la liste ; `notices` dit ce que la lecture a dû décider."""

    students: tuple[str, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """Les colonnes qui font un nom, et celle qui le rend unique."""

    names: tuple[int, ...]
    key: int | None = None


def read_roster(path: Path) -> Roster:
    """La classe que donne un CSV, avec ou sans ligne d’en-tête.

    Raises:
        ArgumentError: un élève y est deux fois, ou une ligne ne nomme personne ; le message cite les lignes.
    """
    sheet = read_sheet(path)
    titles = sheet.rows[0]
    header = _header(titles)
    body = sheet.rows[1:] if header else sheet.rows
    if not body:
        raise ArgumentError(f"{path} n’a que sa ligne d’en-tête : aucun élève.")
    columns = header or _guess(body)
    labelled = [(row.line, _label(row, columns)) for row in body]
    _refuse(path, labelled)
    return Roster(tuple(label for _, label in labelled), tuple(_notices(sheet)))


def _header(row: Row) -> Columns | None:
    """Les colonnes que nomme la première ligne, si c’est un en-tête."""
    titles = [plainly(cell) for cell in row.cells]

    def place(names: frozenset[str]) -> int | None:
        return next((i for i, title in enumerate(titles) if title in names), None)

    last, first, full = place(LAST_NAMES), place(FIRST_NAMES), place(FULL_NAMES)
    key = place(NUMBERS)
    key = place(ADDRESSES) if key is None else key
    names = tuple(i for i in (last, first) if i is not None) or ((full,) if full is not None else ())
    if not names and key is None:
        return None
    return Columns(names or (key or 0,), key if names else None)


def _guess(rows: Sequence[Row]) -> Columns:
    """Sans en-tête : une colonne d’adresses ou de numéros est la clé, les autres font le nom."""
    width = max(len(row.cells) for row in rows)

    def all_match(column: int, pattern: str) -> bool:
        return all(re.fullmatch(pattern, row.at(column)) for row in rows)

    numbers = [i for i in range(width) if all_match(i, r"[\w.-]*\d[\w.-]*")]
    addresses = [i for i in range(width) if all_match(i, r"\S+@\S+")]
    keys = [*numbers, *addresses]
    names = tuple(i for i in range(width) if i not in keys)
    if not names:
        return Columns((keys[0],))
    return Columns(names, keys[0] if keys else None)


def _label(row: Row, columns: Columns) -> str:
    name = " ".join(" ".join(row.at(i) for i in columns.names).split())
    key = row.at(columns.key)
    return f"{name} ({key})" if name and key else name or key


def _refuse(path: Path, labelled: Sequence[tuple[int, str]]) -> None:
    """Tous les problèmes d’un coup : on corrige la liste en une fois."""
    places: dict[str, list[int]] = defaultdict(list)
    shown: dict[str, str] = {}
    for line, label in labelled:
        places[plainly(label)].append(line)
        shown.setdefault(plainly(label), label)
    nameless = places.pop("", [])
    problems = [f"{lines_text(nameless)} : aucun nom"] if nameless else []
    problems += [
        f"{lines_text(lines)} : « {shown[name]} » y est {len(lines)} fois"
        for name, lines in places.items()
        if len(lines) > 1
    ]
    if problems:
        raise ArgumentError(
            f"{path} : {' ; '.join(problems)}. Corrigez la liste, ou ajoutez une colonne « numéro » à deux homonymes."
        )


def _notices(sheet: Sheet) -> Iterable[str]:
    if sheet.empty:
        plural = len(sheet.empty) > 1
        yield f"{lines_text(sheet.empty)} vide{'s' if plural else ''}, ignorée{'s' if plural else ''}"
    if sheet.encoding != "UTF-8":
        yield f"fichier lu en {sheet.encoding} ; vérifiez les accents"


class Finder:
    """Retrouve un exemplaire d’après ce qu’on sait de l’élève."""

    def __init__(self, students: Iterable[str]) -> None:
        self._students = tuple(students)
        self._known: dict[str, set[str]] = defaultdict(set)
        for student in self._students:
            for clue in _clues(student):
                self._known[clue].add(student)

    def find(self, *clues: str) -> str | None:
        """L’exemplaire qu’un de ces indices désigne, et lui seul : un nom, un numéro, une adresse."""
        for clue in clues:
            found = self._known.get(_words(clue), set()) if clue else set()
            if len(found) == 1:
                return next(iter(found))
        return None

    def named(self, name: str) -> str:
        """Comme `find`, pour un nom tapé.

        Raises:
            ArgumentError: personne ne s’appelle ainsi, ou plusieurs élèves.
        """
        found = self.find(name)
        if found is not None:
            return found
        several = self._known.get(_words(name), set()) or self._holding(name)
        if len(several) == 1:
            return next(iter(several))
        if several:
            raise ArgumentError(f"« {name} » désigne plusieurs élèves : {', '.join(sorted(several))}.")
        advice = (
            suggest(name, self._students) if len(self._students) <= 12 else _closest(name, self._students)
        )
        raise ArgumentError(f"Aucun exemplaire pour « {name} ». {advice}")

    def _holding(self, name: str) -> set[str]:
        """Les élèves dont le nom contient ces mots."""
        words = set(_words(name).split())
        return {student for student in self._students if words and words <= set(_words(student).split())}


def _closest(name: str, students: Sequence[str]) -> str:
    """Les élèves les plus proches, sans énumérer toute une promotion."""
    from difflib import get_close_matches

    plain = {unaccented(student): student for student in students}
    close = get_close_matches(unaccented(name), plain, n=3, cutoff=0.4)
    named = " ou ".join(plain[found] for found in close)
    return f"Vouliez-vous dire {named} ?" if close else f"Le manifeste a {len(students)} exemplaires."


def _clues(student: str) -> set[str]:
    """Ce qui désigne un élève : son nom d’exemplaire, son nom seul, son numéro seul."""
    name, _, key = student.partition(" (")
    return {_words(student), _words(name), *([_words(key.rstrip(")"))] if key else [])} - {""}


def _words(text: str) -> str:
    """Les mots d’un nom, rangés : « Alice MARTIN » et « Martin, Alice » se confondent."""
    return " ".join(sorted(re.findall(r"[^\s,;()]+", unaccented(text))))
