"""Les quiz d’une page : `quiz("conv.out_size", "conv.out_tensor")` en fait un, qui se corrige sans noyau."""

from __future__ import annotations

from coursekit.questions.quizzes.quiz import quiz

__all__ = ["quiz"]
