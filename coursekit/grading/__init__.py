"""Noter la classe d’un cours nbgrader : son format, sa base et ses corrections ; notre exécution et nos notes.

Trois étapes. `prepare` greffe les réponses de l’élève sur le notebook de l’enseignant ; l’exécution fait tourner le
résultat dans un bac à sable ; l’écriture reporte les notes. Rien ici ne connaît les réseaux, et la préparation ne
charge pas nbgrader.
"""

from coursekit.grading.prepare import Markers, Recorded, Reference, prepare, read_reference
from coursekit.grading.vocabulary import (
    Answer,
    Change,
    Ending,
    Prepared,
    PreparedCell,
    Remark,
    Role,
    Status,
    Verdict,
)

__all__ = [
    "Answer",
    "Change",
    "Ending",
    "Markers",
    "Prepared",
    "PreparedCell",
    "Recorded",
    "Reference",
    "Remark",
    "Role",
    "Status",
    "Verdict",
    "prepare",
    "read_reference",
]
