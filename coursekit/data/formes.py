"""*Formes* : des images procédurales dont chaque facteur est un paramètre, et qui ne demandent aucun fichier.

Une forme texturée, colorée, tournée et déplacée, devant un fond à motif semé d’objets parasites. Ni la moyenne d’un
pixel ni sa couleur n’annoncent la classe : un classifieur linéaire y échoue, un petit réseau convolutif y arrive.
Chaque facteur a ses tirages propres : en changer un laisse tous les autres tels quels.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

from coursekit.data.shapes import SHAPES
from coursekit.data.textures import TEXTURES
from coursekit.errors import ArgumentError, UnknownNameError

Range = tuple[float, float]


@dataclass(frozen=True)
class Formes:
    """Une famille d’images : 3 canaux de `size` × `size` pixels, de valeurs entre 0 et 1.

    Attributes:
        size: côté des images, de 16 à 64 pixels.
        shapes: noms des formes possibles (voir `SHAPES`).
        textures: noms des textures possibles (voir `TEXTURES`).
        label: ce que nomme la classe : la forme, la texture, ou le couple des deux.
        balance: poids de chaque classe dans le tirage ; vide, toutes se valent.
        texture_cue: probabilité que la forme impose sa texture : 0, aucun indice ; 1, la texture suffit à deviner.
        position: jeu du centre : 0, la forme est au milieu ; 1, elle touche parfois les bords.
        rotation: angle extrême, en degrés, de part et d’autre de la position droite.
        scale: rayon de la forme, en fraction du demi-côté : le plus petit et le plus grand.
        frequency: périodes de la texture dans le côté de l’image : le moins et le plus.
        contrast: écart de luminance entre la forme et le fond : le plus faible et le plus fort.
        texture_contrast: part de cet écart que la texture module.
        color: force des couleurs ; 0 donne des images grises.
        background: contraste du motif du fond.
        clutter: nombre d’objets parasites, derrière la forme.
        noise: écart type du bruit de chaque pixel, uniforme et indépendant.
        seed: la graine ; deux graines donnent deux suites sans rapport.

    Raises:
        ArgumentError: une valeur sort de ce qui a un sens.
        UnknownNameError: une forme ou une texture n’existe pas.
    """

    size: int = 32
    shapes: tuple[str, ...] = tuple(SHAPES)
    textures: tuple[str, ...] = tuple(TEXTURES)
    label: Literal["shape", "texture", "both"] = "shape"
    balance: tuple[float, ...] = ()
    texture_cue: float = 0.0
    position: float = 0.6
    rotation: float = 180.0
    scale: Range = (0.5, 0.85)
    frequency: Range = (4.0, 6.0)
    contrast: Range = (0.3, 0.5)
    texture_contrast: float = 0.6
    color: float = 0.2
    background: float = 0.1
    clutter: int = 2
    noise: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        _check_names("Forme", self.shapes, tuple(SHAPES))
        _check_names("Texture", self.textures, tuple(TEXTURES))
        if self.label not in ("shape", "texture", "both"):
            raise UnknownNameError("label", self.label, ("shape", "texture", "both"))
        if not 16 <= self.size <= 64:
            raise ArgumentError(f"size={self.size} : le côté des images va de 16 à 64 pixels.")
        if self.clutter < 0:
            raise ArgumentError(f"clutter={self.clutter} : un nombre d’objets n’est pas négatif.")
        for name in ("texture_cue", "position", "texture_contrast", "color", "background", "noise"):
            _check_fraction(name, getattr(self, name))
        for name, most in (("scale", 1.0), ("frequency", self.size / 2), ("contrast", 1.0)):
            _check_range(name, getattr(self, name), most)
        if self.texture_cue and self.label != "shape":
            raise ArgumentError(
                f"texture_cue={self.texture_cue} avec label={self.label!r} : l’indice demande label='shape'."
            )
        self._check_balance()

    def _check_balance(self) -> None:
        if not self.balance:
            return
        if len(self.balance) != len(self.classes):
            raise ArgumentError(
                f"balance donne {len(self.balance)} poids pour {len(self.classes)} classes ; il en faut un par classe."
            )
        if min(self.balance) < 0 or not 0 < sum(self.balance) < float("inf"):
            raise ArgumentError(f"balance={self.balance} : les poids sont positifs, et leur somme aussi.")

    @property
    def classes(self) -> tuple[str, ...]:
        """Le nom de chaque classe, dans l’ordre des étiquettes."""
        if self.label == "shape":
            return self.shapes
        if self.label == "texture":
            return self.textures
        return tuple(f"{shape}, {texture}" for shape, texture in product(self.shapes, self.textures))


def _check_names(what: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise UnknownNameError(what, name, known)
    if not given or len(set(given)) < len(given):
        raise ArgumentError(f"{what}s : {given}. Donnez au moins un nom, et chacun une seule fois.")


def _check_fraction(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ArgumentError(f"{name}={value} : la valeur va de 0 à 1.")


def _check_range(name: str, given: Range, most: float) -> None:
    low, high = given
    if not 0 < low <= high <= most:
        raise ArgumentError(
            f"{name}={given} : il faut 0 < {low} ≤ {high} ≤ {most:g}, le plus petit avant le plus grand."
        )
