"""Une classe simulée : des élèves plus ou moins forts, dont on sait qui tient quelle erreur, et qui rendent un CSV.

Chaque réponse est juste avec la probabilité d’un modèle de Rasch (force de l’élève moins difficulté de la famille) ; un
élève qui tient une erreur la fait dès que la question le permet. Tout vient d’une graine.
"""

import csv
import random
from dataclasses import dataclass, field
from io import StringIO
from math import exp

from coursekit.questions.answers import Choices, MatrixAnswer, Parts, TensorShape
from coursekit.questions.styles import html_style, render, render_inline
from coursekit.questions.variant import LETTERS

HTML = html_style()


@dataclass
class Class:
    """`held[erreur]` est la part des élèves qui la tiennent ; `difficulty[famille]`, en logits."""

    copies: tuple
    held: dict
    difficulty: dict
    seed: int = 0
    omit: float = 0.05
    holders: dict = field(default_factory=dict)

    def __post_init__(self):
        draws = random.Random(self.seed)
        self.ability = {copy.student: draws.gauss(0, 1.2) for copy in self.copies}
        students = [copy.student for copy in self.copies]
        for name, share in self.held.items():
            self.holders[name] = set(draws.sample(students, round(share * len(students))))

    def answers(self):
        """(exemplaire, [(question, réponse tapée ou None, lettres ou None)])."""
        draws = random.Random(self.seed + 1)
        for copy in self.copies:
            yield copy, [self._answer(copy.student, variant, draws) for variant in copy.variants]

    def _answer(self, student, variant, draws):
        if draws.random() < self.omit:
            return None
        wrong = self._mistake(student, variant)
        if wrong is not None:
            return wrong
        odds = self.ability[student] - self.difficulty.get(variant.family.id, 0.0)
        if draws.random() < 1 / (1 + exp(-odds)):
            return right(variant)
        return careless(variant, draws)

    def _mistake(self, student, variant):
        for name, holders in self.holders.items():
            if student not in holders:
                continue
            for letter, option in zip(LETTERS, variant.options, strict=False):
                if option.wrong and option.wrong.misconception.id == name:
                    return letter
            if not variant.options and len(variant.items) == 1:
                for wrong in variant.items[0].wrongs:
                    if wrong.misconception.id == name:
                        return wrong.answer.typed()
        return None


def right(variant):
    if variant.options:
        return variant.right_option
    return (
        [answer.typed() for _, answer in variant.answer.answers]
        if isinstance(variant.answer, Parts)
        else variant.answer.typed()
    )


def careless(variant, draws):
    """Une proposition fausse au hasard ; tapé, une valeur qui n’est celle d’aucune erreur."""
    wrong = [LETTERS[i] for i, option in enumerate(variant.options) if not option.right]
    if wrong:
        return draws.choice(wrong)
    if isinstance(variant.answer, Parts):
        return ["987654" for _ in variant.items]
    if isinstance(variant.answer, TensorShape):
        return "×".join("987" for _ in variant.answer.dims)
    if isinstance(variant.answer, MatrixAnswer):
        return " ; ".join(" ".join("77" for _ in row) for row in variant.answer.rows)
    return "987654321"


def own_csv(simulated):
    """Notre format."""
    rows = [("élève", "question", "réponse")]
    for copy, answers in simulated.answers():
        for rank, answer in enumerate(answers, 1):
            rows.append(
                (copy.student, rank, " | ".join(answer) if isinstance(answer, list) else answer or "")
            )
    return table(rows, ";")


