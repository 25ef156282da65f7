"""Deux modules calculent-ils la même chose ? On leur donne les mêmes poids, et on cherche la première différence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import nn
from torch.func import functional_call

from coursekit.checks.faults import Fault
from coursekit.checks.killable import TimeIsUp
from coursekit.checks.module_counts import NORMS, layers_with_parameters
from coursekit.checks.module_runs import FaultError, draw_input, layer_text

Weights = dict[str, torch.Tensor]


@dataclass
class Call:
    """L’appel d’une couche à paramètres : ce qu’elle a reçu et rendu."""

    name: str
    layer: nn.Module
    input: torch.Tensor
    output: torch.Tensor


@torch.no_grad()
def compare_with_reference(given: nn.Module, reference: nn.Module, dims: tuple[int, ...]) -> Fault | None:
    """La première différence entre deux modules, mêmes poids tirés ; l’un et l’autre sont en mode évaluation."""
    mine, theirs = draw_input(given, dims, batch=1), draw_input(reference, dims, batch=1)
    weights = draw_weights(reference)
    wanted = _output(reference, weights, theirs)
    faults = []
    for ordered, twins in _pairings(given, reference, weights, mine, theirs):
        matched = _match(ordered, twins, weights)
        if isinstance(matched, Fault):
            faults.append(matched)
            continue
        output = _output(given, matched, mine)
        if near(output, wanted):
            return None
        calls, wanted_calls = _calls(given, matched, mine), _calls(reference, weights, theirs)
        faults.append(_first_difference(calls, wanted_calls, output, wanted))
    return faults[1]  # celle de l’ordre d’exécution : l’élève s’y retrouve


def alike(given: nn.Module, other: nn.Module, dims: tuple[int, ...]) -> bool:
    """Aux mêmes poids, les deux modules calculent-ils la même chose ? Faux si l’un ne tourne pas."""
    try:
        return compare_with_reference(given, other, dims) is None
    except TimeIsUp:
        raise
    except BaseException:  # SystemExit et KeyboardInterrupt viennent ici de l’élève
        return False


def draw_weights(reference: nn.Module) -> Weights:
    """Des poids tirés (graine fixe), à l’échelle qui garde l’amplitude des activations, et des tampons non triviaux."""
    generator = torch.Generator().manual_seed(1998)
    drawn: Weights = {}
    for prefix, layer in nn.Module.named_modules(reference):
        for name, parameter in layer.named_parameters(prefix, recurse=False):
            drawn[name] = _draw(parameter, isinstance(layer, NORMS) and name.endswith("weight"), generator)
        for name, buffer in layer.named_buffers(prefix, recurse=False):
            if buffer.is_floating_point():
                drawn[name] = _draw(buffer, name.endswith("running_var"), generator)
    return drawn


def _draw(like: torch.Tensor, positive: bool, generator: torch.Generator) -> torch.Tensor:
    if like.ndim >= 2:
        scale: float = (2 / prod(like.shape[1:])) ** 0.5
        return torch.randn(like.shape, generator=generator) * scale
    return torch.rand(like.shape, generator=generator) + (0.5 if positive else -0.5)


Ordered = list[tuple[str, torch.Tensor]]


def _pairings(
    given: nn.Module, reference: nn.Module, weights: Weights, mine: torch.Tensor, theirs: torch.Tensor
) -> Iterator[tuple[Ordered, Ordered]]:
    """Trois façons d’apparier les poids ; la dernière vaut pour des branches écrites dans un autre ordre."""
    yield from zip(_orders(given, mine), _orders(reference, theirs), strict=True)
    yield _paired_by_input(given, reference, weights, mine, theirs)


def _orders(module: nn.Module, x: torch.Tensor) -> Iterator[Ordered]:
    """Les poids dans l’ordre où les couches sont définies, puis dans celui où elles s’exécutent."""
    defined = [name for name, _ in layers_with_parameters(module)]
    yield _named_tensors(module, defined)
    executed = [call.name for call in _calls(module, {}, x)]
    yield _named_tensors(module, list(dict.fromkeys([*executed, *defined])))


def _named_tensors(module: nn.Module, layers: list[str]) -> Ordered:
    parts = dict(nn.Module.named_modules(module))
    return [
        pair
        for name in layers
        for pair in (
            *nn.Module.named_parameters(parts[name], name, recurse=False),
            *(
                (n, b)
                for n, b in nn.Module.named_buffers(parts[name], name, recurse=False)
                if b.is_floating_point()
            ),
        )
    ]


def _paired_by_input(
    given: nn.Module, reference: nn.Module, weights: Weights, mine: torch.Tensor, theirs: torch.Tensor
) -> tuple[Ordered, Ordered]:
    """Les poids des couches qui reçoivent la même chose, puis les autres, dans l’ordre où elles s’exécutent.

    Une couche bien appariée donne leur bonne entrée aux suivantes : on recommence tant que cela en apparie une.
    """
    wanted = _calls(reference, weights, theirs)
    paired: dict[str, str] = {}
    while True:
        ordered, twins = _pairs_first(given, mine, paired), _pairs_first(reference, theirs, _swapped(paired))
        matched = _match(ordered, twins, weights)
        if isinstance(matched, Fault):
            return ordered, twins
        found = dict(_received_alike(_calls(given, matched, mine), wanted, paired))
        if not found:
            return ordered, twins
        paired |= found


def _swapped(paired: dict[str, str]) -> dict[str, str]:
    return {theirs: mine for mine, theirs in paired.items()}


def _pairs_first(module: nn.Module, x: torch.Tensor, paired: dict[str, str]) -> Ordered:
    *_, executed = _orders(module, x)
    rank = {name: place for place, name in enumerate(paired)}
    return sorted(executed, key=lambda pair: rank.get(pair[0].rpartition(".")[0], len(rank)))


def _received_alike(
    calls: list[Call], wanted: list[Call], paired: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Les couches pas encore appariées qui reçoivent la même entrée, et dont les poids ont les mêmes formes."""
    done, taken = set(paired), set(paired.values())
    for call in calls:
        for twin in wanted:
            if call.name in done or twin.name in taken or _shapes(call.layer) != _shapes(twin.layer):
                continue
            if near(call.input, twin.input):
                done.add(call.name)
                taken.add(twin.name)
                yield call.name, twin.name


