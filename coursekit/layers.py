"""Le vocabulaire des tables : formes, couches, enchaînements. Des valeurs figées, sans PyTorch.

Une couche décrit ce que l’article imprime (« 96 filtres 11×11, pas 4 ») ; ce qu’elle produit se calcule dans
`coursekit.arithmetic`. Les tailles suivent l’ordre de PyTorch : canaux d’abord, puis hauteur et largeur.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import Literal

from coursekit.errors import ArgumentError, ShapeError, UnknownNameError

Size = int | tuple[int, ...]
"""Un entier vaut pour toutes les dimensions ; un tuple donne une valeur par dimension (hauteur, largeur)."""


def whole(value: object, what: str, minimum: int = 1) -> int:
    """Renvoie `value` si c’est un entier d’au moins `minimum`.

    Raises:
        ArgumentError: ce n’est pas un entier, ou il est trop petit.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise ArgumentError(f"{what} doit être un entier ; vous avez donné {value!r}.")
    if value < minimum:
        raise ArgumentError(f"{what} doit valoir au moins {minimum} ; vous avez donné {value}.")
    return value


def per_dimension(value: Size, dims: int, what: str, minimum: int = 1) -> tuple[int, ...]:
    """Développe une taille en une valeur par dimension : `(3, 2) → (3, 3)`.

    Raises:
        ArgumentError: une valeur n’est pas un entier d’au moins `minimum`.
        ShapeError: le tuple n’a pas `dims` valeurs.
    """
    if not isinstance(value, tuple | list):
        return (whole(value, what, minimum),) * dims
    if len(value) != dims:
        raise ShapeError(
            f"{what} = {tuple(value)} donne {len(value)} valeurs pour {dims} dimensions spatiales. "
            f"Donnez un entier ou {dims} valeurs."
        )
    return tuple(whole(v, what, minimum) for v in value)


@dataclass(frozen=True)
class Shape:
    """La forme d’un tenseur sans sa dimension de lot : `channels` × tailles spatiales.

    Un vecteur de 4096 valeurs est `Shape(4096)` ; une image RVB 224×224, `Shape(3, (224, 224))`.
    """

    channels: int
    spatial: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        whole(self.channels, "Le nombre de canaux")
        for size in self.spatial:
            whole(size, "Une taille spatiale")

    @property
    def dims(self) -> int:
        return len(self.spatial)

    @property
    def numel(self) -> int:
        """Nombre de valeurs du tenseur."""
        return self.channels * prod(self.spatial)

    def as_tuple(self) -> tuple[int, ...]:
        """Dans l’ordre de PyTorch : `(C, H, W)`."""
        return (self.channels, *self.spatial)

    def hwc(self) -> tuple[int, ...]:
        """Dans l’ordre des diapositives : `(H, W, C)`."""
        return (*self.spatial, self.channels)

    def __str__(self) -> str:
        return "×".join(str(n) for n in self.as_tuple())


