"""Le seul qui écrive dans un cours : le dossier corrigé d’une copie, et ses notes.

Une copie se fait en cinq temps : le journal note qu’elle commence ; le dossier corrigé s’écrit à côté de l’ancien ; les
notes changent en une transaction ; le dossier prend la place de l’ancien ; le journal note qu’elle est finie. Arrêté
n’importe où, on recommence la copie du début : chaque temps remplace, aucun n’ajoute.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coursekit.errors import CourseError
from coursekit.grading.collect.assignment import Assignment
from coursekit.grading.collect.names import EXTENSION
from coursekit.grading.collect.receipt import FILE
from coursekit.grading.collect.values import Collected
from coursekit.grading.commit.failures import CommitError, on_disk, patiently
from coursekit.grading.commit.folder import Replacement
from coursekit.grading.commit.grades import Committed, Grades, Scheme
from coursekit.grading.commit.identity import identity
from coursekit.grading.commit.journal import Journal
from coursekit.grading.commit.notebook import Corrected, correct
from coursekit.grading.commit.penalty import LatePenalties
from coursekit.grading.exchange import Executed, Job


@dataclass(frozen=True)
class Graded:
    """Un notebook exécuté ; `executed` vaut `None` si rien ne s’exécutait (copie illisible, absente ou refusée)."""

    job: Job
    executed: Executed | None = None


class Writer:
    """Écrit les copies d’un devoir, l’une après l’autre ; un seul par devoir et à la fois.

    `patience` : les secondes pendant lesquelles attendre un carnet de notes occupé.

    Raises:
        CommitError: un autre écrit déjà ce devoir, ou le journal ne peut pas s’écrire.
        CourseError: le carnet de notes est d’une autre version de nbgrader, ou ne s’ouvre pas.
    """

    def __init__(self, assignment: Assignment, patience: float = 60.0) -> None:
        self.assignment = assignment
        self.patience = patience
        course = assignment.course
        try:
            self._journal = Journal(course.root, assignment.name)
        except OSError as error:
            raise CommitError(
                f"Le journal de la notation ne peut pas s’écrire dans {course.root} : {error.strerror}.",
                fatal=True,
            ) from error
        try:
            self._grades = self._open_grades()
            self._limit_output = _limit_output(course.config)
            for student in self._journal.unfinished:
                self._replacement(student).recover()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._journal.close()
        if hasattr(self, "_grades"):
            self._grades.gradebook.close()

    def is_done(self, collected: Collected, jobs: Mapping[str, Job]) -> bool:
        """Ces mêmes octets, ces mêmes tests et ces mêmes limites ont-ils déjà été notés et écrits ?

        Le carnet de notes et le dossier corrigé doivent le confirmer : si l’un a été effacé ou remplacé, c’est non.
        """
        record = self._journal.done(collected.student)
        return (
            record is not None
            and record.get("key") == identity(collected, jobs)
            and self._confirmed(collected.student, record)
        )

    def committed(self, student: str) -> Committed | None:
        """Ce qui a été écrit de cette copie, si le carnet de notes le confirme encore."""
        record = self._journal.done(student)
        if record is None or not self._confirmed(student, record):
            return None
        return Committed(
            **{**record["committed"], "student": student, "remarks": tuple(record["committed"]["remarks"])}
        )

    def commit(self, collected: Collected, graded: Mapping[str, Graded]) -> Committed:
        """Écrit le dossier corrigé et les notes. Recommencer donne le même résultat.

        Raises:
            CommitError: la copie n’est pas notée, ou pas notée jusqu’au bout ; le message dit pourquoi et que faire.
        """
        student = collected.student
        corrected = {
            name: self._limited(correct(one.job.prepared, one.executed)) for name, one in graded.items()
        }
        key = identity(collected, {name: one.job for name, one in graded.items()})
        replacement = self._replacement(student)
        try:
            self._journal.begin(student, key)
            replacement.prepare(self._files(collected, corrected))
            try:
                committed = self._stored(collected, corrected)
            except BaseException:
                replacement.discard()
                raise
            replacement.place()
            self._journal.finish(
                student, {"key": key, "time": int(time.time()), "committed": _plain(committed)}
            )
        except OSError as error:
            raise on_disk(student, error) from error
        return committed

    def _stored(self, collected: Collected, corrected: Mapping[str, Corrected]) -> Committed:
        try:
            committed = patiently(
                lambda: self._grades.store(collected.student, collected.received, corrected),
                self._grades.rollback,
                collected.student,
                self.patience,
            )
        except CommitError:
            raise
        except CourseError as error:
            raise CommitError(str(error)) from error
        return replace(committed, remarks=self._doubts(collected))

    def _doubts(self, collected: Collected) -> tuple[str, ...]:
        due, said, arrived = self._grades.scheme.duedate, collected.received, collected.arrived
        if due is None or said is None or arrived is None or not said <= due < arrived:
            return ()
        return (
            f"{FILE} dit la copie remise à l’heure, le {said:%d/%m/%Y %H:%M} (UTC) ; le fichier n’est arrivé ici "
            f"que le {arrived:%d/%m/%Y %H:%M}, après la date limite : à vérifier.",
        )

    def _files(self, collected: Collected, corrected: Mapping[str, Corrected]) -> dict[str, bytes]:
        files = dict(collected.files)
        if collected.received is not None:
            files[FILE] = f"{collected.received:%Y-%m-%d %H:%M:%S.%f} UTC\n".encode()
        return files | {name + EXTENSION: made.to_bytes() for name, made in corrected.items()}

    def _confirmed(self, student: str, record: Mapping[str, Any]) -> bool:
        wanted = record["committed"]["scores"]
        folder = self._replacement(student).target
        notebooks = [folder / (name + EXTENSION) for name in wanted]
        return all(path.is_file() for path in notebooks) and self._grades.automatic(student) == wanted

    def _replacement(self, student: str) -> Replacement:
        course = self.assignment.course
        target = Path(course.folder("autograded", student, self.assignment.name))
        # nbgrader écrit les droits en chiffres octaux, mais dans un nombre décimal.
        mode = int(str(course.converter.permissions), 8)
        return Replacement(target, mode, bool(course.directory.groupshared))

    def _open_grades(self) -> Grades:
        course = self.assignment.course
        gradebook = course.gradebook()
        try:
            scheme = Scheme.read(gradebook, self.assignment.name)
            gradebook.db.rollback()
            penalties = LatePenalties.of(course.converter, course.config)
        except BaseException:
            gradebook.close()
            raise
        return Grades(
            gradebook, scheme, penalties, bool(course.converter.create_student), min(5.0, self.patience)
        )

    def _limited(self, corrected: Corrected) -> Corrected:
        from nbformat import from_dict

        notebook = from_dict(corrected.content)
        for index, cell in enumerate(notebook.cells):
            self._limit_output.preprocess_cell(cell, {}, index)
        return replace(corrected, content=notebook)


def _limit_output(config: Any) -> Any:
    """Les bornes que le cours a réglées pour les sorties, en lignes."""
    from nbgrader.preprocessors import LimitOutput

    return LimitOutput(config=config)


def _plain(committed: Committed) -> dict[str, Any]:
    plain = asdict(committed)
    del plain["student"]
    return plain
