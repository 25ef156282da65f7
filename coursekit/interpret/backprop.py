"""Remonter d’un score, ou d’une unité, jusqu’à l’image : gradient, deconvnet et guided backprop.

Les trois font la même descente, et ne diffèrent que par ce qu’une ReLU laisse remonter : là où son entrée était
positive (gradient, Simonyan et coll., arXiv:1312.6034), là où ce qui remonte est positif (deconvnet, Zeiler et Fergus,
arXiv:1311.2901, § 2.1), là où les deux le sont (guided backprop, Springenberg et coll., arXiv:1412.6806, figure 1).
Le max pooling renvoie ce qui remonte au maximum seul : ce sont les aiguillages (switches) du deconvnet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from coursekit.errors import ArgumentError, require
from coursekit.interpret.probing import (
    Target,
    classes_of,
    counted,
    differentiating,
    evaluating,
    keeping,
    of_each,
    placed,
    scores_of,
    through,
    written,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Unit:
    """Une unité d’une couche : une carte et une position (ligne, colonne) ; sans elle, la plus active de la carte."""

    layer: str
    channel: int
    position: tuple[int, int] | None = None


@dataclass(frozen=True)
class Saliency:
    """Ce qui est remonté jusqu’à l’image.

    Attributes:
        method: « gradient », « deconvnet » ou « guided backprop ».
        source: d’où l’on est parti, en toutes lettres.
        gradients: N × C × H × W.
        values: le score, ou l’activation, de départ dans chaque image : N nombres.
    """

    method: str
    source: str
    gradients: Tensor
    values: Tensor

    def maps(self) -> Tensor:
        """N × H × W : en chaque pixel, la plus grande valeur absolue parmi les canaux (Simonyan et coll., § 3.1)."""
        return self.gradients.abs().amax(1)

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        share = (self.maps() > 0.1 * self.maps().amax((1, 2), keepdim=True)).double().mean()
        return (
            f"Ce que le {self.method} fait remonter de {self.source} dans {counted(len(self.gradients), 'image')} : "
            f"{100 * float(share):.0f} % des pixels dépassent le dixième du maximum."
        )

    def plot(self, images: Tensor) -> Figure:
        """Chaque image à côté de ce qui y remonte.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.inside import show_saliency

        return show_saliency(images.cpu(), self.gradients.cpu(), self.method)


def gradient(
    model: nn.Module, images: Tensor, target: Target = None, *, unit: Unit | None = None
) -> Saliency:
    """La dérivée du score de `target` (ou de l’activation de `unit`) par rapport à chaque pixel.

    Args:
        model: un réseau, évalué tel quel et rendu dans le mode où il était.
        images: N × C × H × W.
        target: une classe, une par image, ou `None` pour celle qui est prédite.
        unit: d’où partir à la place d’un score.

    Raises:
        UnknownNameError, ArgumentError, ShapeError: couche, classe, unité ou images qui ne conviennent pas.
    """
    return _descend("gradient", model, images, target, unit)


def deconvnet(
    model: nn.Module, images: Tensor, target: Target = None, *, unit: Unit | None = None
) -> Saliency:
    """Comme `gradient`, mais une ReLU ne laisse remonter que le positif, sans regarder son entrée.

    Le signal de départ vaut 1 ; Zeiler et Fergus partent de l’activation, ce qui multiplie l’image par elle.

    Raises:
        ArgumentError: le réseau n’a pas de ReLU ; sinon, comme `gradient`.
    """
    return _descend("deconvnet", model, images, target, unit)


def guided_backprop(
    model: nn.Module, images: Tensor, target: Target = None, *, unit: Unit | None = None
) -> Saliency:
    """Comme `gradient`, mais une ReLU ne laisse remonter que le positif, et là seulement où elle était active.

    Raises:
        ArgumentError: le réseau n’a pas de ReLU ; sinon, comme `gradient`.
    """
    return _descend("guided backprop", model, images, target, unit)


