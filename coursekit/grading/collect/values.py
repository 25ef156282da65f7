"""Une copie telle que ramassée : des octets, un verdict pour ce qui ne s’ouvre pas, une heure de réception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from coursekit.grading.prepare import Reference, prepare
from coursekit.grading.vocabulary import Prepared, Status, Verdict


@dataclass(frozen=True)
class Submitted:
    """Un notebook attendu : ses octets, ou la raison de ne pas l’avoir ouvert.

    `file` est le nom sous lequel il a été remis, qui peut différer de celui du devoir ; vide s’il n’y en a pas.
    """

    data: bytes | None = None
    file: str = ""
    verdict: Verdict = field(default_factory=Verdict)

    def prepare(self, reference: Reference) -> Prepared:
        """La copie prête à exécuter. Ne lève rien : un fichier refusé donne son verdict, sans cellules."""
        if self.verdict or self.verdict.status is Status.MISSING:
            return prepare(reference, self.data)
        return Prepared(self.verdict, (), (), reference.kernelspec, reference.max_score)


@dataclass(frozen=True)
class Collected:
    """Ce qu’un élève a remis pour un devoir.

    `notebooks` va du nom d’un notebook du devoir (sans `.ipynb`) à ce qui en a été remis ; tous y sont. `files` sont
    les fichiers qui accompagnent le devoir, ceux de l’enseignant remplaçant ceux de l’élève. `received` est en UTC,
    sans fuseau, comme dans le carnet de notes ; `None` si rien ne le dit. `remarks` : des phrases pour l’enseignant.
    """

    student: str
    assignment: str
    notebooks: Mapping[str, Submitted]
    files: Mapping[str, bytes] = field(default_factory=dict)
    received: datetime | None = None
    arrived: datetime | None = None
    remarks: tuple[str, ...] = ()
