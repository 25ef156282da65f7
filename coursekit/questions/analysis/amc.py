"""L’export CSV d’Auto Multiple Choice, avec les cases cochées (option « cases cochées : AB » ou « 01 »).

Colonnes, d’après `AMC-perl/AMC/Export/CSV.pm` d’AMC : celles de l’élève (la clé de l’association s’appelle « A:… »),
la note, puis par question son titre (les points) et « TICKED:titre » (les cases cochées : « AC », ou « 1;0;1;0 »),
dans l’ordre de la source et non dans celui de la copie. Un nombre à cases ne revient que par ses points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coursekit.questions.analysis.returned import Cell, Line, column, number
from coursekit.questions.spreadsheet import Row, Sheet
from coursekit.questions.variant import LETTERS

TICKED = "TICKED:"


class Amc:
    title = "Auto Multiple Choice"

    def knows(self, titles: Sequence[str]) -> bool:
        return any(title.startswith(TICKED) for title in titles)

    def read(self, sheet: Sheet) -> Iterator[Line]:
        titles = sheet.rows[0].cells
        ticked = {title.removeprefix(TICKED): i for i, title in enumerate(titles) if title.startswith(TICKED)}
        points = {title: i for i, title in enumerate(titles) if title in ticked}
        most = {title: _most(sheet, i) for title, i in points.items()}
        keys = [i for i, title in enumerate(titles) if title.startswith("A:")]
        who = [*keys, *(i for i in (column(titles, "nom", "name"),) if i is not None)]
        for row in sheet.rows[1:]:
            cells = (
                _cell(rank, title, row.at(place), number(row.at(points.get(title))), most.get(title, 0))
                for rank, (title, place) in enumerate(ticked.items(), 1)
            )
            yield Line(row.line, _clues(row, who), tuple(cells))


def _most(sheet: Sheet, place: int) -> float:
    """Ce que vaut une question : le fichier ne le dit pas, le meilleur élève le montre."""
    return max((number(row.at(place)) or 0 for row in sheet.rows[1:]), default=0)


def _clues(row: Row, who: Sequence[int]) -> tuple[str, ...]:
    return tuple(row.at(place) for place in who)


def _cell(rank: int, title: str, ticked: str, got: float | None, most: float) -> Cell:
    share = max(0.0, got / most) if got is not None and most else None
    return Cell(rank, _letters(ticked), title, share=share)


def _letters(ticked: str) -> str:
    """Les cases cochées en lettres ; « 0 », la case « aucune de ces réponses », n’en est pas une."""
    if set(ticked) <= set("01;") and ";" in ticked:
        return "".join(
            letter for letter, mark in zip(LETTERS, ticked.split(";"), strict=False) if mark == "1"
        )
    return ticked.replace("0", "")


READER = Amc()
