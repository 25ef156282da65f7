"""Des entraînements déjà faits, trop longs pour une page : leurs courbes, et de quoi les refaire.

Chaque fichier vient d’un programme de `bench/` ; il dit la machine, la date, la commande et tous les réglages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from coursekit.errors import UnknownNameError

FOLDER = resources.files(__package__) / "recorded"


@dataclass(frozen=True)
class RecordedRun:
    """Un entraînement : pertes et exactitudes (de 0 à 1), une valeur par époque."""

    name: str
    seed: int
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    test_accuracy: tuple[float, ...]


@dataclass(frozen=True)
class Record:
    """Ce qui a été fait, où, quand et par quelle commande."""

    machine: str
    torch: str
    date: str
    command: str
    settings: dict[str, Any]
    runs: tuple[RecordedRun, ...]

    def of(self, name: str) -> tuple[RecordedRun, ...]:
        """Les entraînements de ce réseau, une graine chacun.

        Raises:
            UnknownNameError: il n’y en a pas.
        """
        found = tuple(run for run in self.runs if run.name == name)
        if not found:
            raise UnknownNameError("Réseau enregistré", name, {run.name for run in self.runs})
        return found


def names() -> tuple[str, ...]:
    """Les enregistrements que le paquet contient."""
    return tuple(sorted(file.name.removesuffix(".json") for file in FOLDER.iterdir()))


def load_record(name: str) -> Record:
    """L’enregistrement de ce nom.

    Raises:
        UnknownNameError: il n’existe pas.
    """
    if name not in names():
        raise UnknownNameError("Enregistrement", name, names())
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    runs = tuple(
        RecordedRun(
            run["name"], run["seed"], *(tuple(run[key]) for key in ("loss", "accuracy", "test_accuracy"))
        )
        for run in data["runs"]
    )
    return Record(data["machine"], data["torch"], data["date"], data["command"], data["settings"], runs)
