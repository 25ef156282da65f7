"""Les notes d’un devoir dans le carnet de nbgrader : une copie s’y écrit en une transaction, ou pas du tout.

nbgrader valide après chaque cellule, et ne remet jamais une ancienne note à zéro. Ici, toutes les notes automatiques de
la copie changent ensemble ; ce que l’enseignant a écrit (notes, commentaires, points en plus, prolongations) reste.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from coursekit.errors import CourseError
from coursekit.grading.commit.notebook import Corrected
from coursekit.grading.commit.penalty import LatePenalties


@dataclass(frozen=True)
class Committed:
    """Ce qui a été écrit d’une copie : la note automatique par notebook puis par cellule, la pénalité de retard.

    Une note `None` attend l’enseignant. `score` et `max_score` sont ceux du carnet de notes, note manuelle comprise,
    pénalité non déduite. `remarks` : des phrases pour l’enseignant.
    """

    student: str
    score: float
    max_score: float
    penalty: float = 0.0
    needs_manual_grade: bool = False
    scores: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """Une cellule de l’enseignant dans le carnet : celles qui ont une note, celles qui ont un commentaire."""

    id: str
    name: str
    graded: bool
    commented: bool
    points: float = 0.0


@dataclass(frozen=True)
class Scheme:
    """Le devoir dans le carnet : notebook → (son identifiant, ses cellules)."""

    assignment_id: str
    duedate: datetime | None
    notebooks: Mapping[str, tuple[str, tuple[Cell, ...]]]

    @classmethod
    def read(cls, gradebook: Any, name: str) -> Scheme:
        assignment = gradebook.find_assignment(name)
        notebooks = {
            str(notebook.name): (str(notebook.id), tuple(_cells(notebook)))
            for notebook in assignment.notebooks
        }
        return cls(str(assignment.id), assignment.duedate, notebooks)

    @property
    def max_score(self) -> float:
        return sum(cell.points for _, cells in self.notebooks.values() for cell in cells)


def _cells(notebook: Any) -> list[Cell]:
    graded = [Cell(cell.id, cell.name, True, False, float(cell.max_score)) for cell in notebook.grade_cells]
    solutions = [Cell(cell.id, cell.name, False, True) for cell in notebook.solution_cells]
    tasks = [Cell(cell.id, cell.name, True, True, float(cell.max_score)) for cell in notebook.task_cells]
    return [*graded, *solutions, *tasks]


@dataclass(frozen=True)
class Grades:
    """Écrit les notes d’un devoir ; `gradebook` est celui de nbgrader, ouvert."""

    gradebook: Any
    scheme: Scheme
    penalties: LatePenalties
    create_student: bool = True
    wait: float = 5.0
    """Secondes d’attente d’un verrou, à chaque essai : celles de SQLite, que PostgreSQL ne limite pas."""

    def store(self, student: str, received: datetime | None, corrected: Mapping[str, Corrected]) -> Committed:
        """Remplace les notes automatiques d’une copie, et valide.

        Raises:
            CourseError: l’élève est inconnu et le cours n’en crée pas, ou la pénalité ne se calcule pas.
            DBAPIError: la base refuse ; rien n’est écrit.
        """
        db = self.gradebook.db
        try:
            self._limit_wait()
            done = _Storing(self, student, db).store(received, corrected)
            db.commit()
        except BaseException:
            db.rollback()
            raise
        finally:
            # Rien ne s’accumule d’une copie à l’autre.
            db.expunge_all()
        return done

    def _limit_wait(self) -> None:
        from sqlalchemy import text

        if self.gradebook.engine.dialect.name == "postgresql":
            self.gradebook.db.execute(text(f"SET LOCAL lock_timeout = '{round(1000 * self.wait)}ms'"))

    def rollback(self) -> None:
        self.gradebook.db.rollback()

    def automatic(self, student: str) -> dict[str, dict[str, float | None]]:
        """Les notes automatiques que le carnet a de cette copie : notebook → cellule → note."""
        from nbgrader.api import Grade, Notebook, SubmittedAssignment, SubmittedNotebook
        from sqlalchemy import select

        names = {cell.id: cell.name for _, cells in self.scheme.notebooks.values() for cell in cells}
        rows = self.gradebook.db.execute(
            select(Notebook.name, Grade.cell_id, Grade.auto_score)
            .select_from(SubmittedAssignment)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(
                SubmittedAssignment.assignment_id == self.scheme.assignment_id,
                SubmittedAssignment.student_id == student,
            )
        ).all()
        self.gradebook.db.rollback()
        found: dict[str, dict[str, float | None]] = {}
        for notebook, cell, score in rows:
            found.setdefault(notebook, {})[names.get(cell, cell)] = score
        return found


@dataclass
class _Storing:
    """Une copie en cours d’écriture, dans une transaction ouverte."""

    grades: Grades
    student: str
    db: Any

    def store(self, received: datetime | None, corrected: Mapping[str, Corrected]) -> Committed:
        scheme = self.grades.scheme
        submission, late = self._submission(received)
        notebooks = self._notebooks(submission)
        total = penalty = 0.0
        manual = False
        scores: dict[str, dict[str, float | None]] = {}
        for name, (_, cells) in scheme.notebooks.items():
            found = corrected.get(name) or Corrected({}, readable=False)
            self._comments(notebooks[name], cells, found)
            scores[name], score, waits = self._grades(notebooks[name], cells, found)
            due = self._penalty(notebooks[name], score, late)
            total, penalty, manual = total + score, penalty + due, manual or waits
        return Committed(self.student, total, scheme.max_score, penalty, manual, scores)

    def _submission(self, received: datetime | None) -> tuple[str, float]:
        """L’identifiant de la copie, créée au besoin, et son retard en secondes."""
        from nbgrader.api import Student, SubmittedAssignment
        from sqlalchemy import insert, select, update

        table = SubmittedAssignment
        scheme = self.grades.scheme
        row = self.db.execute(
            select(table.id, table.timestamp, table.extension).where(
                table.assignment_id == scheme.assignment_id, table.student_id == self.student
            )
        ).one_or_none()
        if row is None:
            known = self.db.execute(select(Student.id).where(Student.id == self.student)).one_or_none()
            if known is None and not self.grades.create_student:
                raise CourseError(
                    f"L’élève « {self.student} » n’est pas dans le carnet de notes, et Autograde.create_student "
                    f"interdit de l’y créer. Ajoutez-le avec : nbgrader db student add {self.student}."
                )
            if known is None:
                self.db.execute(insert(Student), [{"id": self.student}])
            identifier, timestamp, extension = uuid4().hex, received, None
            made = {
                "id": identifier,
                "assignment_id": scheme.assignment_id,
                "student_id": self.student,
                "timestamp": timestamp,
            }
            self.db.execute(insert(table), [made])
        else:
            identifier, timestamp, extension = row
            # Sans heure de réception, nbgrader garde la précédente.
            if received is not None and received != timestamp:
                timestamp = received
                self.db.execute(update(table), [{"id": identifier, "timestamp": received}])
        due = scheme.duedate + extension if scheme.duedate and extension else scheme.duedate
        late = (timestamp - due).total_seconds() if timestamp and due else 0.0
        return identifier, max(0.0, late)

    def _notebooks(self, submission: str) -> dict[str, str]:
        """Notebook → identifiant du notebook remis, créé au besoin."""
        from nbgrader.api import SubmittedNotebook as Table
        from sqlalchemy import insert, select

        rows = self.db.execute(select(Table.notebook_id, Table.id).where(Table.assignment_id == submission))
        known = dict(rows.all())
        found, missing = {}, []
        for name, (notebook, _) in self.grades.scheme.notebooks.items():
            found[name] = known.get(notebook) or uuid4().hex
            if notebook not in known:
                missing.append({"id": found[name], "notebook_id": notebook, "assignment_id": submission})
        if missing:
            self.db.execute(insert(Table), missing)
        return found

    def _comments(self, notebook: str, cells: tuple[Cell, ...], corrected: Corrected) -> None:
        from nbgrader.api import Comment as Table
        from sqlalchemy import insert, select, update

        rows = self.db.execute(
            select(Table.cell_id, Table.id, Table.auto_comment).where(Table.notebook_id == notebook)
        )
        known = {cell: (identifier, said) for cell, identifier, said in rows}
        added, changed = [], []
        for cell in cells:
            if not cell.commented:
                continue
            comment = corrected.comments.get(cell.name)
            if cell.id not in known:
                added.append({"cell_id": cell.id, "notebook_id": notebook, "auto_comment": comment})
            elif known[cell.id][1] != comment:
                changed.append({"id": known[cell.id][0], "auto_comment": comment})
        if added:
            self.db.execute(insert(Table), added)
        if changed:
            self.db.execute(update(Table), changed)

    def _grades(
        self, notebook: str, cells: tuple[Cell, ...], corrected: Corrected
    ) -> tuple[dict[str, float | None], float, bool]:
        """Écrit les notes d’un notebook ; rend les notes automatiques, la somme, et si l’enseignant doit passer."""
        from nbgrader.api import Grade as Table
        from sqlalchemy import insert, select, update

        rows = self.db.execute(
            select(
                Table.cell_id,
                Table.id,
                Table.manual_score,
                Table.extra_credit,
                Table.needs_manual_grade,
            ).where(Table.notebook_id == notebook)
        )
        known = {row.cell_id: row for row in rows}
        scores: dict[str, float | None] = {}
        total, waits, added, changed = 0.0, False, [], []
        for cell in cells:
            if not cell.graded:
                continue
            row = known.get(cell.id)
            manual = row.manual_score if row else None
            score = corrected.scores.get(cell.name) if corrected.readable else 0.0
            needed = manual is not None or score is None
            if row and cell.name in corrected.tasks and manual is not None:
                # Une tâche déjà notée le reste : nbgrader n’y revient pas.
                needed = row.needs_manual_grade
            values = {"auto_score": score, "needs_manual_grade": needed}
            if row:
                changed.append({"id": row.id, **values})
            else:
                added.append({"cell_id": cell.id, "notebook_id": notebook, **values})
            scores[cell.name] = score
            given = manual if manual is not None else score
            total += 0.0 if given is None else given + ((row.extra_credit if row else None) or 0.0)
            waits = waits or needed
        if added:
            self.db.execute(insert(Table), added)
        if changed:
            self.db.execute(update(Table), changed)
        return scores, total, waits

    def _penalty(self, notebook: str, score: float, late: float) -> float:
        from nbgrader.api import SubmittedNotebook as Table
        from sqlalchemy import update

        penalty = self.grades.penalties.of_notebook(self.student, score, late)
        self.db.execute(update(Table), [{"id": notebook, "late_submission_penalty": penalty}])
        return penalty or 0.0
