"""Le calculateur de tailles : la formule avec ses nombres, les positions du filtre, l’erreur que cache une réponse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from coursekit.afm import Widget
from coursekit.arithmetic import Formula, output_size, padded_size, pool_output_size
from coursekit.checks.formulas import idea
from coursekit.errors import ArgumentError
from coursekit.layers import Branches, Chain, Conv, Layer, Pool, join, per_dimension, whole
from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.tables import find
from coursekit.widgets.still import still

Kind = Literal["conv", "pool"]
State = dict[str, Any]

PAGE, SIDE, MOST_ROWS = 700, 30, 9
"""Sur papier : la largeur d’une page et le côté d’une case, en pixels, et le nombre de positions dessinées."""

LIMITS = {"size": (1, 512), "kernel": (1, 11), "stride": (1, 5), "padding": (0, 5), "dilation": (1, 4)}
NAMES = {
    "size": "La taille d’entrée W",
    "kernel": "La taille du filtre F",
    "stride": "Le pas S",
    "padding": "Le padding P",
    "dilation": "La dilatation d",
}
EXAMPLES = (
    ("alexnet", "features.conv1"),
    ("alexnet", "features.pool1"),
    ("vgg16", "features.conv1_1"),
    ("googlenet", "pool1"),
    ("resnet50", "conv1"),
    ("resnet50", "maxpool"),
)
"""Les couches proposées : une architecture du catalogue, et le nom de la couche."""


def explore_sizes(
    input_size: int = 11,
    kernel_size: int = 3,
    *,
    stride: int = 2,
    padding: int = 1,
    dilation: int = 1,
    kind: Kind = "conv",
    ceil_mode: bool = False,
) -> Widget:
    """Un explorateur : le lecteur règle une couche, prédit sa taille de sortie, et voit ce que le filtre lit.

    W va de 1 à 512 pixels, F de 1 à 11, S de 1 à 5, P de 0 à 5, d de 1 à 4 ; un pooling n’a pas de dilatation,
    et `ceil_mode` ne sert qu’à lui.

    Raises:
        ArgumentError: un réglage sort de ces bornes.
        ShapeError: la couche est impossible.
    """
    layer = _layer(kind, input_size, kernel_size, stride, padding, dilation, ceil_mode)
    state = {
        "layer": layer,
        "examples": [_example(name, path) for name, path in EXAMPLES],
        "formulas": {"conv": _formula(output_size), "pool": _formula(pool_output_size)},
        "limits": LIMITS,
    }
    return Widget("sizes", state, _still(layer))


def _layer(
    kind: str, size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> State:
    """Une couche en données simples, ses réglages vérifiés."""
    if kind not in ("conv", "pool"):
        raise ArgumentError(f"kind = {kind!r} : choisissez « conv » ou « pool ».")
    if kind == "pool" and dilation != 1:
        raise ArgumentError(f"Le pooling du cours n’a pas de dilatation ; vous avez donné d = {dilation}.")
    if kind == "conv" and ceil_mode:
        raise ArgumentError("ceil_mode ne concerne qu’un pooling : une convolution arrondit vers le bas.")
    layer = {"size": size, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    for name, (low, high) in LIMITS.items():
        if whole(layer[name], NAMES[name], low) > high:
            raise ArgumentError(
                f"{NAMES[name]} va de {low} à {high} dans cet explorateur ; vous avez donné {layer[name]}."
            )
    return {**layer, "type": kind, "ceil": bool(ceil_mode)}


def _formula(formula: Formula[..., object]) -> State:
    """Ce que l’on dit d’une réponse fausse : les erreurs connues, dans leur ordre, et sinon l’idée de la formule."""
    known = [{"id": one.id, "feedback": one.feedback} for one in formula.misconceptions]
    return {"known": known, "idea": idea(formula)}


def _example(name: str, path: str) -> State:
    """Une couche d’une architecture du catalogue, avec la taille de ce qu’elle reçoit."""
    entry = find(name)
    named = dict(_leaves(entry.unroll(entry.num_classes)))
    (row,) = (row for row in entry.rows() if row.name == path)
    return {"title": f"{entry.title} : {path}", "layer": _read(named[path], row.input.spatial[0])}


def _leaves(layer: Layer, prefix: str = "") -> Iterator[tuple[str, Layer]]:
    path = join(prefix, layer.name)
    match layer:
        case Chain(layers=inner) | Branches(branches=inner):
            for part in inner:
                yield from _leaves(part, path)
        case _:
            yield path, layer


def _read(layer: Layer, size: int) -> State:
    match layer:
        case Conv(kernel_size=int(kernel), stride=int(stride), padding=int(padding), dilation=int(dilation)):
            return _layer("conv", size, kernel, stride, padding, dilation, ceil_mode=False)
        case Pool(kernel_size=int(kernel), padding=int(padding), ceil_mode=ceil_mode):
            stride = kernel if layer.stride is None else per_dimension(layer.stride, 1, NAMES["stride"])[0]
            return _layer("pool", size, kernel, stride, padding, 1, ceil_mode)
    raise ArgumentError(
        f"Seuls une convolution ou un pooling carrés ont une seule taille à calculer : {layer!r}."
    )


def _arguments(layer: State) -> tuple[Formula[..., int], tuple[Any, ...]]:
    """La formule de cette couche, et ses arguments."""
    if layer["type"] == "conv":
        return output_size, tuple(layer[name] for name in ("size", "kernel", "stride", "padding", "dilation"))
    return pool_output_size, tuple(layer[name] for name in ("size", "kernel", "stride", "padding", "ceil"))


def _still(layer: State) -> str:
    formula, arguments = _arguments(layer)
    return still("La taille de sortie", _picture(layer, formula(*arguments)), formula.explain(*arguments))


def _picture(layer: State, count: int) -> Figure:
    """La ligne de pixels entre ses zéros, et dessous les premières positions du filtre."""
    length = padded_size(layer["size"], layer["padding"])
    side, shown = min(SIDE, max(1, PAGE // length)), min(count, MOST_ROWS)
    body = []
    for place in range(length):
        pixel = place - layer["padding"]
        text = str(pixel + 1) if 0 <= pixel < layer["size"] else "0"
        body.append(_cell(place, 0, side, "#fff" if text != "0" else "#eee", text))
    for at in range(shown):
        first = at * layer["stride"]
        read = range(first, first + layer["kernel"] * layer["dilation"], layer["dilation"])
        body += [_cell(place, at + 1, side, "#cfe3ff") for place in read if place < length]
    zeros = f", entre {layer['padding']} zéros de chaque côté" if layer["padding"] else ""
    more = f" ; les {shown} premières sont dessinées" if shown < count else ""
    alt = f"Une ligne de {layer['size']} pixels{zeros}, et {count} positions du filtre{more}."
    return Figure(svg(length * side + 12, (shown + 1) * (side + 4) + 12, "".join(body), alt), alt)


def _cell(place: int, row: int, side: int, color: str, text: str = "") -> str:
    x, y = 6 + place * side, 6 + row * (side + 4)
    drawn = f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="{color}" stroke="#444"/>'
    if not text or side < SIDE:
        return drawn
    return f'{drawn}<text x="{x + side // 2}" y="{y + side // 2 + 5}">{text}</text>'
