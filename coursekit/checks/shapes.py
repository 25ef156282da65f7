"""Juger une forme de tenseur, sans PyTorch : l’écriture est libre, l’ordre des dimensions ne l’est pas."""

from __future__ import annotations

from math import prod
from typing import Literal

from coursekit.checks.inspection import describe
from coursekit.checks.numerals import UnreadableError
from coursekit.checks.shape_reading import Reading, read_shape
from coursekit.checks.verdict import Verdict, right, safely, wrong
from coursekit.errors import ArgumentError
from coursekit.layers import Shape

Layout = Literal["CHW", "HWC", "NCHW"]
Dims = tuple[int, ...]
Diagnosis = tuple[str | None, str]

NAMES = {"C": "le nombre de canaux", "N": "la taille du lot"}


def shape(
    given: object,
    expected: Shape | Dims | list[int],
    *,
    layout: Layout = "CHW",
    input_channels: int | None = None,
) -> Verdict:
    """Compare une forme à celle qu’on attend, écrite dans l’ordre `layout` (une `Shape` s’y plie).

    Sont acceptés un tuple, une liste, un `torch.Size`, une `Shape`, et les textes « 32×220×220 », « 220x220x32 »,
    « (32, 220, 220) ». Pour une forme qui n’a pas deux tailles spatiales, C reste à sa place (devant en CHW, au bout
    en HWC). `input_channels` permet de reconnaître qui a gardé les canaux de l’entrée.

    Raises:
        ArgumentError: la forme attendue n’a pas de sens (c’est l’énoncé qui se trompe).
    """
    if layout not in ("CHW", "HWC", "NCHW"):
        raise ArgumentError(f"layout = {layout!r} : choisissez « CHW », « HWC » ou « NCHW ».")
    target = _expected(expected, layout)
    return safely(lambda: _judge(given, target, layout, input_channels), target)


def _judge(given: object, target: Dims, layout: Layout, input_channels: int | None) -> Verdict:
    try:
        reading = read_shape(given, lambda found: in_layout(found, layout))
    except UnreadableError as error:
        return wrong(str(error), target, describe(given))
    if reading.dims == target and reading.misconception is None:
        return right(f"Oui : {_text(target)}.", target, target)
    misconception, message = _diagnose(reading, target, layout, input_channels)
    return wrong(message, target, reading.dims, misconception)


def in_layout(found: Shape, layout: str) -> Dims:
    """Les nombres d’une `Shape`, dans l’ordre demandé (le lot n’y figure pas)."""
    return found.hwc() if layout == "HWC" else found.as_tuple()


def _expected(expected: Shape | Dims | list[int], layout: str) -> Dims:
    dims = in_layout(expected, layout) if isinstance(expected, Shape) else tuple(expected)
    if isinstance(expected, Shape) and layout == "NCHW":
        raise ArgumentError(f"Une Shape ({expected}) n’a pas de lot : donnez un tuple (N, C, H, W).")
    if not dims or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in dims):
        raise ArgumentError(
            f"La forme attendue doit être faite d’entiers positifs ; l’énoncé donne {expected!r}."
        )
    return dims


def _text(dims: Dims) -> str:
    return "×".join(str(n) for n in dims) if len(dims) > 1 else f"({dims[0]},)" if dims else "()"


def _diagnose(reading: Reading, target: Dims, layout: str, input_channels: int | None) -> Diagnosis:
    if reading.misconception:
        return reading.misconception, reading.explanation
    given = reading.dims
    for recognise in (_same_length_errors, _batch_errors, _collapsed):
        if found := recognise(given, target, layout):
            return found
    if len(given) != len(target):
        return "shape.rank", (
            f"{_text(given)} a {_count(len(given))}, on en attend {len(target)} : {_order(target, layout)}."
        )
    return _which_dimension(given, target, layout, input_channels)


