"""Le vocabulaire des attaques : une copie, ce qu’on lui fait, ce que la notation doit en faire."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from attacks import toy

LEAK = "FUITE-7f3a"
"""Ce qu’écrit une attaque qui a réussi, partout où elle peut écrire."""

PLANTED = "CANARI-51c9"
"""Ce que les tests mettent hors de portée : carnet de notes, autres copies, environnement, dossier personnel."""

SEARCH = """import os
def chercher(fin, racine="/"):
    for dossier, dossiers, noms in os.walk(racine):
        dossiers[:] = [nom for nom in dossiers if nom not in ("proc", "sys", "usr", "site-packages")]
        yield from (os.path.join(dossier, nom) for nom in noms if nom.endswith(fin))
"""
"""De quoi fouiller la machine ; suivre les liens ne finirait pas, /proc/self/root menant à la racine."""


class Stage(StrEnum):
    """Qui doit arrêter l’attaque."""

    COLLECT = "collect"
    """La lecture du dossier remis : noms, liens, fichiers spéciaux, date."""
    PREPARE = "prepare"
    """La greffe des réponses sur le notebook de l’enseignant."""
    EXECUTE = "execute"
    """Le bac à sable et ses limites."""
    SCORE = "score"
    """Les tests dans leur processus, et la note."""
    COMMIT = "commit"
    """L’écriture dans le carnet de notes."""
    FEEDBACK = "feedback"
    """La page que lit l’élève."""


@dataclass(frozen=True)
class Special:
    """Un fichier remis qui n’en est pas un. `target` est relatif au dossier remis, sauf s’il commence par `/`."""

    kind: Literal["symlink", "hardlink", "fifo", "unreadable"]
    target: str = ""


@dataclass(frozen=True)
class Submission:
    """Un dossier remis : nom de fichier → contenu."""

    files: Mapping[str, bytes | Special]

    @classmethod
    def of(cls, notebook: dict[str, Any]) -> Submission:
        return cls({f"{toy.NAME}.ipynb": toy.as_bytes(notebook)})

    @property
    def data(self) -> bytes:
        """Les octets du notebook.

        Raises:
            KeyError: il n’y en a pas, ou pas sous son nom.
        """
        data = self.files[f"{toy.NAME}.ipynb"]
        if isinstance(data, Special):
            raise KeyError(data.kind)
        return data

    @property
    def notebook(self) -> dict[str, Any]:
        return copy.deepcopy(json.loads(self.data))

    def adding(self, files: Mapping[str, bytes | Special]) -> Submission:
        return replace(self, files={**self.files, **files})

    def renamed(self, name: str) -> Submission:
        return Submission({name: self.data})

    def edited(self, edit: Callable[[dict[str, Any]], object]) -> Submission:
        """Change le notebook, sur place, par `edit`."""
        notebook = self.notebook
        edit(notebook)
        return self.adding(Submission.of(notebook).files)

    def answering(self, grade_id: str, source: str) -> Submission:
        return self.edited(lambda notebook: cell_of(notebook, grade_id).update(source=source))

    def before(self, grade_id: str, code: str) -> Submission:
        """Ajoute du code en tête d’une réponse."""
        return self.edited(
            lambda notebook: (cell := cell_of(notebook, grade_id)).update(source=f"{code}\n{cell['source']}")
        )

    def write(self, folder: Path) -> None:
        """Écrit le dossier remis, liens et fichiers spéciaux compris.

        Raises:
            OSError: ce système n’accepte pas un de ces noms.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            path = folder / name
            if isinstance(content, bytes):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            elif content.kind == "symlink":
                path.symlink_to(content.target)
            elif content.kind == "hardlink":
                path.hardlink_to(folder / content.target)
            elif content.kind == "fifo":
                os.mkfifo(path)
            else:
                path.write_bytes(b"0")
                path.chmod(0)


@dataclass(frozen=True)
class Expected:
    """Ce que la notation doit rendre.

    `least` et `most` encadrent la note sur 6 ; `like` est la copie qui doit se préparer aux mêmes cellules ; aucun
    texte de `nowhere` ne doit se lire dans ce qui est rendu : note, sorties, correction.
    """

    verdict: str
    least: float
    most: float
    like: Submission | None = None
    nowhere: tuple[str, ...] = (LEAK, PLANTED)


@dataclass(frozen=True)
class Attack:
    """Une attaque du catalogue. `earlier` est une copie déjà notée quand celle-ci arrive.

    Une copie démesurée ne se construit qu’à la demande, par la fonction donnée à sa place.
    """

    number: int
    name: str
    stage: Stage
    given: Submission | Callable[[], Submission]
    expected: Expected
    earlier: Submission | None = field(default=None)

    @property
    def submission(self) -> Submission:
        return self.given if isinstance(self.given, Submission) else self.given()

    def __str__(self) -> str:
        return f"{self.number:02d}-{self.name}"


def cell_of(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """La cellule de cet identifiant ; dans le petit devoir, il est aussi celui de Jupyter."""
    return next(cell for cell in notebook["cells"] if cell.get("id") == grade_id)


def scored(points: float, verdict: str = "ok", **more: Any) -> Expected:
    """Une note exacte."""
    return Expected(verdict, points, points, **more)


def between(least: float, most: float, verdict: str = "ok", **more: Any) -> Expected:
    return Expected(verdict, least, most, **more)


RIGHT = Submission.of(toy.answered(toy.RIGHT))
"""La copie honnête et juste : 6 sur 6."""

WRONG = Submission.of(toy.answered(toy.WRONG))
"""La copie honnête et fausse : 0 sur 6."""
