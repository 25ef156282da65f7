"""Juger ce qu’un élève répond à une question : son erreur est nommée, une partie part de ce qu’il a trouvé avant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from coursekit.checks import Verdict
from coursekit.checks.verdict import right, wrong
from coursekit.errors import CourseError
from coursekit.questions.answers import Boolean, Choices
from coursekit.questions.variant import LETTERS, Item, Option, Variant


@dataclass(frozen=True)
class Mark:
    """Une note : la part des points (0 à 1), et le jugement de chaque case."""

    share: Fraction
    verdicts: tuple[Verdict, ...]

    @property
    def misconceptions(self) -> tuple[str, ...]:
        return tuple(v.misconception for v in self.verdicts if v.misconception)


def judge(variant: Variant, given: object) -> Verdict:
    """Un seul verdict pour toute la question."""
    verdicts = mark(variant, given).verdicts
    if len(verdicts) == 1:
        return verdicts[0]
    message = " ".join(f"({item.label}) {v.message}" for item, v in zip(variant.items, verdicts, strict=True))
    known = next((v.misconception for v in verdicts if v.misconception), None)
    expected, got = [v.expected for v in verdicts], [v.got for v in verdicts]
    return Verdict(all(v.ok for v in verdicts), message, expected, got, known)


def mark(variant: Variant, given: object) -> Mark:
    """La note d’une réponse ; `given` est une liste, ou un texte qui sépare par « | », pour une question à parties."""
    if variant.family.parts:
        return _mark_parts(variant, given)
    verdict = _judge_option(variant, given) if variant.options else _judge_item(variant.items[0], given)
    return Mark(Fraction(1) if verdict.ok else _credit(variant, verdict), (verdict,))


def _credit(variant: Variant, verdict: Verdict) -> Fraction:
    return variant.family.credit.get(verdict.misconception or "", Fraction(0))


def _judge_item(item: Item, given: object) -> Verdict:
    verdict = item.answer.accepts(given)
    if verdict.ok:
        return verdict
    for known in item.wrongs:
        if known.answer.accepts(given).ok:
            return wrong(known.feedback, verdict.expected, verdict.got, known.misconception.id)
    return verdict


def _judge_option(variant: Variant, given: object) -> Verdict:
    if isinstance(variant.answer, Choices):
        return _judge_choices(variant, given)
    option = _find(variant, given)
    if option is None:
        return _judge_item(variant.items[0], given)
    return _of_option(option, variant)


def _of_option(option: Option, variant: Variant) -> Verdict:
    expected = variant.right_option
    if option.right:
        return right("Oui.", expected, option.text)
    known = option.wrong.misconception.id if option.wrong else None
    return wrong(option.feedback, expected, option.text, known)


def _find(variant: Variant, given: object) -> Option | None:
    if isinstance(given, bool) or not isinstance(given, str):
        return None
    letter = given.strip().strip(".)").upper()
    if (
        len(letter) == 1
        and letter in LETTERS[: len(variant.options)]
        and not isinstance(variant.answer, Boolean)
    ):
        return variant.options[LETTERS.index(letter)]
    return next((option for option in variant.options if option.text == given), None)


def _judge_choices(variant: Variant, given: object) -> Verdict:
    """Des lettres (« AC », « A, C »), une suite de lettres ou de textes."""
    if isinstance(given, str) and set(given.upper()) <= set(LETTERS + " ,;|."):
        given = [c for c in given.upper() if c in LETTERS]
    if not isinstance(given, Sequence) or isinstance(given, str):
        return variant.answer.accepts(given)
    ticked = [_find(variant, part) for part in given]
    false = next((option for option in ticked if option and not option.right), None)
    if false is not None:
        return _of_option(false, variant)
    return variant.answer.accepts(
        [option.text if option else part for option, part in zip(ticked, given, strict=True)]
    )


def _mark_parts(variant: Variant, given: object) -> Mark:
    answers = given.split("|") if isinstance(given, str) else given
    if not isinstance(answers, Sequence):
        answers = [given]
    padded = [*answers[: len(variant.items)], *[""] * (len(variant.items) - len(answers))]
    found: dict[str, object] = dict(variant.params)
    verdicts, earned = [], Fraction(0)
    for item, part, text in zip(variant.items, variant.family.parts, padded, strict=True):
        verdict = _judge_item(item, text)
        if not verdict.ok and (carried := _carried(part, found, text)) is not None:
            verdict = carried
        earned += item.share * (Fraction(1) if verdict.ok else _credit(variant, verdict))
        value = item.answer.read(text)
        found[item.name] = getattr(item.answer, "value", item.answer) if value is None else value
        verdicts.append(verdict)
    return Mark(earned / sum(item.share for item in variant.items), tuple(verdicts))


def _carried(part: object, found: dict[str, object], given: object) -> Verdict | None:
    """Cette partie est-elle juste à partir de ce que l’élève a trouvé avant ?"""
    from coursekit.questions.family import Part

    assert isinstance(part, Part)
    try:
        expected = part.right(found)
    except (CourseError, ArithmeticError, ValueError, TypeError):
        return None
    verdict = expected.accepts(given)
    if not verdict.ok:
        return None
    return right("Oui, à partir de ce que vous avez trouvé avant.", verdict.expected, verdict.got)
