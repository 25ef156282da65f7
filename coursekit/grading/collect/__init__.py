"""Ramasser les copies d’un cours nbgrader quelconque, sans rien croire de ce que contient un dossier remis.

`open_course(dossier)` lit les réglages du cours comme nbgrader le fait ; `course.assignment(nom)` donne un devoir : ses
notebooks de référence (`references`), ses limites (`limits`), ses élèves (`students`), et `collect(élève)`, qui lit une
copie à la demande : la classe entière n’est jamais en mémoire.

    course = open_course(Path("cours"))
    assignment = course.assignment("tp1")
    for student in assignment.choose():
        collected = assignment.collect(student)
        prepared = {name: found.prepare(assignment.references[name]) for name, found in collected.notebooks.items()}
"""

from coursekit.grading.collect.assignment import Assignment
from coursekit.grading.collect.course import GradedCourse, open_course
from coursekit.grading.collect.values import Collected, Submitted

__all__ = ["Assignment", "Collected", "GradedCourse", "Submitted", "open_course"]
