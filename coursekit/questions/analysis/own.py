"""Notre propre format : une ligne par réponse, « élève;question;réponse », ou une ligne par élève, « élève;1;2;3… ».

La question se désigne par son rang dans l’exemplaire, ou par le numéro que donnent nos fichiers (16 signes).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from coursekit.questions.analysis.returned import Cell, Line, column, numbered
from coursekit.questions.spreadsheet import Sheet

STUDENT = ("élève", "étudiant", "étudiante", "student", "nom", "name", "numéro")
QUESTION, ANSWER = ("question", "n", "rang"), ("réponse", "answer", "response")
WIDE = r"(?:q|question)?\s*(\d+)"


class Own:
    title = "élève;question;réponse"

    def knows(self, titles: Sequence[str]) -> bool:
        if column(titles, *STUDENT) is None:
            return False
        return bool(numbered(titles, WIDE)) or None not in (
            column(titles, *QUESTION),
            column(titles, *ANSWER),
        )

    def read(self, sheet: Sheet) -> Iterator[Line]:
        titles = sheet.rows[0].cells
        return _wide(sheet) if numbered(titles, WIDE) else _long(sheet)


def _wide(sheet: Sheet) -> Iterator[Line]:
    titles = sheet.rows[0].cells
    student, places = column(titles, *STUDENT), numbered(titles, WIDE)
    for row in sheet.rows[1:]:
        cells = tuple(Cell(rank, row.at(place)) for rank, place in places.items())
        yield Line(row.line, (row.at(student),), cells)


def _long(sheet: Sheet) -> Iterator[Line]:
    titles = sheet.rows[0].cells
    student, question, answer = (column(titles, *names) for names in (STUDENT, QUESTION, ANSWER))
    cells: dict[str, list[Cell]] = defaultdict(list)
    lines: dict[str, int] = {}
    for row in sheet.rows[1:]:
        name, asked = row.at(student), row.at(question)
        lines.setdefault(name, row.line)
        rank = int(asked) if asked.isdecimal() and len(asked) < 5 else len(cells[name]) + 1
        cells[name].append(Cell(rank, row.at(answer), "" if asked.isdecimal() and len(asked) < 5 else asked))
    for name, given in cells.items():
        yield Line(lines[name], (name,), tuple(given))


READER = Own()
