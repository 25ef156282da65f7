"""Des SE-ResNet réels dont on change la réduction et la profondeur : où sont les poids ajoutés ?"""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Real
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Part
from coursekit.questions.text import NBSP
from coursekit.tables import find

NETWORKS = {"se-resnet50": "SE-ResNet-50", "se-resnet101": "SE-ResNet-101", "se-resnet152": "SE-ResNet-152"}


@lru_cache(maxsize=8)
def gates(network: str) -> tuple[tuple[str, int, int], ...]:
    """Pour chaque étage de la table : son nom, son nombre de portes, leurs canaux."""
    entry = find(network)
    found = [
        (row.name.partition(".")[0], row.input.channels)
        for row in entry.rows(entry.input, entry.num_classes)
        if row.name.endswith("se.fc1")
    ]
    return tuple((stage, found.count((stage, c)), c) for stage, c in dict.fromkeys(found))


def edited_gates(network: str, stage: int, depth: int) -> list[tuple[str, int, int]]:
    """Les mêmes, l’étage numéro `stage` ayant `depth` blocs."""
    return [
        (name, depth if i == stage else count, channels)
        for i, (name, count, channels) in enumerate(gates(network))
    ]


def stage_weights(network: str, ratio: int, stage: int, depth: int) -> list[int]:
    return [count * 2 * channels**2 // ratio for _, count, channels in edited_gates(network, stage, depth)]


def _gate_table(network: str, stage: int, depth: int) -> str:
    rows = [f"| `{name}` | {count} | {c} |" for name, count, c in edited_gates(network, stage, depth)]
    return "\n".join(["| Étage | Blocs SE | Canaux |", "|---|---|---|", *rows])


STAGES = Family(
    id="se.stage_share",
    title="Où sont les poids des blocs SE ?",
    topic="moderne",
    level=3,
    time_s=300,
    points=3,
    source="CNN II, « SENet » ; Hu et al. (2018), section 6",
    objectives=("Dire où se concentrent les paramètres qu’ajoute SE.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*NETWORKS),
        "ratio": choices(2, 4, 8, 32, 64),
        "stage": integers(0, 3),
        "depth": integers(2, 7),
    },
    valid=lambda network, stage, depth: gates(network)[stage][1] != depth,
    statement=lambda network, ratio, stage, depth: (
        f"On part de **{NETWORKS[network]}**, où chaque bloc SE réduit ses $C$ canaux d’un facteur $r$. On donne "
        f"{depth} blocs à l’étage `{gates(network)[stage][0]}` et on prend $r = {ratio}$ au lieu de 16. On ne "
        "compte que "
        "les poids des blocs SE, sans biais.\n\n" + _gate_table(network, stage, depth)
    ),
    parts=(
        Part(
            name="last",
            prompt="Combien de poids les blocs SE du dernier étage ont-ils ?",
            answer=lambda network, ratio, stage, depth: stage_weights(network, ratio, stage, depth)[-1],
            mistakes=(
                Misconception(
                    "stage-share.one-block",
                    lambda network, ratio: 2 * gates(network)[-1][2] ** 2 // ratio,
                    "C’est un seul bloc SE : comptez tous ceux de l’étage.",
                ),
                Misconception(
                    "stage-share.one-layer",
                    lambda network, ratio, stage, depth: stage_weights(network, ratio, stage, depth)[-1] // 2,
                    "Un bloc SE a deux couches denses, l’une qui réduit et l’autre qui revient à $C$.",
                ),
                Misconception(
                    "stage-share.old-ratio",
                    lambda network, stage, depth: stage_weights(network, 16, stage, depth)[-1],
                    "C’est avec l’ancien facteur de réduction, 16.",
                ),
            ),
        ),
        Part(
            name="total",
            prompt="Et les blocs SE de tout le réseau ?",
            answer=lambda network, ratio, stage, depth, last: (
                sum(stage_weights(network, ratio, stage, depth)[:-1]) + last
            ),
            mistakes=(
                Misconception(
                    "stage-share.original-depth",
                    lambda network, ratio: sum(stage_weights(network, ratio, -1, 0)),
                    "C’est avec le nombre de blocs du réseau d’origine.",
                ),
                Misconception(
                    "stage-share.without-last",
                    lambda network, ratio, stage, depth: sum(
                        stage_weights(network, ratio, stage, depth)[:-1]
                    ),
                    "Vous avez oublié le dernier étage.",
                ),
                Misconception(
                    "stage-share.one-per-stage",
                    lambda network, ratio: sum(2 * c**2 // ratio for _, _, c in gates(network)),
                    "Vous avez compté un seul bloc SE par étage.",
                ),
            ),
        ),
        Part(
            name="share",
            prompt="Quelle part de ces poids le dernier étage a-t-il, en % ?",
            answer=lambda last, total: Real(100 * float(last) / float(total), "%"),
            mistakes=(
                Misconception(
                    "stage-share.by-blocks",
                    lambda network, stage, depth: (
                        100
                        * edited_gates(network, stage, depth)[-1][1]
                        / sum(count for _, count, _ in edited_gates(network, stage, depth))
                    ),
                    "C’est la part des blocs, pas des poids : un bloc de l’étage profond a bien plus de canaux.",
                ),
                Misconception(
                    "stage-share.others",
                    lambda last, total: 100 * (1 - last / total),
                    "C’est la part de tous les autres étages.",
                ),
                Misconception(
                    "stage-share.ratio-to-others",
                    lambda last, total: 100 * last / (total - last),
                    "Vous avez comparé aux autres étages. Une part se rapporte au total.",
                ),
            ),
        ),
    ),
    solution=lambda network, ratio, stage, depth, answer: (
        f"Un bloc SE sur $C$ canaux a $2C^2/r$ poids, avec $r = {ratio}$.",
        f"Par étage{NBSP}: {', '.join(map(str, stage_weights(network, ratio, stage, depth)))}. Le dernier en a "
        f"{answer.answers[0][1].shown()}, et le réseau {answer.answers[1][1].shown()}.",
        f"Le dernier étage en a donc {answer.answers[2][1].shown()}.",
    ),
    hints=("Le nombre de poids croît comme le carré du nombre de canaux.",),
)

FAMILIES = (STAGES,)