def _shapes(layer: nn.Module) -> list[torch.Size]:
    return [tensor.shape for _, tensor in _named_tensors(layer, [""])]


def _match(ordered: Ordered, twins: Ordered, weights: Weights) -> Weights | Fault:
    """Les poids tirés, sous les noms de l’élève : à chacun le premier poids libre de même forme."""
    free = [name for name, _ in twins]
    matched: Weights = {}
    for name, tensor in ordered:
        twin = next((other for other in free if weights[other].shape == tensor.shape), None)
        if twin is None:
            return Fault(
                f"{name} a la forme {tuple(tensor.shape)}, qu’on n’attend pas à cet endroit.",
                "module.weight-shape",
            )
        free.remove(twin)
        matched[name] = weights[twin]
    if free:
        return Fault(f"Il manque des poids à votre module : {len(free)} tenseurs n’ont pas d’équivalent.")
    return matched


def _output(module: nn.Module, weights: Weights, x: torch.Tensor) -> torch.Tensor:
    # Sans tie_weights=False, une couche qui porte deux noms (self.conv, puis dans un Sequential) garderait les
    # poids prêtés.
    lent = {name: weight.to(x) for name, weight in weights.items()}
    output = functional_call(module, lent, (x.clone(),), tie_weights=False)
    if not isinstance(output, torch.Tensor):
        raise FaultError("Votre module ne renvoie pas un tenseur.", "module.output")
    return output.detach()


