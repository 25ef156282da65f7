"""Le rapport en JSON et en CSV, une copie à la fois."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from typing import Any, TextIO

from coursekit.grading.report.outcome import Outcome
from coursekit.grading.report.rows import Row
from coursekit.grading.report.words import verdict

# Un tableur prendrait pour une formule un texte qui commence ainsi.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_json(outcome: Outcome, file: TextIO) -> None:
    """`{"assignment", "course", …, "limits", "submissions": […]}`."""
    head = {
        "assignment": outcome.assignment,
        "course": outcome.course,
        "isolation": outcome.isolation,
        "seconds": round(outcome.seconds, 3),
        "limits": dict(outcome.walls),
        "allowed": asdict(outcome.limits),
        "verdicts": dict(outcome.summary.verdicts),
        "refused": dict(outcome.refused or {}),
    }
    file.write(_dump(head)[:-2] + ',\n  "submissions": [')
    for rank, row in enumerate(outcome.rows()):
        file.write(
            (",\n" if rank else "\n") + json.dumps(_submission(row), ensure_ascii=False, allow_nan=False)
        )
    file.write("\n  ]\n}\n")


def _submission(row: Row) -> dict[str, Any]:
    return {
        "student": row.student,
        "score": row.score,
        "max_score": row.max_score,
        "verdict": row.verdict,
        "message": row.message,
        "penalty": row.penalty,
        "needs_manual_grade": row.needs_manual,
        "to_check": row.needs_look or row.in_process,
        "questions": {
            one.name: {
                "score": one.score,
                "max_score": one.max_score,
                "ending": one.ending,
                "message": one.message,
                "to_check": one.in_process,
            }
            for one in row.questions
        },
        "remarks": [*row.doubts, *row.remarks],
        "graded_now": not row.earlier,
        "seconds": {stage: round(spent, 4) for stage, spent in row.seconds.items()},
    }


def write_csv(outcome: Outcome, file: TextIO) -> None:
    """Une ligne par élève, une colonne par question ; point-virgule et virgule décimale, comme un tableur français."""
    names = list(outcome.summary.questions)
    table = csv.writer(file, delimiter=";", lineterminator="\r\n")
    table.writerow(
        ["élève", "note", "sur", "pénalité", "verdict", "à vérifier", "message", *map(_text, names)]
    )
    for row in outcome.rows():
        scores = {one.name: one.score for one in row.questions}
        table.writerow(
            [
                _text(row.student),
                _number(row.score),
                _number(row.max_score),
                _number(row.penalty),
                verdict(row.verdict),
                "oui" if row.needs_look or row.in_process else "",
                _text(row.message),
                *(_number(scores.get(name)) for name in names),
            ]
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}".replace(".", ",")


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
