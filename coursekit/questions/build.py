"""Faire une question d’un jeu de paramètres, ou dire pourquoi il ne convient pas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coursekit.arithmetic import Misconception
from coursekit.errors import CourseError
from coursekit.questions.answers import Answer, Choices, Parts, option_text
from coursekit.questions.calls import call
from coursekit.questions.domain import Params
from coursekit.questions.draw import Draws
from coursekit.questions.family import Family, Form, Task
from coursekit.questions.text import tidy
from coursekit.questions.variant import Item, Option, Variant, Wrong

NO_CREDIT = Fraction(0)


@dataclass(frozen=True)
class Rejected:
    """Pourquoi un tirage ne donne pas de question."""

    reason: str


INVALID = Rejected("la condition `valid` les écarte")
REFUSED = Rejected("la formule refuse ces paramètres")
FEW_MISTAKES = Rejected("trop peu d’erreurs connues y donnent des valeurs distinctes")
FEW_OPTIONS = Rejected("trop peu de propositions s’y distinguent à l’affichage")


def build(family: Family, params: Params, draws: Draws, form: Form | None = None) -> Variant | Rejected:
    """La question que donnent ces paramètres ; `draws` choisit et mélange les propositions.

    Un tirage est refusé s’il n’est pas valide, si une formule le refuse, ou si trop peu d’erreurs connues y donnent
    une valeur qui se distingue de la bonne et des autres, telles qu’on les montre.
    """
    if family.valid is not None and not call(family.valid, params):
        return INVALID
    try:
        answer = family.answer_for(params)
        items = (
            _part_items(family, params, answer)
            if isinstance(answer, Parts)
            else _items(family, params, answer)
        )
    except CourseError:
        return REFUSED
    if sum(len(item.wrongs) for item in items) < family.needed(answer.kind):
        return FEW_MISTAKES
    offered = family.offered(answer.kind)
    chosen = form if form in offered else offered[0]
    if chosen == "typed":
        return Variant(family, params, answer, items)
    options = choose_options(family, answer, items[0].wrongs, draws)
    if len(options) < 3 and answer.kind not in ("boolean", "choice"):
        return FEW_OPTIONS
    return Variant(family, params, answer, items, options, "choice")


def _items(family: Family, params: Params, answer: Answer) -> tuple[Item, ...]:
    return (Item(answer, _wrongs(family, family, params, answer)),)


def _part_items(family: Family, params: Params, answer: Parts) -> tuple[Item, ...]:
    values: dict[str, Any] = dict(params)
    items = []
    named = zip("abcdefghij", family.parts, answer.answers, answer.values, strict=False)
    for label, part, (name, right), value in named:
        prompt = part.prompt if isinstance(part.prompt, str) else call(part.prompt, values)
        items.append(Item(right, _wrongs(family, part, values, right), name, label, tidy(prompt), part.share))
        values = {**values, name: value}
    return tuple(items)


def _wrongs(family: Family, task: Task, params: Mapping[str, Any], right: Answer) -> tuple[Wrong, ...]:
    """Les erreurs connues qui donnent ici une valeur propre : ni la bonne, ni celle d’une erreur qui précède."""
    values = {**params, **task.formula_arguments(params)}
    found: list[Wrong] = []
    for misconception in task.misconceptions:
        value = task.wrong(misconception, values, right)
        if value is None or right.same(value) or any(known.answer.same(value) for known in found):
            continue
        found.append(Wrong(value, misconception, values, family.credit.get(misconception.id, NO_CREDIT)))
    return tuple(found)


def all_options(variant: Variant) -> tuple[Option, ...]:
    """Toutes les propositions que pourrait avoir cette question, les bonnes d’abord."""
    answer = variant.answer
    rights = answer.texts if isinstance(answer, Choices) else (option_text(answer),)
    wrongs = (Option(option_text(wrong.answer), False, wrong) for wrong in variant.wrongs)
    return (*(Option(text, True) for text in rights), *wrongs)


def choose_options(
    family: Family, answer: Answer, wrongs: tuple[Wrong, ...], draws: Draws
) -> tuple[Option, ...]:
    """La ou les bonnes réponses et des fausses, mélangées ; toutes se distinguent à l’affichage."""
    rights = answer.texts if isinstance(answer, Choices) else (option_text(answer),)
    shown: dict[str, Option] = {text: Option(text, True) for text in rights}
    distinct = [wrong for wrong in wrongs if option_text(wrong.answer) not in shown]
    wanted = len(distinct) if isinstance(answer, Choices) else family.options - 1
    for wrong in _balanced(family, answer, distinct, wanted, draws):
        shown.setdefault(option_text(wrong.answer), Option(option_text(wrong.answer), False, wrong))
    return tuple(draws.shuffled(list(shown.values())))


def _balanced(family: Family, answer: Answer, wrongs: list[Wrong], wanted: int, draws: Draws) -> list[Wrong]:
    """`wanted` valeurs fausses, de part et d’autre de la bonne : son rang est tiré parmi tous ceux qui se peuvent.

    Sans cela, une bonne réponse plus petite que toutes les erreurs se devinerait.
    """
    ranked = _by_weight(family, wrongs, draws)
    place = answer.order
    if place is None or len(wrongs) <= wanted:
        return ranked[:wanted]
    below = [w for w in ranked if (w.answer.order or 0) < place]
    above = [w for w in ranked if (w.answer.order or 0) >= place]
    least, most = max(0, wanted - len(above)), min(wanted, len(below))
    under = least + draws.below(most - least + 1)
    return below[:under] + above[: wanted - under]


def _by_weight(family: Family, wrongs: list[Wrong], draws: Draws) -> list[Wrong]:
    """Un ordre tiré au sort, où une erreur plus lourde vient plus souvent devant (Efraimidis et Spirakis, 2006)."""
    if not family.weight:
        return draws.shuffled(wrongs)
    keys = [((draws.word() + 1) / 2**64) ** (1 / _weight(family, wrong.misconception)) for wrong in wrongs]
    order = sorted(range(len(wrongs)), key=lambda i: -keys[i])
    return [wrongs[i] for i in order]


def _weight(family: Family, misconception: Misconception) -> float:
    return family.weight.get(misconception.id, 1.0)
