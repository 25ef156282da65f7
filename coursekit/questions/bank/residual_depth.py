"""La profondeur : ce qu’elle coûte à l’optimisation, et ce que la profondeur stochastique en retire."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Choice, Real
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Part

DIAGNOSES = {
    "degradation": "Une dégradation : le réseau profond s’optimise moins bien, déjà sur les images d’entraînement.",
    "overfitting": "Un surapprentissage : le réseau profond retient mieux les images d’entraînement, mais généralise "
    "moins bien.",
    "progress": "Un progrès : la profondeur aide à l’entraînement comme au test.",
    "capacity": "Un manque de capacité : le réseau profond ne peut pas représenter ce que représente l’autre.",
}
SIGNS = {"degradation": (1, 1), "overfitting": (-1, 1), "progress": (-1, -1)}
"""Le sens des écarts d’erreur du réseau profond : à l’entraînement, au test."""


def errors(case: str, train: int, gap: int, change: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Les erreurs (entraînement, test) des deux réseaux, en dixièmes de pour cent."""
    on_train, on_test = SIGNS[case]
    shallow = train, train + gap
    return shallow, (shallow[0] + on_train * change, shallow[1] + on_test * (change - 3))


def _table(layers: int, case: str, train: int, gap: int, change: int) -> str:
    shallow, deep = errors(case, train, gap, change)
    rows = ((20, shallow), (layers, deep))
    lines = [f"| {count} couches | {a / 10:.1f} % | {b / 10:.1f} % |" for count, (a, b) in rows]
    return "\n".join(("| Réseau | Erreur d’entraînement | Erreur de test |", "|---|---|---|", *lines))


DEGRADATION = Family(
    id="resnet.degradation",
    title="Dégradation ou surapprentissage ?",
    topic="residuel",
    level=1,
    time_s=60,
    source="CNN II, « ResNet » (constat) ; He et al. (2016), figure 1",
    objectives=("Distinguer la dégradation du surapprentissage.",),
    domain={
        "layers": choices(32, 44, 56),
        "case": choices(*SIGNS),
        "train": integers(50, 90, 5),
        "gap": integers(15, 35, 5),
        "change": integers(8, 16, 2),
    },
    answer=lambda case: Choice(DIAGNOSES[case]),
    mistakes=(
        Misconception(
            "degradation.overfitting",
            lambda case: DIAGNOSES["overfitting"] if case != "overfitting" else None,
            "En cas de surapprentissage, l’erreur d’entraînement du réseau profond serait plus basse et celle de "
            "test "
            "plus haute. Comparez les deux colonnes.",
        ),
        Misconception(
            "degradation.degradation",
            lambda case: DIAGNOSES["degradation"] if case != "degradation" else None,
            "La dégradation se voit d’abord à l’entraînement : l’erreur y serait plus haute avec plus de couches.",
        ),
        Misconception(
            "degradation.progress",
            lambda case: DIAGNOSES["progress"] if case != "progress" else None,
            "Un progrès baisserait aussi l’erreur de test.",
        ),
        Misconception(
            "degradation.capacity",
            lambda: DIAGNOSES["capacity"],
            "Plus profond, il peut tout ce que peut l’autre : il suffirait que ses couches en trop fassent "
            "l’identité.",
        ),
    ),
    statement=lambda layers, case, train, gap, change: (
        "Deux réseaux sans raccourcis, de même style, sont entraînés de la même façon jusqu’à ce que la perte ne "
        "baisse "
        f"plus. Que montre leur comparaison ?\n\n{_table(layers, case, train, gap, change)}"
    ),
    solution=lambda case, answer: (
        f"Avec plus de couches, l’erreur d’entraînement {'monte' if SIGNS[case][0] > 0 else 'baisse'} et l’erreur de "
        f"test {'monte' if SIGNS[case][1] > 0 else 'baisse'}.",
        answer.shown(),
    ),
    hints=("Regardez d’abord l’erreur d’entraînement.",),
)


@lru_cache(maxsize=1024)
def survival(block: int, blocks: int, last: int) -> Fraction:
    """p_l, quand p_L vaut `last` dixièmes (Huang et al., équation 4)."""
    return 1 - Fraction(block, blocks) * Fraction(10 - last, 10)


@lru_cache(maxsize=256)
def expected_blocks(blocks: int, last: int) -> Fraction:
    return sum((survival(block, blocks, last) for block in range(1, blocks + 1)), Fraction())


