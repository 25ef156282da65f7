"""Figure d’une chaîne de couches : les volumes qu’elle traverse, chacun avec sa taille.

Source : cours CNN I, diapo « CNN : Idée de base ». L’ordre y est celui des diapos : hauteur × largeur × canaux.
"""

from __future__ import annotations

from math import sqrt

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from coursekit.arithmetic import walk
from coursekit.errors import ArgumentError
from coursekit.layers import Chain, Conv, Layer, Pool, Row, Shape, per_dimension
from coursekit.viz.canvas import INK, PALE, SKY, TEXT, WHITE, label, sheet

TALLEST = 4.2  # hauteur du plus grand volume, en unités de la feuille
SLOT = 3.3  # largeur réservée à chaque volume
SLANT = 0.28  # la largeur de l’image, vue en biais


def show_chain(net: Chain, input_shape: Shape) -> Figure:
    """Montre les volumes d’une chaîne de convolutions et de poolings, taille écrite dessous, filtres écrits dessus.

    La hauteur dessinée est proportionnelle à celle du volume, l’épaisseur à la racine du nombre de canaux ; les couches
    qui ne changent pas la taille (ReLU) ne sont pas montrées.

    Raises:
        ArgumentError: la chaîne n’a ni convolution ni pooling, ou l’entrée n’est pas une image.
        ShapeError: une couche ne peut pas lire ce qu’elle reçoit.
    """
    steps = [
        (layer, row)
        for layer, row in zip(net.layers, walk(net, input_shape), strict=True)
        if isinstance(layer, Conv | Pool)
    ]
    if not steps or input_shape.dims != 2:
        raise ArgumentError(
            "Donnez une chaîne d’au moins une convolution ou un pooling, et une entrée C×H×W."
        )
    volumes = [input_shape, *(row.output for _, row in steps)]
    figure, ax = sheet(SLOT * len(volumes) - 0.3, TALLEST + 3.2)
    for index, volume in enumerate(volumes):
        _draw_volume(ax, volume, SLOT * index + 0.3, volumes)
    for index, (layer, row) in enumerate(steps):
        middle = SLOT * (index + 1)
        label(ax, middle, 0.75, layer_text(layer, row), size=TEXT - 1)
        ax.annotate(
            "",
            xy=(middle + 0.45, 1.75),
            xytext=(middle - 0.45, 1.75),
            arrowprops={"arrowstyle": "-|>", "color": INK},
        )
    return figure


def layer_text(layer: Layer, row: Row) -> str:
    """La couche comme la diapo l’écrit : « 8 filtres / 5×5×3 »."""
    match layer:
        case Conv(out_channels=filters, kernel_size=size, groups=groups):
            depth = row.input.channels // groups
            kernel = per_dimension(size, row.input.dims, "La taille du filtre F")
            plural = "s" if filters > 1 else ""
            return f"{filters} filtre{plural}\n{'×'.join(map(str, (*kernel, depth)))}"
        case Pool(kind=kind, kernel_size=size):
            window = per_dimension(size, row.input.dims, "La taille de fenêtre F")
            return f"{kind} pool\n{'×'.join(map(str, window))}"
    raise ArgumentError(f"Cette figure ne sait pas nommer la couche {layer!r}.")


def _draw_volume(ax: Axes, volume: Shape, x: float, volumes: list[Shape]) -> None:
    """Un pavé : hauteur × épaisseur (canaux) de face, la largeur de l’image en biais."""
    unit = TALLEST / max(shape.spatial[0] for shape in volumes) / (1 + SLANT)
    height, slant = unit * volume.spatial[0], unit * volume.spatial[1] * SLANT
    thick = 1.3 * sqrt(volume.channels / max(shape.channels for shape in volumes)) + 0.1
    bottom = TALLEST + 2.1
    top = bottom - height
    faces = (
        (((x, top), (x + thick, top), (x + thick, bottom), (x, bottom)), SKY),
        (((x, top), (x + slant, top - slant), (x + thick + slant, top - slant), (x + thick, top)), WHITE),
        (
            (
                (x + thick, top),
                (x + thick + slant, top - slant),
                (x + thick + slant, bottom - slant),
                (x + thick, bottom),
            ),
            PALE,
        ),
    )
    for corners, color in faces:
        ax.add_patch(Polygon(corners, closed=True, facecolor=color, edgecolor=INK, linewidth=1))
    label(ax, x + (thick + slant) / 2, bottom + 0.6, "×".join(map(str, volume.hwc())))
