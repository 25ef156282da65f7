"""Apprentissage par transfert : ce qu’on remplace, ce qu’on gèle, à quel pas on apprend le reste."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, totals
from coursekit.layers import Row
from coursekit.questions.answers import Real
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Part
from coursekit.tables import find

NETWORKS = {
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "densenet121": "DenseNet-121",
    "mobilenet-v1": "MobileNet v1",
    "mobilenet-v2": "MobileNet v2",
    "efficientnet-b0": "EfficientNet-B0",
}


@lru_cache(maxsize=16)
def rows_of(network: str) -> tuple[Row, ...]:
    entry = find(network)
    return entry.rows(entry.input, entry.num_classes)


@lru_cache(maxsize=16)
def all_parameters(network: str) -> int:
    return totals(rows_of(network))[0]


def head(network: str) -> Row:
    """La couche dense qui décide."""
    return rows_of(network)[-1]


def _features(network: str) -> int:
    return head(network).input.channels


TRAINABLE = Family(
    id="transfer.trainable",
    title="Ce qu’on entraîne quand le tronc est gelé",
    topic="entrainement",
    level=1,
    time_s=90,
    source="École d’été, « Apprentissage par transfert »",
    objectives=("Dire ce qu’on entraîne en apprentissage par transfert.",),
    tags=("réseau réel",),
    domain={"network": choices(*NETWORKS), "classes": choices(3, 5, 12, 20, 37, 102, 200)},
    answer=lambda network, classes: (_features(network) + 1) * classes,
    mistakes=(
        Misconception(
            "trainable.no-bias",
            lambda network, classes: _features(network) * classes,
            "Vous avez oublié les biais de la nouvelle couche, un par classe.",
        ),
        Misconception(
            "trainable.whole-network",
            lambda network, classes: (
                all_parameters(network) - head(network).parameters + (_features(network) + 1) * classes
            ),
            "C’est tout le réseau. Les paramètres gelés ne s’entraînent pas.",
        ),
        Misconception(
            "trainable.old-head",
            lambda network: head(network).parameters,
            "C’est l’ancienne tête, pour 1000 classes : la vôtre en distingue {classes}.",
        ),
        Misconception(
            "trainable.trunk",
            lambda network: all_parameters(network) - head(network).parameters,
            "C’est le tronc, qui est justement gelé.",
        ),
        Misconception(
            "trainable.one-bias",
            lambda network, classes: _features(network) * classes + 1,
            "La couche n’a pas un biais en tout, mais un par classe.",
        ),
    ),
    statement=lambda network, classes: (
        f"**{NETWORKS[network]}**, préentraîné sur ImageNet, a {all_parameters(network)} paramètres ; sa dernière "
        "couche, "
        f"dense, lit {_features(network)} valeurs. On gèle le tronc et on remplace cette couche par une couche "
        "dense avec "
        f"biais pour {classes} classes. Combien de paramètres entraîne-t-on ?"
    ),
    solution=lambda network, classes, answer: (
        "Seule la nouvelle couche s’entraîne.",
        f"${_features(network)}\\times{classes}$ poids et {classes} biais : {answer.shown()} paramètres.",
    ),
    hints=("Quels paramètres ne sont pas gelés ?",),
)

RESNETS = {
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "resnet101": "ResNet-101",
}
STAGES = ("conv2_x", "conv3_x", "conv4_x", "conv5_x")


@lru_cache(maxsize=64)
def stage_parameters(network: str, stage: str) -> int:
    return sum(row.parameters for row in rows_of(network) if row.name.partition(".")[0] == stage)


def _stage_table(network: str) -> str:
    rows = [f"| `{stage}` | {stage_parameters(network, stage)} |" for stage in STAGES]
    return "\n".join(["| Étage | Paramètres |", "|---|---|", *rows])


def _thawed(network: str, frozen: int) -> int:
    return sum(stage_parameters(network, stage) for stage in STAGES[frozen:])


def _named(frozen: int) -> str:
    """Les étages gelés, en toutes lettres."""
    names = [f"`{stage}`" for stage in STAGES[:frozen]]
    return f"l’étage {names[0]}" if frozen == 1 else f"les étages {', '.join(names[:-1])} et {names[-1]}"


UNFREEZE = Family(
    id="transfer.unfreeze",
    title="Dégeler les derniers étages",
    topic="entrainement",
    level=2,
    time_s=180,
    points=3,
    source="École d’été, « Apprentissage par transfert »",
    objectives=("Choisir ce qu’on gèle et mesurer ce qu’on entraîne.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*RESNETS),
        "frozen": integers(1, 3),
        "classes": choices(4, 10, 15, 25, 40, 120),
    },
    statement=lambda network, frozen, classes: (
        f"Vous partez de **{RESNETS[network]}** préentraîné, dont vous gelez la première couche et "
        f"{_named(frozen)}. Vous "
        f"remplacez sa tête par une couche dense avec biais, de {_features(network)} entrées et {classes} "
        "classes, et "
        "vous entraînez tout le reste.\n\n" + _stage_table(network)
    ),
    parts=(
        Part(
            name="new_head",
            prompt="Combien de paramètres la nouvelle tête a-t-elle ?",
            answer=lambda network, classes: (_features(network) + 1) * classes,
            mistakes=(
                Misconception(
                    "unfreeze.no-bias",
                    lambda network, classes: _features(network) * classes,
                    "Vous avez oublié les biais, un par classe.",
                ),
                Misconception(
                    "unfreeze.old-head",
                    lambda network: head(network).parameters,
                    "C’est la tête d’origine, pour les 1000 classes d’ImageNet.",
                ),
            ),
        ),
        Part(
            name="trained",
            prompt="Combien de paramètres entraîne-t-on en tout ?",
            answer=lambda network, frozen, new_head: _thawed(network, frozen) + new_head,
            mistakes=(
                Misconception(
                    "unfreeze.no-head",
                    lambda network, frozen: _thawed(network, frozen),
                    "Vous avez oublié la nouvelle tête, qui s’entraîne aussi.",
                ),
                Misconception(
                    "unfreeze.frozen-side",
                    lambda network, frozen, new_head: (
                        _thawed(network, 0) - _thawed(network, frozen) + new_head
                    ),
                    "Vous avez compté les étages gelés au lieu des autres.",
                ),
                Misconception(
                    "unfreeze.everything",
                    lambda network, new_head: _thawed(network, 0) + new_head,
                    "Vous n’avez rien gelé.",
                ),
                Misconception(
                    "unfreeze.one-too-many",
                    lambda network, frozen, new_head: _thawed(network, frozen - 1) + new_head,
                    "Vous avez dégelé un étage de trop.",
                ),
            ),
        ),
        Part(
            name="share",
            prompt="Quelle part de ces paramètres entraînés la tête représente-t-elle, en % ?",
            answer=lambda new_head, trained: Real(100 * float(new_head) / float(trained), "%"),
            mistakes=(
                Misconception(
                    "unfreeze.other-share",
                    lambda new_head, trained: 100 * (1 - new_head / trained),
                    "C’est la part des étages dégelés.",
                ),
                Misconception(
                    "unfreeze.fraction",
                    lambda new_head, trained: float(new_head) / float(trained),
                    "Vous avez donné une fraction : multipliez par 100 pour l’avoir en pour cent.",
                ),
            ),
        ),
    ),
    solution=lambda network, frozen, classes, answer: (
        f"La tête a ${_features(network)}\\times{classes}$ poids et {classes} biais, soit "
        f"{answer.answers[0][1].shown()}.",
        f"Les étages dégelés en ont {' + '.join(str(stage_parameters(network, s)) for s in STAGES[frozen:])} ; "
        "avec la "
        f"tête, {answer.answers[1][1].shown()}.",
        f"La tête en représente {answer.answers[2][1].shown()}.",
    ),
    hints=("Additionnez les étages qui ne sont pas gelés, puis la tête.",),
)

RATE = Family(
    id="transfer.learning_rate",
    title="Un pas d’apprentissage par étage",
    topic="entrainement",
    level=2,
    time_s=75,
    source="École d’été, « Apprentissage par transfert »",
    objectives=("Régler le pas d’apprentissage d’un réseau préentraîné.",),
    domain={
        "rate": choices(0.1, 0.05, 0.02, 0.01),
        "divisor": choices(2, 2.5, 3, 4, 5),
        "groups": integers(4, 6),
        "rank": integers(1, 4),
    },
    valid=lambda rate, divisor, groups, rank: (
        groups - rank >= 2 and rate / divisor ** (groups - rank) >= 2e-4
    ),
    answer=lambda rate, divisor, groups, rank: Real(rate / divisor ** (groups - rank)),
    mistakes=(
        Misconception(
            "rate.linear",
            lambda rate, divisor, groups, rank: rate / (divisor * (groups - rank)),
            "On divise à chaque groupe qu’on descend : c’est une puissance de {divisor}, pas un multiple.",
        ),
        Misconception(
            "rate.one-too-many",
            lambda rate, divisor, groups, rank: rate / divisor ** (groups - rank + 1),
            "Vous avez divisé une fois de trop : le dernier groupe garde le pas {rate}.",
        ),
        Misconception(
            "rate.from-the-bottom",
            lambda rate, divisor, rank: rate / divisor ** (rank - 1),
            "Vous avez compté depuis le mauvais bout : ce sont les premières couches qui bougent le moins.",
        ),
        Misconception(
            "rate.multiplied",
            lambda rate, divisor, groups, rank: rate * divisor ** (groups - rank),
            "Vous avez multiplié. Les premières couches sont générales : on les change moins que les dernières.",
        ),
        Misconception(
            "rate.same",
            lambda rate: rate,
            "C’est le pas du dernier groupe ; celui-ci est plus près de l’image.",
        ),
    ),
    statement=lambda rate, divisor, groups, rank: (
        f"Un réseau préentraîné est découpé en {groups} groupes de couches, le groupe 1 près de l’image. Le groupe "
        f"{groups}, qui contient la nouvelle tête, apprend au pas {rate} ; chaque groupe apprend à un pas "
        f"{divisor} fois "
        f"plus petit que le suivant. À quel pas le groupe {rank} apprend-il ? (Donnez trois chiffres significatifs.)"
    ),
    solution=lambda rate, divisor, groups, rank, answer: (
        f"Du groupe {groups} au groupe {rank}, on divise {groups - rank} fois par {divisor}.",
        f"${rate} / {divisor}^{groups - rank}$ vaut {answer.shown()}.",
    ),
    hints=("Combien de fois divise-t-on, du dernier groupe à celui-ci ?",),
)

FAMILIES = (TRAINABLE, UNFREEZE, RATE)
