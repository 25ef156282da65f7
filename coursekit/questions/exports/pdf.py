"""PDF : l’épreuve LaTeX et son corrigé, composés par pdflatex s’il est installé."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from coursekit.errors import CourseError, MissingDependencyError
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.latex import EXPORTER as EXAM
from coursekit.questions.exports.latex import KEY as EXAM_KEY
from coursekit.questions.exports.latex import Latex
from coursekit.questions.sets import Copy
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Variant

PACKAGES = "texlive-latex-extra texlive-lang-french lmodern"


class Pdf:
    """Le PDF de ce document LaTeX."""

    suffix = ".pdf"

    def __init__(self, source: Latex) -> None:
        self._source = source
        self.name = source.name.replace("latex", "pdf")
        self.title = source.title.replace("LaTeX", "PDF")

    def check(self, variant: Variant) -> Sequence[Loss]:
        return self._source.check(variant)

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        """Le PDF, d’un seul morceau.

        Raises:
            MissingDependencyError: LaTeX n’est pas installé.
        """
        yield composed(self._source.write(variants, meta))

    def write_copies(self, copies: Iterable[Copy], meta: Meta) -> Iterator[bytes]:
        yield composed(self._source.write_copies(copies, meta))


def composed(pieces: Iterable[bytes]) -> bytes:
    """Compose un document LaTeX et rend son PDF.

    Raises:
        MissingDependencyError: LaTeX n’est pas installé.
        CourseError: LaTeX refuse le document ; le message cite sa première erreur.
    """
    program = shutil.which("pdflatex")
    if program is None:
        raise MissingDependencyError(
            f"Un PDF demande LaTeX, qui n’est pas installé{NBSP}: sudo apt-get install --no-install-recommends "
            f"{PACKAGES}. Sans lui, --format latex donne le document à composer ailleurs."
        )
    with TemporaryDirectory(prefix="questions-") as folder:
        source = Path(folder, "questions.tex")
        with source.open("wb") as file:
            file.writelines(pieces)
        command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", source.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        if done.returncode:
            raise CourseError(
                f"LaTeX refuse le document{NBSP}: {first_error(done.stdout.decode('utf-8', 'replace'))}"
            )
        return source.with_suffix(".pdf").read_bytes()


def first_error(log: str) -> str:
    """La première erreur d’un journal de LaTeX, et la ligne où elle se trouve."""
    found = re.search(r"^! (.*)\n(?:.*\n){0,6}?(l\.\d+.*)?", log, re.MULTILINE)
    return " ".join(part for part in found.groups() if part) if found else "voyez le journal de pdflatex."


EXPORTER, KEY = Pdf(EXAM), Pdf(EXAM_KEY)
