"""Le prix des projections d’un vrai ResNet, plus étroit ou plus large."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from coursekit.arithmetic import Misconception, walk
from coursekit.layers import Row, edit
from coursekit.questions.domain import choices
from coursekit.questions.family import Family
from coursekit.questions.text import NBSP, THIN
from coursekit.tables import find
from coursekit.tables.resnet import ResNet
from coursekit.tables.resnet import unroll as unroll_resnet

NETWORKS = {
    "resnet20-cifar-b": "ResNet-20 pour CIFAR-10",
    "resnet56-cifar-b": "ResNet-56 pour CIFAR-10",
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "resnet101": "ResNet-101",
}


def _config(network: str) -> ResNet:
    config = find(network).variant
    assert isinstance(config, ResNet)
    return config


@lru_cache(maxsize=128)
def projections(network: str, width: int) -> tuple[int, ...]:
    """Les poids de chaque projection du réseau dont le premier étage a `width` canaux."""
    config = _config(network)
    channels = tuple(width * 2**stage for stage in range(len(config.depths)))
    net = edit(unroll_resnet(replace(config, channels=channels), 10), "conv1", out_channels=width)
    rows = walk(net, find(network).input)
    return tuple(row.parameters for row in rows if _is_projection(row))


def _is_projection(row: Row) -> bool:
    return row.kind == "Conv" and ".shortcut." in row.name


def _outputs(network: str, width: int) -> tuple[int, ...]:
    """Les canaux que rend chaque étage."""
    config = _config(network)
    expansion = 4 if config.block == "bottleneck" else 1
    return tuple(expansion * width * 2**stage for stage in range(len(config.depths)))


def _all_shortcuts(network: str, width: int) -> int:
    """Option C : une projection à chaque bloc."""
    depths, outputs = _config(network).depths, _outputs(network, width)
    changing = len(depths) if _config(network).block == "bottleneck" else len(depths) - 1
    identities = sum(depth * out**2 for depth, out in zip(depths, outputs, strict=True))
    return identities - sum(out**2 for out in outputs[-changing:]) + sum(projections(network, width))


SHORTCUT_OPTIONS = Family(
    id="resnet.shortcut_options",
    title="Le prix des projections d’un ResNet",
    topic="residuel",
    level=3,
    time_s=240,
    points=3,
    source="CNN II, « ResNet » ; He et al. (2016), sections 3.3 et 4.1",
    objectives=("Trouver où un ResNet a besoin de projections, et ce qu’elles coûtent.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*NETWORKS),
        "width": choices(8, 12, 20, 24, 32, 40, 48, 80, 96, 128),
    },
    answer=lambda network, width: sum(projections(network, width)),
    mistakes=(
        Misconception(
            "shortcut-options.every-block",
            _all_shortcuts,
            "Vous avez mis une projection à chaque bloc : c’est l’option C. L’option B n’en met que là où la "
            "forme change.",
        ),
        Misconception(
            "shortcut-options.last-only",
            lambda network, width: projections(network, width)[-1],
            "C’est la dernière projection ; il y en a une à chaque changement de forme.",
        ),
        Misconception(
            "shortcut-options.three-by-three",
            lambda network, width: 9 * sum(projections(network, width)),
            "Une projection est une convolution 1×1 : elle ne regarde qu’un pixel.",
        ),
        Misconception(
            "shortcut-options.first-stage",
            lambda network, width: (
                sum(projections(network, width)) + width**2
                if _config(network).block == "basic"
                else sum(projections(network, width)) - projections(network, width)[0]
            ),
            "Regardez le premier étage : son premier bloc rend-il autant de canaux qu’il en reçoit ?",
        ),
        Misconception(
            "shortcut-options.square",
            lambda network, width: sum(out**2 for out in _outputs(network, width)[1:]),
            "Vous avez donné à chaque projection autant de canaux d’entrée que de sortie. Elle lit ceux de l’étage "
            "précédent.",
        ),
    ),
    statement=lambda network, width: (
        f"On construit **{NETWORKS[network]}** avec {width} canaux au début (à la sortie de `conv1`) au lieu de "
        f"{_config(network).channels[0]}. Ses {len(_config(network).depths)} étages ont "
        f"{_listed(_config(network).depths)} "
        + (
            "blocs de deux couches 3×3. Le premier étage garde cette largeur"
            if _config(network).block == "basic"
            else "bottlenecks, qui rendent quatre fois leur largeur intérieure. Celle-ci vaut "
            f"{width} dans le premier étage"
        )
        + " ; elle double à chaque étage suivant, dont le premier bloc a un pas de 2. Combien de poids de convolution "
        "les raccourcis de l’option B (une projection 1×1 sans biais partout où la forme change, et là seulement) "
        "ont-ils en tout ?"
    ),
    solution=lambda network, width, answer: (
        f"La forme change {len(projections(network, width))} fois"
        + (
            f"{NBSP}: au premier bloc de chaque étage, le premier compris, car il multiplie les canaux par 4."
            if _config(network).block == "bottleneck"
            else f"{NBSP}: au premier bloc de chaque étage sauf le premier."
        ),
        "Une projection a (canaux reçus) × (canaux rendus) poids : $"
        + " + ".join(map(str, projections(network, width)))
        + f"$ = {answer.shown()}. Le nombre de blocs n’y change rien{THIN}; l’option A, elle, n’aurait aucun poids.",
    ),
    hints=("À quels blocs la forme change-t-elle ?", "Combien de canaux un bottleneck rend-il ?"),
)


def _listed(numbers: tuple[int, ...]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} et {numbers[-1]}"


FAMILIES = (SHORTCUT_OPTIONS,)
