"""Ce que rend un examen : corriger des réponses revenues, et dire ce que la classe sait et les erreurs qu’elle fait.

`read_answers` lit le fichier d’une plateforme (Moodle, Canvas, Auto Multiple Choice, ou le nôtre), `mark_all` le
corrige avec le manifeste, `analyse` en tire un rapport, que `texts` et `page` montrent.
"""

from __future__ import annotations

from coursekit.questions.analysis.answered import Answered, Marked, mark_all
from coursekit.questions.analysis.classroom import ClassReport, analyse
from coursekit.questions.analysis.returned import Returned, read_answers

__all__ = ["Answered", "ClassReport", "Marked", "Returned", "analyse", "mark_all", "read_answers"]
