"""Un devoir à noter : ses notebooks de référence, ses élèves, et de quoi ramasser chaque copie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from glob import escape, glob
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.errors import CourseError, UnknownNameError
from coursekit.grading.amounts import megabytes
from coursekit.grading.collect import names
from coursekit.grading.collect.folder import Entry, NotOrdinaryError, entries, read
from coursekit.grading.collect.names import shown
from coursekit.grading.collect.receipt import FILE, LONGEST, Receipt, receipt
from coursekit.grading.collect.references import ignored, ignored_folder, read_references, support_files
from coursekit.grading.collect.values import Collected, Submitted
from coursekit.grading.exchange import Limits
from coursekit.grading.prepare import DEFAULT_LIMITS, Reference
from coursekit.grading.vocabulary import Status, Verdict

if TYPE_CHECKING:
    from coursekit.grading.collect.course import GradedCourse

_MOST_REMARKS = 20
_LONGEST_ID = 128
"""La place que le carnet de notes réserve à l’identifiant d’un élève, en caractères."""


@dataclass(frozen=True)
class Assignment:
    """Un devoir du cours. `references` va du nom d’un notebook à celui de l’enseignant.

    `files` sont les fichiers de l’enseignant qui accompagnent le devoir, chemin relatif → contenu.
    """

    course: GradedCourse
    name: str
    references: Mapping[str, Reference]
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, course: GradedCourse, name: str) -> Assignment:
        """Lit les références du devoir ; voir `GradedCourse.assignment`."""
        return cls(course, name, read_references(course, name), support_files(course, name))

    @property
    def limits(self) -> Limits:
        return self.course.limits

    @cached_property
    def _folders(self) -> dict[str, Path]:
        """Élève → dossier remis, d’après la disposition du cours."""
        directory = self.course.directory
        step = directory.submitted_directory
        pattern = escape(directory.format_path(step, "\0", self.name)).replace("\0", "*")
        parts = directory.format_path(step, "\0", re.escape(self.name), escape=True)
        regex = re.compile(parts.replace("\0", "(?P<student>[^/]+)", 1).replace("\0", "[^/]+"), re.DOTALL)
        found = {m["student"]: Path(path) for path in glob(pattern) if (m := regex.fullmatch(path))}
        excluded = set(filter(None, directory.student_id_exclude.split(",")))
        return {student: found[student] for student in sorted(found) if student not in excluded}

    @cached_property
    def refused(self) -> Mapping[str, str]:
        """Les dossiers dont le nom ne peut pas être celui d’un élève, et pourquoi."""
        return {student: why for student in self._folders if (why := _unusable(student))}

    @cached_property
    def students(self) -> tuple[str, ...]:
        """Les élèves qui ont un dossier remis, dans l’ordre alphabétique."""
        return tuple(student for student in self._folders if student not in self.refused)

    def choose(self, students: list[str] | None = None) -> tuple[str, ...]:
        """Les élèves demandés, ou tous.

        Raises:
            CourseError: personne n’a remis ce devoir.
            UnknownNameError: l’un d’eux ne l’a pas remis.
        """
        if not self.students:
            where = self.course.directory.format_path(
                self.course.directory.submitted_directory, "élève", self.name
            )
            raise CourseError(
                f"Aucune copie du devoir « {self.name} ». On en cherche dans {where}. "
                f"Ramassez-les avec : nbgrader collect {self.name} (ou nbgrader zip_collect {self.name})."
            )
        for student in students or ():
            if student not in self.students:
                raise UnknownNameError("Nom d’élève", shown(student), [shown(name) for name in self.students])
        return tuple(dict.fromkeys(students)) if students else self.students

    def collect(self, student: str) -> Collected:
        """Lit une copie. Ne lève rien de ce que contient le dossier : un fichier refusé a son verdict."""
        folder = self._folders[student]
        try:
            found, cut = entries(folder, self.limits.files)
        except NotOrdinaryError:
            verdict = _rejected("le dossier remis", "c’est un lien, ou il ne s’ouvre pas")
            refused = {name: Submitted(verdict=verdict) for name in self.references}
            return Collected(student, self.name, refused, self.files, None, None, (verdict.message,))
        return _Reading(self, folder, found, cut).collected(student)


@dataclass(frozen=True)
class _Reading:
    """Un dossier remis en cours de lecture."""

    assignment: Assignment
    folder: Path
    found: Mapping[str, Entry]
    cut: bool

    def collected(self, student: str) -> Collected:
        expected = list(self.assignment.references)
        ignore = self.assignment.course.directory.ignore
        matched = names.match(expected, [path for path in self.found if not ignored_folder(path, ignore)])
        notebooks = {name: self._notebook(matched.found.get(name)) for name in expected}
        told = list(names.remarks(expected, matched))
        if self.cut:
            told.append(
                f"Le dossier contient plus de {self.assignment.limits.files} fichiers ; les autres sont ignorés."
            )
        times = self._receipt(matched)
        told += filter(None, [times.remark])
        files = dict(self._files(told))
        return Collected(
            student,
            self.assignment.name,
            notebooks,
            {**files, **self.assignment.files},
            times.received,
            times.arrived,
            tuple(_bounded(told)),
        )

    def _notebook(self, file: str | None) -> Submitted:
        if file is None:
            return Submitted(verdict=Verdict(Status.MISSING, "Ce notebook n’a pas été remis."))
        entry = self.found[file]
        if entry.fault:
            return Submitted(file=file, verdict=_rejected(f"« {shown(file)} »", entry.fault))
        at_most = min(DEFAULT_LIMITS.max_bytes, self.assignment.course.directory.max_file_size * 1000)
        if entry.size > at_most:
            message = (
                f"Ce fichier pèse {megabytes(entry.size)} ; la limite est {megabytes(at_most)}. "
                f"Effacez les sorties et enregistrez."
            )
            return Submitted(file=file, verdict=Verdict(Status.UNREADABLE, message))
        try:
            return Submitted(read(self.folder, file, at_most), file)
        except NotOrdinaryError as error:
            return Submitted(file=file, verdict=_rejected(f"« {shown(file)} »", str(error)))

    def _receipt(self, matched: names.Match) -> Receipt:
        stamp = self.found.get(FILE)
        content = None
        if stamp and not stamp.fault and stamp.size <= LONGEST:
            try:
                content = read(self.folder, FILE, LONGEST)
            except NotOrdinaryError:
                content = None
        return receipt(stamp, content, [self.found[file] for file in matched.found.values()])

    def _files(self, told: list[str]) -> Iterator[tuple[str, bytes]]:
        """Les autres fichiers de l’élève, bornés ; `told` reçoit ce qui n’a pas été pris."""
        directory = self.assignment.course.directory
        room = directory.max_dir_size * 1000
        for path, entry in self.found.items():
            if path == FILE or names.is_notebook(path) or ignored(path, directory.ignore):
                continue
            fault = entry.fault
            if not fault and entry.size > min(room, directory.max_file_size * 1000):
                fault = f"il pèse {megabytes(entry.size)}, plus que ce que le cours admet"
            try:
                if not fault:
                    data = read(self.folder, path, entry.size)
                    room -= len(data)
                    yield path, data
            except NotOrdinaryError as error:
                fault = str(error)
            if fault:
                told.append(f"Fichier « {shown(path)} » laissé de côté : {fault}.")


def _bounded(told: list[str]) -> list[str]:
    """Un dossier de mille fichiers refusés ne fait pas mille remarques."""
    more = len(told) - _MOST_REMARKS
    return told if more <= 0 else [*told[:_MOST_REMARKS], f"Et {more} autres remarques de cette sorte."]


def _unusable(student: str) -> str:
    if not student.isprintable():
        return f"Le dossier « {shown(student)} » a des caractères invisibles dans son nom : copie ignorée."
    if len(student) > _LONGEST_ID:
        return f"Le dossier « {shown(student)} » a un nom de {len(student)} caractères ; la limite est {_LONGEST_ID}."
    return ""


def _rejected(what: str, why: str) -> Verdict:
    return Verdict(Status.REJECTED, f"Pas ouvert, {what} : {why}.")
