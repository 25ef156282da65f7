"""Les poids officiels de torchvision, versés dans nos modules.

La correspondance est l’ordre : nos modules déclarent leurs couches dans l’ordre de leur jumeau, si bien que le k-ième
tenseur de l’un est le k-ième de l’autre, de même forme. Seuls les noms diffèrent.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from coursekit.errors import ArgumentError, DownloadError, ShapeError
from coursekit.tables import CATALOGUE, Entry
from coursekit.vision import load_torchvision

ORIGIN = "torchvision"


def transfer(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Verse dans `model` les tenseurs de `state`, dans l’ordre.

    Raises:
        ShapeError: les deux n’ont pas les mêmes tenseurs ; le message nomme le premier qui diffère.
    """
    ours = model.state_dict()
    if len(ours) != len(state):
        raise ShapeError(f"Le réseau a {len(ours)} tenseurs, et les poids en donnent {len(state)}.")
    for (name, mine), (other, given) in zip(ours.items(), state.items(), strict=True):
        if mine.shape != given.shape:
            raise ShapeError(
                f"{name} est de taille {tuple(mine.shape)}, et {other} de taille {tuple(given.shape)}."
            )
    model.load_state_dict(dict(zip(ours, state.values(), strict=True)))


def load_official(model: nn.Module, entry: Entry) -> None:
    """Télécharge (ou retrouve dans le cache de PyTorch) les poids officiels du jumeau de `entry`, et les verse.

    Raises:
        ArgumentError: ce réseau n’a pas de jumeau dans torchvision.
        DownloadError: pas de réseau, ou fichier corrompu.
        ShapeError: le réseau n’a pas la forme du jumeau (nombre de classes ou de canaux changé).
    """
    if entry.peer is None or ":" in entry.peer:
        known = ", ".join(e.name for e in CATALOGUE if e.peer and ":" not in e.peer)
        raise ArgumentError(f"{entry.name} n’a pas de jumeau dans torchvision. Ceux qui en ont un : {known}.")
    load_torchvision()
    from torchvision.models import get_model_weights

    weights = next(iter(get_model_weights(entry.peer)))
    try:
        state = weights.get_state_dict(progress=True, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise DownloadError(
            f"Les poids de {entry.name} n’ont pas pu être téléchargés ({error}). Ils demandent un accès au réseau ; "
            f"sans lui, construisez le réseau sans weights, ou copiez le fichier dans le cache de PyTorch (torch.hub)."
        ) from error
    transfer(model, state)
