"""Le rapport « Réponses » d’un test Moodle, téléchargé en CSV.

Colonnes, d’après `mod/quiz/report/responses` (`lang/en/quiz_responses.php`, `last_responses_table.php`) de Moodle :
nom, prénom, numéro d’identification, adresse, état, dates, note, puis par question « Question 1 » (si on l’a
demandée), « Response 1 » (« Réponse 1 ») et « Right answer 1 » (« Bonne réponse 1 »). Une question sans réponse est
« - ». Plusieurs cases se suivent : « partie 1 : 55; partie 2 : 96 » (`qtype_multianswer`, `subqresponse`) ;
plusieurs choix, « A; B ».
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coursekit.questions.analysis.returned import Cell, Line, column, numbered
from coursekit.questions.spreadsheet import Row, Sheet

RESPONSE = r"(?:réponse|reponse|response)\s*(\d+)"
QUESTION = r"question\s*(\d+)"
FIELD = re.compile(r"(?:^|;\s*)[^\W\d]+\s+\d+\s*:\s*")
NOTHING = ("", "-")


class Moodle:
    title = "Moodle"

    def knows(self, titles: Sequence[str]) -> bool:
        return bool(numbered(titles, RESPONSE))

    def read(self, sheet: Sheet) -> Iterator[Line]:
        titles = sheet.rows[0].cells
        answers, questions = numbered(titles, RESPONSE), numbered(titles, QUESTION)
        who = _who(titles)
        for row in sheet.rows[1:]:
            if all(row.at(place) in NOTHING for place in who["key"] + who["last"] + who["first"]):
                continue  # la ligne de moyenne
            cells = tuple(
                _cell(rank, row.at(place), row.at(questions.get(rank))) for rank, place in answers.items()
            )
            if any(
                cell.given for cell in cells
            ):  # un élève inscrit qui n’a pas fait le test n’a que des « - »
                yield Line(row.line, _clues(row, who), cells)


def _who(titles: Sequence[str]) -> dict[str, list[int]]:
    found = {
        "key": (
            column(titles, "numéro d’identification", "id number", "idnumber", "identifiant"),
            column(titles, "adresse de courriel", "email address", "adresse e-mail", "courriel"),
        ),
        "last": (column(titles, "nom de famille", "nom", "last name", "surname"),),
        "first": (column(titles, "prénom", "first name"),),
    }
    if found["last"] == (None,):
        found["last"] = (
            column(titles, "nom complet", "full name", "name", "prénom/nom", "first name / last name"),
        )
    return {name: [place for place in places if place is not None] for name, places in found.items()}


def _clues(row: Row, who: dict[str, list[int]]) -> tuple[str, ...]:
    name = " ".join(row.at(place) for place in who["last"] + who["first"])
    return (*(row.at(place) for place in who["key"]), name)


def _cell(rank: int, given: str, question: str) -> Cell:
    if given in NOTHING:
        return Cell(rank, "", question)
    fields = FIELD.split(given)
    parts = tuple(field.strip() for field in fields[1:]) if len(fields) > 1 and not fields[0] else ()
    if parts and not any(parts):
        return Cell(rank, "", question)
    return Cell(rank, given, question, parts)


READER = Moodle()
