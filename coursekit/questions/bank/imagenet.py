"""AlexNet : l’effet d’une largeur sur la couche suivante, l’ordre des couches."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, linear_parameters, walk
from coursekit.layers import Activation, Conv, Layer, Norm, Pool, Row, edit
from coursekit.questions.answers import Choice
from coursekit.questions.bank.bases import features, layer_table
from coursekit.questions.domain import choices
from coursekit.questions.family import Family
from coursekit.tables import find

ALEXNET = find("alexnet")
LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")


@lru_cache(maxsize=256)
def alexnet_rows(layer: str, width: int | None) -> dict[str, Row]:
    """Les lignes d’AlexNet où `layer` rend `width` canaux (ou les siens, pour `None`), par nom de couche."""
    net: Layer = ALEXNET.unroll(ALEXNET.num_classes)
    if width is not None:
        prefix, setting = (
            ("features", "out_channels") if layer.startswith("conv") else ("classifier", "out_features")
        )
        net = edit(net, f"{prefix}.{layer}", **{setting: width})
    return {row.name.rpartition(".")[2]: row for row in walk(net, ALEXNET.input)}


def following(layer: str) -> str:
    return LAYERS[LAYERS.index(layer) + 1]


def shown(layer: str) -> str:
    """Le nom d’une couche, comme l’écrit le cours."""
    return f"`{layer}`" if layer.startswith("conv") else layer.upper()


def next_row(layer: str, width: int | None) -> Row:
    """La ligne de la couche qui suit."""
    return alexnet_rows(layer, width)[following(layer)]


def _what(layer: str) -> str:
    return "filtres" if layer.startswith("conv") else "neurones"


def _without_depth(layer: str, width: int) -> int | None:
    """Un filtre à qui l’on n’a compté qu’un canal ; FC6 à qui l’on n’a compté qu’une position par carte."""
    row = next_row(layer, width)
    conv = next(
        (c for c in features("alexnet").layers if isinstance(c, Conv) and c.name == following(layer)), None
    )
    if conv is not None:
        assert isinstance(conv.kernel_size, int)
        return (conv.kernel_size**2 + 1) * row.output.channels
    return linear_parameters(width, row.output.channels) if layer == "conv5" else None


def _explained(layer: str, width: int) -> str:
    row = next_row(layer, width)
    out = row.output.channels
    each = row.parameters // out - 1
    who = f"Chaque {'filtre' if following(layer).startswith('conv') else 'neurone'} de {shown(following(layer))}"
    if layer == "conv5":
        return f"{who} lit les $6\\times6\\times{width} = {each}$ valeurs de la sortie de `pool3`, plus un biais."
    return f"{who} a {each} poids, car il lit {width} {'canaux' if layer[0] == 'c' else 'valeurs'}, plus un biais."


ALEXNET_LAYER = Family(
    id="alexnet.layer",
    title="AlexNet, une couche plus étroite ou plus large",
    topic="bases",
    level=2,
    time_s=120,
    points=2,
    source="CNN I, « AlexNet »",
    objectives=("Suivre l’effet d’un changement de largeur sur la couche suivante.",),
    tags=("réseau réel",),
    domain={
        "layer": choices(*LAYERS[:-1]),
        "width": choices(32, 48, 64, 128, 160, 192, 320, 512, 1024, 2048),
    },
    valid=lambda layer, width: (width <= 512) == layer.startswith("conv"),
    answer=lambda layer, width: next_row(layer, width).parameters,
    mistakes=(
        Misconception(
            "alexnet-layer.unchanged",
            lambda layer: next_row(layer, None).parameters,
            "C’est le nombre de paramètres d’origine. La couche suivante lit ce que rend celle qui a changé.",
        ),
        Misconception(
            "alexnet-layer.no-bias",
            lambda layer, width: next_row(layer, width).parameters - next_row(layer, width).output.channels,
            "Vous avez oublié les biais : un par filtre, ou par neurone.",
        ),
        Misconception(
            "alexnet-layer.itself",
            lambda layer, width: alexnet_rows(layer, width)[layer].parameters,
            "C’est le compte de la couche changée elle-même ; on demande celui de la suivante.",
        ),
        Misconception(
            "alexnet-layer.no-depth",
            _without_depth,
            "Un filtre lit tous les canaux de son entrée, et un neurone de FC6 toutes les positions des cartes.",
        ),
        Misconception(
            "alexnet-layer.doubled",
            lambda layer, width: 2 * next_row(layer, width).parameters,
            "Vous avez compté deux fois la couche, comme pour deux cartes graphiques. Elles se la partagent, sans la "
            "recopier.",
        ),
    ),
    statement=lambda layer, width: (
        f"Dans AlexNet (table ci-dessous, image de $227\\times227\\times3$, puis FC6 et FC7, de 4096 neurones, et "
        f"FC8, de 1000), on donne à {shown(layer)} {width} {_what(layer)}. Le reste ne change pas ; chaque filtre "
        "lit tous les "
        f"canaux de son entrée. Combien de paramètres la couche suivante, {shown(following(layer))}, a-t-elle ?\n\n"
        + layer_table("alexnet")
    ),
    solution=lambda layer, width, answer: (
        _explained(layer, width),
        f"{shown(following(layer))} en a {next_row(layer, width).output.channels} : {answer.shown()} paramètres.",
    ),
    hints=("De quoi dépend le nombre de poids d’un filtre ?", "La couche changée rend un canal par filtre."),
)

WORDS: tuple[tuple[type, str], ...] = (
    (Conv, "convolution"),
    (Activation, "ReLU"),
    (Norm, "LRN"),
    (Pool, "max pooling"),
)


@lru_cache(maxsize=8)
def _order(block: int) -> tuple[str, ...]:
    """Les couches d’AlexNet de conv{block} à la convolution suivante, telles que les donne la table."""
    layers = features("alexnet").layers
    starts = [i for i, layer in enumerate(layers) if isinstance(layer, Conv)] + [len(layers)]
    inside = layers[starts[block - 1] : starts[block]]
    return tuple(word for layer in inside for kind, word in WORDS if isinstance(layer, kind))


def _written(order: tuple[str, ...]) -> str:
    return " → ".join(order)


def _moved(block: int, word: str, place: int) -> str | None:
    """Le même bloc, une couche déplacée ; `None` s’il ne l’a pas."""
    order = _order(block)
    if word not in order:
        return None
    others = [other for other in order if other != word]
    others.insert(place, word)
    return _written(tuple(others))


def _added(block: int, word: str) -> str | None:
    order = _order(block)
    return None if word in order else _written((*order[:2], word, *order[2:]))


LAYER_ORDER = Family(
    id="alexnet.layer_order",
    title="L’ordre des couches d’AlexNet",
    topic="bases",
    level=1,
    time_s=45,
    source="CNN I, « AlexNet » ; Krizhevsky et al. (2012), section 3.5",
    objectives=("Placer ReLU, normalisation locale et pooling dans AlexNet.",),
    domain={"block": choices(1, 2, 3, 4, 5)},
    answer=lambda block: Choice(_written(_order(block))),
    mistakes=(
        Misconception(
            "layer-order.pool-before-norm",
            lambda block: _moved(block, "LRN", 3),
            "C’est l’ordre d’une diapositive. L’article normalise la sortie de la ReLU, avant le pooling.",
        ),
        Misconception(
            "layer-order.norm-before-relu",
            lambda block: _moved(block, "LRN", 1),
            "La normalisation locale compare des activations : dans l’article, la ReLU est déjà passée.",
        ),
        Misconception(
            "layer-order.pool-before-relu",
            lambda block: _moved(block, "max pooling", 1),
            "La ReLU suit directement chaque convolution. Échanger ReLU et max pooling donnerait les mêmes valeurs "
            "s’ils se suivaient, mais ce n’est pas l’ordre de l’article.",
        ),
        Misconception(
            "layer-order.added-norm",
            lambda block: _added(block, "LRN"),
            "L’article ne normalise qu’après les deux premières convolutions.",
        ),
        Misconception(
            "layer-order.added-pool",
            lambda block: _added(block, "max pooling"),
            "Les convolutions 3, 4 et 5 s’enchaînent sans pooling entre elles.",
        ),
        Misconception(
            "layer-order.relu-first",
            lambda block: _moved(block, "ReLU", 0),
            "La ReLU s’applique à ce que la convolution vient de calculer.",
        ),
    ),
    statement=lambda block: (
        f"Dans AlexNet, tel que l’article le décrit, quelles couches trouve-t-on de la convolution n° {block} "
        + ("au vecteur que lit FC6" if block == 5 else f"à la convolution n° {block + 1}, non comprise")
        + ", et dans quel ordre (LRN : normalisation locale) ?"
    ),
    solution=lambda block, answer: (
        "La ReLU suit chaque convolution ; la normalisation locale (LRN) ne suit que les deux premières ; un max "
        "pooling 3×3 de pas 2 finit les blocs 1, 2 et 5.",
        f"On trouve donc, dans l’ordre : {answer.shown()}.",
    ),
    hints=("AlexNet a trois poolings, et normalise deux fois.",),
)

FAMILIES = (ALEXNET_LAYER, LAYER_ORDER)