def _descend(method: str, model: nn.Module, images: Tensor, target: Target, unit: Unit | None) -> Saliency:
    if unit is not None and target is not None:
        raise ArgumentError(
            "Donnez une classe (target=…) ou une unité d’une couche (unit=…), et non les deux."
        )
    with differentiating(), evaluating(model), ReluRule(method) as rule:
        pixels = placed(model, images).requires_grad_()
        if unit is None:
            scores = scores_of(model, pixels)
            classes = classes_of(target, scores)
            values, source = of_each(scores, classes), _classes(classes)
        else:
            with keeping(model, [unit.layer]) as kept:
                through(model, pixels)
            values = _activation(kept[unit.layer], unit)
            source = f"la carte {unit.channel} de {unit.layer}"
        if rule.changes and not rule.met:
            raise ArgumentError(
                f"{type(model).__name__} n’a aucune ReLU : {method} n’y serait que le gradient ordinaire. "
                "Prenez gradient, ou Grad-CAM."
            )
        (gradients,) = torch.autograd.grad(values.sum(), pixels)
    return Saliency(method, source, gradients, values.detach())


def _classes(classes: Tensor) -> str:
    """« la classe 3 », « l’une des classes 0, 6 et 9 »."""
    *others, last = (str(number) for number in sorted(set(classes.tolist())))
    return f"l’une des classes {', '.join(others)} et {last}" if others else f"la classe {last}"


def _activation(maps: Tensor, unit: Unit) -> Tensor:
    """L’activation de l’unité dans chaque image : N nombres."""
    channels, *sizes = maps.shape[1:]
    if not 0 <= unit.channel < channels:
        raise ArgumentError(
            f"La couche « {unit.layer} » a {channels} cartes, numérotées de 0 à {channels - 1} ; vous avez "
            f"demandé la carte {unit.channel}."
        )
    chosen = maps[:, unit.channel]
    if unit.position is None:
        return chosen.flatten(1).amax(1) if sizes else chosen
    if len(sizes) != 2 or not all(0 <= at < size for at, size in zip(unit.position, sizes, strict=True)):
        raise ArgumentError(
            f"La position {unit.position} sort de la carte de « {unit.layer} », qui est {written(sizes)}."
        )
    return chosen[:, unit.position[0], unit.position[1]]


class ReluRule(TorchFunctionMode):
    """Le temps d’un bloc `with`, remplace la dérivée de chaque ReLU (ou ReLU6), module ou fonction, par sa règle."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.changes = method != "gradient"
        self.needs_active = method == "guided backprop"
        self.met = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        options = dict(kwargs or {})
        ceiling = _ceiling(func, options)
        if ceiling is None or not self.changes:
            return func(*args, **options)
        self.met += 1
        x = args[0] if args else options["input"]
        made = Rectified.apply(x, ceiling, self.needs_active)  # type: ignore[no-untyped-call]
        return x.copy_(made) if func in IN_PLACE or options.get("inplace") else made


IN_PLACE = (F.relu_, torch.relu_, Tensor.relu_)
RELUS = (F.relu, torch.relu, Tensor.relu, *IN_PLACE)


def _ceiling(func: Callable[..., Any], options: Mapping[str, Any]) -> float | None:
    """La borne haute, si la fonction est une ReLU ; `nn.ReLU6` appelle `hardtanh`."""
    if func in RELUS:
        return inf
    if func is F.relu6:
        return 6.0
    if func is F.hardtanh and options.get("min_val") == 0:
        return float(options["max_val"])
    return None


class Rectified(torch.autograd.Function):
    """min(max(x, 0), plafond), dont la dérivée suit la règle demandée."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, ceiling: float, needs_active: bool) -> Tensor:
        ctx.active = (x > 0) & (x < ceiling) if needs_active else None
        return x.clamp(0, ceiling)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        rising = grads[0].clamp(min=0)
        return (rising if ctx.active is None else rising * ctx.active), None, None
