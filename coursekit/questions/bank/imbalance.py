"""Classes inégales : tirer par classe, pondérer, et ne pas se fier au taux de réussite seul."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Real
from coursekit.questions.diagrams import bars
from coursekit.questions.domain import choices, grid, integers
from coursekit.questions.family import Family, Figure, Part

NAMES = ("chat", "chien", "lynx", "loup", "ours")
COUNTS = grid(4, low=2, high=40)


def images(tens: Sequence[int], classes: int) -> list[int]:
    """Les effectifs, en images : les tirages sont en dizaines."""
    return [10 * n for n in tens[:classes]]


def _chart(tens: Sequence[int], classes: int) -> Figure:
    return bars("Images par classe", tuple(zip(NAMES, images(tens, classes), strict=False)))


def _different(tens: Sequence[int], classes: int) -> bool:
    return len(set(tens[:classes])) == classes


CLASS_AWARE = Family(
    id="class_aware.prob",
    title="Tirer la classe d’abord",
    topic="entrainement",
    level=2,
    time_s=90,
    source="CNN II, « SENet » (class-aware sampling) ; Shen et al. (2016)",
    objectives=("Expliquer un tirage équilibré entre classes.",),
    domain={"tens": COUNTS, "classes": integers(3, 4), "place": integers(0, 2)},
    valid=_different,
    answer=lambda tens, classes, place: Real(Fraction(100, classes * images(tens, classes)[place]), "%"),
    mistakes=(
        Misconception(
            "class-aware.uniform",
            lambda tens, classes: Fraction(100, sum(images(tens, classes))),
            "C’est un tirage au hasard parmi toutes les images : la classe n’est pas tirée d’abord.",
        ),
        Misconception(
            "class-aware.frequency",
            lambda tens, classes, place: Fraction(100 * tens[place], sum(tens[:classes])),
            "C’est la part de cette classe parmi les images.",
        ),
        Misconception(
            "class-aware.class-only",
            lambda classes: Fraction(100, classes),
            "C’est la probabilité de tirer la bonne classe. Il faut encore tirer cette image parmi les siennes.",
        ),
        Misconception(
            "class-aware.image-only",
            lambda tens, classes, place: Fraction(100, images(tens, classes)[place]),
            "C’est la probabilité de l’image une fois sa classe tirée. Comptez aussi le tirage de la classe.",
        ),
    ),
    statement=lambda classes, place: (
        f"La figure donne le nombre d’images de chacune des {classes} classes. À chaque pas, on tire une classe, "
        "toutes "
        "aussi probables, puis une image de cette classe, toutes aussi probables. Quelle est la probabilité de "
        "tirer une "
        f"image donnée de la classe « {NAMES[place]} », en % ?"
    ),
    figure=_chart,
    solution=lambda tens, classes, place, answer: (
        f"La classe est tirée une fois sur {classes}, puis l’image une fois sur {images(tens, classes)[place]}.",
        f"$1 / ({classes}\\times{images(tens, classes)[place]})$, soit {answer.shown()}.",
    ),
    hints=("Il y a deux tirages à la suite : leurs probabilités se multiplient.",),
)

WEIGHT = Family(
    id="imbalance.class_weight",
    title="Pondérer la perte d’une classe rare",
    topic="entrainement",
    level=2,
    time_s=90,
    source="CNN II, « SENet » (débalancement des classes)",
    objectives=("Compenser des classes inégales.",),
    domain={"tens": COUNTS, "classes": choices(3, 4), "place": integers(0, 2)},
    valid=_different,
    answer=lambda tens, classes, place: Real(Fraction(sum(tens[:classes]), classes * tens[place])),
    mistakes=(
        Misconception(
            "class-weight.inverse",
            lambda tens, classes, place: Fraction(classes * tens[place], sum(tens[:classes])),
            "C’est l’inverse : plus une classe est rare, plus son poids doit être grand.",
        ),
        Misconception(
            "class-weight.no-mean",
            lambda tens, classes, place: Fraction(sum(tens[:classes]), tens[place]),
            "Vous n’avez pas divisé par le nombre de classes : rapportez l’effectif moyen à celui de la classe.",
        ),
        Misconception(
            "class-weight.largest",
            lambda tens, classes, place: Fraction(max(tens[:classes]), tens[place]),
            "Vous avez comparé à la classe la plus nombreuse, et non à la moyenne.",
        ),
        Misconception(
            "class-weight.frequency",
            lambda tens, classes, place: Fraction(tens[place], sum(tens[:classes])),
            "C’est la fréquence de la classe.",
        ),
    ),
    statement=lambda classes, place: (
        f"La figure donne le nombre d’images de chacune des {classes} classes. On multiplie la perte de chaque "
        "image par un "
        "poids propre à sa classe : l’effectif moyen des classes divisé par celui de cette classe. Quel est le "
        "poids de la "
        f"classe « {NAMES[place]} » ?"
    ),
    figure=_chart,
    solution=lambda tens, classes, place, answer: (
        f"L’effectif moyen est ${sum(images(tens, classes))} / {classes}$.",
        f"${sum(images(tens, classes))} / ({classes}\\times{images(tens, classes)[place]})$ vaut "
        f"{answer.shown()} ; avec ces "
        "poids, toutes les classes comptent autant dans la perte.",
    ),
    hints=("Une classe d’effectif moyen aurait un poids de 1.",),
)


def recalls(table: Sequence[Sequence[int]]) -> list[float]:
    """Pour chaque vraie classe (une ligne), la part reconnue."""
    return [row[i] / sum(row) for i, row in enumerate(table)]


def rate(table: Sequence[Sequence[int]], cells: Sequence[int] = (0, 1, 2)) -> float:
    """La part, en %, des images qui sont sur la diagonale, dans ces cases-là."""
    return 100 * sum(table[i][i] for i in cells) / sum(map(sum, table))


def mean_recall(table: Sequence[Sequence[int]]) -> float:
    return 100 * sum(recalls(table)) / len(table)


@lru_cache(maxsize=64)
def confusion(cells: tuple[tuple[int, ...], ...], easy: int) -> list[list[int]]:
    """Une matrice de confusion dont la classe `easy` est bien plus fréquente que les autres, et mieux reconnue."""
    return [
        [n + (60 if i == j == easy else 4 if i == j else 0) for j, n in enumerate(row)]
        for i, row in enumerate(cells)
    ]


def _confusion_table(cells: tuple[tuple[int, ...], ...], easy: int) -> str:
    rows = zip(NAMES, confusion(cells, easy), strict=False)
    lines = [f"| **{name}** | {' | '.join(map(str, row))} |" for name, row in rows]
    return "\n".join([f"| Vraie classe | {' | '.join(NAMES[:3])} |", "|---|---|---|---|", *lines])


BALANCED = Family(
    id="imbalance.balanced_accuracy",
    title="Taux de réussite et classes inégales",
    topic="entrainement",
    level=3,
    time_s=180,
    points=3,
    source="CNN II, « SENet » (débalancement des classes)",
    objectives=("Évaluer un réseau sur des classes inégales.",),
    domain={"cells": grid(3, 3, low=0, high=9), "easy": integers(0, 2)},
    statement=lambda cells, easy: (
        "Ce tableau compte les images de test selon leur vraie classe (une ligne par classe) et la classe prédite (une "
        f"colonne par classe). La classe « {NAMES[easy]} » est la plus nombreuse.\n\n"
        + _confusion_table(cells, easy)
    ),
    parts=(
        Part(
            name="accuracy",
            prompt="Quelle part des images est bien classée, en % ?",
            answer=lambda cells, easy: Real(rate(confusion(cells, easy)), "%"),
            mistakes=(
                Misconception(
                    "balanced.error",
                    lambda cells, easy: 100 - rate(confusion(cells, easy)),
                    "C’est la part des images mal classées.",
                ),
                Misconception(
                    "balanced.frequent-only",
                    lambda cells, easy: rate(confusion(cells, easy), [easy]),
                    "Vous n’avez compté que les réussites de la classe la plus nombreuse : toute la diagonale "
                    "est juste.",
                ),
            ),
        ),
        Part(
            name="recall",
            prompt=(
                "Pour chaque classe, calculez la part de ses images qui est bien classée. Quelle est la moyenne "
                "de ces "
                "trois parts, en % ?"
            ),
            answer=lambda cells, easy: Real(mean_recall(confusion(cells, easy)), "%"),
            mistakes=(
                Misconception(
                    "balanced.columns",
                    lambda cells, easy: mean_recall(list(zip(*confusion(cells, easy), strict=True))),
                    "Vous avez divisé par les totaux des colonnes. Les images d’une classe sont sur une ligne.",
                ),
                Misconception(
                    "balanced.same-as-accuracy",
                    lambda accuracy: accuracy,
                    "C’est le taux de réussite global, où la classe la plus nombreuse pèse davantage.",
                ),
                Misconception(
                    "balanced.sum",
                    lambda cells, easy: 3 * mean_recall(confusion(cells, easy)),
                    "Vous avez additionné sans diviser par le nombre de classes.",
                ),
            ),
        ),
        Part(
            name="gap",
            prompt="De combien de points le taux de réussite global dépasse-t-il cette moyenne ?",
            answer=lambda accuracy, recall: Real(float(accuracy) - float(recall), margin=0.15),
            mistakes=(
                Misconception(
                    "balanced.ratio",
                    lambda accuracy, recall: 100 * (float(accuracy) / float(recall) - 1),
                    "C’est un écart relatif. En points, on soustrait simplement les deux pourcentages.",
                ),
            ),
        ),
    ),
    valid=lambda cells, easy: rate(confusion(cells, easy)) - mean_recall(confusion(cells, easy)) >= 5,
    solution=lambda cells, easy, answer: (
        f"La diagonale compte {sum(row[i] for i, row in enumerate(confusion(cells, easy)))} images sur "
        f"{sum(map(sum, confusion(cells, easy)))} : {answer.answers[0][1].shown()}.",
        "Par classe, "
        + ", ".join(f"{row[i]} sur {sum(row)}" for i, row in enumerate(confusion(cells, easy)))
        + f" : en moyenne {answer.answers[1][1].shown()}.",
        f"L’écart est de {answer.answers[2][1].shown()} points : la classe la plus nombreuse cache les erreurs "
        "sur les "
        "autres.",
    ),
    hints=("Les réussites sont sur la diagonale.", "Les images d’une vraie classe forment une ligne."),
)

FAMILIES = (CLASS_AWARE, WEIGHT, BALANCED)
