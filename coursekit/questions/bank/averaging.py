"""Moyennes et cibles : prédire sur plusieurs coupes, lisser les étiquettes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Real
from coursekit.questions.domain import choices, grid
from coursekit.questions.family import Family

Rows = Sequence[Sequence[int]]


def percents(weights: Rows) -> list[tuple[int, int, int]]:
    """Pour chaque coupe, trois probabilités en % qui ont pour somme 100, tirées de deux entiers."""
    return [(a, min(b, 95 - a), 100 - a - min(b, 95 - a)) for a, b in weights]


def means(weights: Rows) -> list[float]:
    table = percents(weights)
    return [sum(column) / len(table) for column in zip(*table, strict=True)]


def _crop_table(weights: Rows) -> str:
    lines = [f"| {i} | {' | '.join(map(str, row))} |" for i, row in enumerate(percents(weights), start=1)]
    return "\n".join(["| Coupe | chat | chien | renard |", "|---|---|---|---|", *lines])


def _winner(weights: Rows) -> int:
    found = means(weights)
    return found.index(max(found))


CROPS = Family(
    id="tta.mean_score",
    title="Prédire sur plusieurs coupes",
    topic="entrainement",
    level=1,
    time_s=90,
    source="École d’été, « Augmentation des données »",
    objectives=("Combiner les prédictions de plusieurs coupes d’une image.",),
    domain={"weights": grid(4, 2, low=5, high=85)},
    valid=lambda weights: sorted(means(weights))[-1] - sorted(means(weights))[-2] >= 2,
    answer=lambda weights: Real(max(means(weights)), "%", digits=4, rel=0.002),
    mistakes=(
        Misconception(
            "mean-score.maximum",
            lambda weights: max(max(row) for row in percents(weights)),
            "C’est la probabilité la plus grande d’une seule coupe. On moyenne d’abord chaque classe sur toutes.",
        ),
        Misconception(
            "mean-score.votes",
            lambda weights: 25 * sum(row.index(max(row)) == _winner(weights) for row in percents(weights)),
            "C’est la part des coupes qui votent pour cette classe. On demande la moyenne de ses probabilités.",
        ),
        Misconception(
            "mean-score.first-crop",
            lambda weights: percents(weights)[0][_winner(weights)],
            "C’est la première coupe seule.",
        ),
        Misconception(
            "mean-score.second-class",
            lambda weights: sorted(means(weights))[-2],
            "C’est la moyenne d’une autre classe : la prédiction est la classe dont la moyenne est la plus grande.",
        ),
        Misconception(
            "mean-score.mean-of-maxima",
            lambda weights: sum(max(row) for row in percents(weights)) / 4,
            "Vous avez moyenné le maximum de chaque coupe, qui ne désigne pas toujours la même classe.",
        ),
    ),
    statement=lambda weights: (
        "Un réseau lit quatre coupes d’une même image et donne, en %, ces probabilités. On moyenne les quatre "
        "prédictions "
        "et on garde la classe la plus probable. Quelle probabilité moyenne a-t-elle, en % ?\n\n"
        + _crop_table(weights)
    ),
    solution=lambda weights, answer: (
        "On moyenne chaque colonne : "
        + ", ".join(
            f"{name} {mean:.2f} %"
            for name, mean in zip(("chat", "chien", "renard"), means(weights), strict=True)
        )
        + ".",
        f"La plus grande moyenne est {answer.shown()}.",
    ),
    hints=("Moyennez classe par classe, puis comparez.",),
)


def smoothed(percent: int, classes: int, right: bool) -> Fraction:
    epsilon = Fraction(percent, 100)
    return (1 - epsilon if right else 0) + epsilon / classes


SMOOTHING = Family(
    id="smoothing.target",
    title="Lissage des étiquettes",
    topic="entrainement",
    level=2,
    time_s=90,
    source="Szegedy et al. (2016), section 7",
    objectives=("Calculer les cibles d’un lissage des étiquettes.",),
    domain={
        "percent": choices(5, 8, 10, 15, 20, 30, 40),
        "classes": choices(3, 4, 5, 6, 8, 10, 20),
        "right": choices(True, False),
    },
    answer=lambda percent, classes, right: Real(smoothed(percent, classes, right), digits=4, rel=0.0005),
    mistakes=(
        Misconception(
            "smoothing.no-share",
            lambda percent, right: 1 - percent / 100 if right else None,
            "La vraie classe reçoit aussi sa part de ce qu’on répartit.",
        ),
        Misconception(
            "smoothing.others-only",
            lambda percent, classes, right: None if right else percent / 100 / (classes - 1),
            "On répartit $\\varepsilon$ entre toutes les classes, la vraie comprise.",
        ),
        Misconception(
            "smoothing.everything",
            lambda percent: percent / 100,
            "$\\varepsilon$ est ce qu’on répartit entre toutes les classes, et non ce que chacune reçoit.",
        ),
        Misconception(
            "smoothing.other-class",
            lambda percent, classes, right: smoothed(percent, classes, not right),
            "C’est la cible de l’autre sorte de classe : relisez laquelle on demande.",
        ),
        Misconception(
            "smoothing.subtracted",
            lambda percent, classes, right: 1 - Fraction(percent, 100) / classes if right else None,
            "La vraie classe perd $\\varepsilon$ en entier, puis reçoit une part comme les autres.",
        ),
        Misconception(
            "smoothing.not-smoothed",
            lambda right: float(right),
            "C’est la cible sans lissage.",
        ),
    ),
    statement=lambda percent, classes, right: (
        f"On entraîne un réseau à {classes} classes avec un lissage des étiquettes $\\varepsilon = "
        f"{percent / 100}$ : la "
        "cible « 1 pour la vraie classe, 0 ailleurs » perd une part $\\varepsilon$, répartie également entre "
        "toutes les "
        f"classes. Quelle est la cible de {'la vraie classe' if right else 'chacune des autres classes'} ? "
        "(Donnez quatre "
        "chiffres significatifs.)"
    ),
    solution=lambda percent, classes, right, answer: (
        f"Chaque classe reçoit $\\varepsilon / K = {percent / 100} / {classes}$.",
        (
            f"La vraie classe garde aussi $1 − {percent / 100} = {1 - percent / 100:.2f}$ ; en tout, {answer.shown()}."
            if right
            else f"Les autres n’ont que cela : {answer.shown()}."
        ),
    ),
    hints=("La somme des cibles doit rester égale à 1.",),
)

FAMILIES = (CROPS, SMOOTHING)
