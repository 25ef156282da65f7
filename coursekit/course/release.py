"""De la source au devoir distribué : l’étape `generate_assignment` de nbgrader, faite à part, puis mise en place.

nbgrader travaille dans un dossier temporaire et sans carnet de notes (son option `--no-db`) : distribuer ne dépend
pas des notes d’une session, et ne les modifie pas. Le carnet apprend l’existence du devoir quand l’enseignant lance
lui-même `nbgrader generate_assignment`, qui récrit les mêmes octets.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

from coursekit.course.folder import CourseFolder
from coursekit.course.notebook import to_notebook
from coursekit.course.source import read_assignment
from coursekit.errors import CourseError, require


def release(course_dir: Path, names: list[str] | None = None) -> list[Path]:
    """Dérive les notebooks sources et les devoirs distribués ; renvoie les notebooks distribués.

    Rien n’est écrit dans le cours tant que tous les devoirs demandés ne sont pas dérivés. Change de dossier courant
    le temps du calcul (nbgrader l’exige) : à ne pas appeler de plusieurs fils d’exécution.

    Raises:
        CourseError: le dossier n’est pas celui d’un cours, une source est fautive, ou nbgrader refuse un devoir.
        UnknownNameError: un des noms n’est pas celui d’un devoir.
        MissingDependencyError: nbgrader ou jupytext n’est pas installé.
    """
    course = CourseFolder.open(course_dir)
    chosen = course.assignments(names)
    with _derived(course, chosen) as (sources, releases):
        for name in chosen:
            notebook = f"{name}.ipynb"
            shutil.copyfile(sources / name / notebook, course.sources / name / f".{notebook}.new")
            (course.sources / name / f".{notebook}.new").replace(course.sources / name / notebook)
            _replace_folder(releases / name, course.releases / name)
    return [course_dir / course.shown(course.releases / name / f"{name}.ipynb") for name in chosen]


def check(course_dir: Path) -> list[str]:
    """Ce qui sépare les devoirs distribués de leurs sources, une phrase par écart ; vide s’ils sont à jour.

    Raises:
        CourseError, MissingDependencyError: comme `release`.
    """
    course = CourseFolder.open(course_dir)
    names = course.assignments()
    with _derived(course, names) as (_, releases):
        differences = [
            difference for name in names for difference in _differences(course, name, releases / name)
        ]
    for name in course.orphans():
        where = course.shown(course.releases / name)
        differences.append(f"{where} n’a plus de source {course.shown(course.text_source(name))}.")
    return differences


@contextmanager
def _derived(course: CourseFolder, names: list[str]) -> Iterator[tuple[Path, Path]]:
    """Un dossier temporaire où les devoirs sont dérivés : (notebooks sources, devoirs distribués)."""
    texts = [course.text_source(name) for name in names]
    assignments = [read_assignment(text, shown=course.shown(text)) for text in texts]
    with TemporaryDirectory(prefix="coursekit-") as temporary:
        sources, releases = Path(temporary, "sources"), Path(temporary, "releases")
        for assignment in assignments:
            _stage(course, assignment.name, sources)
            notebook = sources / assignment.name / f"{assignment.name}.ipynb"
            notebook.write_text(to_notebook(assignment), encoding="utf-8")
            _generate(course, assignment.name, sources, releases)
        yield sources, releases


def _stage(course: CourseFolder, name: str, sources: Path) -> None:
    """Copie les fichiers qui accompagnent le devoir (images, données), sans sa source ni d’anciens notebooks."""
    ignored = shutil.ignore_patterns(
        f"{name}.py", "*.ipynb", "*.ipynb.new", "__pycache__", ".ipynb_checkpoints"
    )
    shutil.copytree(course.sources / name, sources / name, ignore=ignored)


def _generate(course: CourseFolder, name: str, sources: Path, releases: Path) -> None:
    """L’étape `nbgrader generate_assignment --no-db`, telle que le cours la configure."""
    require("nbgrader", "course")
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets import TraitError

    config = deepcopy(course.config)
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = str(sources)
    config.CourseDirectory.release_directory = str(releases)
    config.CourseDirectory.assignment_id = name
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    with _listening() as (log, said):
        try:
            coursedir = CourseDirectory(config=config, log=log)
            GenerateAssignment(coursedir=coursedir, config=config, log=log).start()
        except (NbGraderException, TraitError, SystemExit) as error:
            raise CourseError(
                f"nbgrader n’a pas pu dériver le devoir {name} : {_reason(said, error)}"
            ) from error


@contextmanager
def _listening() -> Iterator[tuple[logging.Logger, list[str]]]:
    """Un journal muet à l’écran, et les erreurs que nbgrader y écrit."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage().strip())  # type: ignore[method-assign]
    log = logging.Logger("coursekit.course", logging.ERROR)
    log.addHandler(handler)
    yield log, said


def _reason(said: list[str], error: BaseException) -> str:
    """La cause, dans ce que nbgrader a écrit : la fin de la pile d’appels, sinon sa première plainte."""
    stacks = [message for message in said if message.startswith("Traceback")]
    if stacks:
        return stacks[0].splitlines()[-1]
    return said[0] if said else str(error)


def _replace_folder(new: Path, target: Path) -> None:
    """Met `new` à la place de `target` d’un seul geste ; n’y touche pas si rien ne change."""
    if _contents(new) == _contents(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    incoming, outgoing = (target.with_name(f".{target.name}.{suffix}") for suffix in ("new", "old"))
    for leftover in (incoming, outgoing):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(new, incoming)
    if target.exists():
        target.rename(outgoing)
    incoming.rename(target)
    shutil.rmtree(outgoing, ignore_errors=True)


def _contents(folder: Path) -> dict[str, bytes]:
    """Le contenu d’un dossier, par chemin relatif, hors des brouillons de Jupyter."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _differences(course: CourseFolder, name: str, derived: Path) -> Iterator[str]:
    expected, found = _contents(derived), _contents(course.releases / name)
    where = course.shown(course.releases / name)
    remedy = f"Lancez : coursekit release {name}"
    for path in sorted(expected.keys() | found.keys()):
        if path not in found:
            yield f"{where / path} manque. {remedy}"
        elif path not in expected:
            yield f"{where / path} ne vient pas de la source du devoir. {remedy}"
        elif expected[path] != found[path]:
            yield f"{where / path} n’est plus ce que donne {course.text_source(name).name}. {remedy}"
