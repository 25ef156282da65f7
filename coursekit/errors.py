"""Les erreurs du cours : une seule famille, des messages en français qui redisent l’appel et proposent un remède."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec


class CourseError(Exception):
    """L’ancêtre de toutes les erreurs que coursekit lève volontairement.

    Dans un notebook, seule la phrase s’affiche : la pile d’appels n’apprend rien à qui s’est trompé de padding.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__} : {self}"]


class ArgumentError(CourseError, ValueError):
    """Un argument n’a pas de sens : pas nul, filtres négatifs, texte au lieu d’un nombre…"""


class ShapeError(CourseError, ValueError):
    """Des tailles sont incompatibles : filtre plus grand que l’image, canaux qui ne se divisent pas en groupes…"""


class FailedCheckError(CourseError, AssertionError):
    """Une réponse d’élève n’est pas celle qu’on attendait (voir `coursekit.checks`)."""


class MissingDependencyError(CourseError, ImportError):
    """Une bibliothèque facultative manque ; le message donne la ligne qui l’installe."""


class DownloadError(CourseError, OSError):
    """Un fichier n’a pas pu être téléchargé, ou est arrivé corrompu."""


class TrainingError(CourseError, RuntimeError):
    """Un entraînement ne peut pas continuer : perte qui n’est plus un nombre, mémoire épuisée, reprise impossible."""


class UnknownNameError(CourseError, KeyError):
    """Un nom ne figure pas au catalogue ; le message propose les plus proches."""

    def __init__(self, what: str, name: object, known: Iterable[str]) -> None:
        super().__init__(f"{what} inconnu : {name!r}. {suggest(str(name), known)}")

    def __str__(self) -> str:  # KeyError entourerait le message de guillemets
        return str(self.args[0])


def suggest(name: str, known: Iterable[str]) -> str:
    """Propose les noms connus les plus proches de `name`, sinon les énumère tous."""
    from difflib import get_close_matches

    choices = tuple(known)
    close = get_close_matches(name.lower(), choices, n=3, cutoff=0.5)
    if close:
        return f"Vouliez-vous dire {' ou '.join(close)} ?"
    return f"Noms possibles : {', '.join(choices)}."


def require(library: str, extra: str) -> None:
    """Vérifie, sans la charger, que `library` est installée ; on l’importe ensuite comme d’habitude.

    Raises:
        MissingDependencyError: elle ne l’est pas ; le message donne la ligne qui l’installe.
    """
    if find_spec(library) is None:
        raise MissingDependencyError(
            f"{library} n’est pas installé. Installez-le avec : pip install 'coursekit[{extra}]'"
        )
