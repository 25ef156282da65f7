"""Choisir les questions d’un quiz, en tirer des variantes, et en faire un objet de page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from coursekit.afm import Widget
from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.questions import bank
from coursekit.questions.family import TOPICS, Family, Form
from coursekit.questions.generate import Key, Search, ShortageError
from coursekit.questions.quizzes.fallback import fallback
from coursekit.questions.quizzes.payload import payload
from coursekit.questions.sets import Wanted
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Variant


def quiz(
    *wanted: str | Family | Wanted,
    topic: str | Sequence[str] = (),
    level: int | Sequence[int] = (),
    count: int | None = None,
    variants: int = 5,
    seed: int = 0,
    form: Form | None = None,
    graded: bool = False,
    title: str = "Quiz",
) -> Widget:
    """Un quiz à montrer dans une page ou un notebook.

    `wanted` nomme des familles, dans l’ordre voulu (un `Wanted` en précise le nombre et la forme) ; sans lui, les
    familles de `topic` et `level` sont prises tour à tour. `count` est le nombre de questions, `variants` celui des
    tirages joints à chacune : « une autre variante » n’a pas besoin de noyau. `form` vaut « typed » ou « choice ».

    `graded=True` retire de la page les solutions, les autres variantes et toute réponse en clair. Ce que l’on tape est
    comparé à des empreintes salées et lentes ; l’explication d’une erreur connue est chiffrée par cette erreur. Un réel
    s’arrondit à la puissance de dix inférieure au quart de sa tolérance, ce qui élargit d’un quart au plus
    l’intervalle accepté ; une case de tableau, au centième si l’une d’elles n’est pas entière.
    **Cela protège** d’un coup d’œil à la source de la page, d’une recherche dans les fichiers et de la copie d’une clé.
    **Cela ne protège pas** d’un élève qui essaie toutes les réponses par programme (quatre propositions, les entiers
    jusqu’à mille : quelques secondes), ni de qui possède `coursekit` et retrouve le tirage : un examen se corrige
    ailleurs, avec nbgrader ou une plateforme.

    Raises:
        UnknownNameError: un nom ou un thème est inconnu ; les plus proches sont proposés.
        ArgumentError: rien n’est demandé, ou rien ne correspond.
    """
    questions = _wanted(wanted, topic, level, count, form)
    if variants < 1:
        raise ArgumentError(f"variants = {variants}{NBSP}: il faut au moins un tirage par question.")
    drawn = tuple(_draw(questions, 1 if graded else variants, seed))
    return Widget("quiz", payload(title, drawn, graded=graded), fallback(title, drawn, graded=graded))


def _wanted(
    wanted: Sequence[str | Family | Wanted],
    topic: str | Sequence[str],
    level: int | Sequence[int],
    count: int | None,
    form: Form | None,
) -> list[Wanted]:
    """Une demande par question du quiz."""
    named = list(wanted) or list(_matching(topic, level))
    number = count if count is not None else sum(_count(one) for one in named) if wanted else 5
    if number < 1:
        raise ArgumentError(f"count = {number}{NBSP}: demandez au moins une question.")
    each = [one for entry in named for one in _single(entry, form)]
    return list(islice(cycle(each), number))


def _count(entry: str | Family | Wanted) -> int:
    return entry.count if isinstance(entry, Wanted) else 1


def _single(entry: str | Family | Wanted, form: Form | None) -> Iterator[Wanted]:
    if isinstance(entry, Wanted):
        yield from [Wanted(entry.family, 1, entry.form or form)] * entry.count
    else:
        yield Wanted(bank.find(entry) if isinstance(entry, str) else entry, 1, form)


def _matching(topic: str | Sequence[str], level: int | Sequence[int]) -> Iterator[Family]:
    topics = (topic,) if isinstance(topic, str) else tuple(topic)
    levels = (level,) if isinstance(level, int) else tuple(level)
    for name in topics:
        if name not in TOPICS:
            raise UnknownNameError("Thème", name, TOPICS)
    if not topics and not levels:
        raise ArgumentError("Dites de quoi faire ce quiz : des noms de familles, un thème ou un niveau.")
    found = [
        family
        for family in bank.BANK
        if (not topics or family.topic in topics) and (not levels or family.level in levels)
    ]
    if not found:
        raise ArgumentError("Aucune famille n’a à la fois ce thème et ce niveau : élargissez la demande.")
    yield from sorted(found, key=lambda family: family.level)


def _draw(questions: Sequence[Wanted], variants: int, seed: int) -> Iterator[tuple[Variant, ...]]:
    """Les variantes de chaque question ; aucune ne revient dans le quiz, une petite famille en donne moins."""
    seen: dict[str, set[str]] = {}
    for place, wanted in enumerate(questions):
        search = Search(wanted.family, wanted.form, seen.setdefault(wanted.family.id, set()))
        found: list[Variant] = []
        for rank in range(variants):
            try:
                key = Key(name="quiz", student=str(place), seed=seed)
                found.append(search.next(key.draws(wanted.family, rank)))
            except ShortageError:
                break
        if not found:
            raise ArgumentError(
                f"{wanted.family.id} n’a pas assez de questions distinctes pour figurer encore dans ce quiz{NBSP}: "
                "demandez moins de variantes ou une autre famille."
            )
        yield tuple(found)
