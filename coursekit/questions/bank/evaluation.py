"""Évaluer : erreur top-k, images augmentées, réseaux qui votent."""

from __future__ import annotations

from functools import lru_cache
from math import comb

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Integer, Real
from coursekit.questions.domain import choices, grid, integers
from coursekit.questions.family import Family

LETTERS = "ABCDEFGH"
Rows = tuple[tuple[int, ...], ...]


@lru_cache(maxsize=64)
def ranks(scores: Rows, labels: tuple[int, ...]) -> tuple[int, ...]:
    """Le rang de la bonne classe de chaque image, à partir de 1."""
    return tuple(
        1 + sum(other > row[label] for other in row) for row, label in zip(scores, labels, strict=True)
    )


def missed(scores: Rows, labels: tuple[int, ...], low: int, high: int) -> int:
    """Le nombre d’images dont la bonne classe n’est pas aux rangs `low` à `high`."""
    return sum(not low <= rank <= high for rank in ranks(scores, labels))


def _rate(count: int) -> int:
    return 20 * count


def _score_table(scores: Rows, labels: tuple[int, ...]) -> str:
    lines = [
        f"| {i} | {LETTERS[label]} | {' | '.join(map(str, row))} |"
        for i, (row, label) in enumerate(zip(scores, labels, strict=True), start=1)
    ]
    return "\n".join([f"| Image | Classe | {' | '.join(LETTERS)} |", "|---" * 10 + "|", *lines])


def _rank_table(scores: Rows, labels: tuple[int, ...]) -> str:
    found = zip(labels, ranks(scores, labels), strict=True)
    lines = [f"| {i} | {LETTERS[label]} | {rank} |" for i, (label, rank) in enumerate(found, start=1)]
    return "\n".join(["| Image | Classe | Rang |", "|---|---|---|", *lines])


TOP_K = Family(
    id="head.top_k_error",
    title="Erreur top-k",
    topic="entrainement",
    level=1,
    time_s=120,
    source="École d’été, « ImageNet − ILSVRC »",
    objectives=("Calculer une erreur top-k.",),
    domain={"scores": grid(5, 8, low=1, high=99), "labels": grid(5, low=0, high=7), "k": choices(2, 3, 5)},
    valid=lambda scores, labels, k: (
        1 <= missed(scores, labels, 1, k) <= 3 and all(len(set(row)) == len(row) for row in scores)
    ),
    answer=lambda scores, labels, k: Integer(_rate(missed(scores, labels, 1, k)), "%"),
    mistakes=(
        Misconception(
            "top-k.top-one",
            lambda scores, labels: _rate(missed(scores, labels, 1, 1)),
            "C’est l’erreur top-1. Ici, la bonne classe peut être n’importe où parmi les {k} premières.",
        ),
        Misconception(
            "top-k.accuracy",
            lambda scores, labels, k: 100 - _rate(missed(scores, labels, 1, k)),
            "C’est la part des images réussies. L’erreur est la part des images ratées.",
        ),
        Misconception(
            "top-k.one-short",
            lambda scores, labels, k: _rate(missed(scores, labels, 1, k - 1)),
            "Le rang {k} compte encore parmi les {k} premiers.",
        ),
        Misconception(
            "top-k.one-more",
            lambda scores, labels, k: _rate(missed(scores, labels, 1, k + 1)),
            "Vous avez accepté un rang de trop.",
        ),
        Misconception(
            "top-k.lowest",
            lambda scores, labels, k: _rate(missed(scores, labels, 9 - k, 8)),
            "Vous avez pris les plus petits scores : les meilleures classes ont les plus grands.",
        ),
        Misconception(
            "top-k.count",
            lambda scores, labels, k: missed(scores, labels, 1, k),
            "C’est le nombre d’images ratées. Rapportez-le au nombre d’images, en pour cent.",
        ),
    ),
    statement=lambda scores, labels, k: (
        f"Un réseau donne à cinq images un score pour chacune des classes A à H. Quelle est son erreur top-{k}, "
        "en % ?"
        "\n\n" + _score_table(scores, labels)
    ),
    solution=lambda scores, labels, k, answer: (
        "Le rang de la bonne classe, parmi les scores de chaque image :\n\n" + _rank_table(scores, labels),
        f"Images dont le rang dépasse {k} : {missed(scores, labels, 1, k)} sur 5, soit {answer.shown()}.",
    ),
    hints=("Cherchez pour chaque image le rang de sa vraie classe.",),
)

