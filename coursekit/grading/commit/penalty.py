"""La pénalité de retard, telle que le cours l’a réglée dans nbgrader (`AssignLatePenalties` et son greffon)."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from coursekit.errors import CourseError


@dataclass(frozen=True)
class LatePenalties:
    """`stage` est l’étape de nbgrader, prête à servir ; `None` si le cours l’a retirée."""

    stage: Any

    @classmethod
    def of(cls, converter: Any, config: Any) -> LatePenalties:
        """Cherche l’étape parmi celles du cours.

        Raises:
            CourseError: le greffon de pénalité ne se charge pas.
        """
        from nbgrader.preprocessors import AssignLatePenalties
        from traitlets.utils.importstring import import_item

        for listed in converter.autograde_preprocessors:
            found = import_item(listed) if isinstance(listed, str) else listed
            if isinstance(found, type) and issubclass(found, AssignLatePenalties):
                try:
                    stage = found(config=config)
                    stage.init_plugin()
                except Exception as error:  # un greffon est du code de l’enseignant
                    raise CourseError(
                        f"AssignLatePenalties.plugin_class ne se charge pas : {type(error).__name__} : {error}"
                    ) from error
                return cls(stage if stage.enabled else None)
        return cls(None)

    def of_notebook(self, student: str, score: float, seconds_late: float) -> float | None:
        """La pénalité d’un notebook, entre 0 et sa note ; `None` s’il n’y en a pas.

        Raises:
            CourseError: le greffon a échoué.
        """
        if self.stage is None or seconds_late <= 0:
            return None
        try:
            penalty = self.stage.plugin_inst.late_submission_penalty(student, score, seconds_late)
            if penalty is None:
                return None
            return float(self.stage._check_late_penalty(SimpleNamespace(score=score), penalty))
        except Exception as error:
            raise CourseError(
                f"La pénalité de retard de {student} ne se calcule pas : {type(error).__name__} : {error}. "
                f"Voyez AssignLatePenalties.plugin_class dans nbgrader_config.py."
            ) from error
