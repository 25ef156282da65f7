"""Exécuter une copie, cellule par cellule : celles de l’élève chez lui, les tests chez nous."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from coursekit.grading.children import GoneError, Nursery
from coursekit.grading.exchange import CellRun, Executed, Job
from coursekit.grading.execute import sentences
from coursekit.grading.execute.examiner import Exam, Examiner
from coursekit.grading.execute.outputs import Output, merged
from coursekit.grading.execute.parents import modules_of
from coursekit.grading.execute.pupil import Outcome, Pupil
from coursekit.grading.execute.scoring import mark
from coursekit.grading.vocabulary import Ending, PreparedCell, Role, Status, Verdict

_FINE = (Ending.OK, Ending.ERROR, Ending.SKIPPED)


class Run:
    """L’exécution d’une copie."""

    def __init__(self, job: Job, nursery: Nursery, trusted: Nursery) -> None:
        self.job, self.nursery, self.limits = job, nursery, job.limits
        self.seconds: dict[str, float] = dict.fromkeys(("start", "cells", "tests", "end"), 0.0)
        self.end = time.monotonic() + self.limits.notebook_seconds
        self.stopped = ""
        """Pourquoi la copie ne va pas plus loin ; vide tant qu’elle avance."""
        with self._timed("start"):
            self.pupil = Pupil(lambda: nursery.spawn(self.limits, job.files), self.limits)
            self.examiner = Examiner(
                lambda: trusted.spawn(self.limits, job.files), self.limits, modules_of(job.prepared.cells)
            )

    def __call__(self) -> Executed:
        try:
            runs = tuple(self._cell(cell) if cell.runs else None for cell in self.job.prepared.cells)
        finally:
            with self._timed("end"):
                self.pupil.stop()
                self.examiner.stop()
        return Executed(_verdict(runs), runs, walls_of(self.nursery), self.seconds)

    @property
    def loaded(self) -> tuple[str, ...]:
        """Les modules que les tests ont chargés depuis la naissance de leur processus."""
        return self.examiner.loaded

    def _cell(self, cell: PreparedCell) -> CellRun:
        tests = cell.role is Role.TESTS
        if not self.stopped and time.monotonic() >= self.end:
            self.stopped = sentences.notebook_too_long(self.limits)
            return CellRun(Ending.TIMEOUT, message=self.stopped, score=0.0 if tests else None)
        if self.stopped:
            return CellRun(
                Ending.SKIPPED, message=sentences.not_run(self.stopped), score=0.0 if tests else None
            )
        if "skip-execution" in cell.tags:
            return CellRun(Ending.OK, score=cell.points if tests else None)
        start = time.monotonic()
        with self._timed("tests" if tests else "cells"):
            run = self._tests(cell) if tests else self._student(cell)
        return CellRun(
            run.ending, run.outputs, time.monotonic() - start, run.message, run.score, run.in_process
        )

    def _student(self, cell: PreparedCell) -> CellRun:
        outputs: list[Output] = []
        if cell.role is Role.LOCKED:
            self.examiner.add(cell.source)
        try:
            if self.pupil.gone is not None:
                self.pupil.revive(self._deadline())
            outcome = self.pupil.run(cell.source, self._deadline(), outputs)
        except GoneError as error:
            outcome = Outcome(error.ending, self._explained(error))
            self.stopped = outcome.message
        if outcome.ending is Ending.TAMPERED:
            self.stopped = outcome.message
        return CellRun(outcome.ending, merged(outputs), message=outcome.message)

    def _tests(self, cell: PreparedCell) -> CellRun:
        outputs: list[Output] = []
        try:
            if self.pupil.gone is not None:
                self.pupil.revive(self._deadline())
        except GoneError as error:
            self.stopped = sentences.replay_failed(self._explained(error))
            return CellRun(error.ending, message=self.stopped, score=0.0)
        exam = self.examiner.run(cell.source, self.pupil, self._deadline(), outputs)
        if exam.needs and exam.outcome.ending is Ending.ERROR:
            return self._in_process(cell, exam)
        return self._scored(cell, exam.outcome, outputs, "")

    def _in_process(self, cell: PreparedCell, exam: Exam) -> CellRun:
        outputs: list[Output] = []
        try:
            outcome = self.pupil.test(cell.source, self._deadline(), outputs)
        except GoneError as error:
            outcome = Outcome(error.ending, self._explained(error))
        return self._scored(cell, outcome, outputs, exam.needs)

    def _scored(self, cell: PreparedCell, outcome: Outcome, outputs: list[Output], needs: str) -> CellRun:
        marked = mark(cell.points or 0.0, outcome.ending not in (Ending.OK, Ending.OUTPUT), outcome.value)
        told = [outcome.message, marked.remark, sentences.to_verify(needs) if needs else ""]
        return CellRun(
            outcome.ending,
            merged(outputs),
            message=" ".join(filter(None, told)),
            score=marked.score,
            in_process=bool(needs),
        )

    def _deadline(self) -> float:
        return min(time.monotonic() + self.limits.cell_seconds, self.end)

    def _explained(self, error: GoneError) -> str:
        if error.ending is not Ending.TIMEOUT:
            return str(error)
        over = time.monotonic() >= self.end
        return sentences.notebook_too_long(self.limits) if over else sentences.too_long(self.limits)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step] += time.monotonic() - start


def _verdict(runs: tuple[CellRun | None, ...]) -> Verdict:
    """Le premier arrêt de la copie ; une copie qui s’en prend à ce qui l’exécute, d’abord."""
    bad = [run for run in runs if run is not None and run.ending not in _FINE]
    worst = next((run for run in bad if run.ending is Ending.TAMPERED), bad[0] if bad else None)
    return Verdict() if worst is None else Verdict(Status(worst.ending.value), worst.message)


_walls: WeakKeyDictionary[Nursery, dict[str, bool]] = WeakKeyDictionary()


def walls_of(nursery: Nursery) -> dict[str, bool]:
    """Les murs d’une pépinière : les éprouver prend plus de temps que de noter une copie."""
    if nursery not in _walls:
        _walls[nursery] = dict(nursery.walls)
    return _walls[nursery]
