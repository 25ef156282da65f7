"""Ce que répond toute vérification : juste ou faux, et pourquoi. Une valeur, que chacun affiche à sa façon."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from coursekit.errors import CourseError, FailedCheckError


@dataclass(frozen=True)
class Verdict:
    """Le jugement d’une réponse.

    `message`, en français, se montre à l’élève : quand la réponse est fausse, il ne contient jamais la bonne.
    `expected` et `got` sont des données simples, pour qui corrige ; `misconception` nomme l’erreur reconnue.
    """

    ok: bool
    message: str
    expected: object = None
    got: object = None
    misconception: str | None = None

    def __bool__(self) -> bool:
        return self.ok

    def require(self) -> Verdict:
        """Renvoie le verdict s’il est favorable.

        Raises:
            FailedCheckError: la réponse est fausse ; l’erreur porte le message.
        """
        if not self.ok:
            raise FailedCheckError(self.message)
        return self

    def __str__(self) -> str:
        return f"{'✓' if self.ok else '✗'} {self.message}"

    def _repr_markdown_(self) -> str:
        # Le message peut citer l’élève : rien de ce qu’il a écrit ne doit devenir du HTML ou une formule.
        escaped = re.sub(r"([\\`*_{}\[\]<>#$|~&])", r"\\\1", self.message)
        return f"**{'✓' if self.ok else '✗'}** {escaped}"


def right(message: str, expected: object = None, got: object = None) -> Verdict:
    """Un verdict favorable."""
    return Verdict(True, message, expected, got)


def wrong(
    message: str, expected: object = None, got: object = None, misconception: str | None = None
) -> Verdict:
    """Un verdict défavorable."""
    return Verdict(False, message, expected, got, misconception)


def safely(judge: Callable[[], Verdict], expected: object = None) -> Verdict:
    """Le verdict de `judge`, ou un verdict défavorable si la réponse de l’élève l’a fait échouer.

    C’est le dernier filet : les réponses étranges qu’on connaît sont expliquées avant. Une erreur de l’énoncé, elle,
    sort.
    """
    try:
        return judge()
    except CourseError:
        raise
    except Exception as error:
        return wrong(f"Votre réponse n’a pas pu être lue ({type(error).__name__}).", expected)
