"""LeNet, AlexNet, VGG : piles de filtres, et réseaux réels dont on change un réglage."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, stack_saving, walk
from coursekit.layers import Chain, Conv, Pool, Row, Shape, edit
from coursekit.questions.answers import Real, TensorShape
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Part
from coursekit.questions.text import NBSP
from coursekit.tables import find

STACK_PARAMS = Family(
    id="vgg.stack_params",
    title="Une pile de filtres 3×3 contre un grand filtre",
    topic="bases",
    level=2,
    time_s=180,
    points=3,
    source="CNN I, « VGGNet »",
    objectives=("Expliquer ce qu’on gagne à empiler des filtres 3×3.",),
    domain={"layers": integers(2, 5), "channels": choices(16, 32, 64, 96, 128, 192, 256, 384, 512)},
    statement=lambda layers, channels: (
        f"On compare {layers} couches de {channels} filtres $3\\times3$ empilées et une seule couche de {channels} "
        f"filtres ${2 * layers + 1}\\times{2 * layers + 1}$, de même champ récepteur. Toutes lisent {channels} "
        "canaux "
        "et n’ont pas de biais."
    ),
    parts=(
        Part(
            name="stack",
            prompt="Combien de poids la pile a-t-elle ?",
            answer=lambda layers, channels: layers * 9 * channels**2,
            mistakes=(
                Misconception(
                    "stack-params.no-channels",
                    lambda layers: 9 * layers,
                    "Vous n’avez compté qu’un canal et qu’un filtre : multipliez par {channels}×{channels}.",
                ),
                Misconception(
                    "stack-params.one-layer",
                    lambda channels: 9 * channels**2,
                    "C’est le nombre de poids d’une seule couche ; la pile en a {layers}.",
                ),
                Misconception(
                    "stack-params.channels-once",
                    lambda layers, channels: 9 * layers * channels,
                    "Vous n’avez compté les canaux qu’une fois : chaque filtre en lit {channels}, et il y a "
                    "{channels} filtres.",
                ),
            ),
        ),
        Part(
            name="single",
            prompt=lambda layers: (
                f"Combien de poids la couche ${2 * layers + 1}\\times{2 * layers + 1}$ a-t-elle ?"
            ),
            answer=lambda layers, channels: (2 * layers + 1) ** 2 * channels**2,
            mistakes=(
                Misconception(
                    "stack-params.three-per-layer",
                    lambda layers, channels: (3 * layers) ** 2 * channels**2,
                    "Le champ récepteur de la pile n’est pas 3 fois son nombre de couches : chacune ajoute 2 pixels.",
                ),
                Misconception(
                    "stack-params.one-dimension",
                    lambda layers, channels: (2 * layers + 1) * channels**2,
                    "Vous avez compté les poids le long d’une seule dimension : un filtre F×F en a F² par canal.",
                ),
            ),
        ),
        Part(
            name="saving",
            prompt="Quelle part des poids la pile économise-t-elle, en % ?",
            unit="%",
            answer=lambda stack, single: Real(100 * (1 - float(stack) / float(single)), "%"),
            mistakes=(
                Misconception(
                    "stack-params.kept",
                    lambda stack, single: 100 * stack / single,
                    "C’est la part qui reste. L’économie est ce qui manque à 100 %.",
                ),
                Misconception(
                    "stack-params.inverse",
                    lambda stack, single: 100 * (single / stack - 1),
                    "Vous avez rapporté l’écart à la pile. L’économie se mesure par rapport au grand filtre.",
                ),
            ),
        ),
    ),
    solution=lambda layers, channels, answer: (
        f"La pile a {layers} couches de $9\\times{channels}\\times{channels}$ poids, soit "
        f"{answer.answers[0][1].shown()} poids.",
        f"Le grand filtre en a ${2 * layers + 1}^2\\times{channels}\\times{channels}$, soit "
        f"{answer.answers[1][1].shown()}.",
        stack_saving.explain(layers),
        f"La pile économise {answer.answers[2][1].shown()} des poids.",
    ),
    hints=("Une couche de K filtres F×F qui lit C canaux a F²·C·K poids.",),
)

NETWORKS = {
    "alexnet": ("AlexNet (table du cours)", ("conv1", "conv2", "conv3")),
    "vgg16": ("VGG-16", ("conv1_1", "conv2_1", "conv3_1", "conv4_1")),
    "vgg11": ("VGG-11", ("conv1_1", "conv2_1", "conv3_1")),
}


@lru_cache(maxsize=8)
def features(network: str) -> Chain:
    """Les couches du réseau jusqu’à sa vectorisation."""
    entry = find(network)
    net = entry.unroll(entry.num_classes)
    assert isinstance(net, Chain)
    return next(part for part in net.layers if isinstance(part, Chain))


def layer_name(network: str, place: int) -> str:
    return NETWORKS[network][1][place]


@lru_cache(maxsize=512)
def changed(network: str, place: int, stride: int, padding: int) -> tuple[Row, ...]:
    """Les lignes du réseau jusqu’à sa vectorisation, une couche ayant changé de pas et de padding."""
    name = f"features.{layer_name(network, place)}"
    return walk(edit(features(network), name, stride=stride, padding=padding), find(network).input)


def _last(network: str, place: int, stride: int, padding: int) -> Shape:
    return changed(network, place, stride, padding)[-1].output


def original(network: str, place: int) -> tuple[int, int]:
    """Le pas et le padding d’origine de cette couche."""
    name = layer_name(network, place)
    conv = next(layer for layer in features(network).layers if isinstance(layer, Conv) and layer.name == name)
    assert isinstance(conv.stride, int)
    assert isinstance(conv.padding, int)
    return conv.stride, conv.padding


@lru_cache(maxsize=8)
def layer_table(network: str) -> str:
    """Les couches qui changent la taille ou la profondeur, comme dans le cours."""
    lines = ["| Couche | Filtres | F | S | P |", "|---|---|---|---|---|"]
    for layer in features(network).layers:
        match layer:
            case Conv(filters, kernel, stride, padding):
                lines.append(f"| `{layer.name}` | {filters} | {kernel} | {stride} | {padding} |")
            case Pool(_, kernel, stride, padding):
                lines.append(f"| `{layer.name}` (max) | | {kernel} | {stride or kernel} | {padding} |")
    return "\n".join(lines)


def _size_table(network: str, place: int, stride: int, padding: int) -> str:
    rows = [row for row in changed(network, place, stride, padding) if row.kind in ("Conv", "Pool")]
    lines = [f"| `{row.name.rpartition('.')[2]}` | {'×'.join(map(str, row.output.hwc()))} |" for row in rows]
    return "\n".join(["| Couche | Sortie (H×L×C) |", "|---|---|", *lines])


CHANGED_NETWORK = Family(
    id="network.changed_stride",
    title="Un réseau connu dont on change une couche",
    topic="bases",
    level=3,
    time_s=240,
    points=2,
    source="CNN I, « AlexNet », « VGGNet »",
    objectives=("Suivre la forme d’un volume à travers un réseau réel.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*NETWORKS),
        "place": integers(0, 3),
        "stride": integers(1, 4),
        "padding": integers(0, 3),
    },
    valid=lambda network, place, stride, padding: (
        place < len(NETWORKS[network][1]) and original(network, place)[0] != stride
    ),
    answer=lambda network, place, stride, padding: TensorShape(_last(network, place, stride, padding).hwc()),
    mistakes=(
        Misconception(
            "changed-network.unchanged",
            lambda network, place: _last(network, place, *original(network, place)),
            "C’est la sortie du réseau d’origine : le changement se propage à toutes les couches qui suivent.",
        ),
        Misconception(
            "changed-network.no-padding",
            lambda network, place, stride: _last(network, place, stride, 0),
            "Vous avez oublié le padding de la couche changée.",
        ),
        Misconception(
            "changed-network.old-stride",
            lambda network, place, padding: _last(network, place, original(network, place)[0], padding),
            "Vous avez gardé l’ancien pas de la couche changée.",
        ),
        Misconception(
            "changed-network.pooling-skipped",
            lambda network, place, stride, padding: next(
                row.input for row in reversed(changed(network, place, stride, padding)) if row.kind == "Pool"
            ),
            "Vous avez oublié le dernier pooling.",
        ),
        Misconception(
            "changed-network.channels-first",
            lambda network, place, stride, padding: _last(network, place, stride, padding).as_tuple(),
            "Ce sont les bons nombres, dans l’ordre de PyTorch (C, H, W). On demande hauteur, largeur, canaux.",
        ),
    ),
    statement=lambda network, place, stride, padding: (
        f"Dans **{NETWORKS[network][0]}**, on change la couche `{layer_name(network, place)}` : son pas devient "
        f"$S = {stride}$ et son padding $P = {padding}$. Le reste ne change pas, et l’image d’entrée est la même. "
        "Quelle "
        "est la forme du volume qui sort du dernier pooling, avant les couches denses (hauteur × largeur × "
        "canaux) ?\n\n"
        f"Entrée{NBSP}: {'×'.join(map(str, find(network).input.hwc()))}.\n\n" + layer_table(network)
    ),
    solution=lambda network, place, stride, padding, answer: (
        "On suit la taille couche par couche, dans le réseau changé :\n\n"
        + _size_table(network, place, stride, padding),
        f"Le volume final est {answer.shown()}.",
    ),
    hints=("Écrivez la taille après chaque couche.", "Un pooling garde le nombre de canaux."),
)


FAMILIES = (STACK_PARAMS, CHANGED_NETWORK)
