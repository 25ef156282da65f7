"""Des DenseNet réels dont on change le taux de croissance et la compression."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from coursekit.arithmetic import Misconception, walk
from coursekit.layers import Shape
from coursekit.questions.domain import choices
from coursekit.questions.family import Family
from coursekit.tables import find
from coursekit.tables.densenet import DenseNet, unroll

NETWORKS = {
    "densenet121": "DenseNet-121",
    "densenet169": "DenseNet-169",
    "densenet201": "DenseNet-201",
    "densenet161": "DenseNet-161",
}


@lru_cache(maxsize=512)
def last_channels(network: str, growth: int, compression: float) -> int:
    """Les canaux qui arrivent au pooling global, dans la table du réseau ainsi changée."""
    config = replace(configuration(network), growth=growth, compression=compression)
    chain = unroll(replace(config, bottleneck=False), 10)
    return walk(chain.layers[0], Shape(3, (64, 64)))[-1].output.channels


@lru_cache(maxsize=8)
def configuration(network: str) -> DenseNet:
    config = find(network).variant
    assert isinstance(config, DenseNet)
    return config


def _followed(network: str, growth: int, compression: float) -> str:
    """Les canaux à la sortie de chaque bloc et de chaque transition."""
    config = configuration(network)
    rows, channels = [], config.stem_channels
    for i, depth in enumerate(config.depths, start=1):
        stacked = channels + depth * growth
        rows.append(f"| Bloc {i} | ${channels} + {depth}\\times{growth}$ | {stacked} |")
        channels = int(stacked * compression)
        if i < len(config.depths):
            rows.append(f"| Transition {i} | ${compression}\\times{stacked}$ | {channels} |")
    return "\n".join(["| Étape | Calcul | Canaux |", "|---|---|---|", *rows])


CHANGED_GROWTH = Family(
    id="network.changed_growth",
    title="Un DenseNet dont on change le taux de croissance",
    topic="residuel",
    level=3,
    time_s=240,
    points=2,
    source="Huang et al. (2017), table 1",
    objectives=("Suivre le nombre de canaux à travers un DenseNet.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*NETWORKS),
        "growth": choices(12, 16, 24, 36, 40),
        "compression": choices(0.5, 0.25, 0.75),
    },
    answer=last_channels,
    mistakes=(
        Misconception(
            "changed-growth.old-growth",
            lambda network, compression: last_channels(network, configuration(network).growth, compression),
            "C’est avec l’ancien taux de croissance ; chaque couche produit maintenant {growth} canaux.",
        ),
        Misconception(
            "changed-growth.no-compression",
            lambda network, growth: last_channels(network, growth, 1.0),
            "Vous n’avez pas compressé : chaque transition ne garde qu’une part des canaux.",
        ),
        Misconception(
            "changed-growth.last-block-only",
            lambda network, growth: configuration(network).depths[-1] * growth,
            "Le dernier bloc concatène aussi ce qu’il reçoit.",
        ),
        Misconception(
            "changed-growth.compressed-once-more",
            lambda network, growth, compression: int(
                last_channels(network, growth, compression) * compression
            ),
            "Il n’y a pas de transition après le dernier bloc.",
        ),
        Misconception(
            "changed-growth.removed",
            lambda network, growth, compression: last_channels(network, growth, 1 - compression),
            "Vous avez gardé ce que la transition retire.",
        ),
    ),
    statement=lambda network, growth, compression: (
        f"**{NETWORKS[network]}** a quatre blocs denses de "
        f"{', '.join(map(str, configuration(network).depths[:-1]))} et "
        f"{configuration(network).depths[-1]} couches, séparés par trois transitions ; le premier bloc reçoit "
        f"{configuration(network).stem_channels} canaux. On prend un taux de croissance $k = {growth}$ au lieu de "
        f"{configuration(network).growth}, et chaque transition garde une part $\\theta = {compression}$ des canaux "
        "(arrondie vers le bas). Combien de canaux arrivent au pooling global ?"
    ),
    solution=lambda network, growth, compression, answer: (
        "On suit les canaux bloc par bloc :\n\n" + _followed(network, growth, compression),
        f"Le pooling global reçoit {answer.shown()} canaux.",
    ),
    hints=("Un bloc ajoute k canaux par couche.", "Après le dernier bloc, il n’y a plus de transition."),
)

FAMILIES = (CHANGED_GROWTH,)
