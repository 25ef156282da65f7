"""Un dossier de cours : où nbgrader y cherche les sources, où il range les devoirs distribués."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.errors import CourseError, UnknownNameError, require

CONFIG_NAME = "nbgrader_config.py"


@dataclass(frozen=True)
class CourseFolder:
    """Un dossier de cours et sa configuration nbgrader, lue dans ce seul dossier.

    Les réglages de la machine ou de l’utilisateur n’y entrent pas : un devoir dérivé est le même partout.
    """

    root: Path
    config: Any

    @classmethod
    def open(cls, root: Path) -> CourseFolder:
        """Lit la configuration du dossier.

        Raises:
            CourseError: le dossier n’est pas celui d’un cours, ou sa configuration est fautive.
            MissingDependencyError: nbgrader n’est pas installé.
        """
        root = root.resolve()
        if not (root / CONFIG_NAME).is_file():
            raise CourseError(
                f"{root} n’est pas un dossier de cours : {CONFIG_NAME} n’y est pas. "
                f"Placez-vous dans le dossier du cours, ou donnez son chemin."
            )
        require("traitlets", "course")
        from traitlets.config.loader import PyFileConfigLoader

        try:
            return cls(root, PyFileConfigLoader(CONFIG_NAME, path=str(root)).load_config())
        except Exception as error:  # la configuration est du code Python : elle peut lever n’importe quoi
            raise CourseError(
                f"{root / CONFIG_NAME} ne se lit pas : {type(error).__name__} : {error}"
            ) from error

    @property
    def sources(self) -> Path:
        return self._step("source_directory", "source")

    @property
    def releases(self) -> Path:
        return self._step("release_directory", "release")

    def _step(self, option: str, default: str) -> Path:
        return self.root / str(self.config.CourseDirectory.get(option, default))

    def shown(self, path: Path) -> Path:
        """Un chemin tel qu’on l’écrit dans un message : relatif au cours, s’il y est."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def text_source(self, name: str) -> Path:
        return self.sources / name / f"{name}.py"

    def assignments(self, names: list[str] | None = None) -> list[str]:
        """Les devoirs du cours, ou ceux de `names`, dans l’ordre alphabétique.

        Raises:
            CourseError: le cours n’a aucun devoir.
            UnknownNameError: un de ces noms n’est pas celui d’un devoir.
        """
        known = sorted(
            path.parent.name for path in self.sources.glob("*/*.py") if path.stem == path.parent.name
        )
        if not known:
            raise CourseError(
                f"Aucun devoir dans {self.sources}. La source du devoir « tp » s’y appelle tp/tp.py."
            )
        for name in names or ():
            if name not in known:
                raise UnknownNameError("Nom de devoir", name, known)
        return sorted(set(names)) if names else known

    def orphans(self) -> list[str]:
        """Les devoirs distribués dont la source n’existe plus."""
        released = (path.name for path in self.releases.glob("[!.]*") if path.is_dir())
        return sorted(name for name in released if not self.text_source(name).is_file())
