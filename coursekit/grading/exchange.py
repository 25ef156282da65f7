"""Ce qui va d’une étape à l’autre de la notation, et d’une machine à l’autre : des valeurs qui s’écrivent en octets.

Un `Job` part vers l’exécution ; un `Executed` en revient. Tous deux sont du JSON : rien n’y est du code.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coursekit.grading.vocabulary import (
    Answer,
    Change,
    Ending,
    Prepared,
    PreparedCell,
    Remark,
    Role,
    Status,
    Verdict,
)

_MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """Ce qu’une copie peut consommer : secondes d’horloge et de processeur, octets, nombres."""

    cell_seconds: float = 30.0
    notebook_seconds: float = 600.0
    memory: int = 2048 * _MIB
    """Pour tous les processus de la copie ensemble."""
    processes: int = 64
    """Processus et fils d’exécution."""
    output: int = _MIB
    """Pour une cellule."""
    disk: int = 256 * _MIB
    files: int = 10_000


@dataclass(frozen=True)
class Job:
    """Une copie à exécuter. `files` : les fichiers qui accompagnent le devoir, chemin relatif → contenu."""

    prepared: Prepared
    limits: Limits = field(default_factory=Limits)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return _dump(
            {
                "prepared": self.prepared,
                "limits": self.limits,
                "files": {name: base64.b64encode(data).decode() for name, data in self.files.items()},
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Job:
        read = json.loads(data)
        return cls(
            _prepared(read["prepared"]),
            Limits(**read["limits"]),
            {name: base64.b64decode(text) for name, text in read["files"].items()},
        )


@dataclass(frozen=True)
class CellRun:
    """Ce qu’a donné une cellule de code.

    `outputs` sont des sorties de notebook (nbformat 4), bornées. `score` ne vaut que pour une cellule de tests, entre 0
    et ses points. `in_process` : ces tests ont tourné dans le processus de l’élève, et la note est à vérifier.
    """

    ending: Ending
    outputs: tuple[Mapping[str, Any], ...] = ()
    seconds: float = 0.0
    message: str = ""
    score: float | None = None
    in_process: bool = False


@dataclass(frozen=True)
class Executed:
    """Une copie exécutée : un `CellRun` par cellule préparée, `None` pour les textes.

    `walls` dit quelles limites ont tenu (nom → vrai ou faux) ; `seconds`, où le temps est passé (étape → secondes).
    """

    verdict: Verdict
    runs: tuple[CellRun | None, ...]
    walls: Mapping[str, bool] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return _dump(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Executed:
        read = json.loads(data)
        runs = tuple(None if run is None else _run(run) for run in read["runs"])
        return cls(_verdict(read["verdict"]), runs, read["walls"], read["seconds"])


def _dump(value: Any) -> bytes:
    """En JSON, une valeur de ce module par ses champs ; `asdict` en ferait d’abord une copie profonde."""
    return json.dumps(value, allow_nan=False, default=vars).encode()


def _verdict(read: Mapping[str, Any]) -> Verdict:
    return Verdict(Status(read["status"]), read["message"])


def _run(read: Mapping[str, Any]) -> CellRun:
    return CellRun(**{**read, "ending": Ending(read["ending"]), "outputs": tuple(read["outputs"])})


def _prepared(read: Mapping[str, Any]) -> Prepared:
    return Prepared(
        verdict=_verdict(read["verdict"]),
        cells=tuple(_cell(cell) for cell in read["cells"]),
        remarks=tuple(Remark(**{**remark, "change": Change(remark["change"])}) for remark in read["remarks"]),
        kernelspec=read["kernelspec"],
        max_score=read["max_score"],
    )


def _cell(read: Mapping[str, Any]) -> PreparedCell:
    answer = read["answer"]
    return PreparedCell(
        **{**read, "role": Role(read["role"]), "answer": None if answer is None else Answer(answer)}
    )
