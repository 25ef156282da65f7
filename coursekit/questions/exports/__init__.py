"""Les formats d’export : un module par format, chargé à son premier emploi.

Un `Exporter` dit d’abord ce que son format perdra de chaque question (`check`), puis écrit par morceaux (`write`), pour
que mille questions ne tiennent jamais ensemble en mémoire. L’aide de `coursekit.questions` dit comment en écrire un.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from coursekit.errors import UnknownNameError
from coursekit.questions.variant import Variant


@dataclass(frozen=True)
class Loss:
    """Ce qu’un format ne garde pas d’une question : un nom court, et ce qu’il faut en savoir."""

    id: str
    message: str


@dataclass(frozen=True)
class Meta:
    """Ce qu’un fichier dit de lui-même. `category` range les questions dans la banque de la plateforme."""

    title: str = "Réseaux convolutifs"
    course: str = ""
    category: str = "Réseaux convolutifs"
    seed: int = 0


class Exporter(Protocol):
    """Ce qu’un module de format offre, sous le nom `EXPORTER`."""

    @property
    def name(self) -> str:
        """Le nom du format, celui de `--format`."""

    @property
    def title(self) -> str:
        """Son nom complet, pour une liste."""

    @property
    def suffix(self) -> str:
        """L’extension du fichier, point compris."""

    def check(self, variant: Variant) -> Sequence[Loss]:
        """Ce que le format perdra de cette question ; vide s’il garde tout."""

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        """Le fichier, morceau par morceau."""


FORMATS = {
    "moodle": "coursekit.questions.exports.moodle",
    "qti21": "coursekit.questions.exports.qti21",
    "canvas": "coursekit.questions.exports.canvas",
    "jupyterquiz": "coursekit.questions.exports.jupyterquiz",
    "notebook": "coursekit.questions.exports.notebook",
    "gift": "coursekit.questions.exports.gift",
    "amc": "coursekit.questions.exports.amc",
    "latex": "coursekit.questions.exports.latex",
    "latex-corrige": "coursekit.questions.exports.latex:KEY",
    "pdf": "coursekit.questions.exports.pdf",
    "pdf-corrige": "coursekit.questions.exports.pdf:KEY",
    "html": "coursekit.questions.exports.html",
}
"""Le module de chaque format, et le nom de son export s’il n’est pas `EXPORTER`."""


def load(name: str) -> Exporter:
    """L’export de ce nom.

    Raises:
        UnknownNameError: aucun format ne porte ce nom.
    """
    if name not in FORMATS:
        raise UnknownNameError("Format", name, FORMATS)
    module, _, attribute = FORMATS[name].partition(":")
    exporter: Exporter = getattr(import_module(module), attribute or "EXPORTER")
    return exporter


class Report:
    """Compte les pertes d’un export, question après question."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self.losses: Counter[Loss] = Counter()
        self.questions = 0

    def watch(self, variants: Iterable[Variant]) -> Iterator[Variant]:
        """Les mêmes questions, au passage."""
        for variant in variants:
            self.questions += 1
            self.losses.update(self._exporter.check(variant))
            yield variant

    def lines(self) -> list[str]:
        """Une ligne par perte, la plus fréquente d’abord."""
        return [f"{loss.message} ({times} sur {self.questions})" for loss, times in self.losses.most_common()]
