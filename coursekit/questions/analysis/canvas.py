"""Le rapport « Student Analysis » d’un quiz Canvas (quiz classiques), en CSV.

Colonnes, d’après `app/models/quizzes/quiz_statistics/student_analysis.rb` de Canvas : `name`, `id`, `sis_id`,
`section`, `section_id`, `section_sis_id`, `submitted`, `attempt`, puis deux par question, « 1234: énoncé » (la
réponse) et les points que vaut la question (les points obtenus), enfin `n correct`, `n incorrect`, `score`.
Plusieurs cases ou plusieurs choix sont séparés par « , » ; une virgule de la réponse y devient « \\, ».
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coursekit.questions.analysis.returned import Cell, Line, column, number
from coursekit.questions.spreadsheet import Row, Sheet

QUESTION = re.compile(r"\d+:\s*")


class Canvas:
    title = "Canvas"

    def knows(self, titles: Sequence[str]) -> bool:
        return bool(_questions(titles)) and column(titles, "score", "n correct", "name", "id") is not None

    def read(self, sheet: Sheet) -> Iterator[Line]:
        titles = sheet.rows[0].cells
        places = _questions(titles)
        who = [column(titles, name) for name in ("sis_id", "id", "name", "nom")]
        for row in sheet.rows[1:]:
            cells = (_cell(rank, row, place, titles) for rank, place in enumerate(places, 1))
            yield Line(row.line, tuple(row.at(place) for place in who if place is not None), tuple(cells))


def _questions(titles: Sequence[str]) -> list[int]:
    return [
        i
        for i, title in enumerate(titles[:-1])
        if QUESTION.match(title) and number(titles[i + 1]) is not None
    ]


def _cell(rank: int, row: Row, place: int, titles: Sequence[str]) -> Cell:
    given, text = row.at(place), QUESTION.sub("", titles[place], count=1)
    fields = tuple(part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", given))
    worth, got = number(titles[place + 1]), number(row.at(place + 1))
    share = got / worth if worth and got is not None else None
    return Cell(rank, given, text, fields if len(fields) > 1 or "\\," in given else (), share)


READER = Canvas()
