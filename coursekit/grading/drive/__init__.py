"""Piloter la notation d’une classe : quelles copies, sur quels postes, et ce qu’il advient de chacune.

>>> with open_run(Path("cours"), "tp1", Demand()) as run:
...     for row in run.grade():
...         print(row.student, row.score)
"""

from coursekit.grading.drive.run import Demand, Run, open_run

__all__ = ["Demand", "Run", "open_run"]
