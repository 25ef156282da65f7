"""Une formule du cours : la fonction, son écriture LaTeX, son explication chiffrée et les erreurs qu’on y fait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


@dataclass(frozen=True)
class Misconception:
    """Une erreur connue : ce qu’elle calcule à la place de la formule, et ce qu’on dit à qui l’a faite.

    `wrong` reçoit les arguments de la formule par leur nom et renvoie la valeur fausse, ou `None` quand l’erreur
    ne peut pas se produire ; `feedback`, en français, peut citer ces arguments entre accolades.
    """

    id: str
    wrong: Callable[..., object]
    feedback: str

    def value(self, arguments: dict[str, Any]) -> object | None:
        """La valeur que donne cette erreur, ou `None` si elle n’en donne aucune."""
        try:
            return self.wrong(**arguments)
        except (ArithmeticError, ValueError):
            return None

    def explain(self, arguments: dict[str, Any]) -> str:
        return self.feedback.format(**arguments)


@dataclass(frozen=True)
class Formula(Generic[P, R]):
    """S’appelle comme une fonction ; porte aussi `latex`, `explain(…)` et `misconceptions`.

    Exemple : `output_size(224, 5)` vaut 220, et `output_size.explain(224, 5)` dit pourquoi.
    """

    function: Callable[P, R]
    title: str
    latex: str
    worked: Callable[..., str]
    misconceptions: tuple[Misconception, ...] = field(default=())

    def __post_init__(self) -> None:
        # L’aide, le nom et la signature sont ceux de la fonction ; update_wrapper refuse une valeur figée.
        for name in ("__doc__", "__name__", "__qualname__", "__module__"):
            object.__setattr__(self, name, getattr(self.function, name))
        object.__setattr__(self, "__wrapped__", self.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    @property
    def id(self) -> str:
        return self.function.__name__

    def arguments(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        """Les arguments par leur nom, valeurs par défaut comprises."""
        bound = signature(self.function).bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def explain(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Le calcul en français, avec les nombres ; lève les mêmes erreurs que la formule."""
        result = self.function(*args, **kwargs)
        return self.worked(result=result, **self.arguments(*args, **kwargs))

    def diagnose(self, given: object, *args: P.args, **kwargs: P.kwargs) -> Misconception | None:
        """L’erreur connue qui donne exactement `given`, s’il y en a une (jamais pour la bonne réponse)."""
        arguments = self.arguments(*args, **kwargs)
        if given == self.function(*args, **kwargs):
            return None
        return next((m for m in self.misconceptions if m.value(arguments) == given), None)

    def __repr__(self) -> str:
        return f"<formule {self.id} : {self.title}>"


def formula(
    title: str, latex: str, worked: Callable[..., str], misconceptions: tuple[Misconception, ...] = ()
) -> Callable[[Callable[P, R]], Formula[P, R]]:
    """Décorateur : fait d’une fonction une `Formula`."""

    def wrap(function: Callable[P, R]) -> Formula[P, R]:
        return Formula(function, title, latex, worked, misconceptions)

    return wrap