def _same_length_errors(given: Dims, target: Dims, layout: str) -> Diagnosis | None:
    if sorted(given) != sorted(target) or len(given) != len(target):
        return None
    if given == _other_layout(target, layout):
        asked, other = ("HWC", "CHW") if layout == "HWC" else (layout, layout.replace("CHW", "HWC"))
        return "shape.layout", (
            f"Ce sont les bons nombres, dans l’ordre {other}. On demande l’ordre {asked} : {_order(target, layout)}."
        )
    if given == _transposed(target, layout):
        return "shape.transposed", "Vous avez échangé la hauteur et la largeur : la hauteur vient d’abord."
    return "shape.order", f"Ce sont les bons nombres, dans le désordre. On demande {_order(target, layout)}."


def _batch_errors(given: Dims, target: Dims, layout: str) -> Diagnosis | None:
    if layout == "NCHW" and given == target[1:]:
        return "shape.batch-missing", "Il manque la dimension du lot (N), qui vient en premier."
    if layout != "NCHW" and len(target) > 1 and given[1:] == target:
        return (
            "shape.batch-extra",
            "Vous avez ajouté une dimension de lot : on demande la forme d’un seul exemple.",
        )
    return None


def _collapsed(given: Dims, target: Dims, layout: str) -> Diagnosis | None:
    if len(target) < 2:
        return None
    spatial = _spatial(target, layout)
    if given == (prod(target),):
        return "shape.product", (
            f"Vous avez multiplié les dimensions : c’est le nombre de valeurs. On demande {_order(target, layout)}."
        )
    if given == spatial:
        return "shape.no-channels", "Ce sont les tailles spatiales : il manque le nombre de canaux."
    if len(given) == 1 and given[0] in spatial:
        return "shape.one-side", (f"C’est une seule des dimensions. On demande {_order(target, layout)}.")
    return None


def _which_dimension(given: Dims, target: Dims, layout: str, input_channels: int | None) -> Diagnosis:
    names = _names(target, layout)
    wrong_names = [name for name, g, t in zip(names, given, target, strict=True) if g != t]
    channel = _channel_axis(target, layout)
    if wrong_names == [NAMES["C"]] and given[channel] == input_channels:
        return "shape.input-channels", (
            "Vous avez gardé les canaux de l’entrée : une convolution produit une carte par filtre."
        )
    if len(wrong_names) == len(names):
        return None, f"{_text(given)} : aucune dimension n’est juste."
    return None, f"{_text(given)} : à revoir, {' et '.join(wrong_names)} ; le reste est juste."


def _channel_axis(dims: Dims, layout: str) -> int:
    return {"CHW": 0, "HWC": len(dims) - 1, "NCHW": 1}[layout] if len(dims) > 1 else 0


def _spatial(dims: Dims, layout: str) -> Dims:
    return {"CHW": dims[1:], "HWC": dims[:-1], "NCHW": dims[2:]}[layout]


def _other_layout(dims: Dims, layout: str) -> Dims:
    if layout == "HWC":
        return (dims[-1], *dims[:-1])
    start = 1 if layout == "NCHW" else 0
    return (*dims[:start], *dims[start + 1 :], *dims[start : start + 1])


def _transposed(dims: Dims, layout: str) -> Dims:
    spatial = _spatial(dims, layout)[::-1]
    if layout == "HWC":
        return (*spatial, dims[-1])
    return (*dims[: len(dims) - len(spatial)], *spatial)


def _names(dims: Dims, layout: str) -> list[str]:
    spatial = {1: ["la longueur"], 2: ["la hauteur", "la largeur"]}.get(
        len(_spatial(dims, layout)), ["la profondeur", "la hauteur", "la largeur"]
    )[: len(_spatial(dims, layout))]
    if layout == "HWC":
        return [*spatial, NAMES["C"]]
    return [*([NAMES["N"]] if layout == "NCHW" else []), NAMES["C"], *spatial][: len(dims)]


def _order(dims: Dims, layout: str) -> str:
    return "(" + ", ".join(_names(dims, layout)) + ")"


def _count(n: int) -> str:
    return f"{n} dimension{'s' if n > 1 else ''}"
