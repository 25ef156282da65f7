"""Le rapport au terminal : ce qui demande un regard, puis le résumé de la classe."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.grading.collect.names import shown
from coursekit.grading.report.outcome import Outcome
from coursekit.grading.report.rows import Row
from coursekit.grading.report.summary import Spread, Summary
from coursekit.grading.report.words import duration, number, plural, score, verdict
from coursekit.grading.vocabulary import Status

_BAR = 20


def attention(row: Row) -> str:
    """La ligne d’un élève dont la copie demande un regard."""
    named = row.remarks if row.verdict == Status.MISSING else ()
    said = " ".join(filter(None, [row.message, *row.doubts, *named]))
    return (
        f"{shown(row.student)} : {verdict(row.verdict)}, {score(row.score, row.max_score)}. {said}".rstrip()
    )


def summary_text(outcome: Outcome) -> str:
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    summary = outcome.summary
    now = summary.copies - summary.earlier
    yield f"{outcome.assignment} : {plural(summary.copies, 'copie')}, dont {now} à l’instant en {_time(outcome)}."
    if summary.scores and summary.scores.count:
        yield _scores(summary.scores)
    yield (
        "Verdicts : "
        + ", ".join(f"{verdict(name)} {count}" for name, count in summary.verdicts.most_common())
        + "."
    )
    if summary.questions:
        yield from _questions(summary)
    if summary.manual:
        yield f"À noter à la main (Formgrader) : {plural(summary.manual, 'copie')}."
    yield from _to_check(summary)
    yield from (outcome.refused or {}).values()
    yield from limits_lines(outcome)


def _time(outcome: Outcome) -> str:
    now = outcome.summary.copies - outcome.summary.earlier
    rate = f" ({number(now / outcome.seconds)} par seconde)" if now and outcome.seconds else ""
    return duration(outcome.seconds) + rate


def _scores(spread: Spread) -> str:
    return f"Notes automatiques : {number(spread.mean)} en moyenne sur {number(spread.max_score)}."


def _questions(summary: Summary) -> Iterator[str]:
    width = max(map(len, summary.questions))
    yield f"{'Question':<{width}}  {'moyenne':>11}  réussite              sans point  tous les points"
    for name, spread in summary.questions.items():
        share = spread.mean / spread.max_score if spread.max_score else 0.0
        bar = "█" * round(share * _BAR)
        mean = f"{number(spread.mean)}/{number(spread.max_score)}" if spread.count else "à noter"
        yield f"{name:<{width}}  {mean:>11}  {bar:<{_BAR}}  {spread.none:>10}  {spread.full:>15}"


def _to_check(summary: Summary) -> Iterator[str]:
    """Les tests qui n’ont pas pu tourner à part : leur note est à vérifier."""
    for name, spread in summary.questions.items():
        if spread.in_process:
            yield (
                f"À vérifier : {name}, dont les tests ont tourné dans le processus de l’élève "
                f"({plural(spread.in_process, 'copie')})."
            )


def limits_lines(outcome: Outcome) -> Iterator[str]:
    from coursekit.grading.sandbox.walls import DESCRIPTIONS, Wall

    if not outcome.isolation:
        yield (
            f"SANS ISOLATION ({plural(outcome.summary.exposed, 'copie')}) : le code des élèves a tourné avec vos "
            f"droits, et a pu changer ces notes."
        )
    missing = [name for name, holds in outcome.walls.items() if not holds]
    held = [name for name, holds in outcome.walls.items() if holds]
    if held:
        yield f"Limites qui tenaient : {', '.join(held)}."
    for name in missing:
        what = DESCRIPTIONS[Wall(name)] if name in list(Wall) else ""
        yield f"Limite qui ne tenait pas : {name} ({what})."
