"""Plusieurs réponses à une même question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coursekit.checks import Verdict
from coursekit.checks.verdict import wrong
from coursekit.questions.answers.base import Answer
from coursekit.questions.text import THIN


@dataclass(frozen=True, slots=True)
class Parts(Answer):
    """Plusieurs réponses, chacune nommée ; l’ordre est celui des questions."""

    kind = "parts"
    answers: tuple[tuple[str, Answer], ...]
    values: tuple[object, ...] = field(default=(), compare=False)

    def shown(self) -> str:
        return f"{THIN}; ".join(answer.shown() for _, answer in self.answers)

    def typed(self) -> str:
        return " | ".join(answer.typed() for _, answer in self.answers)

    def key(self) -> str:
        return ",".join(f"{name}={answer.key()}" for name, answer in self.answers)

    def accepts(self, given: object) -> Verdict:
        """Sans report d’erreur : `Variant.judge` sait, lui, repartir de ce que l’élève a trouvé avant."""
        parts = given.split("|") if isinstance(given, str) else given
        if not isinstance(parts, Sequence) or len(parts) != len(self.answers):
            return wrong(f"On attend {len(self.answers)} réponses.", self.typed())
        verdicts = [answer.accepts(part) for (_, answer), part in zip(self.answers, parts, strict=True)]
        message = " ".join(f"({label}) {v.message}" for label, v in zip("abcdefghij", verdicts, strict=False))
        return Verdict(all(v.ok for v in verdicts), message, self.typed(), [v.got for v in verdicts])

    def like(self, value: object) -> None:
        return None
