"""Le rapport d’une classe notée : ses lignes, son résumé, et le JSON, le CSV ou la page qui les montrent."""

from coursekit.grading.report.rows import Question, Row
from coursekit.grading.report.summary import Spread, Summary

__all__ = ["Question", "Row", "Spread", "Summary"]
