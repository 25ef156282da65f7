"""Noter une classe : ce qui est à faire, qui le fait, et ce qui s’en écrit à mesure que cela revient.

Seul le pilote écrit. Arrêté n’importe où, il reprend : une copie écrite ne se note pas deux fois.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from coursekit.grading.children import Nursery
from coursekit.grading.collect import Assignment, Collected, open_course
from coursekit.grading.commit import CommitError, Graded, Writer
from coursekit.grading.commit.identity import identity
from coursekit.grading.commit.journal import FOLDER
from coursekit.grading.drive.crew import Crew, Failed, Outcome, flow
from coursekit.grading.drive.local import LocalCrew
from coursekit.grading.drive.opening import launch_sandbox, open_pair
from coursekit.grading.drive.post import Execute, Post, Task
from coursekit.grading.exchange import CellRun, Executed
from coursekit.grading.execute.parents import preloads
from coursekit.grading.report.ledger import Ledger
from coursekit.grading.report.rows import Row, not_graded, observed, scored
from coursekit.grading.vocabulary import Ending, Role, Status, Verdict

if TYPE_CHECKING:
    from coursekit.grading.sandbox.nursery import Sandbox


@dataclass(frozen=True)
class Demand:
    """Ce que l’on demande. `students` vide : toute la classe ; `workers` vide : un poste par cœur.

    `scheduler` : l’adresse d’un ordonnanceur Dask. `isolation` faux : sans bac à sable, ce que le rapport dira.
    """

    students: tuple[str, ...] = ()
    workers: int | None = None
    scheduler: str | None = None
    regrade: bool = False
    isolation: bool = True


def execute(job: bytes, nursery: Nursery) -> bytes:
    from coursekit.grading.execute import execute as run

    return run(job, nursery)


def post_of(
    assignment: Assignment, demand: Demand, run: Execute = execute, launched: Sandbox | None = None
) -> Post:
    """Le poste qui note ce devoir."""
    modules = preloads(cell for reference in assignment.references.values() for cell in reference.cells)
    nursery = partial(open_pair, str(assignment.course.root), modules, demand.isolation, launched)
    return Post(assignment.references, nursery, run, assignment.limits)


@dataclass(frozen=True)
class Lent:
    """Une pépinière ouverte ici, et prêtée à chaque poste qu’on lance."""

    nursery: Nursery

    def __call__(self) -> Nursery:
        return self.nursery


@contextmanager
def crew_of(post: Post, demand: Demand) -> Iterator[Crew]:
    """Qui note : une grappe, ou des postes d’ici, qui partagent la même pépinière."""
    if demand.scheduler:
        from coursekit.errors import require

        require("distributed", "grading")
        from coursekit.grading.drive.cluster import DaskCrew

        with DaskCrew(post, demand.scheduler) as far:
            yield far
        return
    with (
        closing(post.nursery()) as nursery,
        LocalCrew(replace(post, nursery=Lent(nursery)), demand.workers) as near,
    ):
        yield near


@dataclass
class Run:
    """Une notation ouverte : `grade()` note et rend les copies une à une, `rows()` les relit dans l’ordre des noms.

    Raises:
        CommitError: le devoir est déjà en cours de notation, ou rien ne peut s’écrire.
    """

    assignment: Assignment
    demand: Demand
    post: Post
    students: tuple[str, ...]
    launched: Sandbox | None = None
    _open: ExitStack = field(default_factory=ExitStack)
    _fresh: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            if self.launched is not None:
                opened.callback(self.launched.close)
            self._writer = opened.enter_context(Writer(self.assignment))
            self._ledger = opened.enter_context(Ledger(self._place))
            self._open = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def _place(self) -> Path:
        return self.assignment.course.root / FOLDER / "grading" / f"{self.assignment.name}.report.jsonl"

    def grade(self) -> Iterator[Row]:
        """Note ce qui est à noter.

        Raises:
            CourseError: on ne peut plus noter (postes qui ne démarrent pas, disque plein…) ; ce qui est noté le reste.
        """
        todo: list[tuple[Collected, Task]] = []
        source = iter(self.students)
        for student in source:
            found, row = self._look(student)
            if row:
                yield row
            else:
                todo.append((found, Task.of(found)))
                break
        if todo:
            yield from self._graded(todo[0], source)

    def rows(self) -> Iterator[Row]:
        """Toutes les copies demandées, dans l’ordre."""
        for student in self.students:
            if row := self._ledger.find(student):
                yield replace(row, earlier=student not in self._fresh)

    def _graded(self, first: tuple[Collected, Task], source: Iterator[str]) -> Iterator[Row]:
        earlier: list[Row] = []

        def tasks() -> Iterator[tuple[tuple[Collected, Task], Task]]:
            yield first, first[1]
            for student in source:
                found, row = self._look(student)
                if row:
                    earlier.append(row)
                else:
                    task = Task.of(found)
                    yield (found, task), task

        with crew_of(self.post, self.demand) as crew:
            for (collected, task), outcome in flow(crew, tasks()):
                yield self._settle(collected, task, outcome)
                yield from earlier
                earlier.clear()
        yield from earlier

    def _look(self, student: str) -> tuple[Collected, Row | None]:
        """La copie, et ce que l’on en sait si elle est déjà notée."""
        collected = self.assignment.collect(student)
        if self.demand.regrade or self._writer.committed(student) is None:
            return collected, None
        jobs = self.post.jobs(Task.of(collected))
        if not self._writer.is_done(collected, jobs):
            return collected, None
        row = self._ledger.find(student, identity(collected, jobs))
        return collected, row and replace(row, earlier=True)

    def _settle(self, collected: Collected, task: Task, outcome: Outcome) -> Row:
        """Écrit une copie revenue. Une copie qui ne peut pas s’écrire n’arrête pas les autres, sauf si rien ne peut."""
        student, references = collected.student, self.assignment.references
        self._fresh.add(student)
        if isinstance(outcome, Failed) and not outcome.killed:
            return self._kept(not_graded(student, references, outcome.message), "")
        graded = (
            self._stopped(task, outcome) if isinstance(outcome, Failed) else self.post.read(outcome, task)
        )
        row = replace(observed(collected, graded, references), isolated=self.demand.isolation)
        key = identity(collected, {name: one.job for name, one in graded.items()})
        try:
            committed = self._writer.commit(collected, graded)
        except CommitError as error:
            if error.fatal:
                raise
            return self._kept(not_graded(student, references, str(error)), "")
        return self._kept(scored(row, committed), key)

    def _stopped(self, task: Task, failed: Failed) -> Mapping[str, Graded]:
        """Une copie qui a arrêté tous ses postes : rien n’en a tourné."""
        verdict = Verdict(Status.CRASHED, failed.message)
        graded = {}
        for name, job in self.post.jobs(task).items():
            runs = (
                CellRun(Ending.SKIPPED, score=0.0 if cell.role is Role.TESTS else None) if cell.runs else None
                for cell in job.prepared.cells
            )
            graded[name] = Graded(job, Executed(verdict, tuple(runs)) if job.prepared.verdict else None)
        return graded

    def _kept(self, row: Row, key: str) -> Row:
        self._ledger.write(row, key)
        return row


def open_run(course: Path, name: str, demand: Demand) -> Run:
    """Une notation prête à commencer ; `with` l’ouvre.

    Raises:
        CourseError: ce n’est pas un cours, le devoir ou un élève y est inconnu, personne n’a rien remis.
    """
    isolated = demand.isolation and not demand.scheduler
    launched = launch_sandbox(str(course.resolve())) if isolated else None
    with ExitStack() as opened:
        if launched is not None:
            opened.callback(launched.close)
        assignment = open_course(course).assignment(name)
        students = assignment.choose(list(demand.students) or None)
        post = post_of(assignment, demand, launched=launched)
        opened.pop_all()
    return Run(assignment, demand, post, students, launched)
