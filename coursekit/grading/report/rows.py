"""Ce que le rapport dit d’une copie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from coursekit.grading.collect import Collected
from coursekit.grading.commit import Committed, Graded
from coursekit.grading.exchange import CellRun
from coursekit.grading.prepare import Reference
from coursekit.grading.vocabulary import Ending, Role, Status, Verdict

FAILED = "failed"
"""Le verdict d’une copie que la notation n’a pas pu noter : rien n’en est écrit."""

_MARKED = (Role.TESTS, Role.MANUAL, Role.TASK)


@dataclass(frozen=True, slots=True)
class Question:
    """Une cellule notée. `score` vaut `None` tant que l’enseignant ne l’a pas notée.

    `in_process` : ses tests ont tourné dans le processus de l’élève, et la note est à vérifier.
    """

    name: str
    max_score: float
    score: float | None = None
    ending: str = ""
    message: str = ""
    in_process: bool = False
    manual: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Une copie. `score` vaut `None` si elle n’est pas notée ; `walls` sont les limites qui tenaient, si elle a tourné.

    `earlier` : elle était notée avant cette exécution. `doubts` : ce qui demande un regard, hors du verdict.
    """

    student: str
    max_score: float
    score: float | None = None
    verdict: str = Status.OK.value
    message: str = ""
    penalty: float = 0.0
    needs_manual: bool = False
    questions: tuple[Question, ...] = ()
    remarks: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    walls: Mapping[str, bool] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    earlier: bool = False
    isolated: bool = True

    @property
    def needs_look(self) -> bool:
        return self.verdict != Status.OK or bool(self.doubts)

    @property
    def in_process(self) -> bool:
        return any(question.in_process for question in self.questions)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Row:
        return cls(
            **{
                **data,
                "questions": tuple(Question(**question) for question in data["questions"]),
                "remarks": tuple(data["remarks"]),
                "doubts": tuple(data["doubts"]),
            }
        )


def observed(collected: Collected, graded: Mapping[str, Graded], references: Mapping[str, Reference]) -> Row:
    """Ce que l’exécution a montré d’une copie ; ses notes viennent de ce qui en est écrit (`scored`)."""
    verdict = _verdict(graded)
    executed = [one.executed for one in graded.values() if one.executed]
    seconds: dict[str, float] = {}
    for run in executed:
        for stage, spent in run.seconds.items():
            seconds[stage] = seconds.get(stage, 0.0) + spent
    return Row(
        student=collected.student,
        max_score=sum(reference.max_score for reference in references.values()),
        verdict=verdict.status.value,
        message=verdict.message,
        questions=tuple(_questions(graded, references)),
        remarks=(
            *collected.remarks,
            *(remark.message for one in graded.values() for remark in one.job.prepared.remarks),
        ),
        walls={
            name: all(run.walls.get(name, False) for run in executed)
            for run in executed
            for name in run.walls
        },
        seconds=seconds,
    )


def scored(row: Row, committed: Committed) -> Row:
    """La même copie, avec ce qui en est écrit au carnet de notes."""
    several = len(committed.scores) > 1
    scores = {
        _name(notebook, cell, several): score
        for notebook, cells in committed.scores.items()
        for cell, score in cells.items()
    }
    return replace(
        row,
        score=committed.score,
        max_score=committed.max_score,
        penalty=committed.penalty,
        needs_manual=committed.needs_manual_grade,
        doubts=committed.remarks,
        questions=tuple(replace(one, score=scores.get(one.name, one.score)) for one in row.questions),
    )


def not_graded(student: str, references: Mapping[str, Reference], message: str) -> Row:
    return Row(
        student,
        sum(reference.max_score for reference in references.values()),
        verdict=FAILED,
        message=message,
    )


def _verdict(graded: Mapping[str, Graded]) -> Verdict:
    """Le premier qui n’est pas bon ; le message nomme le notebook s’il y en a plusieurs."""
    for name, one in graded.items():
        verdict = one.job.prepared.verdict
        if verdict and one.executed:
            verdict = one.executed.verdict
        if not verdict:
            return Verdict(
                verdict.status, f"{name} : {verdict.message}" if len(graded) > 1 else verdict.message
            )
    return Verdict()


def _questions(graded: Mapping[str, Graded], references: Mapping[str, Reference]) -> Iterator[Question]:
    for notebook, reference in references.items():
        runs = _runs(graded[notebook])
        for cell in reference.cells:
            if cell.role in _MARKED:
                run = runs.get(cell.grade_id)
                yield Question(
                    name=_name(notebook, cell.grade_id, len(references) > 1),
                    max_score=cell.points or 0.0,
                    ending=run.ending.value if run else "",
                    message=run.message if run and run.ending is not Ending.OK else "",
                    in_process=bool(run and run.in_process),
                    manual=cell.role is not Role.TESTS,
                )


def _runs(one: Graded) -> dict[str, CellRun]:
    if one.executed is None or not one.executed.runs:
        return {}
    pairs = zip(one.job.prepared.cells, one.executed.runs, strict=True)
    return {cell.grade_id: run for cell, run in pairs if run and cell.grade_id}


def _name(notebook: str, cell: str, several: bool) -> str:
    return f"{notebook}/{cell}" if several else cell
