"""Les devoirs d’un cours nbgrader : un texte par devoir, d’où tout se dérive. Rien ici ne connaît les CNN.

`release(dossier)` dérive les notebooks ; `check(dossier)` dit en quoi les devoirs distribués s’écartent de leurs
sources. Rien de nbgrader ni de jupytext n’est chargé avant d’appeler l’une ou l’autre.
"""

from coursekit.course.release import check, release

__all__ = ["check", "release"]
