"""Le rapport d’une classe en une page HTML qui se suffit : aucun script, aucun fichier à côté, aucune requête."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from coursekit.questions.analysis.charts import OUTCOMES, histogram, outcome_bar, scatter, share_bar
from coursekit.questions.analysis.classroom import ClassReport, ItemReport, MisconceptionReport
from coursekit.questions.analysis.texts import decimal, percent
from coursekit.questions.family import TOPICS
from coursekit.questions.styles import PLAIN, escape_html, render, render_inline
from coursekit.questions.text import number_text
from coursekit.questions.variant import LETTERS, Variant

DISCRIMINATION = (
    "La <strong>discrimination</strong> est la corrélation d’une question avec le reste du test : au-dessus de 0,15 "
    "(zone teintée), ceux qui la réussissent réussissent aussi le reste. Sous zéro, c’est l’inverse : relisez la "
    "question."
)


def page(report: ClassReport, title: str) -> str:
    """La page entière."""
    body = "\n".join(_body(report, title))
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape_html(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(report: ClassReport, title: str) -> Iterator[str]:
    yield f"<h1>{escape_html(title)}</h1>"
    yield _summary(report)
    yield from _misconceptions(report)
    yield "<h2>Les notes et les questions</h2>"
    yield '<div class="charts">'
    yield f"<figure><figcaption>Les notes</figcaption>{histogram(report.scores)}</figure>"
    yield (
        "<figure><figcaption>Les questions : réussite et discrimination</figcaption>"
        f"{scatter(report.items)}</figure></div>"
    )
    yield f"<p>{DISCRIMINATION}</p>"
    yield "<h2>Question par question</h2>"
    yield _legend()
    yield from (_item(item, report) for item in report.items)
    yield _scores(report)
    if report.notices:
        yield "<h2>À savoir</h2>"
        yield _list(f"{escape_html(notice)}." for notice in report.notices)


def _summary(report: ClassReport) -> str:
    tiles = [
        (str(len(report.scores)), "élèves"),
        (str(len(report.items)), "questions"),
        (percent(report.mean), f"de réussite, écart-type {percent(report.spread)}"),
        (decimal(report.alpha), _reliability(report)),
    ]
    cells = "".join(f"<li><strong>{value}</strong> {escape_html(what)}</li>" for value, what in tiles)
    return f'<ul class="tiles">{cells}</ul>'


def _reliability(report: ClassReport) -> str:
    if report.alpha is None:
        return f"fidélité non calculée : {report.alpha_note}"
    return f"de fidélité (alpha de Cronbach) : une note est connue à {percent(report.error or 0)} près"


def _misconceptions(report: ClassReport) -> Iterator[str]:
    held = [found for found in report.misconceptions if found.held]
    rare = [found for found in report.misconceptions if not found.held]
    yield "<h2>Les erreurs que la classe fait</h2>"
    if held:
        yield "<p>Plus souvent que ne le ferait le hasard, de la plus répandue à la plus rare.</p>"
        yield '<ol class="mistakes">'
        yield from (_misconception(found) for found in held)
        yield "</ol>"
    else:
        yield "<p>Aucune erreur connue ne revient plus souvent que le hasard.</p>"
    if rare:
        yield _rare(rare)


def _rare(rare: Sequence[MisconceptionReport]) -> str:
    rows = (
        f"{percent(found.share)} ({found.students} sur {found.exposed}) : "
        f"{_inline(found.explanation)} {_code(found.id)}"
        for found in rare
    )
    plural = "s" if len(rare) > 1 else ""
    title = f"{len(rare)} autre{plural}, rare{plural} ou explicable{plural} par le hasard"
    return f"<details><summary>{title}</summary>{_list(rows)}</details>"


def _misconception(found: MisconceptionReport) -> str:
    again = f", dont {found.repeated} plusieurs fois" if found.repeated else ""
    who = f"{found.students} élève{'s' if found.students > 1 else ''} sur {found.exposed}{again}"
    bar = share_bar(found.share, f"{percent(found.share)} des élèves")
    return (
        f'<li><div class="head"><span class="big">{percent(found.share)}</span>{bar}'
        f"<span>{who} {_code(found.id)}</span></div>"
        f"<p>{_inline(found.explanation)}</p>"
        f"<details><summary>Une question où elle se voit</summary>{_question(found.example)}"
        f"<p>Avec cette erreur : {_inline(found.shown)}</p></details></li>"
    )


def _legend() -> str:
    keys = "".join(f'<li><span class="key {kind}"></span>{name}</li>' for kind, name in OUTCOMES)
    return f'<ul class="legend">{keys}</ul>'


def _item(item: ItemReport, report: ClassReport) -> str:
    family = item.example.family
    numbers = (
        f"réussite {percent(item.difficulty)} · discrimination {decimal(item.discrimination)} · "
        f"27 % : {decimal(item.upper_lower)}"
    )
    remarks = "".join(f'<p class="remark">{escape_html(remark.capitalize())}.</p>' for remark in item.remarks)
    explained = {found.id: found.explanation for found in report.misconceptions}
    made = _list(
        f"{times} × {_inline(explained[name])} {_code(name)}" for name, times in item.mistakes.items()
    )
    shown = ("La question" if item.common else "La question d’un des élèves") + (
        " et ses erreurs" if made else ""
    )
    return (
        f'<section class="item"><h3>{item.name}. {escape_html(family.title)} '
        f"<small>{escape_html(TOPICS[family.topic])}, niveau {family.level}</small></h3>"
        f"{outcome_bar(item)}<p>{numbers}</p>{remarks}"
        f"<details><summary>{shown}</summary>{_question(item.example)}{made}</details></section>"
    )


def _question(variant: Variant) -> str:
    """L’énoncé, la figure, les propositions et la bonne réponse."""
    parts = [f'<div class="statement">{escape_html(render(variant.statement, PLAIN))}</div>']
    if variant.figure:
        parts.append(f"<figure>{variant.figure.svg}</figure>")
    parts += [f"<p>({item.label}) {_inline(item.prompt)}</p>" for item in variant.items if item.name]
    options = [f"{letter}. {_inline(o.text)}" for letter, o in zip(LETTERS, variant.options, strict=False)]
    if options:
        parts.append(f'<ul class="options">{"".join(f"<li>{option}</li>" for option in options)}</ul>')
    parts.append(f"<p>Réponse : {variant.right_option or _inline(variant.answer.shown())}</p>")
    return "".join(parts)


def _scores(report: ClassReport) -> str:
    rows = "".join(
        f"<tr><td>{escape_html(score.student)}</td><td>{decimal(score.earned)} / {number_text(score.out_of)}</td>"
        f"<td>{percent(score.share)}</td></tr>"
        for score in sorted(report.scores, key=lambda score: score.student)
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Élève", "Points", "Réussite"))
    return (
        "<h2>Élève par élève</h2><details><summary>Les notes, avec les noms</summary>"
        f"<table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def _inline(markup: str) -> str:
    return escape_html(render_inline(markup, PLAIN))


def _code(name: str) -> str:
    return f"<code>{escape_html(name)}</code>"


def _list(rows: Iterable[str]) -> str:
    items = "".join(f"<li>{row}</li>" for row in rows)
    return f"<ul>{items}</ul>" if items else ""
