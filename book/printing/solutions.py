"""Les solutions des exercices et des quiz, retirées de leur place et rassemblées à la fin du livre.

À l’écran elles sont repliées ; sur papier, il faut tourner la page pour les lire. Un renvoi mène de chacune à son
énoncé, et de l’énoncé à elle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from bs4 import BeautifulSoup, Tag

from printing.sources import Chapter

TITLE = "Solutions"
ANCHOR = "solutions"


@dataclass(frozen=True)
class Solution:
    """Une solution : ce qu’elle résout, l’ancre de son énoncé, la sienne, son texte."""

    title: str
    question: str
    anchor: str
    body: Tag


def element(html: str) -> Tag:
    """L’élément qu’écrit un petit morceau de HTML."""
    return BeautifulSoup(html, "html.parser").find(True)


def page_link(target: str, text: str) -> str:
    """Un renvoi, dont le numéro de page s’écrit une fois le document imprimé."""
    return f'<a class="page-link" href="#{target}">{text}, page <span data-page="{target}"></span></a>'


def take_solutions(chapter: Chapter) -> list[Solution]:
    """Retire d’un chapitre ses solutions, dans l’ordre où elles s’y trouvent, et laisse un renvoi à leur place."""
    names = (f"{ANCHOR}--{chapter.slug}-{rank}" for rank in count(1))
    found = []
    for tag in chapter.body.select('details.solution, [data-afm="quiz"]'):
        taken = _from_exercise(tag, next(names)) if tag.name == "details" else _from_quiz(tag, names)
        found += [taken] if taken else []
    return found


def _from_exercise(fold: Tag, name: str) -> Solution:
    """La solution d’un exercice, celui qui la précède."""
    exercise = fold.find_previous("div", class_="exercise")
    title = " ".join(exercise.select_one(".admonition-title").get_text().split())
    fold.find("summary").decompose()
    fold.replace_with(element(f'<p class="to-solution">{page_link(name, TITLE[:-1])}</p>'))
    fold.name, fold["class"] = "div", ["solution-body"]
    return Solution(title, exercise["id"], name, fold)


def _from_quiz(widget: Tag, names: Iterator[str]) -> Solution | None:
    """Les solutions d’un quiz, numérotées comme ses questions ; aucune s’il est noté."""
    folds = widget.select("ol > li > details")
    if not folds:
        return None
    name = next(names)
    widget["id"] = f"{name}-enonce"
    title = widget.select_one(".coursekit-fallback > .title").get_text()
    body = element('<div class="coursekit-widget"><div class="coursekit-fallback"><ol></ol></div></div>')
    for fold in folds:
        fold.find("summary").decompose()
        fold.name = "li"
        body.find("ol").append(fold.extract())
    widget.append(element(f'<p class="to-solution">{page_link(name, TITLE)}</p>'))
    return Solution(f"Quiz « {title} »", widget["id"], name, body)


def solutions_chapter(taken: list[tuple[Chapter, list[Solution]]]) -> Tag:
    """Le dernier chapitre : une rubrique par chapitre qui a des solutions."""
    whole = element(f'<article class="bd-article chapter" id="{ANCHOR}"><h1>{TITLE}</h1></article>')
    for chapter, solutions in taken:
        if solutions:
            section = element(f"<section><h2>{chapter.title}</h2></section>")
            section.extend([_section(solution) for solution in solutions])
            whole.append(section)
    return whole


def _section(solution: Solution) -> Tag:
    section = element(
        f'<section class="solution" id="{solution.anchor}"><h3>{solution.title}</h3>'
        f'<p class="to-question">{page_link(solution.question, "Énoncé")}</p></section>'
    )
    section.append(solution.body)
    return section
