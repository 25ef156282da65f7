"""L’explorateur du champ récepteur : une pile que le lecteur construit, et les pixels que voit l’unité qu’il suit."""

from __future__ import annotations

from typing import Any

from coursekit.afm import Widget
from coursekit.arithmetic import walk
from coursekit.arithmetic.one_layer import windows
from coursekit.errors import ArgumentError
from coursekit.layers import Chain, Conv, Layer, Pool, Row, Shape, whole
from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.widgets.still import still

State = dict[str, Any]

LIMITS = {"size": (5, 40), "kernel": (1, 7), "stride": (1, 4), "dilation": (1, 4)}
NAMES = {"kernel": "La taille du filtre F", "stride": "Le pas S", "dilation": "La dilatation d"}
MOST_LAYERS = 5

EXAMPLE = Chain((Conv(1, 3), Conv(1, 3, stride=2), Conv(1, 3)))
"""La pile du chapitre : trois couches de taille 3, la deuxième de pas 2."""

EXAMPLES = (
    ("Trois couches 3, la deuxième de pas 2", EXAMPLE),
    ("Trois couches 3 (VGG)", Chain((Conv(1, 3), Conv(1, 3), Conv(1, 3)))),
    ("Une couche 7", Chain((Conv(1, 7),))),
    ("Deux poolings", Chain((Conv(1, 3), Pool("max", 2), Conv(1, 3), Pool("max", 2)))),
    ("À trous : 1, 2, 4", Chain(tuple(Conv(1, 3, dilation=rate) for rate in (1, 2, 4)))),
    ("À trous : 2, 2, 2", Chain(tuple(Conv(1, 3, dilation=2) for _ in range(3)))),
)


def explore_receptive(net: Chain = EXAMPLE, input_size: int = 17) -> Widget:
    """Un explorateur : le lecteur empile des couches, suit une unité, et voit son champ, son écart et leur calcul.

    `net` est une chaîne de 1 à 5 convolutions et poolings à une dimension, sans padding : F de 1 à 7, S et d de 1 à 4.
    L’entrée a de 5 à 40 pixels.

    Raises:
        ArgumentError: la pile ou l’entrée sort de ces bornes.
        ShapeError: une couche ne tient pas dans ce qu’elle reçoit.
    """
    low, high = LIMITS["size"]
    if whole(input_size, "Le nombre de pixels", low) > high:
        raise ArgumentError(
            f"L’entrée a de {low} à {high} pixels dans cet explorateur ; vous en avez donné {input_size}."
        )
    layers = _stack(net)
    titles = {title: _stack(chain) for title, chain in EXAMPLES}
    titles = titles if layers in titles.values() else {"Celle du départ": layers, **titles}
    state = {
        "layers": layers,
        "size": input_size,
        "examples": [{"title": title, "layers": stack} for title, stack in titles.items()],
        "example": list(titles.values()).index(layers),
        "limits": {**LIMITS, "layers": MOST_LAYERS, "added": _read(Conv(1, 3))},
    }
    return Widget("receptive", state, _still(layers, walk(net, Shape(1, (input_size,))), input_size))


def _stack(net: Chain) -> list[State]:
    if not isinstance(net, Chain) or not 1 <= len(net.layers) <= MOST_LAYERS:
        raise ArgumentError(f"Donnez une chaîne de 1 à {MOST_LAYERS} couches ; vous avez donné {net!r}.")
    return [_read(layer) for layer in net.layers]


def _read(layer: Layer) -> State:
    """Une couche en données simples, ses réglages vérifiés."""
    sliding = windows(layer, 1) if isinstance(layer, Conv | Pool) else None
    if sliding is None:
        raise ArgumentError(f"Cet explorateur n’empile que des convolutions et des poolings : {layer!r}.")
    ((kernel, stride, padding, dilation),) = sliding
    if padding:
        raise ArgumentError(f"Cet explorateur montre des couches sans padding ; celle-ci en a : {layer!r}.")
    read = {"kernel": kernel, "stride": stride, "dilation": dilation}
    for name, (low, high) in LIMITS.items():
        if name in read and whole(read[name], NAMES[name], low) > high:
            raise ArgumentError(
                f"{NAMES[name]} va de {low} à {high} dans cet explorateur ; vous avez donné {read[name]}."
            )
    return {"type": "conv" if isinstance(layer, Conv) else "pool", **read}


STEP, SIDE, LEFT = 62, 24, 12


def _still(layers: list[State], rows: tuple[Row, ...], size: int) -> str:
    """La pile, et ce que lit l’unité du milieu de la dernière couche."""
    counts = [size, *(row.output.spatial[0] for row in rows)]
    fields = [(1, 1), *((row.fields[0].size, row.fields[0].jump) for row in rows)]
    reached = _reached(layers, counts[-1] // 2)
    field = rows[-1].fields[0]
    seen = field.window(counts[-1] // 2)
    sentence = (
        f"L’unité du milieu de la couche {len(layers)} voit les pixels {seen[0] + 1} à {seen[-1] + 1} : "
        f"son champ récepteur est de {field.size} pixels, et celui de sa voisine est décalé de {field.jump}."
    )
    levels = [
        f"couche {level}, {count} unités" if level else f"entrée, {count} pixels"
        for level, count in enumerate(counts)
    ]
    alt = f"De bas en haut : {' ; '.join(levels)}. {sentence}"
    return still("Le champ récepteur d’une pile", _picture(layers, counts, fields, reached, alt), sentence)


def _reached(layers: list[State], unit: int) -> list[set[int]]:
    """Les unités de chaque niveau dont dépend cette unité du dernier."""
    levels = [{unit}]
    for layer in reversed(layers):
        reads = range(0, layer["kernel"] * layer["dilation"], layer["dilation"])
        levels.insert(0, {one * layer["stride"] + shift for one in levels[0] for shift in reads})
    return levels


def _picture(
    layers: list[State], counts: list[int], fields: list[tuple[int, int]], reached: list[set[int]], alt: str
) -> Figure:
    def place(level: int, unit: int) -> tuple[int, int]:
        size, jump = fields[level]
        return LEFT + (2 * unit * jump + size) * SIDE // 2, 20 + (len(layers) - level) * STEP

    edges, units = [], []
    for level, count in enumerate(counts):
        for unit in range(count):
            x, y = place(level, unit)
            followed = unit in reached[level]
            units.append(
                f'<circle cx="{x}" cy="{y}" r="7" fill="{"#0072b2" if followed else "#fff"}" stroke="#444"/>'
            )
            if level and followed:
                layer = layers[level - 1]
                below = (
                    place(level - 1, unit * layer["stride"] + k * layer["dilation"])
                    for k in range(layer["kernel"])
                )
                edges += [f'<path d="M{x} {y}L{u} {v}" stroke="#0072b2" stroke-width="2"/>' for u, v in below]
    width, height = 2 * LEFT + counts[0] * SIDE, 40 + len(layers) * STEP
    return Figure(svg(width, height, "".join(edges + units), alt), alt)
