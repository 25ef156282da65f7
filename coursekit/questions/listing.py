"""Décrire une famille en données, et montrer une question dans un terminal."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.questions.domain import size
from coursekit.questions.family import TOPICS, Family
from coursekit.questions.generate import Key, generate
from coursekit.questions.sets import Copy
from coursekit.questions.styles import PLAIN, render, render_inline
from coursekit.questions.text import NBSP
from coursekit.questions.variant import LETTERS, Variant


def describe(family: Family) -> dict[str, object]:
    """La famille en données simples, pour JSON."""
    sample = next(generate(family, 1, Key()))
    kind = sample.answer.kind
    return {
        "id": family.id,
        "version": family.version,
        "title": family.title,
        "topic": family.topic,
        "topic_title": TOPICS[family.topic],
        "level": family.level,
        "time_s": family.time_s,
        "points": family.points,
        "objectives": list(family.objectives),
        "tags": list(family.tags),
        "source": family.source,
        "kind": kind,
        "forms": list(family.offered(kind)),
        "figure": family.figure is not None,
        "misconceptions": [m.id for m in family.known_mistakes],
        "parameter_sets": size(family.domain),
    }


def as_text(variant: Variant) -> str:
    """La question, ses propositions, sa réponse, ses erreurs connues et sa solution, pour un terminal."""
    return "\n".join(_lines(variant))


def _lines(variant: Variant) -> Iterator[str]:
    family = variant.family
    yield f"{family.title} ({family.id}, niveau {family.level}, {family.points} pt, {family.time_s} s)"
    yield f"\n{render(variant.statement, PLAIN)}"
    if variant.figure is not None:
        yield f"\n[Figure{NBSP}: {variant.figure.alt}]"
    for item in variant.items:
        if item.name:
            yield f"\n({item.label}) {render_inline(item.prompt, PLAIN)}"
    for letter, option in zip(LETTERS, variant.options, strict=False):
        yield f"  {letter}. {render_inline(option.text, PLAIN)}"
    yield f"\nRéponse{NBSP}: {variant.right_option or render_inline(variant.answer.shown(), PLAIN)}"
    yield "\nErreurs connues"
    for wrong in variant.wrongs:
        yield (
            f"  {render_inline(wrong.answer.shown(), PLAIN)}  ({wrong.misconception.id})  "
            f"{render_inline(wrong.feedback, PLAIN)}"
        )
    yield "\nSolution"
    for step in variant.solution:
        yield f"  {render(step, PLAIN)}"


def copy_as_text(copy: Copy, only: int | None = None) -> str:
    """Les questions d’un exemplaire, numérotées, ou seulement la question `only` (à partir de 1)."""
    blocks = [f"Exemplaire{NBSP}: {copy.student}"] if copy.student else []
    for rank, question in enumerate(copy.drawn, 1):
        if only is None or rank == only:
            section = f"{question.section} — " if question.section else ""
            blocks.append(
                f"=== {section}Question {rank} ({question.points} pt) ===\n{as_text(question.worth())}"
            )
    return "\n\n".join(blocks)
