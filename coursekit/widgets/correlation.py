"""L’explorateur de la corrélation : la fenêtre sur l’image, la somme terme à terme, la sortie qui se remplit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TypedDict

import numpy as np

from coursekit.afm import Widget
from coursekit.arithmetic import effective_kernel
from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.filters import KERNELS, Kernel, box, correlate
from coursekit.layers import whole
from coursekit.questions.figures import grids
from coursekit.questions.text import number_text
from coursekit.widgets.still import still

Rows = Sequence[Sequence[int]]

EXAMPLE = (
    (207, 210, 195, 63, 57, 56, 59),
    (204, 212, 197, 82, 76, 74, 75),
    (202, 198, 202, 72, 65, 67, 63),
    (209, 201, 187, 78, 69, 71, 64),
)
"""L’extrait de photographie de la diapositive « Exemple convolution », cours CNN I."""

POINT = tuple(tuple(int((i, j) == (3, 3)) for j in range(7)) for i in range(7))
SQUARE = tuple(tuple(9 * (1 < i < 5 and 1 < j < 5) for j in range(7)) for i in range(7))

LARGEST_SIDE = 7
LIMITS = {"stride": (1, 3), "padding": (0, 2), "dilation": (1, 3)}
NAMES = {"stride": "Le pas S", "padding": "Le padding P", "dilation": "La dilatation d"}


class Weights(TypedDict):
    """Un filtre de l’explorateur : des poids entiers, tous divisés par `divisor`."""

    name: str
    title: str
    rows: list[list[int]]
    divisor: int


MEAN = Kernel("mean", "Moyenne", tuple(map(tuple, box(3).tolist())), "définition")


def explore_correlation(
    image: Rows = EXAMPLE,
    kernel: str = "sobel-vertical",
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Widget:
    """Un explorateur : le lecteur change l’image, le filtre, S, P ou d, et remplit la sortie case après case.

    `image` a de 3 à 7 lignes et colonnes d’entiers de 0 à 255 ; `kernel` est un nom de `coursekit.filters.KERNELS`, ou
    « mean » pour la moyenne 3 × 3. S et d vont de 1 à 3, P de 0 à 2 : au-delà, rien ne tiendrait sur un téléphone.

    Raises:
        ArgumentError: l’image ou un réglage sort de ces bornes.
        UnknownNameError: ce filtre n’est pas au catalogue.
        ShapeError: le filtre ne tient pas dans l’image.
    """
    pixels = _read_image(image)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    for name, (low, high) in LIMITS.items():
        if whole(settings[name], NAMES[name], low) > high:
            raise ArgumentError(
                f"{NAMES[name]} va de {low} à {high} dans cet explorateur ; vous avez donné {settings[name]}."
            )
    kernels = {one.name: _weights(one) for one in (KERNELS[0], MEAN, *KERNELS[1:])}
    if kernel not in kernels:
        raise UnknownNameError("filtre", kernel, kernels)
    images = (_title(pixels), pixels), ("Un point isolé", POINT), ("Un carré clair", SQUARE)
    state = {
        "images": [{"title": title, "rows": rows, "most": _most(rows)} for title, rows in images],
        "kernels": list(kernels.values()),
        "kernel": kernel,
        "settings": settings,
        "limits": LIMITS,
    }
    return Widget("correlation", state, _still(pixels, kernels[kernel], **settings))


def _read_image(image: Rows) -> Rows:
    pixels = [list(row) for row in image]
    widths = {len(row) for row in pixels}
    if not 3 <= len(pixels) <= LARGEST_SIDE or len(widths) != 1 or not 3 <= max(widths) <= LARGEST_SIDE:
        raise ArgumentError(
            f"L’image a {len(pixels)} lignes, de {sorted(widths)} cases : "
            f"donnez-lui de 3 à {LARGEST_SIDE} lignes et autant de colonnes partout, de 3 à {LARGEST_SIDE} aussi."
        )
    if wrong := [value for row in pixels for value in row if value not in range(256)]:
        raise ArgumentError(f"L’image contient {wrong[0]} : donnez des entiers de 0 à 255.")
    return pixels


def _title(pixels: Rows) -> str:
    return "L’exemple du cours" if tuple(map(tuple, pixels)) == EXAMPLE else "La vôtre"


def _most(rows: Rows) -> int:
    """La plus grande valeur que le lecteur puisse donner à un pixel : un chiffre, si l’image n’a que des chiffres."""
    return 9 if max(map(max, rows)) <= 9 else 255


def _weights(kernel: Kernel) -> Weights:
    exact = [[Fraction(value).limit_denominator(100) for value in row] for row in kernel.rows]
    divisor = lcm(*(value.denominator for row in exact for value in row))
    rows = [[int(value * divisor) for value in row] for row in exact]
    return {"name": kernel.name, "title": kernel.title, "rows": rows, "divisor": divisor}


def _still(pixels: Rows, kernel: Weights, *, stride: int, padding: int, dilation: int) -> str:
    reach = effective_kernel(len(kernel["rows"]), dilation)
    weights = np.zeros((reach, reach))
    weights[::dilation, ::dilation] = kernel["rows"]
    padded = np.pad(np.array(pixels), padding)
    sums = correlate(padded, weights)[::stride, ::stride]
    shown = [[_neat(value / kernel["divisor"]) for value in row] for row in sums]
    over = "" if kernel["divisor"] == 1 else f" / {kernel['divisor']}"
    tables = ("Image", padded.tolist()), (f"Filtre{over}", kernel["rows"]), ("Sortie", shown)
    written = _sum(padded[:reach:dilation, :reach:dilation].tolist(), kernel["rows"])
    sentence = (
        f"Le filtre glisse sur l’image avec un pas de {stride}. Sur la fenêtre colorée, les produits s’additionnent : "
        f"{f'({written}){over}' if over else written} = {number_text(shown[0][0])}."
    )
    return still("La corrélation, pas à pas", grids(tables, framed=(reach, reach)), sentence)


def _neat(value: float) -> float:
    return int(value) if value == int(value) else round(float(value), 1)


def _sum(window: Rows, weights: Rows) -> str:
    """Les produits, avec leurs signes : « −1×207 + 0×210 + … »."""
    pairs = [pair for rows in zip(window, weights, strict=True) for pair in zip(*rows, strict=True)]
    text = " ".join(f"{'−' if weight < 0 else '+'} {abs(weight)}×{pixel}" for pixel, weight in pairs)
    return text.removeprefix("+ ") if text.startswith("+") else text.replace("− ", "−", 1)
