"""Noter une réponse dans un notebook nbgrader : le barème vient de la dernière ligne d’une cellule de tests.

nbgrader donne tous les points à une cellule qui ne montre aucune valeur, aucun à une cellule qui échoue, et le nombre
qu’elle montre sinon.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.questions.judging import judge, mark
from coursekit.questions.sets import restore


def grade(given: object, question: Mapping[str, Any], points: float) -> float | None:
    """Dit ce que vaut cette réponse et pourquoi ; renvoie les points d’une réponse à moitié juste, `None` d’une juste.

    `question` est l’enregistrement d’une question (`coursekit.questions.sets.record`).

    Raises:
        FailedCheckError: la réponse ne vaut rien ; l’erreur dit pourquoi, sans donner la bonne.
        ManifestError: la question n’est plus de la banque.
    """
    variant = restore(question)
    share, verdict = mark(variant, given).share, judge(variant, given)
    print(verdict if share else verdict.require())
    return None if share == 1 else float(share) * points
