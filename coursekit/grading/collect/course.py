"""Un cours nbgrader quelconque, avec les réglages que nbgrader lui-même y lirait."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from glob import escape, glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import CourseError, UnknownNameError, require
from coursekit.grading.collect.gradebook import open_gradebook
from coursekit.grading.exchange import Limits
from coursekit.grading.prepare import Markers

if TYPE_CHECKING:
    from coursekit.grading.collect.assignment import Assignment

CONFIG_NAME = "nbgrader_config.py"


@dataclass(frozen=True)
class GradedCourse:
    """Un cours ouvert : `directory` est le `CourseDirectory` de nbgrader, `config` tous les réglages lus."""

    directory: Any
    config: Any

    @property
    def root(self) -> Path:
        return Path(self.directory.root)

    @property
    def db_url(self) -> str:
        return str(self.directory.db_url)

    @cached_property
    def converter(self) -> Any:
        """Le convertisseur d’origine, jamais lancé : il connaît les droits, les fichiers à garder, les pénalités."""
        from nbgrader.converters import Autograde

        return Autograde(coursedir=self.directory, config=self.config)

    @property
    def markers(self) -> Markers:
        return Markers.of_config(self.config)

    @cached_property
    def limits(self) -> Limits:
        """`Execute.timeout`, que nbgrader applique à chaque cellule ; le reste est à nous."""
        from nbgrader.preprocessors import Execute

        usual = Limits()
        seconds = Execute(config=self.config).timeout
        # Pour nbgrader, −1 ou rien veut dire : attendre sans limite.
        cell = float(seconds) if seconds and seconds > 0 else usual.notebook_seconds
        return Limits(cell_seconds=cell, notebook_seconds=max(usual.notebook_seconds, cell))

    def gradebook(self) -> Any:
        """Le carnet de notes ; à fermer."""
        return open_gradebook(self.db_url, self.directory.course_id)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Le dossier d’une étape de nbgrader (`submitted`, `autograded`, `source`…), selon les réglages du cours."""
        directory = str(getattr(self.directory, f"{step}_directory"))
        return Path(self.directory.format_path(directory, student, assignment))

    def assignments(self) -> list[str]:
        """Les devoirs du cours : ceux du carnet de notes et ceux des sources."""
        with self.gradebook() as gradebook:
            names = {str(assignment.name) for assignment in gradebook.assignments}
        pattern = self.directory.format_path(self.directory.source_directory, ".", "\0")
        for path in glob(escape(pattern).replace("\0", "*")):
            if Path(path).is_dir():
                names.add(Path(path).name)
        return sorted(names)

    def assignment(self, name: str) -> Assignment:
        """Un devoir prêt à noter.

        Raises:
            UnknownNameError: ce n’est pas un devoir du cours ; le message propose les plus proches.
            CourseError: il n’est pas dans le carnet de notes, ou ne s’accorde pas avec lui.
        """
        from coursekit.grading.collect.assignment import Assignment

        known = self.assignments()
        if name not in known:
            if not known:
                raise CourseError(f"Le cours {self.root} n’a aucun devoir.")
            raise UnknownNameError("Nom de devoir", name, known)
        return Assignment.of(self, name)


GRAMMARS = ("rfc3987_syntax",)
"""La grammaire des adresses internationales que `jsonschema` charge si elle est là : une seconde à la construire, pour
un format qu’aucun notebook n’emploie."""


@contextmanager
def light_imports() -> Iterator[None]:
    """Le temps du bloc, ces bibliothèques facultatives passent pour absentes, sauf si elles sont déjà chargées.

    Le ramasse-miettes se repose aussi, qui relirait sans fin ce que les imports gardent.
    """
    absent = [name for name in GRAMMARS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        for name in absent:
            del sys.modules[name]


def open_course(root: Path) -> GradedCourse:
    """Ouvre un cours : les réglages de la machine et de l’utilisateur, puis ceux du dossier, comme nbgrader.

    Raises:
        CourseError: ce n’est pas un dossier de cours, ou ses réglages sont fautifs.
        MissingDependencyError: nbgrader n’est pas installé.
    """
    require("nbgrader", "course")
    root = root.resolve()
    with light_imports():
        from nbgrader.apps.baseapp import NbGrader
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Application
        from traitlets.config.loader import ConfigFileNotFound

    # Un réglage peut nommer un module posé dans le cours ; nbgrader ajoute lui aussi ce dossier.
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    app = NbGrader(log_level="ERROR", raise_config_file_errors=True)
    app.load_cwd_config = False
    try:
        app.load_config_file()
        Application.load_config_file(app, CONFIG_NAME.removesuffix(".py"), path=str(root))
    except ConfigFileNotFound:
        pass
    except Exception as error:  # la configuration est du code Python : elle peut lever n’importe quoi
        raise CourseError(f"{root / CONFIG_NAME} ne se lit pas : {type(error).__name__} : {error}") from error
    try:
        directory = CourseDirectory(config=app.config, root=str(root))
    except Exception as error:  # un réglage du mauvais type, que `traitlets` refuse
        raise CourseError(f"Les réglages du cours {root} sont fautifs : {error}") from error
    course = GradedCourse(directory, app.config)
    _check_is_course(course)
    return course


def _check_is_course(course: GradedCourse) -> None:
    root = course.root
    steps = (course.directory.source_directory, course.directory.submitted_directory)
    if (root / CONFIG_NAME).is_file() or any((root / step).is_dir() for step in steps):
        return
    above = next((parent for parent in root.parents if (parent / CONFIG_NAME).is_file()), None)
    hint = (
        f"Le cours est peut-être {above}."
        if above
        else "Placez-vous dans le dossier du cours, ou donnez son chemin."
    )
    raise CourseError(
        f"{root} n’est pas un dossier de cours : on n’y trouve ni {CONFIG_NAME}, ni {' ni '.join(steps)}. {hint}"
    )
