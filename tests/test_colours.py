"""Les couleurs qui portent un sens restent distinctes pour un lecteur daltonien (CAM02-UCS, déficiences totales)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.colors import to_rgb

from coursekit.afm import text_of
from coursekit.viz.canvas import BLUE, GREEN, ORANGE, SKY, VERMILION

DEFICIENCIES = ("deuteranomaly", "protanomaly", "tritanomaly")
APART = 8.0
"""Écart perçu au-delà duquel on ne confond pas deux aplats voisins ; 1 est à peine visible."""

FIGURES = {"bleu": BLUE, "orange": ORANGE, "vert": GREEN, "vermillon": VERMILION, "ciel": SKY}
TONE = re.compile(r"--ck-(blue|orange|green): light-dark\((#\w+), (#\w+)\)")


def tones(dark: bool) -> dict[str, str]:
    """Les aplats des explorateurs, et le fond sur lequel ils se voient."""
    found = {name: pair[dark] for name, *pair in TONE.findall(text_of("explorer.css"))}
    return found | {"fond": "#121212" if dark else "#ffffff"}


def confused(palette: Mapping[str, str], deficiency: str) -> list[tuple[str, str, float]]:
    """Les paires trop proches pour cette vision."""
    vision = {"name": "sRGB1+CVD", "cvd_type": deficiency, "severity": 100}
    seen = {
        name: np.clip(cspace_convert(to_rgb(colour), vision, "sRGB1"), 0, 1)
        for name, colour in palette.items()
    }
    gaps = {
        (one, two): float(deltaE(seen[one], seen[two], input_space="sRGB1"))
        for one, two in combinations(seen, 2)
    }
    return [(*pair, round(gap, 1)) for pair, gap in gaps.items() if gap < APART]


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize(
    "palette", [FIGURES, tones(dark=False), tones(dark=True)], ids=["figures", "clair", "sombre"]
)
def test_colours_are_told_apart(palette: Mapping[str, str], deficiency: str) -> None:
    assert len(palette) >= 4
    assert confused(palette, deficiency) == []


def test_red_and_green_would_be_confused() -> None:
    assert confused({"rouge": "#c1453f", "vert": "#6f7a2e"}, "deuteranomaly")
