"""Ce qu’une classe simulée écrit dans un devoir, ce que chacun gagne, et ce que la correction dit.

Une réponse est une suite de textes, un par emplacement vide de la cellule.
"""

from dataclasses import dataclass

Answers = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Student:
    """Une copie, les cellules de tests où elle perd ses points, et les phrases que sa correction contient."""

    name: str
    answers: Answers
    lost: frozenset[str] = frozenset()
    told: tuple[str, ...] = ()
    explanation: str = ""
    """La réponse rédigée ; vide, la cellule reste telle que distribuée."""


@dataclass(frozen=True)
class Classwork:
    """Un devoir et sa classe : `juste` répond bien à tout, autrement que le corrigé."""

    name: str
    tests: dict[str, int]
    """Ce que vaut chaque cellule de tests."""
    essay: str
    """La question rédigée, notée à la main."""
    right: Answers
    students: tuple[Student, ...]
    killing: str
    """Une question dont une réponse arrête le noyau."""

    def points(self, student: Student) -> dict[str, int]:
        return {cell: 0 if cell in student.lost else points for cell, points in self.tests.items()}
