"""Où le réseau a trouvé sa classe : CAM, qui lit les poids, et Grad-CAM, qui lit les gradients.

Sources : Zhou et coll. (2016), arXiv:1512.04150, équations 1 et 2 ; Selvaraju et coll. (2017), arXiv:1610.02391,
équations 1 et 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.errors import ArgumentError, ShapeError, require
from coursekit.interpret.probing import (
    Target,
    classes_of,
    differentiating,
    evaluating,
    keeping,
    of_each,
    placed,
    scores_of,
    through,
    watching_all,
    written,
)
from coursekit.training.numbers import comma

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class ClassMap:
    """La carte d’une classe.

    Attributes:
        method: « CAM » ou « Grad-CAM ».
        layer: la couche dont les cartes sont additionnées.
        target: la classe de chaque image, N.
        scores: son score, N.
        maps: N × h × w, à la taille des cartes de la couche.
    """

    method: str
    layer: str
    target: Tensor
    scores: Tensor
    maps: Tensor

    def resized(self, size: tuple[int, int]) -> Tensor:
        """Les cartes agrandies par interpolation bilinéaire : N × hauteur × largeur."""
        return F.interpolate(self.maps[:, None], size, mode="bilinear", align_corners=False)[:, 0]

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        places = []
        for classe, score, chart in zip(self.target.tolist(), self.scores.tolist(), self.maps, strict=True):
            row, column = divmod(int(chart.argmax()), chart.shape[1])
            places.append(
                f"classe {classe} (score {comma(score)}), le plus fort en ligne {row}, colonne {column}"
            )
        size = written(self.maps.shape[1:])
        return f"{self.method} sur les cartes {size} de {self.layer} : {' ; '.join(places)}."

    def plot(self, images: Tensor) -> Figure:
        """Chaque image à côté de sa carte, agrandie à sa taille.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.inside import show_heat

        height, width = images.shape[2:]
        return show_heat(images.cpu(), self.resized((height, width)).cpu(), self.method)


@torch.no_grad()
def cam(model: nn.Module, images: Tensor, target: Target = None) -> ClassMap:
    """M_c(x, y) = Σ_k w_k^c f_k(x, y), dont la moyenne, plus le biais, est le score de la classe c.

    Un réseau comme NiN, dont le pooling global moyenne une carte par classe, donne cette carte même.

    Args:
        model: un réseau qui finit par un pooling moyen global et au plus une couche dense.
        images: N × C × H × W.
        target: une classe, une par image, ou `None` pour celle qui est prédite.

    Raises:
        ArgumentError: ce réseau ne finit pas ainsi (prenez alors `grad_cam`), ou la classe n’existe pas.
        ShapeError: les images ne conviennent pas.
    """
    with evaluating(model):
        pixels = placed(model, images)
        dense, averages, scores = _head(model, pixels)
        layer, maps = _averaged(model, pixels, averages, dense)
    classes = classes_of(target, scores)
    weights = torch.eye(scores.shape[1]).to(maps) if dense is None else dense.weight
    made = torch.einsum("nk,nkhw->nhw", weights[classes], maps)
    return ClassMap("CAM", layer, classes, of_each(scores, classes), made)


def _head(model: nn.Module, pixels: Tensor) -> tuple[nn.Linear | None, Tensor, Tensor]:
    """La dernière couche dense, ce qu’elle lit, et les scores ; sans couche dense, les scores se lisent eux-mêmes."""
    read: list[tuple[nn.Linear, Tensor]] = []

    def note(_name: str, layer: nn.Module, given: Any, _made: Any) -> None:
        if isinstance(layer, nn.Linear):
            read.append((layer, given.clone()))

    with watching_all(model, note):
        scores = scores_of(model, pixels)
    if not read or read[-1][0].out_features != scores.shape[1]:
        return None, scores, scores
    return read[-1][0], read[-1][1].flatten(1), scores


