"""Le même moteur derrière `nbgrader autograde` et le bouton de formgrader, par une ligne de `nbgrader_config.py` :

    c.Autograde.exporter_class = "coursekit.grading.hook.Grading"

Pour que la correction taise aussi les tests cachés, ajoutez `"coursekit.course.feedback.hide_tests"` à
`c.GenerateFeedback.preprocessors`, comme le fait le cours.

nbgrader choisit les copies, comme toujours ; au lieu de les convertir l’une après l’autre, il les confie à la notation.
Réglages : `c.Grading.workers`, `c.Grading.scheduler`, `c.Grading.isolation`. Ce module n’est chargé que par nbgrader.

Deux limites tiennent à nbgrader : il ne cherche que des fichiers `.ipynb`, et ne lance rien pour un élève qui n’en a
aucun ; et noter un seul des notebooks d’un devoir (`--notebook`) n’est pas possible, une copie s’écrivant d’un coup.
"""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde, NbGraderException
from traitlets import Bool, Integer, Unicode

from coursekit.errors import CourseError
from coursekit.grading.collect import GradedCourse
from coursekit.grading.drive.run import Demand, Run, post_of
from coursekit.grading.report.rows import FAILED, Row


class Grading(NotebookExporter):
    """La classe d’export que nbgrader crée pour `autograde` : elle remplace la conversion, et n’exporte rien."""

    workers = Integer(
        None, allow_none=True, help="Copies notées en même temps ; par défaut, une par cœur."
    ).tag(config=True)
    scheduler = Unicode("", help="L’adresse d’un ordonnanceur Dask ; par défaut, cette machine.").tag(
        config=True
    )
    isolation = Bool(
        True, help="Dans un bac à sable ; sinon, le code des élèves a les droits de l’enseignant."
    ).tag(config=True)

    def __init__(self, parent: Any = None, **options: Any) -> None:
        super().__init__(parent=parent, **options)  # type: ignore[no-untyped-call]
        if isinstance(parent, Autograde):
            parent.convert_notebooks = lambda: self._grade(parent)

    def _grade(self, converter: Any) -> None:
        """Note les copies que nbgrader allait convertir.

        Raises:
            NbGraderException: la notation n’a pas pu aller au bout, ou une copie n’a pas pu être notée.
        """
        try:
            failed = self._graded(converter)
        except CourseError as error:
            converter.log.error("%s", error)
            raise NbGraderException(str(error)) from error
        if failed:
            message = (
                f"Copies non notées : {', '.join(failed)}. Relancez la même commande pour les reprendre."
            )
            converter.log.error("%s", message)
            raise NbGraderException(message)

    def _graded(self, converter: Any) -> list[str]:
        failed = []
        with self._run(converter) as run:
            for why in run.assignment.refused.values():
                converter.log.warning("%s", why)
            for done, row in enumerate(run.grade(), start=1):
                _log(converter.log, row, f"{done}/{len(run.students)}")
                if row.verdict == FAILED:
                    failed.append(row.student)
        return failed

    def _run(self, converter: Any) -> Run:
        directory = converter.coursedir
        if directory.notebook_id != "*":
            raise CourseError(
                f"--notebook {directory.notebook_id} : une copie se note avec tous ses notebooks. Ôtez cette option."
            )
        if self.config.Execute.get("enabled", True) is False:
            raise CourseError("--no-execute : cette notation exécute toujours les copies. Ôtez cette option.")
        assignment = GradedCourse(directory, converter.config).assignment(directory.assignment_id)
        wanted = [student for student in assignment.students if fnmatch(student, directory.student_id)]
        demand = Demand(
            workers=self.workers,
            scheduler=self.scheduler or None,
            regrade=converter.force,
            isolation=self.isolation,
        )
        return Run(assignment, demand, post_of(assignment, demand), assignment.choose(wanted))


def _log(log: Any, row: Row, rank: str) -> None:
    score = "non notée" if row.score is None else f"{row.score:g} sur {row.max_score:g}"
    told = " ".join(filter(None, (row.message, *row.doubts)))
    write = log.warning if row.needs_look else log.info
    write("%s %s : %s. %s", rank, row.student, score, told)
