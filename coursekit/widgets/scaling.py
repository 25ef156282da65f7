"""L’explorateur de la mise à l’échelle composée : la règle α^φ, β^φ, γ^φ, et les coefficients publiés de B0 à B7."""

from __future__ import annotations

from typing import Any

from coursekit.afm import Widget
from coursekit.errors import ArgumentError
from coursekit.questions.text import NBSP, number_text
from coursekit.tables import find
from coursekit.tables.efficientnet import ALPHA, BETA, COEFFICIENTS, GAMMA, closest_phi, compound_scaling
from coursekit.widgets.charts import bars
from coursekit.widgets.still import still

LARGEST = {"φ": 7.0, "α": 2.0, "β": 1.5, "γ": 1.5}
"""Le bout de chaque glissière."""


def explore_scaling(
    phi: float = 1.0, alpha: float = ALPHA, beta: float = BETA, gamma: float = GAMMA
) -> Widget:
    """Un explorateur : le lecteur règle φ, α, β et γ, et compare la règle aux réseaux publiés (Tan et Le, 2019).

    Raises:
        ArgumentError: φ n’est pas entre 0 et 7, ou une base est inférieure à 1 ou trop grande pour sa glissière.
    """
    _within(phi, alpha, beta, gamma)
    scaling = compound_scaling(phi, alpha, beta, gamma)
    networks = [_network(index) for index in range(len(COEFFICIENTS))]
    state = {
        "phi": phi,
        "bases": {"alpha": alpha, "beta": beta, "gamma": gamma},
        "published": {"alpha": ALPHA, "beta": BETA, "gamma": GAMMA},
        "networks": networks,
    }
    rows = [(one["name"], one["macs"], f"{number_text(one['macs'] / 1e9, 3)} G") for one in networks]
    made = (scaling.depth, scaling.width, scaling.resolution)
    depth, width, resolution = (number_text(value, 3) for value in made)
    growth = networks[-1]["macs"] / networks[0]["macs"]
    sentence = (
        f"Pour φ = {number_text(phi)}, la règle multiplie la profondeur par {depth}, la largeur par {width} et la "
        f"résolution par {resolution}{NBSP}: le calcul l’est par d·w²·r² = {number_text(scaling.cost, 3)}. De B0 à B7, "
        f"les réseaux publiés le multiplient par {number_text(growth, 2)}."
    )
    picture = bars("Multiplications-additions d’EfficientNet", rows, margin=60)
    return Widget("scaling", state, still("La mise à l’échelle composée", picture, sentence))


def _within(phi: float, alpha: float, beta: float, gamma: float) -> None:
    for (symbol, most), value in zip(LARGEST.items(), (phi, alpha, beta, gamma), strict=True):
        if not 0 <= value <= most:
            raise ArgumentError(
                f"{symbol} = {number_text(value)} : la glissière va jusqu’à {number_text(most)}, donnez une valeur "
                "positive qui n’en sorte pas."
            )


def _network(index: int) -> dict[str, Any]:
    """Ce que le code des auteurs fixe, ce que cela coûte, et ce que coûterait la règle pour le φ le plus proche."""
    config, entry = COEFFICIENTS[index], find(f"efficientnet-b{index}")
    parameters, macs = entry.totals()
    ruled = find(f"{entry.name}-rule") if index else entry
    return {
        "name": f"B{index}",
        "depth": config.depth,
        "width": config.width,
        "resolution": config.resolution,
        "parameters": parameters,
        "macs": macs,
        "phi": closest_phi(config),
        "ruled": ruled.totals()[1],
    }
