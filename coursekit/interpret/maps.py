"""Ce qu’un réseau a appris et ce qu’il calcule : ses filtres, ses cartes d’activation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError, UnknownNameError, require
from coursekit.interpret.probing import evaluating, keeping, layer_named, placed, through, written

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Kernels:
    """Les filtres d’une convolution : `weights` est K × C/g × F × F, une copie des poids."""

    layer: str
    weights: Tensor

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        count, channels, *size = self.weights.shape
        colors = "en couleurs" if channels == 3 else f"chacun sur {channels} canaux"
        return f"Les {count} filtres {written(size)} de la couche {self.layer}, {colors}."

    def plot(self, *, count: int = 32) -> Figure:
        """Les `count` premiers filtres : en couleurs s’ils lisent trois canaux, sinon un par ligne, canal par canal.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.inside import show_kernels

        return show_kernels(self.weights[:count].cpu())


def kernels(model: nn.Module, layer: str | None = None) -> Kernels:
    """Les filtres de la convolution `layer` ; sans nom, ceux de la première.

    Raises:
        UnknownNameError: la couche n’existe pas.
        ArgumentError: ce n’est pas une convolution, ou le réseau n’en a pas.
    """
    name = _first_convolution(model) if layer is None else layer
    found = layer_named(model, name)
    if not isinstance(found, nn.Conv2d):
        raise ArgumentError(
            f"La couche « {name} » est un {type(found).__name__} : seule une convolution a des filtres. "
            f"Essayez « {_first_convolution(model)} »."
        )
    return Kernels(name, found.weight.detach().clone())


@dataclass(frozen=True)
class ActivationMaps:
    """Les sorties des couches pour un lot d’images : `maps` donne, par nom, N × K × H × W (N × K si dense).

    Les couches y sont dans l’ordre du calcul.
    """

    maps: dict[str, Tensor]

    def __getitem__(self, layer: str) -> Tensor:
        if layer not in self.maps:
            raise UnknownNameError("Nom de couche", layer, self.maps)
        return self.maps[layer]

    def silent(self, layer: str) -> Tensor:
        """La part des valeurs nulles ou négatives de chaque carte sur tout le lot : K nombres de 0 à 1."""
        quiet = (self[layer] <= 0).double()
        return quiet.reshape(*quiet.shape[:2], -1).mean((0, 2))

    def caption(self, layer: str, *, image: int = 0) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        maps = self._of_image(layer, image)
        strongest = int(maps.flatten(1).amax(1).argmax())
        lit = int((maps.flatten(1).amax(1) > 0).sum())
        return (
            f"Les {len(maps)} cartes {written(maps.shape[1:])} de la couche {layer} pour une image : {lit} ont une "
            f"valeur positive, la plus forte est dans la carte {strongest}."
        )

    def plot(self, layer: str, *, image: int = 0, count: int = 32) -> Figure:
        """Les `count` premières cartes de la couche pour une image, toutes à la même échelle.

        Raises:
            UnknownNameError: la couche n’a pas été retenue.
            ArgumentError: elle ne rend pas de cartes.
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.inside import show_maps

        return show_maps(self._of_image(layer, image)[:count].cpu())

    def _of_image(self, layer: str, image: int) -> Tensor:
        maps = self[layer]
        if maps.dim() != 4:
            raise ArgumentError(
                f"La couche « {layer} » rend {written(maps.shape)} : ce ne sont pas des cartes."
            )
        return maps[image]


@torch.no_grad()
def activation_maps(model: nn.Module, images: Tensor, layers: Iterable[str] | None = None) -> ActivationMaps:
    """Les sorties des couches nommées (sans noms : de chaque convolution), en mode d’évaluation.

    Args:
        model: un réseau, rendu dans le mode où il était.
        images: N × C × H × W.
        layers: des noms de `model.named_modules()`, d’une couche ou d’un bloc entier.

    Raises:
        UnknownNameError: une couche n’existe pas.
        ShapeError: les images ne forment pas un lot, ou une couche rend autre chose qu’un tenseur.
    """
    names = _convolutions(model) if layers is None else [layers] if isinstance(layers, str) else list(layers)
    with evaluating(model), keeping(model, names) as kept:
        through(model, placed(model, images))
    return ActivationMaps(dict(kept))


def _convolutions(model: nn.Module) -> list[str]:
    return [name for name, layer in model.named_modules() if isinstance(layer, nn.Conv2d) and name]


def _first_convolution(model: nn.Module) -> str:
    names = _convolutions(model)
    if not names:
        raise ArgumentError(
            f"{type(model).__name__} n’a aucune convolution nommée, donc aucun filtre à montrer."
        )
    return names[0]