def _averaged(
    model: nn.Module, pixels: Tensor, averages: Tensor, dense: nn.Linear | None
) -> tuple[str, Tensor]:
    """Les cartes dont `averages` est la moyenne : la définition du pooling global, d’où qu’il soit écrit."""
    found: list[tuple[str, Tensor]] = []

    def note(name: str, _layer: nn.Module, given: Any, made: Any) -> None:
        for where, maps in ((name, made), (f"l’entrée de {name}", given)):
            if not found and _has_mean(maps, averages):
                found.append((where, maps.clone()))

    with watching_all(model, note):
        through(model, pixels)
    if not found:
        raise ArgumentError(_refusal(model, averages, dense))
    return found[0]


def _has_mean(maps: Any, averages: Tensor) -> bool:
    if not isinstance(maps, Tensor) or maps.dim() != 4 or maps.shape[:2] != averages.shape:
        return False
    if maps[0, 0].numel() == 1:
        return False
    close = 1e-4 if maps.dtype in (torch.float32, torch.float64) else 2e-2
    return torch.allclose(maps.mean((2, 3)), averages, rtol=close, atol=close * float(averages.abs().max()))


def _refusal(model: nn.Module, averages: Tensor, dense: nn.Linear | None) -> str:
    read = (
        "ses scores ne sont la moyenne d’aucune carte"
        if dense is None
        else f"sa dernière couche dense lit {averages.shape[1]} nombres qui ne sont la moyenne d’aucune carte"
    )
    return (
        f"CAM demande un pooling moyen global suivi d’une seule couche dense ; dans ce {type(model).__name__}, {read}. "
        "Prenez grad_cam, qui n’en demande pas."
    )


def grad_cam(
    model: nn.Module, images: Tensor, target: Target = None, *, layer: str | None = None
) -> ClassMap:
    """ReLU(Σ_k α_k A_k), où α_k est la moyenne de la dérivée du score par rapport à la carte A_k.

    Args:
        model: un réseau, évalué tel quel et rendu dans le mode où il était.
        images: N × C × H × W.
        target: une classe, une par image, ou `None` pour celle qui est prédite.
        layer: la couche dont lire les cartes ; par défaut, les dernières qui aient plus d’un pixel.

    Raises:
        UnknownNameError: la couche n’existe pas.
        ShapeError: elle ne rend pas de cartes, ou les images ne conviennent pas.
        ArgumentError: la classe n’existe pas, ou ne dépend pas de cette couche.
    """
    with differentiating(), evaluating(model):
        pixels = placed(model, images).requires_grad_()
        name = _last_maps(model, pixels) if layer is None else layer
        with keeping(model, [name]) as kept:
            scores = scores_of(model, pixels)
        if name not in kept or kept[name].dim() != 4:
            found = written(kept[name].shape) if name in kept else "rien"
            raise ShapeError(
                f"La couche « {name} » rend {found} : Grad-CAM demande des cartes, N × K × h × w."
            )
        classes = classes_of(target, scores)
        chosen = of_each(scores, classes)
        maps = kept[name]
        (slopes,) = torch.autograd.grad(chosen.sum(), maps, allow_unused=True)
    if slopes is None:
        raise ArgumentError(f"Les scores ne dépendent pas de la couche « {name} » ; choisissez-en une autre.")
    weights = slopes.mean((2, 3))
    made = torch.einsum("nk,nkhw->nhw", weights, maps.detach()).clamp(min=0)
    return ClassMap("Grad-CAM", name, classes, chosen.detach(), made)


@torch.no_grad()
def _last_maps(model: nn.Module, pixels: Tensor) -> str:
    names: list[str] = []

    def note(name: str, _layer: nn.Module, _given: Any, made: Any) -> None:
        if name and isinstance(made, Tensor) and made.dim() == 4 and made[0, 0].numel() > 1:
            names.append(name)

    with watching_all(model, note):
        through(model, pixels)
    if not names:
        raise ShapeError(
            "Aucune couche de ce réseau ne rend de cartes de plus d’un pixel : Grad-CAM n’y montre rien."
        )
    return names[-1]