STOCHASTIC_DEPTH = Family(
    id="stochdepth.expected",
    title="Profondeur attendue d’un réseau à profondeur stochastique",
    topic="residuel",
    level=3,
    time_s=180,
    points=2,
    source="CNN II, « Stochastic Depth » ; Huang et al. (2016), équation 4",
    objectives=("Calculer les probabilités et la profondeur attendue en profondeur stochastique.",),
    domain={
        "blocks": choices(8, 9, 10, 12, 15, 16, 18, 20, 24),
        "block": integers(2, 20),
        "last": integers(2, 8),
    },
    valid=lambda blocks, block: block < blocks,
    statement=lambda blocks, last: (
        f"Un ResNet de $L = {blocks}$ blocs est entraîné à profondeur stochastique : à chaque mini-lot, on garde le "
        "bloc n° $l$ avec une probabilité $p_l$ qui décroît linéairement, de $p_0 = 1$ pour l’entrée à "
        f"$p_L = {last / 10:.1f}$ pour le dernier bloc."
    ),
    parts=(
        Part(
            name="survival",
            prompt=lambda block: f"Avec quelle probabilité garde-t-on le bloc n° {block} ?",
            answer=lambda block, blocks, last: Real(survival(block, blocks, last)),
            mistakes=(
                Misconception(
                    "stochdepth.dropped",
                    lambda block, blocks, last: 1 - survival(block, blocks, last),
                    "C’est la probabilité de retirer ce bloc.",
                ),
                Misconception(
                    "stochdepth.constant",
                    lambda last: Fraction(last, 10),
                    "C’est la probabilité du dernier bloc. Les premiers sont gardés plus souvent.",
                ),
                Misconception(
                    "stochdepth.kept-for-lost",
                    lambda block, blocks, last: 1 - Fraction(block, blocks) * Fraction(last, 10),
                    "Vous avez retiré une part de $p_L$. Entre l’entrée et la fin, la probabilité perd $1 − p_L$.",
                ),
                Misconception(
                    "stochdepth.from-the-end",
                    lambda block, blocks, last: survival(blocks - block, blocks, last),
                    "Vous avez compté les blocs à partir de la fin. Ce sont les premiers qu’on garde le plus "
                    "souvent.",
                ),
            ),
        ),
        Part(
            name="expected",
            prompt="Combien de blocs garde-t-on en moyenne (trois chiffres significatifs) ?",
            answer=lambda blocks, last: Real(expected_blocks(blocks, last)),
            mistakes=(
                Misconception(
                    "stochdepth.all-as-last",
                    lambda blocks, last: Fraction(blocks * last, 10),
                    "Vous avez donné à tous les blocs la probabilité du dernier.",
                ),
                Misconception(
                    "stochdepth.lost-blocks",
                    lambda blocks, last: blocks - expected_blocks(blocks, last),
                    "C’est le nombre de blocs retirés en moyenne.",
                ),
                Misconception(
                    "stochdepth.midpoint",
                    lambda blocks, last: blocks * Fraction(10 + last, 20),
                    "Vous avez moyenné $p_0$ et $p_L$. Les blocs sont numérotés à partir de 1 : la moyenne des "
                    "$p_l$ est "
                    "celle de $p_1$ et de $p_L$.",
                ),
                Misconception(
                    "stochdepth.full",
                    lambda blocks: blocks,
                    "C’est le réseau entier, celui qu’on utilise au test.",
                ),
            ),
        ),
    ),
    solution=lambda blocks, block, last, answer: (
        f"$p_l = 1 − \\frac{{l}}{{L}}(1 − p_L)$ : $p_{{{block}}} = 1 − \\frac{{{block}}}{{{blocks}}}\\times "
        f"{(10 - last) / 10:.1f}$, soit {answer.answers[0][1].shown()}.",
        f"L’espérance est la somme des $p_l$ : $L − \\frac{{L + 1}}{{2}}(1 − p_L) = {blocks} − "
        f"\\frac{{{blocks + 1}}}{{2}}\\times {(10 - last) / 10:.1f}$, soit {answer.answers[1][1].shown()} blocs.",
    ),
    hints=(
        "De combien la probabilité baisse-t-elle d’un bloc au suivant ?",
        "L’espérance d’une somme est la somme des espérances.",
    ),
)

FAMILIES = (DEGRADATION, STOCHASTIC_DEPTH)
