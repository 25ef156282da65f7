"""Le notebook corrigé d’une copie : celui que nbgrader relit, et dont il retrouve les mêmes notes.

nbgrader lit une note dans les sorties d’une cellule de tests, la première qui compte l’emportant : une erreur ou un
texte sur la sortie d’erreur vaut 0, une valeur vaut ce nombre de points, rien vaut tous les points.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coursekit.errors import CourseError
from coursekit.grading.commit.outputs import Output, harmless, markdown, text
from coursekit.grading.exchange import CellRun, Executed
from coursekit.grading.prepare import to_notebook
from coursekit.grading.vocabulary import Answer, Ending, Prepared, PreparedCell, Role, Verdict

_ENDINGS = {
    Ending.ERROR: "Erreur",
    Ending.SKIPPED: "CelluleNonExecutee",
    Ending.CRASHED: "ProcessusArrete",
    Ending.TIMEOUT: "DureeDepassee",
    Ending.MEMORY: "MemoireDepassee",
    Ending.PROCESSES: "TropDeProcessus",
    Ending.OUTPUT: "SortieTropLongue",
    Ending.DISK: "DisqueDepasse",
    Ending.TAMPERED: "ExecutionAlteree",
}
_NOT_RUN = CellRun(Ending.SKIPPED, message="Cette cellule n’a pas été exécutée.")
_NO_RESPONSE = "No response."
"""Le commentaire automatique de nbgrader, que ses gabarits reconnaissent."""


@dataclass(frozen=True)
class Corrected:
    """Un notebook corrigé. `scores` : identifiant → note automatique, `None` si elle attend l’enseignant.

    `comments` : réponse → commentaire automatique. `tasks` : les tâches, que seul l’enseignant note. Sans `scores`, la
    copie n’a pas pu se lire : toutes ses cellules valent 0.
    """

    content: dict[str, Any]
    scores: Mapping[str, float | None] = field(default_factory=dict)
    comments: Mapping[str, str | None] = field(default_factory=dict)
    tasks: frozenset[str] = frozenset()
    readable: bool = True

    def to_bytes(self) -> bytes:
        """Les octets que nbformat écrirait ; un demi-caractère devient un point d’interrogation."""
        dumped = json.dumps(self.content, ensure_ascii=False, indent=1, sort_keys=True)
        return f"{dumped}\n".encode("utf-8", "replace")


def correct(prepared: Prepared, executed: Executed | None) -> Corrected:
    """Remet dans une copie préparée ce que son exécution a donné.

    Raises:
        CourseError: ce n’est pas l’exécution de cette copie.
    """
    if not prepared.verdict:
        return Corrected(_notice(prepared), readable=False)
    runs = executed.runs if executed is not None else (None,) * len(prepared.cells)
    if len(runs) != len(prepared.cells):
        raise CourseError(f"L’exécution a rendu {len(runs)} cellules, pour {len(prepared.cells)} préparées.")
    content = to_notebook(prepared)
    count = 0
    for cell, run, written in zip(prepared.cells, runs, content["cells"], strict=True):
        if cell.runs:
            count += 1
            _fill(written, cell, run or _NOT_RUN, count)
        elif _is_from_student(cell):
            written["source"] = markdown(cell.source)
    return Corrected(
        content,
        {
            cell.grade_id: _score(cell, run)
            for cell, run in zip(prepared.cells, runs, strict=True)
            if _graded(cell)
        },
        {cell.grade_id: _comment(cell) for cell in prepared.of_role(Role.ANSWER, Role.MANUAL, Role.TASK)},
        frozenset(cell.grade_id for cell in prepared.of_role(Role.TASK)),
    )


def _graded(cell: PreparedCell) -> bool:
    return cell.role in (Role.TESTS, Role.MANUAL)


def _score(cell: PreparedCell, run: CellRun | None) -> float | None:
    if cell.role is Role.MANUAL:
        return None if cell.answer is Answer.GIVEN else 0.0
    if not cell.runs:
        return None
    score = (run or _NOT_RUN).score or 0.0
    return min(max(score, 0.0), cell.points or 0.0)


def _comment(cell: PreparedCell) -> str | None:
    return _NO_RESPONSE if cell.answer in (Answer.BLANK, Answer.MISSING) else None


def _is_from_student(cell: PreparedCell) -> bool:
    """Une réponse laissée vide reste telle quelle : nbgrader compare son empreinte à celle de la distribution."""
    return cell.role is Role.FREE or cell.answer is Answer.GIVEN


def _fill(written: dict[str, Any], cell: PreparedCell, run: CellRun, count: int) -> None:
    outputs = harmless(run.outputs)
    if run.ending is not Ending.OK and not any(output["output_type"] == "error" for output in outputs):
        outputs.append(_error(run))
    if cell.role is Role.TESTS:
        outputs = _scored(outputs, _score(cell, run) or 0.0, cell.points or 0.0, run)
    if run.ending is not Ending.SKIPPED:
        written["execution_count"] = count
    for output in outputs:
        if output["output_type"] == "execute_result":
            output["execution_count"] = written["execution_count"]
    written["outputs"] = outputs


def _scored(outputs: list[Output], score: float, points: float, run: CellRun) -> list[Output]:
    """Les sorties d’une cellule de tests, telles que nbgrader y lise `score`."""
    failed = score <= 0 < points and run.ending is not Ending.OK
    shown = [_undecided(output, keep_error=failed) for output in outputs]
    if failed or score >= points:
        return shown
    value: Output = {
        "output_type": "execute_result",
        "data": {"text/plain": repr(score)},
        "metadata": {},
        "execution_count": None,
    }
    return [*(output for output in shown if output.get("data") != value["data"]), value]


def _undecided(output: Output, *, keep_error: bool) -> Output:
    """La même sortie, sous une forme dont nbgrader ne tire aucune note."""
    if output["output_type"] == "execute_result":
        return {"output_type": "display_data", "data": output["data"], "metadata": {}}
    if output["output_type"] == "stream":
        return output | {"name": "stdout"}
    if output["output_type"] == "error" and not keep_error:
        lines = output["traceback"] or [f"{output['ename']} : {output['evalue']}"]
        return {"output_type": "stream", "name": "stdout", "text": "\n".join([*lines, ""])}
    return output


def _error(run: CellRun) -> Output:
    message = text(run.message or _NOT_RUN.message)
    return {
        "output_type": "error",
        "ename": _ENDINGS.get(run.ending, "Erreur"),
        "evalue": message,
        "traceback": [message],
    }


def _notice(prepared: Prepared) -> dict[str, Any]:
    """Un notebook d’une seule cellule, qui dit à l’élève pourquoi il n’y a pas de copie corrigée."""
    verdict: Verdict = prepared.verdict
    source = f"**Ce notebook n’a pas pu être noté.** {markdown(text(verdict.message))}"
    return {
        "cells": [{"cell_type": "markdown", "id": "verdict", "metadata": {}, "source": source}],
        "metadata": {"kernelspec": dict(prepared.kernelspec)} if prepared.kernelspec else {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
