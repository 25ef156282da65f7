"""De vrais ResNet, dont on change l’image, le début ou le nombre de blocs."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, walk
from coursekit.layers import Layer, Shape, edit
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family
from coursekit.tables import find

STEMS = {"": "", "conv1": "de la couche `conv1`", "maxpool": "du max pooling du début"}


@lru_cache(maxsize=256)
def stage_sides(side: int, stem: str) -> dict[int, int]:
    """La taille des cartes après chaque étage de ResNet-18, le pas de `stem` ramené à 1."""
    net: Layer = find("resnet18").unroll(1000)
    if stem:
        net = edit(net, stem, stride=1)
    rows = walk(net, Shape(3, (side, side)))
    return {
        stage: next(row for row in reversed(rows) if row.name.startswith(f"conv{stage}_x")).output.spatial[0]
        for stage in (2, 3, 4, 5)
    }


STAGE_SIZES = Family(
    id="resnet.stage_sizes",
    title="La taille des cartes dans un ResNet",
    topic="residuel",
    level=2,
    time_s=120,
    points=2,
    source="CNN II, « ResNet » (table) ; He et al. (2016), table 1",
    objectives=("Suivre la taille des cartes dans un ResNet.",),
    tags=("réseau réel",),
    domain={
        "side": choices(96, 128, 160, 192, 200, 250, 256, 288, 300, 320, 384, 400, 448, 500),
        "stage": integers(2, 5),
        "stem": choices(*STEMS),
    },
    answer=lambda side, stage, stem: stage_sides(side, stem)[stage],
    mistakes=(
        Misconception(
            "stage-sizes.unchanged",
            lambda side, stage, stem: stage_sides(side, "")[stage] if stem else None,
            "Vous avez suivi le réseau d’origine : l’énoncé en change un pas.",
        ),
        Misconception(
            "stage-sizes.no-max-pool",
            lambda side, stage, stem: stage_sides(side, "maxpool")[stage] if not stem else None,
            "Vous avez sauté le max pooling du début, qui a un pas de 2.",
        ),
        Misconception(
            "stage-sizes.first-stage-halved",
            lambda side, stage, stem: (stage_sides(side, stem)[stage] + 1) // 2,
            "Vous avez divisé une fois de trop. L’étage conv2_x garde la taille : son premier bloc a un "
            "pas de 1.",
        ),
        Misconception(
            "stage-sizes.one-stage-less",
            lambda side, stage, stem: (
                stage_sides(side, stem)[stage - 1] if stage > 2 else 2 * stage_sides(side, stem)[2]
            ),
            "Il manque une réduction : suivez la taille depuis l’image, étage par étage.",
        ),
        Misconception(
            "stage-sizes.article",
            lambda stage: stage_sides(224, "")[stage],
            "C’est la taille imprimée dans l’article, pour des images de 224×224.",
        ),
        Misconception(
            "stage-sizes.rounded-down",
            lambda side, stage, stem: side // 2 ** (stage - bool(stem)),
            "Vous avez arrondi vers le bas. Avec ce padding, une taille impaire se réduit à sa moitié arrondie "
            "vers le "
            "haut.",
        ),
    ),
    statement=lambda side, stage, stem: (
        f"On donne à ResNet-18 des images de ${side}\\times{side}$"
        + (f", et on ramène à 1 le pas {STEMS[stem]}" if stem else "")
        + f". Quelle est la taille (le côté, en pixels) des cartes qui sortent de `conv{stage}_x` ?\n\n"
        "| Couches | Filtre | S | P |\n|---|---|---|---|\n"
        f"| `conv1` | 7×7 | {1 if stem == 'conv1' else 2} | 3 |\n"
        f"| max pooling | 3×3 | {1 if stem == 'maxpool' else 2} | 1 |\n"
        "| `conv2_x` | 3×3 | 1 | 1 |\n"
        "| `conv3_x`, `conv4_x`, `conv5_x` : première couche | 3×3 | 2 | 1 |\n"
        "| `conv3_x`, `conv4_x`, `conv5_x` : les autres | 3×3 | 1 | 1 |"
    ),
    solution=lambda side, stage, stem, answer: (
        f"À l’entrée de `conv2_x`, la taille est {stage_sides(side, stem)[2]} : "
        + ("un seul pas de 2 la précède." if stem else "deux pas de 2 la précèdent."),
        "Étage par étage : "
        + ", ".join(f"`conv{s}_x` {stage_sides(side, stem)[s]}" for s in range(2, stage + 1))
        + ".",
        f"Les cartes mesurent {answer.shown()} pixels de côté.",
    ),
    hints=(
        "Où sont les pas de 2 ?",
        "Avec F = 3, P = 1 et S = 2, la taille W devient la moitié de W, arrondie au-dessus.",
    ),
)

PER_BLOCK = {"basic": 2, "bottleneck": 3}


def _layers(block: str, blocks: int) -> int:
    return PER_BLOCK[block] * blocks + 2


DEPTH = Family(
    id="resnet.depth",
    title="Le nombre dans le nom d’un ResNet",
    topic="residuel",
    level=1,
    time_s=60,
    source="CNN II, « ResNet » (table) ; He et al. (2016), table 1",
    objectives=("Compter les couches d’un ResNet à partir de sa table.",),
    domain={
        "block": choices(*PER_BLOCK),
        "first": integers(2, 4),
        "second": integers(2, 6),
        "third": integers(2, 8),
        "fourth": integers(2, 4),
    },
    answer=lambda block, first, second, third, fourth: _layers(block, first + second + third + fourth),
    mistakes=(
        Misconception(
            "resnet-depth.no-ends",
            lambda block, first, second, third, fourth: _layers(block, first + second + third + fourth) - 2,
            "Vous avez oublié les deux bouts du réseau : la convolution 7×7 et la couche dense.",
        ),
        Misconception(
            "resnet-depth.blocks",
            lambda first, second, third, fourth: first + second + third + fourth,
            "C’est le nombre de blocs. Chacun contient plusieurs convolutions.",
        ),
        Misconception(
            "resnet-depth.other-block",
            lambda block, first, second, third, fourth: _layers(
                "basic" if block == "bottleneck" else "bottleneck", first + second + third + fourth
            ),
            "Un bloc ordinaire a deux convolutions, un bottleneck trois.",
        ),
        Misconception(
            "resnet-depth.projections",
            lambda block, first, second, third, fourth: (
                _layers(block, first + second + third + fourth) + (4 if block == "bottleneck" else 3)
            ),
            "Vous avez compté les projections des raccourcis. Elles sont à côté du chemin principal, qui seul "
            "donne son "
            "nom au réseau.",
        ),
        Misconception(
            "resnet-depth.pooling",
            lambda block, first, second, third, fourth: _layers(block, first + second + third + fourth) + 2,
            "Vous avez compté les deux poolings. Ils n’ont pas de poids.",
        ),
    ),
    statement=lambda block, first, second, third, fourth: (
        "Un ResNet commence par une convolution 7×7 et un max pooling, et finit par un pooling global et une couche "
        f"dense. Entre les deux, quatre étages de {first}, {second}, {third} et {fourth} "
        + ("blocs ordinaires (deux convolutions 3×3)" if block == "basic" else "bottlenecks (1×1, 3×3, 1×1)")
        + ". Selon l’usage de l’article, où seules comptent les couches à poids du chemin principal, il s’appellerait "
        "ResNet-combien ?"
    ),
    solution=lambda block, first, second, third, fourth, answer: (
        f"Blocs : ${first} + {second} + {third} + {fourth} = {first + second + third + fourth}$, de "
        f"{PER_BLOCK[block]} "
        "convolutions chacun.",
        f"Avec la 7×7 et la couche dense : ${PER_BLOCK[block]}\\times{first + second + third + fourth} + 2$ = "
        f"{answer.shown()}.",
    ),
    hints=("Combien de convolutions un bloc a-t-il ?", "N’oubliez pas les deux bouts."),
)

FAMILIES = (STAGE_SIZES, DEPTH)
