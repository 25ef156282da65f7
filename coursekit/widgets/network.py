"""L’explorateur du réseau entier : un petit CNN, entraîné sur *Formes*, calcule dans la page.

Ses poids, les images proposées et l’histoire de son entraînement sont dans `network.json`, qu’écrit
`bench/train_explorer_network.py`.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from coursekit.afm import Widget, text_of
from coursekit.errors import UnknownNameError
from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.questions.text import number_text
from coursekit.widgets.still import still

State = dict[str, Any]

TITLES = {
    "conv": "convolution {kernel}×{kernel} + ReLU",
    "max": "max pooling {kernel}×{kernel}",
    "mean": "moyenne de chaque carte",
    "linear": "couche linéaire + softmax",
}


@lru_cache
def trained() -> State:
    """Le réseau livré : ses couches, ses classes, ses images, et comment il a été entraîné."""
    return dict(json.loads(text_of("network.json")))


def explore_network(example: str = "disque") -> Widget:
    """Un explorateur : le lecteur dessine une image, suit toutes ses cartes, une unité, et coupe des filtres.

    `example` est la classe de l’image que l’on voit d’abord.

    Raises:
        UnknownNameError: le réseau ne connaît pas cette classe.
    """
    network = trained()
    if example not in network["classes"]:
        raise UnknownNameError("Classe", example, network["classes"])
    state = {
        **{name: network[name] for name in ("classes", "samples", "colors")},
        "layers": described(network),
        "first": network["classes"].index(example),
        "facts": facts(network),
    }
    return Widget("network", state, _still(network))


def described(network: State) -> list[State]:
    """Chaque couche, avec son titre et son nombre de cartes."""
    layers: list[State] = []
    side = image_side(network)
    depth = 0
    for rank, layer in enumerate(network["layers"], start=1):
        depth = layer.get("outputs", depth)
        side = (side + 2 * layer["padding"] - layer["kernel"]) // layer["stride"] + 1
        size = f"{depth} cartes de {side}×{side}" if side > 1 else f"{depth} nombres"
        title = f"{rank}. {TITLES[layer['kind']].format(**layer)} : {size}"
        layers.append({**layer, "depth": depth, "side": side, "title": title})
    return layers


def image_side(network: State) -> int:
    return int(network["training"]["formes"]["size"])


def facts(network: State) -> str:
    """Ce que vaut ce réseau, et d’où il vient."""
    training = network["training"]
    right, exact = (
        number_text(round(100 * training[name], 1)) for name in ("accuracy", "accuracy_before_rounding")
    )
    day = date.fromisoformat(training["date"])
    weights, tested = number_text(training["parameters"]), number_text(training["tested"])
    return (
        f"{weights} paramètres, chaque poids sur un octet ; {right} % de {tested} images neuves de Formes reconnues "
        f"avec ces poids, {exact} % avant l’arrondi. Entraîné en {training['seconds']} secondes le {day:%d/%m/%Y} : "
        f"{training['command']}."
    )


ROW, LEFT, SCALE = 52, 316, 44


def _still(network: State) -> str:
    """L’image, puis les premières cartes de chaque couche."""
    layers = described(network)
    names = [f"l’image, {image_side(network)}×{image_side(network)}", *(layer["title"] for layer in layers)]
    sides = [image_side(network), *(layer["side"] for layer in layers)]
    drawn = [(name, picture) for name, picture in zip(names, network["pictures"], strict=False)]
    shown = 8
    body = "".join(
        f'<text x="{LEFT - 10}" y="{16 + i * ROW + 27}" text-anchor="end" font-size="13">{name}</text>'
        f'<image x="{LEFT}" y="{16 + i * ROW}" width="{SCALE * (shown if i else 1)}" height="{SCALE}" '
        f'style="image-rendering: pixelated" preserveAspectRatio="none" href="data:image/png;base64,{picture}"/>'
        for i, (name, picture) in enumerate(drawn)
    )
    answer = network["classes"][network["samples"][0]["label"]]
    alt = f"De haut en bas, les cartes d’un réseau devant un {answer} : {' ; '.join(names)}."
    sentence = (
        f"Chaque couche lit celle du dessus : de {sides[0]} pixels de côté à {sides[len(drawn) - 1]}, les cartes "
        f"perdent le détail et gardent ce qui distingue les {len(network['classes'])} classes."
    )
    figure = Figure(svg(LEFT + shown * SCALE + 16, 20 + len(drawn) * ROW, body, alt), alt)
    return still("Le réseau entier", figure, sentence)