COUNT = Family(
    id="aug.count",
    title="Combien d’images après augmentation ?",
    topic="entrainement",
    level=1,
    time_s=60,
    source="École d’été, « Augmentation des données »",
    objectives=("Compter les images que donne une augmentation.",),
    domain={"images": choices(10, 20, 50, 120, 300), "crops": integers(3, 9), "angles": choices(2, 3, 4)},
    answer=lambda images, crops, angles: images * 2 * crops * angles,
    mistakes=(
        Misconception(
            "aug-count.added",
            lambda images, crops, angles: images * (2 + crops + angles),
            "Ces transformations se combinent : chaque coupe existe à l’endroit et en miroir. On multiplie.",
        ),
        Misconception(
            "aug-count.no-flip",
            lambda images, crops, angles: images * crops * angles,
            "Vous avez oublié le miroir : chaque image existe à l’endroit et en miroir.",
        ),
        Misconception(
            "aug-count.no-crops",
            lambda images, angles: images * 2 * angles,
            "Vous avez oublié les coupes : chaque photo en donne {crops}.",
        ),
        Misconception(
            "aug-count.both-mirrors",
            lambda images, crops, angles: images * 4 * crops * angles,
            "Vous avez compté deux miroirs. Il n’y en a qu’un : chaque coupe donne deux images, l’endroit et le "
            "miroir.",
        ),
        Misconception(
            "aug-count.originals-added",
            lambda images, crops, angles: images * (2 * crops * angles + 1),
            "Vous avez ajouté les photos entières : on n’entraîne ici que sur les coupes.",
        ),
        Misconception(
            "aug-count.no-angles",
            lambda images, crops: images * 2 * crops,
            "Vous avez oublié les rotations : chaque image est tournée de {angles} angles.",
        ),
    ),
    statement=lambda images, crops, angles: (
        f"On augmente {images} photos : de chacune, on tire {crops} coupes ; chaque coupe est gardée à l’endroit "
        "et en "
        f"miroir ; chaque image obtenue est tournée de {angles} angles différents, 0° compris. Combien d’images "
        "d’entraînement cela fait-il ?"
    ),
    solution=lambda images, crops, angles, answer: (
        "On choisit une coupe, un sens et un angle : les choix se multiplient.",
        f"${images}\\times{crops}\\times2\\times{angles} =$ {answer.shown()}.",
    ),
    hints=("Les choix sont indépendants.",),
)


def vote_error(error: int, voters: int) -> float:
    """La part des images, en %, que rate la majorité de `voters` réseaux indépendants qui en ratent `error` %."""
    p = error / 100
    return 100 * sum(
        (comb(voters, wrong) * p**wrong * (1 - p) ** (voters - wrong))
        for wrong in range(voters // 2 + 1, voters + 1)
    )


def _majorities(voters: int) -> str:
    """La somme des cas où la majorité se trompe."""
    terms = []
    for wrong in range(voters // 2 + 1, voters + 1):
        ways, rest = comb(voters, wrong), voters - wrong
        power = "" if rest == 0 else "(1-p)" if rest == 1 else f"(1-p)^{rest}"
        terms.append(f"{ways if ways > 1 else ''}p^{wrong}{power}")
    return " + ".join(terms)


VOTERS = {3: "Trois", 5: "Cinq"}

VOTE = Family(
    id="ensemble.vote_error",
    title="Pourquoi voter ?",
    topic="entrainement",
    level=3,
    time_s=180,
    source="École d’été, « Ensemble methods »",
    objectives=("Expliquer ce qu’apporte un ensemble de réseaux.",),
    domain={"error": integers(10, 45), "voters": choices(*VOTERS)},
    answer=lambda error, voters: Real(vote_error(error, voters), "%"),
    mistakes=(
        Misconception(
            "vote.unanimous",
            lambda error, voters: 100 * (error / 100) ** voters,
            "C’est la probabilité que tous se trompent. Il suffit que la majorité se trompe.",
        ),
        Misconception(
            "vote.no-change",
            lambda error: float(error),
            "C’est l’erreur d’un réseau seul. Comme leurs erreurs sont indépendantes, la majorité en corrige une "
            "partie.",
        ),
        Misconception(
            "vote.divided",
            lambda error, voters: error / voters,
            "On ne divise pas l’erreur par {voters} : comptez les cas où plus de la moitié des réseaux se trompent.",
        ),
        Misconception(
            "vote.one-order",
            lambda error, voters: (
                100 * (error / 100) ** (voters // 2 + 1) * (1 - error / 100) ** (voters // 2)
            ),
            "C’est une seule façon de se tromper : dites aussi lesquels se trompent, et comptez les majorités "
            "plus larges.",
        ),
        Misconception(
            "vote.exact-majority",
            lambda error, voters: (
                100
                * comb(voters, voters // 2 + 1)
                * (error / 100) ** (voters // 2 + 1)
                * (1 - error / 100) ** (voters // 2)
            ),
            "Vous avez oublié les cas où plus de réseaux encore se trompent.",
        ),
        Misconception(
            "vote.success",
            lambda error, voters: 100 - vote_error(error, voters),
            "C’est la part des images réussies.",
        ),
    ),
    statement=lambda error, voters: (
        f"{VOTERS[voters]} réseaux disent si une image montre un chat. Chacun se trompe sur "
        f"{error} % des "
        "images, indépendamment des autres. Sur quelle part des images leur vote à la majorité se trompe-t-il, en % ?"
    ),
    solution=lambda error, voters, answer: (
        f"La majorité se trompe si au moins {voters // 2 + 1} réseaux se trompent. Avec $p = {error / 100}$ :",
        f"$${_majorities(voters)}$$",
        f"soit {answer.shown()}. De vrais réseaux se trompent souvent ensemble : le gain y est plus petit.",
    ),
    hints=("Combien de réseaux, au moins, doivent se tromper ?", "De combien de façons ?"),
)

FAMILIES = (TOP_K, COUNT, VOTE)
