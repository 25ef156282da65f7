"""Expliquer un compte de paramètres : biais en trop ou en moins, couche oubliée, liste Python…"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from coursekit.checks.faults import Fault
from coursekit.checks.inspection import clean
from coursekit.checks.module_runs import layer_text

WEIGHTED = (nn.Linear, nn.modules.conv._ConvNd)
NORMS = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)


def french_count(number: int) -> str:
    """`1234567 → « 1 234 567 »`, avec des espaces fines insécables."""
    return f"{number:_}".replace("_", "\u202f")


def own_count(layer: nn.Module) -> int:
    """Les paramètres d’une couche, sans ceux de ses sous-modules."""
    return sum(p.numel() for p in nn.Module.parameters(layer, recurse=False))


def layers_with_parameters(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """Les couches qui portent des paramètres, dans l’ordre de leur définition."""
    return [(name, part) for name, part in nn.Module.named_modules(module) if own_count(part)]


def hidden_layers(module: nn.Module) -> Iterator[tuple[str, str]]:
    """Les modules rangés dans une liste ou un dictionnaire Python, où PyTorch ne les voit pas."""
    for prefix, part in nn.Module.named_modules(module):
        for attribute, value in vars(part).items():
            if attribute.startswith("_"):
                continue
            kind, inner = ("dictionnaire", list(value.values())) if type(value) is dict else ("liste", value)
            if type(inner) in (list, tuple) and any(
                issubclass(type(item), nn.Module) for item in inner[:1000]
            ):
                yield clean(f"{prefix}.{attribute}" if prefix else attribute), kind


def explain_hidden(module: nn.Module) -> Fault | None:
    """Ce qu’on dit de couches cachées dans une liste Python."""
    for attribute, kind in hidden_layers(module):
        remedy = "nn.ModuleDict" if kind == "dictionnaire" else "nn.ModuleList ou nn.Sequential"
        return Fault(
            f"self.{attribute} est un{'e' if kind == 'liste' else ''} {kind} Python : PyTorch n’y voit pas les "
            f"couches, et leurs poids ne seront ni comptés ni entraînés. Prenez {remedy}.",
            "module.python-list",
        )
    return None


def explain_count(module: nn.Module, expected: int) -> Fault | None:
    """Pourquoi le nombre de paramètres n’est pas celui qu’on attend ; `None` s’il est juste."""
    total = sum(p.numel() for p in nn.Module.parameters(module))
    if total == expected:
        return None
    counted = f"Votre module a {french_count(total)} paramètre{'s' if total > 1 else ''}"
    for recognise in (_biases, _norms, _one_layer):
        if fault := recognise(module, expected - total, counted):
            return fault
    return _largest(module, expected - total, counted)


def _biases(module: nn.Module, missing: int, counted: str) -> Fault | None:
    layers = [layer for _, layer in layers_with_parameters(module) if isinstance(layer, WEIGHTED)]
    without = sum(_outputs(layer) for layer in layers if layer.bias is None)
    having = sum(_outputs(layer) for layer in layers if layer.bias is not None)
    if missing == without:
        return Fault(f"{counted} : il manque les biais (bias=False les a retirés).", "module.bias-missing")
    if missing == -having:
        return Fault(f"{counted} : les biais sont en trop (bias=False).", "module.bias-unwanted")
    return None


def _outputs(layer: nn.Module) -> int:
    return int(layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels)  # type: ignore[arg-type]


def _norms(module: nn.Module, missing: int, counted: str) -> Fault | None:
    layers = layers_with_parameters(module)
    norms = sum(own_count(layer) for _, layer in layers if isinstance(layer, NORMS))
    convolutions = sum(_outputs(layer) for _, layer in layers if isinstance(layer, nn.modules.conv._ConvNd))
    if norms and missing == -norms:
        return Fault(f"{counted} : les couches de normalisation sont en trop.", "module.norm-unwanted")
    if convolutions and missing == 2 * convolutions:
        return Fault(
            f"{counted} : il manque deux paramètres par filtre, ceux d’une BatchNorm après chaque convolution.",
            "module.norm-missing",
        )
    return None


def _one_layer(module: nn.Module, missing: int, counted: str) -> Fault | None:
    for name, layer in layers_with_parameters(module):
        if missing == -own_count(layer):
            return Fault(
                f"{counted} : autant de trop qu’en a {layer_text(name, layer)}.", "module.extra-layer"
            )
        if missing == own_count(layer):
            return Fault(
                f"{counted} : il en manque autant qu’en a {layer_text(name, layer)} ; une couche semblable "
                "est-elle oubliée ?",
                "module.missing-layer",
            )
    return None


def _largest(module: nn.Module, missing: int, counted: str) -> Fault:
    direction = "c’est trop peu" if missing > 0 else "c’est trop"
    layers = layers_with_parameters(module)
    if not layers:
        return Fault(f"{counted} : {direction}. Vos couches sont-elles des attributs (self.conv = …) ?")
    name, layer = max(layers, key=lambda pair: own_count(pair[1]))
    return Fault(
        f"{counted} : {direction}. La couche la plus lourde est {layer_text(name, layer)}, "
        f"avec {french_count(own_count(layer))} paramètres."
    )


def unreached(module: nn.Module, output: torch.Tensor) -> Fault | None:
    """Les paramètres que le gradient de la sortie n’atteint pas."""
    named = list(nn.Module.named_parameters(module))
    frozen = [name for name, p in named if not p.requires_grad]
    if frozen:
        return Fault(f"Ces paramètres sont gelés (requires_grad=False) : {_listed(frozen)}.", "module.frozen")
    if not named:
        return None
    if not output.requires_grad:
        return Fault(
            "Aucun gradient ne traverse votre module : detach, item, numpy ou torch.no_grad dans forward ?",
            "module.no-gradient",
        )
    weights = torch.linspace(0.5, 1.5, output.numel(), device=output.device).reshape(output.shape)
    gradients = torch.autograd.grad((output * weights).sum(), [p for _, p in named], allow_unused=True)
    missed = [name for (name, _), g in zip(named, gradients, strict=True) if g is None]
    if missed:
        return Fault(
            f"Le gradient n’atteint pas {_listed(missed)} : ces couches servent-elles dans forward ?",
            "module.unreached",
        )
    return None


def _listed(names: list[str], most: int = 4) -> str:
    shown = ", ".join(clean(name, 40) for name in names[:most])
    return f"{shown} et {len(names) - most} autres" if len(names) > most else shown
