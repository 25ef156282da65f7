"""Les modules PyTorch d’un élève : leur structure et leurs poids se donnent, leur calcul reste ici. Charge PyTorch.

Chez les tests, chaque module a une doublure, qui est un vrai `nn.Module` ; ses paramètres sont les reflets des nôtres.
Avant chaque requête, ce qu’ils ont changé ici est refait ; après, ce que l’élève a changé leur est renvoyé.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from coursekit.grading.execute.wire import NOTHING_ELSE, CrossingError, pack

MOST_BYTES = 40 * 2**20
"""Un module plus lourd ne passe pas."""

_MRO = type.__dict__["__mro__"].__get__
_MODULE, _SEQUENCES = nn.Module, (list, tuple)
Tensors = list[torch.Tensor]


def is_module(value: Any) -> bool:
    return _MODULE in _MRO(type(value))


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """Les tenseurs d’une valeur, dans un ordre qui est le même des deux côtés."""
    if isinstance(value, torch.Tensor):
        yield value
    elif type(value) in _SEQUENCES:
        for item in value:
            yield from tensors_in(item)
    elif type(value) is dict:
        for item in value.values():
            yield from tensors_in(item)


class Networks:
    """Les modules et les tenseurs donnés, et les graphes des appels qu’un gradient peut encore remonter."""

    def __init__(self, numbers: Any) -> None:
        self._number = numbers
        self._sent: dict[int, tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]] = {}
        self._modes: dict[int, tuple[nn.Module, bool]] = {}
        self._tapes: list[tuple[Tensors, Tensors]] = []

    is_module = staticmethod(is_module)

    def structure(self, module: nn.Module) -> Any:
        """Ce dont dépend la doublure : tant que cela ne change pas, elle reste la même."""
        return [
            (prefix, id(part), [(name, id(value)) for name, value in _own(part)])
            for prefix, part in _MODULE.named_modules(module, remove_duplicate=False)
        ]

    def describe(self, module: nn.Module) -> dict[str, Any]:
        """Ce que la doublure doit savoir : paramètres, tampons, enfants, mode, attributs simples."""
        registers = {name: vars(module).get(name, {}) for name in ("_parameters", "_buffers", "_modules")}
        if (
            sum(t.numel() * t.element_size() for t in tensors_in(list(_MODULE.parameters(module))))
            > MOST_BYTES
        ):
            raise CrossingError(f"un module de plus de {MOST_BYTES >> 20} Mio ne passe pas.")
        number = self._number(module)
        self._modes[number] = (module, bool(module.training))
        return {
            "parameters": [[name, self._tensor(value)] for name, value in registers["_parameters"].items()],
            "buffers": [[name, self._tensor(value)] for name, value in registers["_buffers"].items()],
            "children": [[name, child] for name, child in registers["_modules"].items()],
            "training": bool(module.training),
            "attributes": list(_simple(module)),
        }

    def _tensor(self, value: torch.Tensor | None) -> Any:
        if value is None:
            return None
        number = self._number(value)
        if number not in self._sent:
            self._remember(number, value)
        return [number, value, value.grad]

    def _remember(self, number: int, value: torch.Tensor) -> None:
        grad = None if value.grad is None else value.grad.detach().clone()
        self._sent[number] = (value, value.detach().clone(), grad)

    def receive(self, changes: list[Any], modes: list[Any]) -> None:
        """Refait ici ce que les tests ont changé à leurs reflets."""
        for number, data, grad in changes:
            tensor = self._sent[number][0]
            if data is not None:
                tensor.data = data.detach()
            tensor.grad = None if grad is None else grad.detach()
            self._remember(number, tensor)
        for number, training in modes:
            module = self._modes[number][0]
            module.training = training
            self._modes[number] = (module, training)

    def changes(self) -> tuple[list[Any], list[Any]]:
        """Ce qui a changé ici depuis le dernier échange."""
        changed = []
        for number, (tensor, data, grad) in list(self._sent.items()):
            same_data = same(tensor, data)
            if not same_data or not same(tensor.grad, grad):
                changed.append([number, None if same_data else tensor.detach(), tensor.grad])
                self._remember(number, tensor)
        modes = []
        for number, (module, before) in list(self._modes.items()):
            if bool(module.training) != before:
                self._modes[number] = (module, bool(module.training))
                modes.append([number, bool(module.training)])
        return changed, modes

    def forward(self, request: dict[str, Any]) -> Any:
        """Un appel dont on pourra remonter le gradient : sa valeur, son graphe, et ce qu’ont vu les couches suivies."""
        records: list[Any] = []
        mode = torch.enable_grad() if request["grad"] else torch.no_grad()
        with mode, _lent(request["lent"]), _watched(request["watched"], records):
            inputs = [t for t in tensors_in([request["args"], request["kwargs"]]) if t.requires_grad]
            weights = [module._parameters[name] for module, name in request["weights"]]
            value = request["on"](*request["args"], **request["kwargs"])
        outputs = [t for t in tensors_in(value) if t.requires_grad]
        tape = -1
        if outputs and request["grad"] and (inputs or weights):
            tape = len(self._tapes)
            self._tapes.append((outputs, [*inputs, *weights]))
        return [value, tape, records]

    def backward(self, request: dict[str, Any]) -> list[torch.Tensor | None]:
        """Le gradient, remonté d’un appel jusqu’à ses entrées et aux poids qu’il a lus."""
        outputs, inputs = self._tapes[request["tape"]]
        pairs = [(o, g) for o, g in zip(outputs, request["grads"], strict=True) if g is not None]
        found = torch.autograd.grad(
            [o for o, _ in pairs], inputs, [g for _, g in pairs], allow_unused=True, retain_graph=True
        )
        return list(found)


def _own(module: nn.Module) -> Iterator[tuple[str, Any]]:
    yield from vars(module).get("_parameters", {}).items()
    yield from vars(module).get("_buffers", {}).items()


def same(tensor: torch.Tensor | None, before: torch.Tensor | None) -> bool:
    """Les mêmes valeurs, NaN compris ?"""
    if tensor is None or before is None:
        return tensor is before
    if tensor.shape != before.shape or tensor.dtype != before.dtype or tensor.device != before.device:
        return False
    if tensor.device.type == "meta":
        return True
    with torch.no_grad():
        return bool(torch.equal(tensor, before)) or bool(
            torch.isclose(tensor, before, 0, 0, equal_nan=True).all()
        )


def _simple(module: nn.Module) -> Iterator[list[Any]]:
    """Les attributs d’un module qui sont des données, ou des listes de modules."""
    for name, value in vars(module).items():
        if name.startswith("_") or name == "training":
            continue
        if type(value) in _SEQUENCES and any(is_module(item) for item in value[:1000]):
            yield [name, value]
            continue
        try:
            if len(pack(value, NOTHING_ELSE)) < 10_000:
                yield [name, value]
        except CrossingError:
            continue


@contextmanager
def _lent(lent: list[Any]) -> Iterator[None]:
    """Prête à des modules d’autres poids, le temps d’un appel."""
    before = []
    try:
        for module, register, name, value in lent:
            before.append((getattr(module, register), name, getattr(module, register)[name]))
            getattr(module, register)[name] = value
        yield
    finally:
        for register, name, value in reversed(before):
            register[name] = value


@contextmanager
def _watched(modules: list[nn.Module], records: list[Any]) -> Iterator[None]:
    """Note ce que reçoivent et rendent des couches."""
    hooks = []

    def copied(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value.detach().clone()
        return type(value)(copied(item) for item in value) if type(value) in _SEQUENCES else value

    for module in modules:
        hooks.append(
            module.register_forward_pre_hook(
                lambda layer, given: records.append([layer, "before", copied(given), None])
            )
        )
        hooks.append(
            module.register_forward_hook(
                lambda layer, given, output: records.append([layer, "after", copied(given), copied(output)])
            )
        )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
