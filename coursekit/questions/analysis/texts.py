"""Le rapport d’une classe en texte pour un terminal, et en données pour JSON."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.questions.analysis.answered import Marked
from coursekit.questions.analysis.classroom import ClassReport, ItemReport, MisconceptionReport, analyse
from coursekit.questions.styles import PLAIN, render, render_inline
from coursekit.questions.text import THIN, number_text


def percent(share: float) -> str:
    return f"{round(100 * share)}{THIN}%"


def decimal(value: float | None, digits: int = 2) -> str:
    """« 0,42 », ou « – » si le nombre n’existe pas."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−").replace(".", ",")


def plain(markup: str) -> str:
    return " ".join(render(markup, PLAIN).split())


def report_text(report: ClassReport) -> str:
    return "\n".join(_lines(report))


def _lines(report: ClassReport) -> Iterator[str]:
    yield f"{len(report.scores)} élèves, {len(report.items)} questions ({report.source})"
    yield f"Réussite moyenne : {percent(report.mean)}, écart-type {percent(report.spread)}"
    yield reliability(report)
    yield "\nErreurs que la classe fait"
    held = [misconception for misconception in report.misconceptions if misconception.held]
    for misconception in held:
        yield f"  {_misconception(misconception)}"
    if not held:
        yield "  aucune ne revient plus souvent que le hasard"
    rare = len(report.misconceptions) - len(held)
    if rare:
        yield f"  et {rare} autres, rares ou explicables par le hasard (--json les donne)"
    yield "\nQuestions     élèves  réussite  discrimination   27 %  sans réponse"
    for item in report.items:
        yield _item(item)
    for notice in report.notices:
        yield f"\nÀ savoir : {notice}."


def reliability(report: ClassReport) -> str:
    if report.alpha is None:
        return f"Fidélité : non calculée, {report.alpha_note}"
    near = percent(report.error or 0)
    return f"Fidélité (alpha de Cronbach) : {decimal(report.alpha)} ; une note est connue à {near} près"


def _misconception(report: MisconceptionReport) -> str:
    return (
        f"{percent(report.share):>5}  {report.students} élèves sur {report.exposed}, {report.repeated} plusieurs fois  "
        f"({report.id})\n         {render_inline(report.explanation, PLAIN)}"
    )


def _item(item: ItemReport) -> str:
    numbers = (
        f"{item.students:>6}  {percent(item.difficulty):>8}  {decimal(item.discrimination):>14}  "
        f"{decimal(item.upper_lower):>5}  {item.omitted:>12}"
    )
    remarks = "".join(f"\n      {remark}" for remark in item.remarks)
    return f"  {item.name:<10} {numbers}   {item.example.family.title}{remarks}"


def report_data(report: ClassReport) -> dict[str, object]:
    """Le rapport en données simples."""
    return {
        "source": report.source,
        "students": len(report.scores),
        "mean": report.mean,
        "standard_deviation": report.spread,
        "alpha": report.alpha,
        "alpha_note": report.alpha_note,
        "standard_error": report.error,
        "scores": [{"student": s.student, "earned": s.earned, "out_of": s.out_of} for s in report.scores],
        "items": [_item_data(item) for item in report.items],
        "misconceptions": [_misconception_data(found) for found in report.misconceptions],
        "notices": list(report.notices),
    }


def _item_data(item: ItemReport) -> dict[str, object]:
    return {
        "number": item.number,
        "family": item.example.family.id,
        "title": item.example.family.title,
        "level": item.example.family.level,
        "common": item.common,
        "example": plain(item.example.statement),
        "students": item.students,
        "difficulty": item.difficulty,
        "discrimination": item.discrimination,
        "upper_lower": item.upper_lower,
        "right": item.right,
        "partial": item.partial,
        "omitted": item.omitted,
        "mistakes": dict(item.mistakes),
        "unexplained": item.unexplained,
        "remarks": list(item.remarks),
    }


def _misconception_data(found: MisconceptionReport) -> dict[str, object]:
    return {
        "id": found.id,
        "explanation": render_inline(found.explanation, PLAIN),
        "example": plain(found.example.statement),
        "families": list(found.families),
        "students": found.students,
        "exposed": found.exposed,
        "share": found.share,
        "repeated": found.repeated,
        "times": found.times,
        "chances": found.chances,
        "by_chance": found.by_chance,
        "held": found.held,
    }


def marks_text(marked: Marked) -> str:
    """La note de chaque élève."""
    report = analyse(marked)
    width = max((len(score.student) for score in report.scores), default=0)
    lines = [
        f"{score.student:<{width}}  {decimal(score.earned)} / {number_text(score.out_of)}"
        for score in report.scores
    ]
    return "\n".join([*lines, *(f"À savoir : {notice}." for notice in report.notices)])


def marks_rows(marked: Marked) -> Iterator[tuple[str, ...]]:
    """Une ligne par réponse : élève, question, famille, réponse, points, barème, erreur reconnue."""
    yield ("élève", "question", "famille", "numéro", "réponse", "points", "barème", "erreur")
    number = 0
    student = None
    for answer in marked.answers:
        number = number + 1 if answer.student == student else 1
        student = answer.student
        points = decimal(float(answer.share) * answer.drawn.points)
        yield (
            student,
            str(number),
            answer.variant.family.id,
            answer.variant.hash,
            answer.given,
            points,
            str(answer.drawn.points),
            " ".join(answer.mistakes),
        )
