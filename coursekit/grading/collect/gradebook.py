"""Ouvrir le carnet de notes d’un cours : celui de nbgrader, à la version de nbgrader installée, et déjà créé."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import CourseError, require
from coursekit.grading.prepare import Recorded

if TYPE_CHECKING:
    from sqlalchemy import Engine

_BACK_UP = "Sauvegardez d’abord le carnet de notes"


def open_gradebook(url: str, course_id: str = "") -> Any:
    """Le `nbgrader.api.Gradebook` de cette adresse ; à fermer.

    nbgrader créerait sans rien dire un carnet vide, ou compléterait celui d’une autre version : on s’en assure avant.

    Raises:
        CourseError: il n’existe pas, ne s’ouvre pas, ou est d’une autre version de nbgrader.
        MissingDependencyError: il y manque le pilote de la base.
    """
    check_gradebook(url)
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return Gradebook(url, course_id)
    except SQLAlchemyError as error:
        raise CourseError(f"Le carnet de notes {shown_url(url)} ne s’ouvre pas : {reason(error)}.") from error


def check_gradebook(url: str) -> None:
    """Vérifie qu’un carnet de notes existe et qu’il est de la version de nbgrader installée.

    Raises:
        CourseError, MissingDependencyError: voir `open_gradebook`.
    """
    with _engine(url) as engine:
        from sqlalchemy import inspect, text
        from sqlalchemy.exc import SQLAlchemyError

        try:
            tables = set(inspect(engine).get_table_names())
            if not tables:
                raise CourseError(
                    f"Le carnet de notes {shown_url(url)} est vide. Lancez d’abord : nbgrader generate_assignment."
                )
            version = ""
            if "alembic_version" in tables:
                with engine.connect() as connection:
                    version = str(
                        connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                    )
        except SQLAlchemyError as error:
            raise CourseError(
                f"Le carnet de notes {shown_url(url)} ne s’ouvre pas : {reason(error)}."
            ) from error
    _check_version(url, version)


def recorded(gradebook: Any, assignment: str) -> dict[str, dict[str, Recorded]]:
    """Ce que le carnet sait des cellules de l’enseignant : notebook → identifiant → cellule."""
    return {
        notebook.name: {
            cell.name: Recorded(cell.source or "", cell.cell_type) for cell in notebook.source_cells
        }
        for notebook in gradebook.find_assignment(assignment).notebooks
    }


def maximums(gradebook: Any, assignment: str) -> dict[str, dict[str, float]]:
    """Le barème du carnet : notebook → identifiant → points."""
    return {
        notebook.name: {
            cell.name: float(cell.max_score) for cell in (*notebook.grade_cells, *notebook.task_cells)
        }
        for notebook in gradebook.find_assignment(assignment).notebooks
    }


def shown_url(url: str) -> str:
    """L’adresse, sans son mot de passe."""
    from sqlalchemy.engine import make_url

    made = make_url(url)
    return str(made.database) if made.get_backend_name() == "sqlite" else made.render_as_string()


def reason(error: BaseException) -> str:
    """Ce que dit la base, en une ligne."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.split("\n", 1)[0].rstrip(".")


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    require("nbgrader", "course")
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        made = make_url(url)
        engine = create_engine(made)
    except (ArgumentError, NoSuchModuleError) as error:
        raise CourseError(f"CourseDirectory.db_url n’est pas l’adresse d’une base : {error}") from None
    except ModuleNotFoundError as error:
        extra = "postgresql" if "psycopg" in str(error.name) else "course"
        raise CourseError(
            f"Le pilote « {error.name} » du carnet de notes n’est pas installé. "
            f"Installez-le avec : pip install 'coursekit[{extra}]'"
        ) from None
    file = made.database or ""
    if made.get_backend_name() == "sqlite" and not Path(file).is_file():
        raise CourseError(
            f"Il n’y a pas de carnet de notes {file}. Lancez d’abord, dans le cours : nbgrader generate_assignment."
        )
    try:
        yield engine
    finally:
        engine.dispose()


def _check_version(url: str, version: str) -> None:
    known, latest = _versions()
    if version == latest:
        return
    import nbgrader

    installed = f"nbgrader {nbgrader.__version__}"
    if version and version not in known:
        raise CourseError(
            f"Le carnet de notes {shown_url(url)} est d’un nbgrader plus récent que {installed} (version de base "
            f"{version}). Mettez nbgrader à jour."
        )
    raise CourseError(
        f"Le carnet de notes {shown_url(url)} est d’un nbgrader plus ancien que {installed} (version de base "
        f"{version or 'inconnue'}, attendue {latest}). {_BACK_UP}, puis lancez dans le cours : nbgrader db upgrade."
    )


@cache
def _versions() -> tuple[set[str], str]:
    """Les versions de base que connaît le nbgrader installé, et la dernière."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    config = Config()
    config.set_main_option("script_location", ALEMBIC_DIR.replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    return {script.revision for script in scripts.walk_revisions()}, str(scripts.get_current_head())