def _calls(module: nn.Module, weights: Weights, x: torch.Tensor) -> list[Call]:
    """Les appels des couches à paramètres, dans l’ordre."""
    calls: list[Call] = []
    received: dict[str, torch.Tensor] = {}

    def before(name: str) -> Any:
        # Une ReLU « inplace » changerait l’entrée après coup : on en garde une copie.
        return lambda _, inputs: received.__setitem__(name, inputs[0].detach().clone()) if inputs else None

    def after(name: str) -> Any:
        def hook(layer: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            if name in received and isinstance(output, torch.Tensor):
                calls.append(Call(name, layer, received[name], output.detach().clone()))

        return hook

    hooks: list[Any] = []
    for name, layer in layers_with_parameters(module):
        hooks += [layer.register_forward_pre_hook(before(name)), layer.register_forward_hook(after(name))]
    try:
        _output(module, weights, x)
    finally:
        for hook in hooks:
            hook.remove()
    return calls


def near(a: torch.Tensor, b: torch.Tensor) -> bool:
    if a.shape != b.shape:
        return False
    a, b = a.to("cpu", torch.float32), b.to("cpu", torch.float32)
    scale = float(b.abs().max()) if b.numel() else 0.0
    return torch.allclose(a, b, rtol=1e-3, atol=1e-4 * scale + 1e-6)


def _first_difference(
    calls: list[Call], wanted: list[Call], output: torch.Tensor, target: torch.Tensor
) -> Fault:
    before: Call | None = None
    for mine, theirs in zip(calls, wanted, strict=False):
        if not near(mine.input, theirs.input):
            return _between(before, mine, theirs.input)
        if not near(mine.output, theirs.output):
            return Fault(
                f"La première différence est dans {layer_text(mine.name, mine.layer)} : elle reçoit ce qu’il faut, "
                "mais ne calcule pas la même chose. Vérifiez son pas, son padding, sa dilatation et ses groupes.",
                "module.layer-settings",
            )
        before = mine
    if len(calls) != len(wanted):
        return Fault("Votre module n’appelle pas autant de couches à paramètres qu’attendu.", "module.calls")
    return _at_the_end(before, output, target)


def _between(before: Call | None, mine: Call, target: torch.Tensor) -> Fault:
    here = layer_text(mine.name, mine.layer)
    start = f"entre {layer_text(before.name, before.layer)} et {here}" if before else f"avant {here}"
    if before is not None and (fault := _activation(before, mine.input, target)):
        return fault
    if mine.input.shape != target.shape:
        return Fault(
            f"La première différence est {start} : {here} reçoit la forme "
            f"{tuple(mine.input.shape[1:])}, ce qui n’est pas la bonne. Un pooling ou un changement de forme ?",
            "module.between",
        )
    return Fault(
        f"La première différence est {start} : vérifiez l’activation, le pooling ou la normalisation.",
        "module.between",
    )


def _activation(before: Call, given: torch.Tensor, target: torch.Tensor) -> Fault | None:
    """Le cas le plus courant : une ReLU de trop ou de moins juste après une couche."""
    here = layer_text(before.name, before.layer)
    # La ReLU et le max-pooling commutent : cela vaut aussi quand un pooling les sépare.
    if near(given.relu(), target):
        return Fault(f"Il manque une ReLU après {here}.", "module.no-activation")
    if near(target.relu(), given):
        return Fault(f"Il y a une ReLU de trop après {here}.", "module.extra-activation")
    return None


def _at_the_end(last: Call | None, output: torch.Tensor, target: torch.Tensor) -> Fault:
    if output.ndim >= 2 and (near(output, target.softmax(1)) or near(output, target.log_softmax(1))):
        return Fault(
            "Il y a un softmax de trop à la fin : nn.CrossEntropyLoss l’applique déjà.", "module.softmax"
        )
    if last is not None and (fault := _activation(last, output, target)):
        return fault
    where = f"après {layer_text(last.name, last.layer)}" if last else "dans le calcul"
    return Fault(f"Toutes les couches à paramètres concordent ; la différence est {where}.", "module.end")
