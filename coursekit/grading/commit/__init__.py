"""Écrire les notes : un seul processus écrit, et un journal lui permet de reprendre après n’importe quel arrêt.

    with Writer(assignment) as writer:
        if not writer.is_done(collected, jobs):
            writer.commit(collected, {name: Graded(job, executed) for …})

Une copie est un élève et un devoir, avec tous ses notebooks : son dossier corrigé et ses notes changent ensemble.
"""

from coursekit.grading.commit.failures import CommitError
from coursekit.grading.commit.grades import Committed
from coursekit.grading.commit.writer import Graded, Writer

__all__ = ["CommitError", "Committed", "Graded", "Writer"]
