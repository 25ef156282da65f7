"""ResNeXt : les poids d’un bloc à plusieurs chemins."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, conv_parameters
from coursekit.questions.domain import choices
from coursekit.questions.family import Family


def _block(channels: int, cardinality: int, width: int) -> int:
    inner = cardinality * width
    return 2 * channels * inner + conv_parameters(inner, inner, 3, groups=cardinality, bias=False)


PARAMS = Family(
    id="resnext.params",
    title="Poids d’un bloc ResNeXt",
    topic="moderne",
    level=2,
    time_s=120,
    points=2,
    source="CNN II, « ResNeXt » ; Xie et al. (2017), figure 1",
    objectives=("Compter les poids d’un bloc à plusieurs chemins.",),
    domain={
        "channels": choices(128, 256, 512, 1024),
        "cardinality": choices(2, 4, 8, 16, 32, 64),
        "width": choices(4, 6, 8, 12, 14, 16, 24, 40),
    },
    valid=lambda channels, cardinality, width: channels // 4 <= cardinality * width <= channels,
    answer=_block,
    mistakes=(
        Misconception(
            "resnext-params.one-path",
            lambda channels, cardinality, width: _block(channels, cardinality, width) // cardinality,
            "C’est un seul chemin ; le bloc en a {cardinality}, dont les sorties s’additionnent.",
        ),
        Misconception(
            "resnext-params.merged",
            lambda channels, cardinality, width: (
                2 * channels * cardinality * width + 9 * (cardinality * width) ** 2
            ),
            "Vous avez réuni les chemins en un bottleneck ordinaire. Dans un chemin, la 3×3 ne lit que {width} "
            "canaux.",
        ),
        Misconception(
            "resnext-params.no-expansion",
            lambda channels, cardinality, width: cardinality * (channels * width + 9 * width**2),
            "Il manque la dernière 1×1 de chaque chemin, qui rend {channels} canaux.",
        ),
        Misconception(
            "resnext-params.one-channel",
            lambda channels, cardinality, width: cardinality * (2 * channels * width + 9 * width),
            "Vous n’avez donné qu’un canal aux filtres 3×3. Dans un chemin, ils en lisent {width}.",
        ),
        Misconception(
            "resnext-params.split-input",
            lambda channels, cardinality, width: 2 * channels * width + 9 * cardinality * width**2,
            "Vous avez réparti les {channels} canaux entre les chemins. Chaque chemin les lit tous, et les rend "
            "tous.",
        ),
    ),
    statement=lambda channels, cardinality, width: (
        f"Un bloc ResNeXt a une cardinalité de {cardinality} : {cardinality} chemins parallèles, qui lisent tous les "
        f"{channels} canaux de l’entrée et dont les sorties s’additionnent. Chacun est fait de {width} filtres "
        f"$1\\times1$, puis de {width} filtres $3\\times3$, puis de {channels} filtres $1\\times1$, sans biais. "
        "Combien "
        "de poids le bloc a-t-il ?"
    ),
    solution=lambda channels, cardinality, width, answer: (
        f"Un chemin a ${channels}\\times{width} + 9\\times{width}\\times{width} + {width}\\times{channels} = "
        f"{_block(channels, cardinality, width) // cardinality}$ poids.",
        f"Il y en a {cardinality} : {answer.shown()} poids.",
    ),
    hints=("Comptez d’abord un seul chemin.", "Dans un chemin, la 3×3 lit ce que rend la 1×1."),
)

FAMILIES = (PARAMS,)
