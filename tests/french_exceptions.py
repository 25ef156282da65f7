"""Les exceptions de `french_exceptions.toml`, et ce qu’elles excusent."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from french_correctors import Fault
from french_masks import authors
from french_passages import PLACE, Line, Passage

PLAIN_SPACES = str.maketrans("\u202f\u00a0", "  ")
SOURCE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Exceptions:
    """Ce que les correcteurs ne savent pas, chaque fois sous la raison de son groupe."""

    words: frozenset[str]
    unseen: frozenset[str]
    rules: tuple[str, ...]
    cases: tuple[str, ...]

    @property
    def lexicon(self) -> frozenset[str]:
        """Les mots admis : ceux du lexique, et les auteurs de la bibliographie."""
        return self.words | authors()

    def without_unseen(self, passage: Passage) -> Passage:
        """Le passage sans les mots que Grammalecte prend pour d’autres."""
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(self.unseen)))})\b")
        return tuple(Line(line.place, pattern.sub(PLACE, line.text)) for line in passage)

    def used_by(self, fault: Fault) -> str | None:
        """La règle ou le cas qui excuse cette faute, s’il y en a."""
        return next(
            (rule for rule in self.rules if fault.rule.startswith(rule)),
            next((case for case in self.cases if case in fault.around.translate(PLAIN_SPACES)), None),
        )

    def remaining(self, faults: Iterable[Fault]) -> list[Fault]:
        """Les fautes que rien n’excuse."""
        return [fault for fault in faults if self.used_by(fault) is None]


def load(source: Path = SOURCE) -> Exceptions:
    """Lit le fichier ; un groupe sans raison y est une erreur."""
    groups = tomllib.loads(source.read_text(encoding="utf-8"))
    for kind, entries in groups.items():
        for entry in entries:
            assert entry.get("raison", "").strip(), f"{source.name} : un groupe [[{kind}]] n’a pas de raison."
    words = {
        kind: " ".join(group["mots"] for group in groups[kind]).split() for kind in ("lexique", "inconnus")
    }
    return Exceptions(
        frozenset(words["lexique"]),
        frozenset(words["inconnus"]),
        tuple(name for group in groups["regles"] for name in group["noms"]),
        tuple(text for group in groups["cas"] for text in group["textes"]),
    )
