"""L’explorateur du bloc résiduel : ce qu’un bloc coupé ôte de chemins, avec et sans raccourcis."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

from coursekit.afm import Widget
from coursekit.errors import ArgumentError
from coursekit.layers import whole
from coursekit.questions.text import NBSP
from coursekit.widgets.charts import bars
from coursekit.widgets.still import still

FEWEST, MOST = 2, 8
POWERS = "⁰¹²³⁴⁵⁶⁷⁸"


def explore_residual(blocks: int = 4, cut: Sequence[int] = (), weight: float = 0.5) -> Widget:
    """Un explorateur : le lecteur coupe des blocs et voit combien des 2^L chemins restent (Veit et al., 2016).

    `blocks` est L, de 2 à 8 ; `cut`, les blocs coupés, comptés à partir de 1 ; `weight`, ce par quoi chaque branche
    multiplie dans l’exemple à un nombre, de 0,1 à 1.

    Raises:
        ArgumentError: un réglage est hors de ces bornes.
    """
    if whole(blocks, "Le nombre de blocs L", FEWEST) > MOST:
        raise ArgumentError(
            f"L = {blocks} blocs donneraient 2^{blocks} = {2**blocks} chemins : donnez L de {FEWEST} à {MOST}."
        )
    if wrong := [one for one in cut if one not in range(1, blocks + 1)]:
        raise ArgumentError(
            f"On ne peut couper le bloc {wrong[0]} d’une pile de {blocks} blocs : ils se comptent de 1 à {blocks}."
        )
    if not 0.1 <= weight <= 1:
        raise ArgumentError(
            f"weight = {weight:g} : donnez de 0,1 à 1, ce par quoi chaque branche multiplie.".replace(
                ".", ",", 1
            )
        )
    left = blocks - len(set(cut))
    rows = [(f"{k} bloc{'s' * (k > 1)}", comb(left, k), str(comb(left, k))) for k in range(left + 1)]
    picture = bars(f"Chemins, par nombre de blocs traversés (sur {left})", rows)
    sentence = (
        f"Chaque bloc résiduel se traverse ou se saute{NBSP}: {left} blocs donnent 2{POWERS[left]} = {2**left} "
        "chemins, et en couper un en ôte la moitié. Sans raccourcis, il n’y a qu’un chemin, et le couper "
        "ne laisse rien."
    )
    state = {"blocks": blocks, "cut": sorted(set(cut)), "weight": weight}
    return Widget("residual", state, still("Les chemins d’une pile de blocs résiduels", picture, sentence))
