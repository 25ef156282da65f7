"""Le rapport en une page HTML qui se suffit : rien à côté, aucune requête, et rien de ce qu’écrit un élève n’y agit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TextIO

from coursekit.grading.report.charts import bars
from coursekit.grading.report.outcome import Outcome
from coursekit.grading.report.rows import Question, Row
from coursekit.grading.report.words import duration, number, plural, score, verdict
from coursekit.grading.vocabulary import Status

_COLUMNS = (("student", "Élève"), ("score", "Note"), ("verdict", "Verdict"), ("check", "À vérifier"))
_LONGEST = 2000

# La page ne charge rien et n’envoie rien, même si quelque chose échappait à l’échappement.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def write_html(outcome: Outcome, file: TextIO) -> None:
    for part in _parts(outcome):
        file.write(part)
        file.write("\n")


def _parts(outcome: Outcome) -> Iterator[str]:
    title = f"Notes : {outcome.assignment}"
    yield '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title>\n<style>\n{_asset('page.css')}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{_text(title)}</h1>"
    yield from _head(outcome)
    yield from _questions(outcome)
    yield from _table(outcome)
    yield from _limits(outcome)
    yield f"</main>\n<script>\n{_asset('page.js')}</script>\n</body>\n</html>"


def _head(outcome: Outcome) -> Iterator[str]:
    summary, scores = outcome.summary, outcome.summary.scores
    if not outcome.isolation:
        yield (
            '<p class="warning" role="note"><strong>Sans isolation.</strong> Le code des élèves a tourné avec les '
            f"droits de l’enseignant ({plural(summary.exposed, 'copie')}) : il a pu changer ces notes.</p>"
        )
    tiles = [(str(summary.copies), "copie" if summary.copies < 2 else "copies")]
    if scores and scores.count:
        tiles.append((number(scores.mean), f"de moyenne, sur {number(scores.max_score)}"))
    tiles.append((str(summary.looks), "à vérifier"))
    tiles.append((str(summary.manual), "à noter aussi à la main"))
    now = summary.copies - summary.earlier
    tiles.append((duration(outcome.seconds), f"pour {plural(now, 'copie notée', 'copies notées')}"))
    yield (
        '<ul class="tiles">'
        + "".join(f"<li><strong>{_text(value)}</strong> {_text(what)}</li>" for value, what in tiles)
        + "</ul>"
    )
    if scores and scores.count:
        yield f"<figure><figcaption>Les notes</figcaption>{bars('Les notes', scores)}</figure>"


def _questions(outcome: Outcome) -> Iterator[str]:
    if not outcome.summary.questions:
        return
    yield '<h2>Question par question</h2>\n<div class="charts">'
    for name, spread in outcome.summary.questions.items():
        shown = _text(name)
        if spread.in_process:
            shown += (
                f' <span class="mark">à vérifier</span><br><small>Ses tests ont tourné dans le processus de '
                f"l’élève ({plural(spread.in_process, 'copie')}).</small>"
            )
        if spread.waiting:
            shown += f"<br><small>{plural(spread.waiting, 'copie')} à noter à la main</small>"
        drawn = bars(_clean(name), spread) if spread.count and spread.max_score else ""
        yield f"<figure><figcaption>{shown}</figcaption>{drawn}</figure>"
    yield "</div>"


def _table(outcome: Outcome) -> Iterator[str]:
    yield '<h2 id="eleves">Les élèves</h2>'
    yield '<fieldset class="filters"><legend>Montrer les copies</legend>'
    for name, count in outcome.summary.verdicts.most_common():
        yield (
            f'<label><input type="checkbox" name="verdict" value="{_text(name)}" checked> '
            f"{_text(verdict(name))} ({count})</label>"
        )
    yield '<label><input type="checkbox" name="check"> seulement celles à vérifier</label></fieldset>'
    yield '<p id="shown" role="status"></p>'
    yield '<div class="scroll" role="region" aria-labelledby="eleves" tabindex="0"><table><thead><tr>'
    for key, title in _COLUMNS:
        yield f'<th scope="col" data-key="{key}"><button type="button">{title}</button></th>'
    yield '<th scope="col">Détail</th></tr></thead><tbody>'
    yield from map(_row, outcome.rows())
    yield "</tbody></table></div>"


def _row(row: Row) -> str:
    check = row.needs_look or row.in_process
    rank = -1 if row.score is None else row.score
    late = f"<br><small>retard : −{number(row.penalty)}</small>" if row.penalty else ""
    kind = "good" if row.verdict == Status.OK else "bad"
    return (
        f'<tr data-verdict="{_text(row.verdict)}"{" data-check" if check else ""}>'
        f'<th scope="row">{_text(row.student)}</th>'
        f'<td data-sort="{rank:g}">{score(row.score, row.max_score)}{late}</td>'
        f'<td><span class="{kind}">{_text(verdict(row.verdict))}</span></td>'
        f'<td data-sort="{int(check)}">{"<span class=mark>à vérifier</span>" if check else ""}</td>'
        f"<td>{_detail(row)}</td></tr>"
    )


def _detail(row: Row) -> str:
    said = "".join(f"<p>{_text(text)}</p>" for text in (row.message, *row.doubts) if text)
    remarks = "".join(f"<li>{_text(text)}</li>" for text in row.remarks)
    questions = "".join(map(_question, row.questions))
    inside = (f"<ul>{questions}</ul>" if questions else "") + (
        f"<p>Remarques :</p><ul>{remarks}</ul>" if remarks else ""
    )
    if not inside:
        return said
    title = f'Questions<span class="unseen"> de {_text(row.student)}</span>'
    return f"{said}<details><summary>{title}</summary>{inside}</details>"


def _question(one: Question) -> str:
    marks = ' <span class="mark">à vérifier</span>' if one.in_process else ""
    if one.manual and one.score is None:
        marks += " (à noter à la main)"
    said = f" : {_text(one.message)}" if one.message else ""
    return f"<li><code>{_text(one.name)}</code> {score(one.score, one.max_score)}{marks}{said}</li>"


def _limits(outcome: Outcome) -> Iterator[str]:
    from coursekit.grading.sandbox.walls import DESCRIPTIONS, Wall

    yield "<h2>Ce qui a été garanti</h2>"
    known = {wall.value: what for wall, what in DESCRIPTIONS.items() if wall in Wall}
    if not outcome.walls:
        yield "<p>Aucune copie n’a été exécutée.</p>"
    else:
        yield (
            "<ul>"
            + "".join(
                f"<li>{'✓ tient' if holds else '✗ ne tient pas'} : {_text(known.get(name, name))}</li>"
                for name, holds in outcome.walls.items()
            )
            + "</ul>"
        )
    allowed = outcome.limits
    yield (
        f"<p>Une copie dispose de {duration(allowed.cell_seconds)} par cellule, "
        f"{duration(allowed.notebook_seconds)} par notebook, {allowed.memory // 2**20} Mio de mémoire, "
        f"{allowed.processes} processus, {allowed.output // 2**10} Kio de sorties par cellule et "
        f"{allowed.disk // 2**20} Mio de disque.</p>"
    )
    if outcome.refused:
        yield "<h2>Dossiers ignorés</h2><ul>"
        yield from (f"<li>{_text(why)}</li>" for why in outcome.refused.values())
        yield "</ul>"


def _text(value: str) -> str:
    return escape(_clean(value))


def _clean(value: str) -> str:
    """Sans caractère de commande ni de sens d’écriture : un nom ne peut ni en cacher un autre, ni couper la page."""
    kept = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c != "\n"
        else c
        for c in kept
    )


def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
