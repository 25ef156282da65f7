"""Éprouver une famille : mille tirages, tout ce qu’un élève pourrait lire, et chaque réponse rejugée.

C’est ce que les tests du paquet demandent aux familles de la banque, à la portée de qui écrit les siennes. Il manque
l’essentiel, que personne ne peut faire à sa place : vérifier que la réponse est juste, par un autre calcul.
"""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import process_time

from coursekit.errors import CourseError
from coursekit.questions.answers import Boolean
from coursekit.questions.domain import size
from coursekit.questions.family import Family, Form
from coursekit.questions.generate import SMALL, Key, every, generate
from coursekit.questions.text import NBSP, number_text
from coursekit.questions.variant import Variant

FEW = 10
"""En dessous, deux élèves voisins auront souvent la même question."""

SLOW_MS = 1.0
"""Une question se tire d’ordinaire en un quart de milliseconde."""


@dataclass(frozen=True)
class FamilyCheck:
    """Ce qu’une famille a donné. `problems` l’empêchent de servir ; `remarks` sont à regarder.

    `distinct` compte les questions différentes parmi les `draws` tirées ; `capacity`, toutes celles qu’elle peut
    donner (`None` : trop pour les compter) ; `mistakes`, la fréquence de chaque erreur connue parmi les questions ;
    `fewest`, le plus petit nombre d’erreurs d’une question ; `milliseconds`, le temps moyen pour la tirer.
    """

    family: Family
    draws: int
    distinct: int
    capacity: int | None
    fewest: int
    mistakes: dict[str, float]
    milliseconds: float
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass
class _Seen:
    """Ce qu’on a vu au fil des tirages."""

    notes: set[str] = field(default_factory=set)
    forms: set[Form] = field(default_factory=set)
    mistakes: Counter[str] = field(default_factory=Counter)
    fewest: int | None = None
    seconds: float = 0.0
    questions: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)


def stress(family: Family, draws: int = 1000) -> FamilyCheck:
    """Tire `draws` questions, une par graine, et les examine."""
    seen = _Seen()
    for seed in range(draws):
        if not _draw(family, seed, seen):
            break
    milliseconds = 1000 * seen.seconds / max(1, seen.questions)
    capacity = _capacity(family) if not seen.problems else None
    _judge_the_whole(family, capacity, milliseconds, seen)
    return FamilyCheck(
        family,
        draws,
        len(seen.notes),
        capacity,
        seen.fewest or 0,
        {name: times / max(1, len(seen.notes)) for name, times in sorted(seen.mistakes.items())},
        milliseconds,
        tuple(f"{what} ({times} fois)" if times > 1 else what for what, times in seen.problems.items()),
        tuple(seen.remarks),
    )


def _draw(family: Family, seed: int, seen: _Seen) -> bool:
    """Examine les questions d’une graine ; faux quand il est inutile de continuer."""
    offered: tuple[Form, ...] = ("typed", "choice")
    for form in offered:
        try:
            variant = _timed(family, seed, form, seen)
            problems = list(_problems(variant))
        except CourseError as error:
            seen.problems[f"aucune question ne se tire{NBSP}: {error}"] += 1
            return False
        except Exception as error:
            seen.problems[f"{_where(error)} lève {type(error).__name__}{NBSP}: {error}"] += 1
            return True
        if variant.note not in seen.notes:
            seen.notes.add(variant.note)
            seen.mistakes.update({wrong.misconception.id for wrong in variant.wrongs})
        seen.fewest = min(len(variant.wrongs), len(variant.wrongs) if seen.fewest is None else seen.fewest)
        seen.problems.update(problems)
        if form not in family.offered(variant.answer.kind):
            break
    return True


def _timed(family: Family, seed: int, form: Form, seen: _Seen) -> Variant:
    start = process_time()
    variant = next(generate(family, 1, Key("check", seed=seed), form=form))
    seen.seconds += process_time() - start
    seen.questions += 1
    return variant


def _where(error: Exception) -> str:
    """La dernière ligne hors du paquet : celle de la famille."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if "coursekit/questions/" not in f.filename
    ]
    return f"{frames[-1].filename}, ligne {frames[-1].lineno}," if frames else "une fonction de la famille"


def _problems(variant: Variant) -> Iterator[str]:
    for where, text in texts_of(variant):
        if not text.strip():
            yield f"{where} est vide"
        if len(re.findall(r"(?<!\\)\$", text)) % 2:
            yield f"{where} a un « $ » sans son jumeau"
        if re.search(r"\b(?:nan|None|inf)\b", text):
            yield f"{where} contient « None » ou « nan »"
    yield from _typed_problems(variant)
    shown = [option.text for option in variant.options]
    if len(set(shown)) != len(shown):
        yield "deux propositions se montrent de la même façon"


def texts_of(variant: Variant) -> Iterator[tuple[str, str]]:
    """Tout ce qu’un élève peut lire, et où."""
    yield "l’énoncé", variant.statement
    yield from (("la solution", step) for step in variant.solution)
    yield from (("un indice", hint) for hint in variant.hints)
    yield from (("la question d’une partie", item.prompt) for item in variant.items if item.name)
    yield from ((f"l’explication de {wrong.misconception.id}", wrong.feedback) for wrong in variant.wrongs)
    if variant.figure is not None:
        yield "le texte de remplacement de la figure", variant.figure.alt


def _typed_problems(variant: Variant) -> Iterator[str]:
    """La bonne réponse, telle qu’on la taperait, est acceptée ; les fausses ne le sont pas, et se reconnaissent."""
    for item in variant.items:
        if not item.answer.accepts(item.answer.typed()).ok:
            yield "la bonne réponse, tapée, n’est pas acceptée"
        for wrong in item.wrongs:
            if item.answer.accepts(wrong.answer.typed()).ok:
                yield f"la valeur de {wrong.misconception.id} est acceptée comme juste"
    if not variant.solution:
        yield "il n’y a pas de solution"
    if variant.options and not isinstance(variant.answer, Boolean) and not variant.right_option:
        yield "aucune proposition n’est juste"
    for letter, option in zip("ABCDEFGHIJ", variant.options, strict=False):
        if option.wrong and variant.answer.kind not in ("boolean", "choices"):
            found = variant.judge(letter).misconception
            if found != option.wrong.misconception.id:
                yield f"la proposition de {option.wrong.misconception.id} n’est pas reconnue"


def _capacity(family: Family) -> int | None:
    return sum(1 for _ in every(family)) if size(family.domain) < SMALL else None


def _judge_the_whole(family: Family, capacity: int | None, milliseconds: float, seen: _Seen) -> None:
    """Ce qui se voit sur l’ensemble des tirages."""
    numeric = bool(family.domain)
    if capacity is not None and capacity < FEW and numeric:
        seen.remarks[f"seulement {number_text(capacity)} questions distinctes"] += 1
    if milliseconds > SLOW_MS:
        seen.remarks[
            f"{milliseconds:.1f} ms par question{NBSP}: gardez ce qui ne change pas (functools.cache)"
        ] += 1
    never = [m.id for m in family.known_mistakes if m.id not in seen.mistakes]
    if never and not seen.problems:
        seen.remarks[f"jamais proposées{NBSP}: {', '.join(never)}"] += 1
    if not family.hints:
        seen.remarks["aucun indice"] += 1
    if not family.objectives:
        seen.remarks["aucun objectif"] += 1