def moodle_csv(simulated, questions=True):
    """Le rapport « Réponses » de Moodle en français ; les propositions y sont en texte, les cases numérotées."""
    size = len(simulated.copies[0].variants)
    titles = [
        "Nom de famille",
        "Prénom",
        "Numéro d’identification",
        "État",
        "Commencé le",
        "Terminé",
        "Temps utilisé",
        "Note/20,00",
    ]
    for rank in range(1, size + 1):
        titles += [f"Question {rank}", f"Réponse {rank}"] if questions else [f"Réponse {rank}"]
    rows = [titles]
    for copy, answers in simulated.answers():
        name, _, key = copy.student.partition(" (")
        last, _, first = name.partition(" ")
        row = [
            last,
            first,
            key.rstrip(")"),
            "Terminé",
            "21 novembre 2026 09:00",
            "21 novembre 2026 10:00",
            "1 heure",
            "12,00",
        ]
        for variant, answer in zip(copy.variants, answers, strict=True):
            statement = plain(render(variant.statement, HTML))
            row += [statement, summary(variant, answer)] if questions else [summary(variant, answer)]
        rows.append(row)
    return table(rows, ",")


def summary(variant, answer):
    """Une réponse comme Moodle la résume."""
    if answer is None:
        return "-"
    if variant.options and variant.answer.kind != "boolean":
        return "; ".join(
            plain(render_inline(variant.options[LETTERS.index(letter)].text, HTML)) for letter in answer
        )
    if isinstance(answer, list):
        fields = [
            part
            for item, text in zip(variant.items, answer, strict=True)
            for part in cells(item.answer, text)
        ]
    else:
        fields = cells(variant.answer, answer)
    if len(fields) == 1 and not isinstance(variant.answer, Parts | TensorShape | MatrixAnswer):
        return fields[0]
    return "; ".join(f"partie {i} : {text}" for i, text in enumerate(fields, 1))


def cells(answer, text):
    if isinstance(answer, TensorShape):
        return [part.strip() for part in text.replace("x", "×").split("×")]
    if isinstance(answer, MatrixAnswer):
        return text.replace(";", " ").split()
    return [text]


def canvas_csv(simulated):
    """Le rapport « Student Analysis » de Canvas, d’un quiz où tous ont les mêmes questions."""
    first = simulated.copies[0]
    titles = ["name", "id", "sis_id", "section", "section_id", "submitted"]
    for rank, (variant, points) in enumerate(zip(first.variants, first.points, strict=True)):
        titles += [f"{4000 + rank}: {plain(render(variant.statement, HTML))}", f"{points}.0"]
    rows = [[*titles, "n correct", "n incorrect", "score"]]
    for copy, answers in simulated.answers():
        name, _, key = copy.student.partition(" (")
        row = [name, "77", key.rstrip(")"), "Groupe 1", "12", "2026-11-21 10:00:00 UTC"]
        for variant, answer in zip(copy.variants, answers, strict=True):
            text = summary(variant, answer).removeprefix("-")
            if variant.answer.kind == "choices":
                text = ",".join(part.replace(",", "\\,") for part in text.split("; "))
            row += [text, "1.0" if answer == right(variant) else "0.0"]
        rows.append([*row, "1", "2", "3.0"])
    return table(rows, ",")


def amc_csv(simulated):
    """L’export d’Auto Multiple Choice, cases cochées en lettres."""
    first = simulated.copies[0]
    titles = ["Copie", "A:numero", "Nom", "Note"]
    for variant in first.variants:
        titles += [variant.hash, f"TICKED:{variant.hash}"]
    rows = [titles]
    for sheet, (copy, answers) in enumerate(simulated.answers(), 1):
        name, _, key = copy.student.partition(" (")
        row = [str(sheet), key.rstrip(")"), name, "12"]
        for variant, answer in zip(copy.variants, answers, strict=True):
            row += ["1" if answer == right(variant) else "0", answer or ""]
        rows.append(row)
    return table(rows, ",")


def plain(html):
    from html import unescape
    from re import sub

    return " ".join(unescape(sub(r"<[^>]*>", " ", html)).split())


def table(rows, delimiter):
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


__all__ = ["Choices", "Class", "amc_csv", "canvas_csv", "moodle_csv", "own_csv", "right"]
