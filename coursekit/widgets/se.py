"""L’explorateur de la porte squeeze-and-excite : les poids qu’elle donne aux canaux, et le prix de son ratio r."""

from __future__ import annotations

from collections import Counter
from math import exp
from random import Random
from typing import Any

from coursekit.afm import Widget
from coursekit.errors import ArgumentError
from coursekit.layers import whole
from coursekit.questions.text import NBSP, number_text
from coursekit.tables import find
from coursekit.widgets.charts import bars
from coursekit.widgets.still import still

SIDE, BLOB, CHANNELS = 4, 2, 8
RATIOS = (2, 4, 8, 16, 32)
FEWEST = min(RATIOS)


def explore_se(ratio: int = 4, seed: int = 6) -> Widget:
    """Un explorateur : le lecteur change l’intensité et la place d’une tache par canal, et voit le poids des canaux.

    `ratio` divise les canaux dans la porte (Hu et al., 2018) ; `seed` tire les cartes et les poids des deux couches.

    Raises:
        ArgumentError: le ratio n’est pas l’un de 2, 4, 8, 16 et 32, ou la graine n’est pas un entier.
    """
    if ratio not in RATIOS:
        raise ArgumentError(
            f"Le ratio r = {ratio} n’est pas étudié : prenez-le parmi {', '.join(map(str, RATIOS))}."
        )
    state = {"side": SIDE, "blob": BLOB, "ratio": ratio, **_drawn(Random(whole(seed, "La graine", 0)))}
    network = {"stages": gates(), "base": find("resnet50").totals()[0]}
    weights = _weights(state, max(1, CHANNELS // ratio))
    rows = [(f"canal {c}", weight, number_text(weight, 2)) for c, weight in enumerate(weights, start=1)]
    sentence = (
        f"La porte squeeze-and-excite lit la moyenne des {CHANNELS} canaux et donne à chacun un poids entre 0 et 1, "
        f"ici de {number_text(min(weights), 2)} à {number_text(max(weights), 2)}{NBSP}: sa carte est multipliée par ce "
        "poids."
    )
    picture = bars(f"Poids de chaque canal (r = {ratio})", rows)
    return Widget("se", {**state, **network}, still("La porte squeeze-and-excite", picture, sentence))


def gates(name: str = "se-resnet50") -> list[dict[str, int]]:
    """Les portes d’un réseau du catalogue : combien de blocs, pour chaque nombre de canaux."""
    found = Counter(row.input.channels for row in find(name).rows() if row.name.endswith("se.avgpool"))
    return [{"blocks": blocks, "channels": channels} for channels, blocks in found.items()]


def _drawn(rng: Random) -> dict[str, Any]:
    """Des couches à poids d’une décimale, pour le plus petit ratio, et une tache par canal."""

    def layer(outputs: int, inputs: int, most: float) -> dict[str, Any]:
        weight = [[round(rng.uniform(-most, most), 1) for _ in range(inputs)] for _ in range(outputs)]
        return {"weight": weight, "bias": [round(rng.uniform(-0.3, 0.3), 1) for _ in range(outputs)]}

    hidden = CHANNELS // FEWEST
    first, second = layer(hidden, CHANNELS, 0.6), layer(CHANNELS, hidden, 1.5)
    places = range(SIDE - BLOB + 1)
    channels = [
        {"intensity": rng.randint(1, 9), "row": rng.choice(places), "column": rng.choice(places)}
        for _ in range(CHANNELS)
    ]
    return {"first": first, "second": second, "channels": channels}


def _weights(state: dict[str, Any], hidden: int) -> list[float]:
    """Les poids qu’affiche la page à son ouverture, pour l’image fixe."""
    means = [channel["intensity"] * BLOB**2 / SIDE**2 for channel in state["channels"]]
    inner = [max(value, 0.0) for value in _dense(state["first"], means)][:hidden]
    return [1 / (1 + exp(-score)) for score in _dense(state["second"], inner)]


def _dense(layer: dict[str, Any], x: list[float]) -> list[float]:
    """W x + b, où les colonnes de W sans entrée ne comptent pas."""
    return [
        bias + sum(w * value for w, value in zip(row, x, strict=False))
        for row, bias in zip(layer["weight"], layer["bias"], strict=True)
    ]