@dataclass(frozen=True)
class Field:
    """Le champ récepteur des unités d’une couche, le long d’une dimension, en pixels de l’entrée.

    L’unité `i` voit les pixels `start + i·jump` à `start + i·jump + size - 1` ; ceux qui débordent de l’image
    sont du padding. Un `jump` nul dit que toutes les unités voient la même chose (après un pooling global).
    """

    size: int = 1
    jump: int = 1
    start: int = 0

    def window(self, unit: int) -> range:
        """Les pixels que voit l’unité `unit`, padding compris."""
        first = self.start + unit * self.jump
        return range(first, first + self.size)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Ce que toute couche porte : un nom, celui du module PyTorch correspondant.

    Le nom ne compte pas dans l’égalité : deux couches de mêmes réglages font la même chose.
    """

    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Conv(Layer):
    """Une couche convolutive de `out_channels` filtres (1-D à 3-D selon l’entrée)."""

    out_channels: int
    kernel_size: Size
    stride: Size = 1
    padding: Size | Literal["same"] = 0
    dilation: Size = 1
    groups: int = 1
    bias: bool = True


@dataclass(frozen=True)
class PartialConv(Layer):
    """Des filtres qui ne voient chacun que certains canaux, ceux de `connections[k]` pour le filtre k (LeNet-5, C3)."""

    connections: tuple[tuple[int, ...], ...]
    kernel_size: Size


@dataclass(frozen=True)
class Linear(Layer):
    """Une couche fully-connected ; son nombre d’entrées se déduit de ce qui précède."""

    out_features: int
    bias: bool = True


@dataclass(frozen=True)
class RadialBasis(Layer):
    """Distances au carré entre l’entrée et `out_features` codes fixes (sortie de LeNet-5)."""

    out_features: int


@dataclass(frozen=True)
class Pool(Layer):
    """Pooling par fenêtre, canal par canal ; `stride=None` veut dire des fenêtres jointives."""

    kind: Literal["max", "avg"]
    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    ceil_mode: bool = False


@dataclass(frozen=True)
class Subsample(Layer):
    """Somme par fenêtres jointives, puis un gain et un biais appris par carte (LeNet-5, S2 et S4)."""

    kernel_size: Size


@dataclass(frozen=True)
class AdaptivePool(Layer):
    """Pooling dont on fixe la taille de sortie ; `output_size=1` est le pooling global (GAP)."""

    kind: Literal["max", "avg"]
    output_size: Size = 1


@dataclass(frozen=True)
class PadShortcut(Layer):
    """Raccourci sans paramètre : un pixel sur `stride`, et des canaux nuls pour en avoir `out_channels` (option A)."""

    out_channels: int
    stride: int = 1


@dataclass(frozen=True)
class Flatten(Layer):
    """Vectorisation : le volume C×H×W devient un vecteur de C·H·W valeurs."""


@dataclass(frozen=True)
class Activation(Layer):
    """Non-linéarité appliquée valeur par valeur."""

    kind: str = "relu"


@dataclass(frozen=True)
class Norm(Layer):
    """Normalisation : « batch » (deux paramètres par canal) ou « local_response » (aucun)."""

    kind: Literal["batch", "local_response"]


@dataclass(frozen=True)
class Dropout(Layer):
    """Mise à zéro aléatoire, à l’entraînement, avec la probabilité `p`."""

    p: float = 0.5


@dataclass(frozen=True)
class DropPath(Layer):
    """Suppression aléatoire du chemin entier, image par image, à l’entraînement, avec la probabilité `p`."""

    p: float


@dataclass(frozen=True)
class Chain(Layer):
    """Des couches l’une après l’autre."""

    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Branches(Layer):
    """Des chemins parallèles sur la même entrée, puis réunis.

    `merge` : « concat » empile les canaux, « add » additionne, « scale » multiplie (une porte 1×1 peut
    pondérer une carte entière). Un chemin vide, `Chain(())`, est l’identité.
    """

    branches: tuple[Layer, ...]
    merge: Literal["concat", "add", "scale"]


@dataclass(frozen=True)
class Row:
    """Une ligne de table, calculée ou mesurée : ce qu’une couche reçoit, rend et coûte.

    `macs` compte les multiplications-additions des convolutions et des couches denses, pour une image, sans
    les biais ; `fields` est vide quand le champ récepteur n’a pas été calculé.
    """

    name: str
    kind: str
    input: Shape
    output: Shape
    parameters: int
    macs: int
    fields: tuple[Field, ...] = ()

    @property
    def receptive_field(self) -> tuple[int, ...]:
        """Taille du champ récepteur, une valeur par dimension de l’image."""
        return tuple(field.size for field in self.fields)


def edit(net: Layer, name: str, **changes: object) -> Layer:
    """Copie `net` en changeant la couche `name` : `edit(vgg, "features.conv1_1", stride=2)`.

    Raises:
        UnknownNameError: aucune couche ne porte ce nom.
        ArgumentError: la couche n’a pas ce réglage.
    """
    known: list[str] = []
    edited = _edit(net, "", name, changes, known)
    if edited is net:
        raise UnknownNameError("Nom de couche", name, known)
    return edited


def _edit(net: Layer, prefix: str, name: str, changes: dict[str, object], known: list[str]) -> Layer:
    path = join(prefix, net.name)
    known.append(path)
    if path == name:
        try:
            return replace(net, **changes)  # type: ignore[arg-type]
        except TypeError as error:
            raise ArgumentError(
                f"La couche {name} ({type(net).__name__}) n’a pas tous ces réglages : {changes}."
            ) from error
    match net:
        case Chain(layers=inner) | Branches(branches=inner):
            parts = tuple(_edit(part, path, name, changes, known) for part in inner)
            if all(new is old for new, old in zip(parts, inner, strict=True)):
                return net
            return replace(net, **{"layers" if isinstance(net, Chain) else "branches": parts})  # type: ignore[arg-type]
    return net


def join(prefix: str, name: str) -> str:
    """Le chemin d’une couche, comme PyTorch l’écrit : `features.conv1`."""
    return f"{prefix}.{name}" if prefix and name else prefix or name
