"""Écrire une série : le fichier d’une plateforme et, à côté, le manifeste d’où tout se remontre et se recorrige.

Les deux s’écrivent en un seul passage, question après question, et n’apparaissent qu’ensemble, une fois complets. Un
format qui ne sait pas réunir plusieurs élèves dans un fichier donne une archive ZIP d’un fichier par élève.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from coursekit.questions.exports import Exporter, Meta, Report
from coursekit.questions.output import Drafts
from coursekit.questions.sets import Copy, ManifestWriter, QuestionSet
from coursekit.questions.spreadsheet import unaccented


@runtime_checkable
class ClassExporter(Protocol):
    """Un format qui écrit les exemplaires de toute une classe dans un seul fichier (une page de garde par élève…)."""

    def write_copies(self, copies: Iterable[Copy], meta: Meta) -> Iterator[bytes]:
        """Le fichier, morceau par morceau."""


@dataclass(frozen=True)
class Produced:
    """Ce qui a été écrit."""

    path: Path
    manifest: Path
    copies: int
    questions: int
    size: int
    losses: tuple[str, ...]
    archive: bool


def manifest_path(output: Path) -> Path:
    """Le manifeste d’un fichier, à côté de lui : `examen.xml` → `examen.manifeste.json`."""
    return output.with_name(f"{output.stem}.manifeste.json")


def is_archive(made: QuestionSet, exporter: Exporter) -> bool:
    """Faut-il un fichier par élève ?"""
    own = any(not wanted.common for wanted in made.wanted)
    return bool(made.students) and own and not isinstance(exporter, ClassExporter)


def produce(
    made: QuestionSet,
    exporter: Exporter,
    output: Path,
    meta: Meta,
    *,
    manifest: Path | None = None,
    force: bool = False,
) -> Produced:
    """Écrit le fichier et son manifeste ; sans élève, un seul exemplaire.

    Raises:
        ArgumentError: un fichier existe, ou le disque refuse.
        ShortageError: une famille n’a pas assez de questions.
    """
    manifest = manifest or manifest_path(output)
    report = Report(exporter)
    archive = is_archive(made, exporter)
    with Drafts(force=force) as drafts:
        file, notes = drafts.open(output), drafts.open(manifest)
        writer = ManifestWriter(made, lambda text: notes.write(text.encode()))
        if archive:
            copies = _zip(made, exporter, meta, file, writer, report)
        elif made.students and isinstance(exporter, ClassExporter):
            copies = len(made.students)
            _drain(exporter.write_copies(_copies(made, writer, report), meta), file)
        else:
            # Des questions communes à tous : un seul exemplaire, tiré au fil de l’écriture.
            copies = 1
            drawn = writer.copy("", made.draw(""))
            _drain(exporter.write(report.watch(question.worth() for question in drawn), meta), file)
        writer.close()
        size = file.tell()
    return Produced(output, manifest, copies, report.questions, size, tuple(report.lines()), archive)


def _drain(pieces: Iterable[bytes], file: BinaryIO) -> None:
    for piece in pieces:
        file.write(piece)


def _copies(made: QuestionSet, writer: ManifestWriter, report: Report) -> Iterator[Copy]:
    for student in made.students:
        copy = Copy.of(student, writer.copy(student, made.draw(student)))
        yield replace(copy, variants=tuple(report.watch(question.worth() for question in copy.drawn)))


def _zip(
    made: QuestionSet, exporter: Exporter, meta: Meta, file: BinaryIO, writer: ManifestWriter, report: Report
) -> int:
    names: set[str] = set()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for copy in _copies(made, writer, report):
            name = _file_name(copy.student, names) + exporter.suffix
            # Une date fixe : la même série donne la même archive, à l’octet près.
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            own = replace(meta, title=f"{meta.title} : {copy.student}")
            archive.writestr(entry, b"".join(exporter.write(copy.variants, own)))
    return len(names)


def _file_name(student: str, taken: set[str]) -> str:
    """Un nom de fichier que tout système accepte, différent des autres."""
    plain = re.sub(r"[^a-z0-9@.]+", "-", unaccented(student)).strip("-.") or "eleve"
    name, rank = plain[:80], 2
    while name in taken:
        name, rank = f"{plain[:80]}-{rank}", rank + 1
    taken.add(name)
    return name
