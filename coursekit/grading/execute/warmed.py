"""L’interpréteur déjà construit : importer ce module, dans un parent chaud, épargne ce temps à chaque copie."""

from __future__ import annotations

from coursekit.grading.execute.shell import warm
from coursekit.grading.execute.student import serve as _student
from coursekit.grading.execute.trusted import serve as _trusted

SHELL = warm()
__all__ = ["SHELL", "_student", "_trusted"]
